package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/store"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// kept is an answer that the cache has for a question.
type kept struct {
	cache.Entry
	info chat.CacheInfo
}

// reads and writes say what a question may do with the cache. One that holds
// secrets which are not replaced, such as a whole file of them, does neither: its
// answer may hold some that no rule knows, and a store may be a team's.
func (p *plan) reads() bool { return p.shared && p.keeps() }

func (p *plan) writes() bool {
	return p.question.Cache != chat.CacheOff && p.keeps()
}
func (p *plan) keeps() bool { return p.rules.Secrets == "" && !p.setup.Cache.Closed() }

// lookUp begins the question's way through the cache. Everything that the answer
// depends on is in the key: the servers and models as far as they are known
// before anyone is asked, the rules that choose between them, the prompt's
// version, the history, and the content of the context. Secrets stand in it as
// placeholders.
func (p *plan) lookUp() *cache.Lookup {
	h, r := p.hide(), p.makers()
	by, _ := route.Forced(&r)
	q := cache.Question{
		Model:    p.question.Model,
		Digest:   fmt.Sprintf("%s\n%s %s %s %t", p.setup.Servers, r.Mode, r.MaxTier, by, r.PreferLocal),
		Action:   p.question.Action,
		Template: p.asked.Texts.ID,
		Level:    r.Level,
		History:  h.turns[:len(h.turns)-1],
		Before:   p.asked.Texts.Before,
		Wording:  h.message,
	}
	for i, item := range p.question.Context {
		if q.Language == "" {
			q.Language = item.Language
		}
		q.Context = append(q.Context, cache.Item{
			Kind: item.Kind, Language: item.Language, Query: item.Query, Text: h.items[i],
			FirstLine: item.Span.FirstLine, LastLine: item.Span.LastLine,
		})
	}
	return p.setup.Cache.Lookup(&q)
}

// makers are the rules by which the answers were made that this question may get.
// Nobody answers a question for the cache alone, so no answer was ever made under
// that limit: it gets what was made without it.
func (p *plan) makers() route.Rules {
	r := p.rules
	if r.MaxTier == chat.TierCache {
		r.MaxTier = p.setup.Rules.MaxTier
	}
	if r.MaxTier == chat.TierCache {
		r.MaxTier = chat.TierCloud // the settings' default
	}
	return r
}

// exact returns the answer to this very question. It contacts no model server.
func (p *plan) exact(ctx context.Context) (kept, bool) {
	if !p.reads() {
		return kept{}, false
	}
	e, ok := p.lookup().Exact(ctx)
	return p.keptAs(e, chat.HitExact, 0), ok && p.confirmed(ctx, e)
}

// likeness is what became of the search for a question that means the same.
type likeness struct {
	kept    kept
	found   bool
	refused string // why the nearest one was not taken, "" where there was none
}

// likenessLimit bounds the search for a question that means the same. It is begun
// only where the guard could agree, and then the answer is there four times in
// five: to wait that long on a busy machine is less than most models take.
const likenessLimit = 500 * time.Millisecond

// similar looks for the answer to a question that asks the same in other words,
// beside whatever the caller does meanwhile. The channel has it, or why the
// nearest one was not taken, or is closed. It is nil, and nothing is begun, where
// exact has seen that the guard could agree to no question that was asked before:
// then there is nothing to wait for. The goroutine ends with the lookup, which
// takes milliseconds.
func (p *plan) similar(ctx context.Context) <-chan likeness {
	if !p.reads() || !p.lookup().Alike() {
		return nil
	}
	found := make(chan likeness, 1)
	ctx, cancel := context.WithTimeout(ctx, likenessLimit)
	go func() {
		defer close(found)
		defer cancel()
		defer func() { _ = recover() }() // a question that cannot be compared is one that was not found
		m, ok := p.lookup().Similar(ctx)
		switch {
		case ok && p.confirmed(ctx, m.Entry):
			found <- likeness{kept: p.keptAs(m.Entry, chat.HitSemantic, m.Similarity), found: true}
		case len(m.Refused) > 0:
			found <- likeness{refused: m.Refused[0].String()}
		}
	}()
	return found
}

