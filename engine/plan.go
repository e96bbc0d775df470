package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/store"
)

// plan is a question ready to run: what it says, what it may do, and its first
// attempt. Its fields are not changed once it runs.
type plan struct {
	setup    *Setup
	question route.Question
	rules    route.Rules
	local    route.Local
	target   local.Target // who answers where the tier is local and local.Backend is set
	asked    prompt.Question
	turns    []chat.Turn // all that may be sent, with nothing hidden and nothing cut
	shared   bool        // may be answered together with identical questions
	first    attempt
	refused  string // why a kept answer to a like question is not given, "" where there was none

	// The prompt as a cloud server is sent it, and the question's way through the
	// cache: each made once, when it is needed.
	hide   func() *hidden
	lookup func() *cache.Lookup

	renew func(ctx context.Context) // has what is known of the local models renewed, see Engine.renewer
}

// attempt is one backend's turn at a plan.
type attempt struct {
	decision chat.RouteDecision
	backend  Backend
	prompt   chat.Prompt
	hidden   *hidden     // what was replaced in the prompt; nil where nothing was
	sent     prompt.Sent // what the prompt was cut to; nothing for the outline, which has none
	err      error       // why it cannot be made, nil where it can
	again    bool        // the server refused the prompt once for its length
}

// prepare renders the prompt and joins the rules that hold for what is in it. It
// contacts nobody.
func (e *Engine) prepare(req chat.Request, asked prompt.Question, before store.Before) (*plan, error) {
	setup := e.setup.Load()
	asked.Summary, asked.History = before.Summary, before.History
	p := &plan{setup: setup, asked: asked, turns: asked.Render(), shared: req.Cache == "" || req.Cache == chat.CacheOn}
	level := max(req.Classification, before.Classification, sentLevel(p.turns, req.Context))
	var err error
	if p.rules, err = setup.rulesFor(&req, level); err != nil {
		return nil, err
	}
	p.question = route.Question{Request: req, PromptBytes: promptBytes(p.turns), Turns: len(before.History)}
	p.hide = sync.OnceValue(p.hideSecrets)
	p.rules.Secrets = setup.staysFor(&p.rules, before.Sealed, p.turns)
	p.lookup = sync.OnceValue(p.lookUp)
	p.renew = e.renewer(setup.Local)
	return p, nil
}

// route chooses a backend and makes the plan's first attempt.
func (e *Engine) route(ctx context.Context, p *plan) error {
	d, err := p.decide(ctx)
	if err != nil {
		if !replaceable(err) {
			return err
		}
		d, _ = route.Next(d, sentence(err), &p.question, &p.rules, &p.local, e.outlineLocal())
	}
	if p.target.Backend != nil {
		e.gauges.of(p.local.Backend, p.local.Model).calibrate(ctx, &p.target, p.question.PromptBytes)
	}
	a := e.attempt(p, d)
	if a.err != nil {
		next, ok := e.next(p, a, a.err)
		if !ok {
			return a.err
		}
		a = next
	}
	p.first = a
	return nil
}

// decide routes the question. Where the cloud was asked for and may answer, no
// local server is contacted. The error is that of a local server that the
// decision needs.
func (p *plan) decide(ctx context.Context) (chat.RouteDecision, error) {
	if by, _ := route.Forced(&p.rules); by == "" && p.rules.Mode == chat.ModeCloud && p.rules.NoCloud == "" {
		if d := route.Decide(&p.question, &p.rules, &p.local); d.Tier != chat.TierLocal {
			return d, nil
		}
	}
	missing := p.findLocal(ctx)
	d := route.Decide(&p.question, &p.rules, &p.local)
	if d.Tier == chat.TierLocal {
		return d, missing
	}
	return d, nil
}

// findLocal asks who answers on this machine.
func (p *plan) findLocal(ctx context.Context) (missing error) {
	model := p.question.Model
	if slices.ContainsFunc(p.rules.Tiers, func(t route.Tier) bool { return t.Model == model }) {
		model = "" // it names a cloud tier's; where that may not answer, any other will do
	}
	p.target, missing = p.setup.Local.Pick(ctx, model)
	if missing != nil {
		p.local.Missing = sentence(missing)
		return missing
	}
	m := p.target.Model
	p.local = route.Local{
		Backend: p.target.Backend.Name(), Model: m.ID, Address: p.setup.Local.Address(),
		ContextLength: m.ContextLength, SizeBytes: m.SizeBytes, Capabilities: m.Capabilities,
	}
	return nil
}

