package lsp

import (
	"context"
	"crypto/rand"
	"fmt"
	"path"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/progress"
)

// executeCommand checks a command and answers null at once; the work goes on
// under a progress of its own, because some editors wait only seconds for a
// command's response.
func (s *Server) executeCommand(_ context.Context, p *protocol.ExecuteCommandParams, v view) (any, error) {
	var job job
	var err error
	switch p.Command {
	case ext.CommandExplain:
		job, err = v.explainJob(p.Arguments)
	case ext.CommandAsk:
		job, err = v.askJob(p.Arguments)
	default:
		return nil, invalid("command", "one of %q was expected", ext.Commands())
	}
	if err != nil {
		return nil, err
	}
	s.start(func(ctx context.Context) { s.perform(ctx, job) })
	return nil, nil
}

// job is a question asked by a command, and where its answer belongs.
type job struct {
	request chat.Request
	answer  *answer
}

// explainJob reads the arguments of rigrun.explain.
func (v view) explainJob(args []protocol.LSPAny) (job, error) {
	var p ext.CommandParams
	if err := firstArgument(args, &p); err != nil {
		return job{}, err
	}
	if p.URI == "" {
		return job{}, invalid("arguments.0.uri", "a document's URI was expected")
	}
	if p.Range == nil {
		return job{}, invalid("arguments.0.range", "a range was expected")
	}
	item, err := v.resolve(ext.ContextItem{Kind: chat.ContextSelection, URI: p.URI, Range: p.Range})
	if err != nil {
		return job{}, invalid("arguments.0", "%v", err)
	}
	name := path.Base(item.URI)
	if item.Path != "" {
		name = path.Base(strings.ReplaceAll(item.Path, `\`, "/"))
	}
	return job{
		request: chat.Request{Action: chat.Explain, Message: p.Message, Context: []chat.ContextItem{item}},
		answer: &answer{
			title:  fmt.Sprintf("Explain %s:%d-%d", name, item.Span.FirstLine, item.Span.LastLine),
			uri:    uri.URI(item.URI),
			text:   item.Text,
			offset: item.Span.Start,
		},
	}, nil
}

// askJob reads the arguments of rigrun.ask.
func (v view) askJob(args []protocol.LSPAny) (job, error) {
	var p ext.AskParams
	if err := firstArgument(args, &p); err != nil {
		return job{}, err
	}
	if p.Message == "" {
		return job{}, invalid("arguments.0.message", "a question was expected")
	}
	title, _, _ := strings.Cut(p.Message, "\n")
	return job{request: chat.Request{Message: p.Message}, answer: &answer{title: shorten(title, 60)}}, nil
}

// perform runs a command's question to its end and shows the answer.
func (s *Server) perform(ctx context.Context, j job) {
	s.configured(ctx)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	token := s.createProgress(ctx)
	defer s.tokens.Add(token, cancel)()
	activity := s.status.begin()
	defer activity.end()
	widget := progress.Begin(ctx, s.conn, token, j.answer.title, s.now)

	j.answer.id = rand.Text()
	s.answers.add(j.answer)
	page := newPage(s, j.answer)
	result, err := s.engine.Chat(ctx, j.request, newReply(ctx, page, widget, activity, s.now))
	page.finish(ctx, err)
	widget.End(ctx, outcome(result, err)) // last: a widget that ends says that everything is shown
	if err != nil {
		s.report(true, "command", err)
	}
	s.tellTrouble()
}

// createProgress asks the client for a widget and returns its token, nil where
// the client has none.
func (s *Server) createProgress(ctx context.Context) protocol.LSPAny {
	if !s.client.workDoneProgress {
		return nil
	}
	name := "rigrun-" + rand.Text()
	params := &protocol.WorkDoneProgressCreateParams{Token: protocol.String(name)}
	if _, err := s.conn.Call(ctx, protocol.MethodWindowWorkDoneProgressCreate, params, nil); err != nil {
		s.log.Info("the editor made no progress widget", zap.Error(err))
		return nil
	}
	return protocol.LSPAny(`"` + name + `"`)
}
