package lsp

import (
	"context"
	"fmt"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/progress"
)

// chat answers a question, streaming where the client gave a token for it.
func (s *Server) chat(ctx context.Context, p *ext.ChatParams, v view) (*chat.Result, error) {
	if err := checkTokens(p); err != nil {
		return nil, err
	}
	s.configured(ctx)
	req, err := v.request(ctx, p)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer s.tokens.Add(p.WorkDoneToken, cancel)()

	activity := s.status.begin()
	defer activity.end()
	widget := progress.Begin(ctx, s.conn, p.WorkDoneToken, progressTitle(req), s.now)
	out := newReply(ctx, s.clientEnd(p.PartialToken), widget, activity, s.now)
	result, err := s.engine.Chat(ctx, req, out)
	widget.End(ctx, outcome(result, err))
	s.tellTrouble()
	if err != nil && out.back.conversation != "" {
		return nil, &unanswered{err, out.back.conversation}
	}
	if err != nil {
		return nil, err
	}
	if p.PartialToken != nil {
		result.Text = nil // partial results and the response never repeat each other
	}
	return result, nil
}

// tellTrouble says once what has gone wrong with what is kept between answers.
func (s *Server) tellTrouble() {
	if err := s.engine.Trouble(); err != nil {
		s.log.Warn("not everything can be kept", zap.Error(err))
		s.notify(protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: protocol.MessageTypeWarning, Message: "rigrun: " + err.Error()})
	}
}

// checkTokens looks at the tokens of a question. One that is null is none: some
// clients write that for a member they leave out.
func checkTokens(p *ext.ChatParams) error {
	for _, token := range []*protocol.LSPAny{&p.PartialToken, &p.WorkDoneToken} {
		if string(*token) == "null" {
			*token = nil
		}
	}
	if p.PartialToken != nil && !progress.Valid(p.PartialToken) {
		return invalid("partialResultToken", "a string or an integer was expected")
	}
	if p.WorkDoneToken != nil && !progress.Valid(p.WorkDoneToken) {
		return invalid("workDoneToken", "a string or an integer was expected")
	}
	return nil
}

// clientEnd returns where an answer's text goes: to the client's token, or
// nowhere for a client that gets the whole text in the response.
func (s *Server) clientEnd(token protocol.LSPAny) end {
	if token == nil {
		return nowhere{stream.Nop()}
	}
	p := progress.NewPartial(s.stream, token)
	if s.client.conversationID {
		return named{p}
	}
	return p
}

// named is the end of an answer whose first partial result names its conversation.
type named struct{ *progress.Partial }

func (n named) Begun(conversationID string) { n.Name(conversationID) }

// nowhere is the end of an answer that is not streamed.
type nowhere struct{ stream.Sink }

func (nowhere) Route(chat.RouteDecision, *chat.CacheInfo) error { return nil }

// progressTitle is what a progress widget calls a question.
func progressTitle(req chat.Request) string {
	if req.Action == "" {
		return "rigrun"
	}
	return "rigrun: " + string(req.Action)
}

// outcome is what a progress widget says at the end.
func outcome(r *chat.Result, err error) string {
	if err != nil {
		return wireError(err).Error()
	}
	speed := r.Metrics.TokensPerSecond
	if r.Metrics.TotalMs-r.Metrics.FirstTokenMs < float64(warmUp.Milliseconds()) {
		speed = 0
	}
	return progressText(r.Route, int64(r.Usage.CompletionTokens), speed) + fmt.Sprintf(" · %.1f s", r.Metrics.TotalMs/1000)
}