// next is the attempt after one that failed with err before its first byte. ok is
// false where there is none: a caller who asked for the cloud by its mode is told
// what failed, and not given something else.
func (e *Engine) next(p *plan, failed attempt, err error) (a attempt, ok bool) {
	cloud := p.isCloud(failed.decision.Tier)
	if cloud && (p.rules.Mode == chat.ModeCloud || !passing(err)) || !cloud && !replaceable(err) {
		return attempt{}, false
	}
	d, ok := route.Next(failed.decision, sentence(err), &p.question, &p.rules, &p.local, e.outlineLocal())
	if !ok {
		return attempt{}, false
	}
	a = e.attempt(p, d)
	if a.err != nil {
		return e.next(p, a, a.err)
	}
	a.prompt.Reason = sentence(err)
	return a, true
}

// attempt puts together what a decision needs to run.
func (e *Engine) attempt(p *plan, d chat.RouteDecision) attempt {
	a := attempt{decision: d, prompt: chat.Prompt{
		Model: d.Model, Level: d.Classification, Turns: p.turns,
		Action: p.question.Action, Question: p.question.Message, Context: p.question.Context,
	}}
	switch {
	case p.isCloud(d.Tier):
		a.backend = p.setup.Cloud
		a.hidden = p.hide()
		a.prompt.Question, a.prompt.Context = "", nil
	case d.Backend == e.outline.Name() && d.Model == e.outlineModel:
		a.backend = e.outline
		a.prompt.Reason = noServer(p.setup.Local)
		return a
	default:
		a.backend = p.target.Backend
	}
	a.err = e.fit(p, &a)
	p.offer(&a)
	return a
}

// isCloud reports whether a tier is one of the plan's cloud tiers.
func (p *plan) isCloud(tier string) bool { return p.tier(tier) != nil }

// tier returns the cloud tier of a name, nil where it is none.
func (p *plan) tier(name string) *route.Tier {
	for i := range p.rules.Tiers {
		if p.rules.Tiers[i].Name == name {
			return &p.rules.Tiers[i]
		}
	}
	return nil
}

func (e *Engine) outlineLocal() route.Local {
	return route.Local{Backend: e.outline.Name(), Model: e.outlineModel}
}

// rulesFor joins the settings' rules with a question's own to the stricter of
// both. A mode is a wish, and the question's own counts. A question that names
// the model of a cloud tier asks for that tier.
func (s *Setup) rulesFor(req *chat.Request, level chat.Level) (route.Rules, error) {
	r := s.Rules
	r.Level = max(r.Level, level)
	if req.Mode != "" {
		r.Mode = req.Mode
	}
	if req.MaxTier != "" {
		if !route.KnownTier(req.MaxTier, r.Tiers) {
			return r, fmt.Errorf("%w %q", ErrUnknownTier, req.MaxTier)
		}
		r.MaxTier = route.LowerTier(r.MaxTier, req.MaxTier, r.Tiers)
	}
	if s.MaxDayCents >= 0 {
		spent, _, err := s.Ledger.Today()
		if err != nil {
			return r, fmt.Errorf("read what was spent today: %w", err)
		}
		r.DayLeftCents = max(s.MaxDayCents-spent, 0)
	}
	return r, nil
}

// promptBytes is the length of a prompt's text.
func promptBytes(turns []chat.Turn) int {
	n := 0
	for _, t := range turns {
		n += len(t.Content)
	}
	return n
}

// replaceable reports whether something else may answer in place of a local
// backend that failed with err before it wrote anything.
func replaceable(err error) bool {
	kind := chat.KindOf(err)
	return kind == chat.NoBackend || kind == chat.Unreachable
}

// passing reports whether a cloud server's failure leaves the question to the
// local one: everything that is the server's, the network's or the account's
// matter. A question that the door refused is answered here, too.
func passing(err error) bool {
	switch chat.KindOf(err) {
	case chat.NoBackend, chat.Unreachable, chat.Auth, chat.RateLimited, chat.Timeout,
		chat.ModelNotFound, chat.BadResponse, chat.ContextTooLong, chat.Policy:
		return true
	}
	return false
}

// sentence returns the message of err for use inside another sentence.
func sentence(err error) string {
	if e, ok := errors.AsType[*chat.Error](err); ok {
		return e.Message
	}
	return err.Error()
}

func noServer(l Local) string {
	return "no model server was found at " + l.Address()
}
