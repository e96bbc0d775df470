package lsp

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/progress"
)

// codeContentModified is LSP's code for a request that a change of the document
// has made useless.
const codeContentModified jsonrpc2.Code = -32801

// actionData is what an offered action keeps in data. Its range holds for one
// version of the document.
type actionData struct {
	ext.ActionParams
	Version int32 `json:"version"`
}

// codeActionResolve asks a model for the edit of an action. It runs until the
// model is done: whoever does not want to wait cancels the request.
func (s *Server) codeActionResolve(ctx context.Context, p *protocol.CodeAction, v view) (*protocol.CodeAction, error) {
	if len(p.Data) == 0 {
		return p, nil // whole as it is; some clients resolve everything
	}
	s.configured(ctx)
	j, err := s.resolveJob(p.Data, v)
	if err != nil {
		return nil, err
	}
	j.view.gather(ctx, &j.request)
	page := s.begin(&j)
	result, err := s.answerAction(ctx, &j, page)
	if err != nil {
		return nil, err
	}
	e, err := s.resolved(ctx, &j, result)
	if err != nil {
		// The client may do nothing else while it waits for this response, so the
		// answer is shown after it.
		s.start(func(ctx context.Context) { page.finish(ctx, result, err) })
		return nil, unresolved(err)
	}
	page.finish(ctx, result, nil)
	j.answer.applied(e)
	s.tellImports(e)
	p.Edit = &e.edit
	return p, nil
}

// resolveJob reads an action's data.
func (s *Server) resolveJob(data protocol.LSPAny, v view) (job, error) {
	var d actionData
	if err := decode(jsonrpc2.RawMessage(data), &d); err != nil {
		return job{}, invalid("data", "what textDocument/codeAction gave was expected")
	}
	t, ok := s.task(d.Action)
	if !ok || t.makes != edits {
		return job{}, invalid("data", "what textDocument/codeAction gave was expected")
	}
	j, err := v.newJob(t, ext.CommandParams{URI: d.URI, Range: d.Range, Message: d.Message, Diagnostics: d.Diagnostics}, "data")
	if err != nil {
		return job{}, err
	}
	if !j.open || j.doc.Version != d.Version {
		return job{}, jsonrpc2.NewError(codeContentModified, "the document was changed since the action was offered")
	}
	return j, nil
}

// answerAction asks the engine, under a widget that nobody waits for.
func (s *Server) answerAction(ctx context.Context, j *job, page *page) (*chat.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	activity := s.status.begin()
	defer activity.end()
	widget := s.lateProgress(j.answer.title, cancel)
	result, err := s.engine.Chat(ctx, j.request, newReply(ctx, page, widget, activity, s.now))
	widget.End(ctx, outcome(result, err))
	s.tellTrouble()
	return result, err
}

// resolved is the edit an answer makes. The error is a [notApplied].
func (s *Server) resolved(ctx context.Context, j *job, r *chat.Result) (readyEdit, error) {
	p, err := s.propose(ctx, j, r)
	if err != nil {
		return readyEdit{}, err
	}
	return s.editNow(j, p, s.client.annotations && s.client.honorsAnnotations)
}

// unresolved is the response where an answer made no edit.
func unresolved(err error) error {
	refused, ok := errors.AsType[*notApplied](err)
	if ok && refused.changed {
		return jsonrpc2.NewError(codeContentModified, refused.Error())
	}
	return &chat.Error{
		Kind: chat.BadResponse, Message: fmt.Sprint(err),
		Hint: "read the answer, which is shown, or ask again with a smaller selection or another model (rigrun.local.model)", Err: err,
	}
}

// lateWidget is a progress widget that exists once the client has made it. A
// client that waits for a response may not make one before it has that.
type lateWidget struct {
	mu     sync.Mutex
	work   *progress.WorkDone // guarded by mu; nil before it is made
	forget func()             // guarded by mu: takes the cancel button's effect away; nil before it is made
	over   bool               // guarded by mu
}

// lateProgress asks for a widget and returns at once. Its cancel button calls cancel.
func (s *Server) lateProgress(title string, cancel context.CancelFunc) *lateWidget {
	w := &lateWidget{}
	s.start(func(ctx context.Context) {
		token := s.createProgress(ctx)
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.over {
			w.forget = s.tokens.Add(token, cancel)
			w.work = progress.Begin(ctx, s.conn, token, title, s.now)
		}
	})
	return w
}

// Report shows how the work goes, where there is a widget by now.
func (w *lateWidget) Report(ctx context.Context, message func() string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.work.Report(ctx, message)
}

// End ends the widget, or sees to it that none begins.
func (w *lateWidget) End(ctx context.Context, message string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	if w.forget != nil {
		w.forget()
	}
	w.work.End(ctx, message)
}
