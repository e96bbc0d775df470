package engine

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// summaries is the one summary that may be under way. A person's question goes
// first: most local servers do one thing after the other. The zero value is ready
// for use.
type summaries struct {
	mu     sync.Mutex
	cancel context.CancelFunc // of the one under way, nil where there is none; guarded by mu
}

// begin takes the place of the one summary. ok is false where it is taken.
func (s *summaries) begin(ctx context.Context) (_ context.Context, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil || ctx.Err() != nil {
		return nil, false
	}
	ctx, s.cancel = context.WithCancel(ctx)
	return ctx, true
}

func (s *summaries) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel()
	s.cancel = nil
}

// yield cancels the summary under way, where there is one. It is tried again
// after the next answer.
func (s *summaries) yield() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil {
		s.cancel()
	}
}

// summary is the work of summarising one conversation.
type summary struct {
	id     string // of the conversation
	upTo   int    // messages that the summary will stand for
	target local.Target
	prompt chat.Prompt
}

// summarise has the local model that just answered summarise the oldest turns of
// a conversation that has become long for it, in the background: the goroutine
// ends with the model's answer, with the next question, or with the engine. What
// a cloud answers has more room, and is not summarised by a smaller model. A
// failure is told nobody: the next answer tries again, and until then what does
// not fit is left out, and said to be.
func (e *Engine) summarise(p *plan, d chat.RouteDecision, id string) {
	if p == nil || d.Tier != chat.TierLocal || p.target.Backend == nil || d.Backend != p.target.Backend.Name() {
		return
	}
	work, ok := e.summary(p, id)
	if !ok {
		return
	}
	ctx, ok := e.summaries.begin(e.ctx)
	if !ok {
		return
	}
	e.running.Go(func() {
		defer e.summaries.end()
		text := &notes{}
		if end, err := run(ctx, work.target.Backend, &work.prompt, text); err != nil || end.Err != nil {
			return
		}
		if s := strings.TrimSpace(text.String()); s != "" {
			// The conversation may have been deleted meanwhile.
			_ = e.conversations.Summarise(work.id, work.upTo, s)
		}
	})
}

// summary says what is to be summarised of a conversation, ok where something is.
// Secrets are replaced in it: a model may write a part of one into its notes,
// where nothing could find it any more.
func (e *Engine) summary(p *plan, id string) (s summary, ok bool) {
	before := e.conversations.Known(id)
	g := e.gauges.of(p.target.Backend.Name(), p.target.Model.ID)
	window := g.limit(p.target.Model.ContextLength)
	q := prompt.Question{Texts: p.asked.Texts, Summary: before.Summary, History: before.History}
	n := q.Overlong(&g.counter, window)
	if n == 0 || n > len(before.Numbers) {
		return summary{}, false
	}
	old := hideTurns(p.setup.Key(), before.History[:n])
	cold := 0.0
	s = summary{id: id, upTo: before.Numbers[n-1] + 1, target: p.target}
	s.prompt = chat.Prompt{
		Model: p.target.Model.ID, Turns: prompt.Summarise(&g.counter, window, before.Summary, old),
		Options: chat.Options{Temperature: &cold, MaxTokens: prompt.MaxSummary},
		Level:   max(p.rules.Level, before.Classification, sentLevel(before.History, nil)),
	}
	for _, t := range s.prompt.Turns {
		s.prompt.Tokens += g.counter.Tokens(t.Content)
	}
	return s, true
}

// hideTurns replaces the secrets in turns.
func hideTurns(k secret.Key, turns []chat.Turn) []chat.Turn {
	v, out := k.Vault(), make([]chat.Turn, len(turns))
	for i, t := range turns {
		out[i].Role = t.Role
		out[i].Content, _ = v.Redact(t.Content)
	}
	return out
}

// notes collects a summary.
type notes struct{ strings.Builder }

// maxNotes is the longest summary that is taken, in bytes: a server that keeps to
// no limit must not fill the memory.
const maxNotes = 16 << 10

var errLongNotes = errors.New("the summary is too long")

// Write keeps text, and leaves out thinking.
func (n *notes) Write(c stream.Chunk) error {
	if c.Kind != stream.Text {
		return nil
	}
	if n.Len()+len(c.Data) > maxNotes {
		return errLongNotes
	}
	n.Builder.Write(c.Data)
	return nil
}