// explain says why the nearest question that was asked before is not this one, ""
// where there is none. It embeds the question and searches all that might be near,
// so it is for who asks where a question would go, and has no answer to wait for.
func (p *plan) explain(ctx context.Context) (refused string) {
	if !p.reads() {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, likenessLimit)
	defer cancel()
	defer func() { _ = recover() }() // as above
	if all := p.lookup().Explain(ctx); len(all) > 0 {
		return all[0].String()
	}
	return ""
}

// current reports whether an entry's model is still the one that would answer, as
// far as that is known without asking: a server's model may have been replaced
// under its name.
func (p *plan) current(e cache.Entry) bool {
	if e.Answer.Tier != chat.TierLocal {
		return true
	}
	if m, ok := p.setup.Local.Known(p.question.Model); ok && e.Answer.Model != m.ID {
		return false
	}
	digest := p.setup.Local.Digest(e.Answer.Model)
	return e.Answer.Digest == "" || digest == "" || e.Answer.Digest == digest
}

// confirmed is current, where the server may be asked first: what a process knows
// of a model is old, and a new process knows nothing. Where only kept answers are
// allowed, no server is contacted.
func (p *plan) confirmed(ctx context.Context, e cache.Entry) bool {
	if e.Answer.Tier == chat.TierLocal && e.Answer.Digest != "" && p.rules.MaxTier != chat.TierCache {
		p.renew(ctx)
	}
	return p.current(e)
}

// renewLimit bounds how long a kept answer waits for the model server to say
// whether the model is still the same: the server is asked at most twice a minute,
// and one on this machine takes a millisecond or two.
const renewLimit = 50 * time.Millisecond

// renewer returns a function that has what is known of the models renewed where it
// is old, and waits for that, but not long. A server that takes longer is listened
// to in the background, so that the next question knows.
func (e *Engine) renewer(l Local) func(ctx context.Context) {
	return func(ctx context.Context) {
		done := make(chan struct{})
		e.running.Go(func() {
			defer close(done)
			l.Renew(e.ctx)
		})
		ctx, cancel := context.WithTimeout(ctx, renewLimit)
		defer cancel()
		select {
		case <-done:
		case <-ctx.Done():
		}
	}
}

func (p *plan) keptAs(e cache.Entry, hit chat.CacheHit, similarity float64) kept {
	return kept{e, chat.CacheInfo{
		Hit: hit, Similarity: similarity, EntryID: e.ID,
		AgeSeconds: max(time.Since(e.Created).Seconds(), 0),
	}}
}

// kept is the decision to give a kept answer.
func (p *plan) kept(k kept) chat.RouteDecision {
	a := route.Assess(&p.question, 0)
	d := chat.RouteDecision{
		Tier: chat.TierCache, Backend: k.Answer.Backend, Model: k.Answer.Model, Classification: p.rules.Level,
		Score: a.Score, Complexity: a.Complexity, QueryType: a.QueryType,
	}
	ago := time.Duration(k.info.AgeSeconds * float64(time.Second)).Round(time.Second)
	d.Reason = fmt.Sprintf("the same question was answered %s ago by %s", age(ago), k.Answer.Model)
	if k.info.Hit == chat.HitSemantic {
		d.Reason = fmt.Sprintf("a question that means the same (%.2f) was answered %s ago by %s", k.info.Similarity, age(ago), k.Answer.Model)
	}
	return d
}

// notKept is the decision where only a kept answer is allowed and there is none.
func (p *plan) notKept() chat.RouteDecision {
	a := route.Assess(&p.question, 0)
	return chat.RouteDecision{
		Tier: chat.TierCache, Backend: chat.TierCache, Classification: p.rules.Level, ForcedBy: route.ForcedByMaxTier,
		Score: a.Score, Complexity: a.Complexity, QueryType: a.QueryType,
		Reason: "the highest tier allowed is the cache, and it has no answer to this very question",
	}
}

