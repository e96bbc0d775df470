package lsp

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/progress"
)

// executeCommand checks a command and answers null at once; the work goes on
// under a progress of its own, because some editors wait only seconds for a
// command's response.
func (s *Server) executeCommand(ctx context.Context, p *protocol.ExecuteCommandParams, v view) (any, error) {
	if p.Command == ext.CommandAction {
		s.configured(ctx) // whether there is such an action is a setting
	}
	if p.Command == ext.CommandSend {
		return nil, s.sendCommand(p.Arguments, v)
	}
	job, err := s.readJob(p, v)
	if err != nil {
		return nil, err
	}
	s.start(func(ctx context.Context) { s.perform(ctx, job) })
	return nil, nil
}

// perform runs a command's question to its end and does with the answer what was
// asked for: it is shown while it comes, or becomes an edit.
func (s *Server) perform(ctx context.Context, j job) {
	s.configured(ctx)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	token := s.createProgress(ctx)
	defer s.tokens.Add(token, cancel)()
	activity := s.status.begin()
	defer activity.end()
	widget := progress.Begin(ctx, s.conn, token, j.answer.title, s.now)

	j.view.gather(ctx, &j.request)
	page := s.begin(&j)
	result, err := s.engine.Chat(ctx, j.request, newReply(ctx, page, widget, activity, s.now))
	ending := outcome(result, err)
	if err == nil && j.task.makes == edits {
		if err = s.applyAnswer(ctx, &j, result); err != nil {
			ending = s.tellNotApplied(&j, err)
		}
	}
	page.finish(ctx, result, err)
	if err == nil && j.task.makes == testFile { // last: a person may think about it for long
		ending = cmp.Or(s.writeTests(ctx, &j, result), ending)
	}
	if err != nil {
		s.report(true, "command", err)
	}
	s.tellTrouble()
	widget.End(ctx, ending) // last: a widget that ends says that everything is shown
}

// tellNotApplied tells the person why an edit was not made, and returns it for
// the widget's end.
func (s *Server) tellNotApplied(j *job, err error) string {
	refused, ok := errors.AsType[*notApplied](err)
	if !ok {
		return wireError(err).Error() // stopped by the person, who knows
	}
	s.warn(j.answer.title + " was not applied: " + refused.reason)
	return "not applied: " + refused.reason
}

// begin keeps the answer-to-be for hovers, and returns the page it is written to.
func (s *Server) begin(j *job) *page {
	j.answer.id, j.answer.left = rand.Text(), j.request.Left
	s.answers.add(j.answer)
	page := newPage(s, j.answer)
	page.quiet = j.task.makes == edits
	return page
}

// warn shows a message to the person.
func (s *Server) warn(text string) {
	s.notify(protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: protocol.MessageTypeWarning, Message: "rigrun: " + text})
}

// createProgress asks the client for a widget and returns its token, nil where
// the client has none. It is asked twice before the work goes on without one: a
// client may lose what comes together with a command's response. lsp-mode of Emacs
// does, which leaves the loop that reads messages with the response it waited for.
func (s *Server) createProgress(ctx context.Context) protocol.LSPAny {
	if !s.client.workDoneProgress {
		return nil
	}
	for _, wait := range []time.Duration{widgetPatience, patience} {
		name := "rigrun-" + rand.Text()
		params := &protocol.WorkDoneProgressCreateParams{Token: protocol.String(name)}
		err := s.ask(ctx, wait, protocol.MethodWindowWorkDoneProgressCreate, params, nil)
		if err == nil {
			return protocol.LSPAny(`"` + name + `"`)
		}
		s.log.Info("the editor made no progress widget", zap.Error(err))
		if !errors.Is(err, context.DeadlineExceeded) {
			return nil
		}
	}
	return nil
}

// widgetPatience is how long a client may take to make a widget before it is asked
// again: well above a network's round trip, and short for a person who has just
// chosen from a menu.
const widgetPatience = 300 * time.Millisecond

// ask calls the client, and gives up after a while: no client's silence holds up
// an answer.
func (s *Server) ask(ctx context.Context, wait time.Duration, method string, params, result any) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if _, err := s.conn.Call(ctx, method, params, result); err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	return nil
}
