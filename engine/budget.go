package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
)

// Tokenizer is a [Backend] that can count the tokens of texts with a model's own
// tokenizer. It is asked about fixed texts alone, never about a prompt.
type Tokenizer interface {
	CountTokens(ctx context.Context, model string, texts []string) ([]int, error)
}

// gauges are what is known about the models' windows and tokenizers. The zero
// value is ready for use.
type gauges struct {
	mu      sync.Mutex
	byModel map[string]*gauge // guarded by mu
}

// gauge is what is known about one model.
type gauge struct {
	counter prompt.Counter

	mu     sync.Mutex
	window int  // the least that its server has refused to go beyond, 0 before; guarded by mu
	told   int  // the window that the server told of when it did; guarded by mu
	asked  bool // its tokenizer was asked; guarded by mu
}

// maxGauges bounds how many models are remembered: their names come from requests.
const maxGauges = 256

// of returns the gauge of a backend's model.
func (g *gauges) of(backend, model string) *gauge {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byModel == nil || len(g.byModel) >= maxGauges {
		g.byModel = map[string]*gauge{}
	}
	name := backend + "\x00" + model
	if g.byModel[name] == nil {
		g.byModel[name] = &gauge{}
	}
	return g.byModel[name]
}

// limit is a window as far as it may be used: what its server told, or less
// where it has refused a prompt since. A server that tells of another window than
// it did then was started anew, and is taken at its word.
func (g *gauge) limit(told int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.window > 0 && told == g.told && (told == 0 || g.window < told) {
		return g.window
	}
	return told
}

// calibration bounds how long a tokenizer is waited for. A server that loads its
// model takes longer, and is asked again by no one: its answers' counts do.
const calibration = 500 * time.Millisecond

// calibrate asks a local server's tokenizer how it counts, once, where a prompt
// of so many bytes may need to be cut. To a window that nobody knows nothing is
// cut, and a first answer waits for no count. What is sent are fixed texts.
func (g *gauge) calibrate(ctx context.Context, target *local.Target, bytes int) {
	t, ok := target.Backend.(Tokenizer)
	window := g.limit(target.Model.ContextLength)
	if !ok || window == 0 || bytes < window || !g.first() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, calibration)
	defer cancel()
	// A server that cannot count is common; the estimate stays what it is.
	if counts, err := t.CountTokens(ctx, target.Model.ID, prompt.SampleTexts()); err == nil {
		g.counter.Calibrate(counts)
	}
}

// first reports whether a gauge's tokenizer was not asked before.
func (g *gauge) first() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.asked
	g.asked = true
	return !was
}

// refused takes what a server said of a prompt that is too long for it. It
// reports false where that does not help to make a shorter one.
func (g *gauge) refused(err error, estimated, told int) bool {
	e, ok := errors.AsType[*chat.Error](err)
	if !ok || e.Kind != chat.ContextTooLong || e.Window == 0 {
		return false
	}
	g.counter.Correct(estimated, e.Tokens)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.window, g.told = e.Window, told
	return true
}

// gauge is that of an attempt's model.
func (e *Engine) gauge(a *attempt) *gauge { return e.gauges.of(a.decision.Backend, a.decision.Model) }

// told is the window that an attempt's server has told of, 0 where it has not.
func (p *plan) told(a *attempt) int {
	if a.hidden != nil {
		return p.tier(a.decision.Tier).ContextLength
	}
	return p.target.Model.ContextLength
}

// fit cuts an attempt's prompt to its model's window. A question that does not go
// into a window which a refusal told of goes to the server all the same: that may
// have been started with a longer one since, as the refusal's hint says.
func (e *Engine) fit(p *plan, a *attempt) error {
	question, told := &p.asked, p.told(a)
	if a.hidden != nil {
		question = &a.hidden.question
	}
	g := e.gauge(a)
	var err error
	limit := g.limit(told)
	if a.sent, err = question.Fit(&g.counter, limit); err != nil && limit != told {
		a.sent, err = question.Fit(&g.counter, told)
	}
	if err != nil {
		return &chat.Error{
			Kind:    chat.ContextTooLong,
			Message: err.Error(),
			Hint:    "select less code, or ask a model with a longer context (rigrun.local.model)",
			Err:     err,
		}
	}
	if a.hidden != nil {
		a.hidden.redact(a.sent.Turns)
	}
	a.prompt.Turns, a.prompt.Tokens = a.sent.Turns, a.sent.Tokens
	return nil
}

// shorter is an attempt again with less of its prompt, after its server refused
// it for its length and said how much it takes. ok is false where that is no
// help, or was tried before; where tools have added to the prompt, its length is
// not the question's.
func (e *Engine) shorter(p *plan, failed *attempt, err error) (a attempt, ok bool) {
	if failed.again || len(failed.prompt.Rounds) > 0 || !e.gauge(failed).refused(err, failed.prompt.Tokens, p.told(failed)) {
		return attempt{}, false
	}
	a = e.attempt(p, failed.decision)
	a.again = true
	return a, a.err == nil && a.sent.Tokens < failed.sent.Tokens && a.sent.Tokens <= e.gauge(failed).limit(p.told(failed))
}

// learn takes a server's own count of an attempt's prompt. Where tools were
// offered it is a count of more than that.
func (e *Engine) learn(a *attempt, counted int) {
	if len(a.prompt.Tools) == 0 {
		e.gauge(a).counter.Learn(a.prompt.Tokens, counted)
	}
}

// asked is the question as a conversation keeps it: as it was sent, its secrets
// put back; "" where nothing was rendered.
func (a *attempt) asked() string {
	if len(a.sent.Turns) == 0 {
		return ""
	}
	if a.hidden != nil {
		return a.hidden.vault.Restore(a.sent.Asked())
	}
	return a.sent.Asked()
}

// told is an attempt's decision with what a person should know of its prompt.
// The audit log has it without: it may name files.
func (a *attempt) told(p *plan) chat.RouteDecision {
	d := a.decision
	if origin := p.asked.Texts.Origin; origin != "" {
		d.Reason += "; " + origin
	}
	d.Cause = d.Reason
	for _, note := range []string{a.sent.Note(), leftOut(p.question.Left)} {
		if note != "" {
			d.Reason += "; " + note
		}
	}
	return d
}

// nearly adds to a decision's reason why a kept answer that was near is not given.
// It is for the person alone: it may quote the question.
func nearly(d *chat.RouteDecision, refused string) {
	if refused != "" {
		note := "; a kept answer was " + refused
		d.Reason, d.Cause = d.Reason+note, d.Because()+note
	}
}

// maxLeftTold is how many pieces that were left out a decision's reason names; a
// result and a preview name them all.
const maxLeftTold = 3

// leftOut says what was asked for and is not in the prompt, "" where that is nothing.
func leftOut(left []chat.Left) string {
	if len(left) == 0 {
		return ""
	}
	told := make([]string, 0, maxLeftTold)
	for _, l := range left[:min(len(left), maxLeftTold)] {
		told = append(told, strings.TrimSpace(l.Name+" "+l.Reason))
	}
	note := "left out: " + strings.Join(told, ", ")
	if more := len(left) - maxLeftTold; more > 0 {
		note += fmt.Sprintf(" and %d more", more)
	}
	return note
}
