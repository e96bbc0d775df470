package acp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// turn is a prompt that is being answered.
type turn struct {
	session *session
	stop    context.CancelFunc
	stopped atomic.Bool // the editor has cancelled it
}

// begin makes ctx's prompt the session's turn. A session has one at a time.
func (s *session) begin(ctx context.Context) (context.Context, *turn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turn != nil {
		return nil, nil, jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the session is answering another prompt; cancel it, or wait for its end")
	}
	ctx, stop := context.WithCancel(ctx)
	s.turn = &turn{session: s, stop: stop}
	return ctx, s.turn, nil
}

// end ends a turn.
func (t *turn) end() {
	t.stop()
	t.session.mu.Lock()
	defer t.session.mu.Unlock()
	t.session.turn = nil
}

// cancel cancels the session's turn, where it has one.
func (s *session) cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turn != nil {
		s.turn.stopped.Store(true)
		s.turn.stop()
	}
}

func (s *session) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.turn != nil
}

// cancel cancels a session's prompt. One that has ended meanwhile stays ended.
func (a *Agent) cancel(_ context.Context, p *sessionOnly) (any, error) {
	s, err := a.sessions.get(p.SessionID)
	if err != nil {
		return nil, err
	}
	s.cancel()
	return nil, nil //nolint:nilnil // a notification has no result
}

// prompt answers a prompt. The turn begins on the read loop, so that a cancel
// which follows finds it.
func (a *Agent) prompt(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	var p promptParams
	err := decode(req.Params(), &p)
	var t *turn
	turning := ctx
	if err == nil && req.IsCall() {
		var s *session
		if s, err = a.sessions.get(p.SessionID); err == nil {
			turning, t, err = s.begin(ctx)
		}
	}
	if t != nil {
		defer t.end()
	}
	if !req.IsCall() {
		return nil, err // nobody would get the answer
	}
	jsonrpc2.Async(ctx)
	if err != nil {
		return nil, err
	}
	return a.answer(turning, t, &p)
}

// answer asks the engine and says how the turn ended.
func (a *Agent) answer(ctx context.Context, t *turn, p *promptParams) (*promptResult, error) {
	s := t.session
	defer a.opts.Buffers.use()()
	a.configure()
	req, err := a.request(ctx, s, p.Prompt)
	if err != nil {
		return nil, err
	}
	result, err := a.engine.Chat(ctx, req, newReply(a, s))
	if trouble := a.engine.Trouble(); trouble != nil {
		a.log.Warn("not everything can be kept", zap.Error(trouble))
	}
	if t.stopped.Load() || err != nil && ctx.Err() != nil && a.ctx.Err() == nil {
		return &promptResult{StopReason: stopCancelled}, nil
	}
	if e, ok := errors.AsType[*chat.Error](err); ok && e.Kind == chat.Policy {
		a.tell(s.id, update{Kind: updateMessage, Content: text(advice(e))})
		return &promptResult{StopReason: stopRefusal}, nil
	}
	if err != nil {
		return nil, err
	}
	a.conclude(s, result)
	a.change(ctx, s, &req, result)
	if t.stopped.Load() {
		return &promptResult{StopReason: stopCancelled}, nil
	}
	stop := stopEndTurn
	if result.FinishReason == chat.FinishLength {
		stop = stopMaxTokens
	}
	result.Text = nil // it was streamed
	return &promptResult{stop, map[string]any{"rigrun": result}}, nil
}

// conclude says what was left out, how full the model's window is, and what the conversation is called since its
// first answer.
func (a *Agent) conclude(s *session, r *chat.Result) {
	if len(r.Left) > 0 {
		a.tell(s.id, update{Kind: updateMessage, Content: text(leftOut(r.Left))})
	}
	if u, ok := s.used(r); ok {
		a.tell(s.id, u)
	}
	s.mu.Lock()
	titled := s.title != ""
	s.mu.Unlock()
	if titled {
		return
	}
	c, err := a.engine.Conversations().Get(s.id)
	if err != nil || c.Title == "" {
		return
	}
	s.begins(c.Title)
	a.tell(s.id, update{Kind: updateSessionInfo, Title: c.Title})
}

// used adds up what the session has cost, and says how much of its model's window the
// conversation takes, where the model was asked and its server tells how large that is.
func (s *session) used(r *chat.Result) (update, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cents += r.CostCents
	i := slices.IndexFunc(s.models, func(m chat.Model) bool { return m.ID == r.Route.Model && m.Backend == r.Route.Backend })
	tokens := r.Usage.PromptTokens + r.Usage.CompletionTokens
	if i < 0 || s.models[i].ContextLength == 0 || tokens == 0 || r.Route.Tier == chat.TierCache {
		return update{}, false
	}
	u := update{Kind: updateUsage, Used: tokens, Size: s.models[i].ContextLength}
	if s.cents > 0 {
		u.Cost = &cost{s.cents / 100, "USD"}
	}
	return u, true
}

// leftOut is the line under an answer that names what the model was not sent.
func leftOut(list []chat.Left) string {
	var b strings.Builder
	for i, l := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strings.TrimSpace(l.Name + " " + l.Reason))
	}
	return "\n\n*Left out: " + b.String() + "*"
}