// age writes a time for a person: its largest unit.
func age(d time.Duration) string {
	switch {
	case d < time.Second:
		return "a moment"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// give announces a kept answer and writes it.
func (p *plan) give(k kept, out line) landing {
	info := k.info
	if err := out.route(p.kept(k), &info); err != nil {
		return landing{end: stream.End{Err: fmt.Errorf("write the route: %w", err)}}
	}
	return landing{end: p.write(k, out), entry: k.ID, saved: k.Answer.CostCents}
}

// write writes a kept answer with its secrets put back.
func (p *plan) write(k kept, w stream.Writer) stream.End {
	out := p.hide().writer(w)
	end := stream.End{Reason: k.Answer.Reason, Usage: k.Answer.Usage}
	for _, c := range []stream.Chunk{{Kind: stream.Thinking, Data: []byte(k.Answer.Thinking)}, {Kind: stream.Text, Data: []byte(k.Answer.Text)}} {
		if len(c.Data) == 0 {
			continue
		}
		if err := out.Write(c); err != nil {
			end.Err = err
			return end
		}
	}
	end.Err = out.Flush()
	return end
}

// keep stores the answer of a flight that ended cleanly, under placeholders for
// its secrets, and returns the entry's ID. What the outline says is not kept: it
// costs nothing and a model's answer is wanted in its place; nor is what stood in
// for a tier that failed, or holds a secret that the question does not; nor is what depends on files that
// tools have read, which are not in the key.
func (p *plan) keep(f *flight, end stream.End) string {
	if !p.writes() {
		return ""
	}
	look, d := p.lookup(), p.first.decision
	if end.Err != nil || f.fell || f.looked || f.moved != nil || d.FallbackFrom != "" {
		look.Done()
		return ""
	}
	text, thinking := f.log.texts()
	if text == "" { // whoever asks again wants another try
		look.Done()
		return ""
	}
	h := p.hide()
	answer := cache.Answer{
		Reason: end.Reason, Usage: end.Usage, CostCents: f.spent,
		Tier: d.Tier, Backend: d.Backend, Model: d.Model, Digest: p.digest(),
	}
	answer.Text, _ = h.vault.Redact(text)
	answer.Thinking, _ = h.vault.Redact(thinking)
	if !p.restores(&answer, text, thinking) {
		look.Done()
		return ""
	}
	return look.Store(answer)
}

// digest is that of the local model as it is known by now: of a model that is
// configured by its name it is learnt beside the first answer.
func (p *plan) digest() string {
	return cmp.Or(p.setup.Local.Digest(p.target.Model.ID), p.target.Model.Digest)
}

// restores reports whether the question brings back what was replaced in its
// answer. A secret that stands in the answer alone, as that of an example does,
// is nowhere to be had when the question is asked again.
func (p *plan) restores(a *cache.Answer, text, thinking string) bool {
	if a.Text == text && a.Thinking == thinking {
		return true
	}
	v := p.hideSecrets().vault // the plan's own has learnt the answer's secrets
	return v.Restore(a.Text) == text && v.Restore(a.Thinking) == thinking
}

// Feedback takes what a person thought of an answer. The entry of a bad one is
// removed from the cache.
func (e *Engine) Feedback(ctx context.Context, messageID string, good bool) error {
	entry, err := e.conversations.Entry(messageID)
	if err != nil || entry == "" {
		return err
	}
	if _, err := e.setup.Load().Cache.Feedback(ctx, entry, good); err != nil {
		return fmt.Errorf("remove the answer from the cache: %w", err)
	}
	return nil
}

// ErrNoEntry is returned for an identifier that no kept answer has any more.
var ErrNoEntry = errors.New("no answer is kept under this identifier")

// Kept returns the kept answer that a [chat.CacheInfo] names by its EntryID, with
// the question it was made for. Secrets stand in both as placeholders.
func (e *Engine) Kept(ctx context.Context, entryID string) (cache.Entry, error) {
	entry, found, err := e.setup.Load().Cache.Entry(ctx, entryID)
	if err != nil {
		return entry, fmt.Errorf("look up the kept answer: %w", err)
	}
	if !found {
		return entry, ErrNoEntry
	}
	return entry, nil
}

// Trouble returns what has gone wrong with what the engine keeps since it was last
// called, nil where nothing has. Each is told once.
func (e *Engine) Trouble() error {
	return errors.Join(e.troubles.fresh(e.setup.Load().Cache.Err(), e.conversations.Err()), e.prompts.Err())
}

// ErrNoMessage is returned for an identifier that no message has.
var ErrNoMessage = store.ErrNoMessage

// ClearCache removes every kept answer and returns how many there were.
func (e *Engine) ClearCache(ctx context.Context) (int, error) {
	n, err := e.setup.Load().Cache.Clear(ctx)
	if err != nil {
		return n, fmt.Errorf("clear the cache: %w", err)
	}
	return n, nil
}
