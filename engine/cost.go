package engine

import (
	"errors"
	"fmt"

	"github.com/rigrun/rigrun-lsp/engine/audit"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/ledger"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// counter counts the chunks of an answer.
type counter struct {
	next   stream.Writer
	chunks int
}

func (c *counter) Write(chunk stream.Chunk) error {
	c.chunks++
	return c.next.Write(chunk)
}

// estimate is what an attempt's next call may cost, in cents: the question's
// estimate, and what its rounds add to the prompt.
func (p *plan) estimate(a *attempt) float64 {
	t := p.tier(a.decision.Tier)
	if t == nil {
		return 0
	}
	more := sentBytes(&a.prompt) - promptBytes(a.prompt.Turns)
	return a.decision.EstimatedCostCents + route.Cost(t.Price, chat.Usage{PromptTokens: more / bytesPerToken})
}

// reserve sets aside what an attempt may cost. It fails where that would pass
// the day's limit, counted over all processes.
func (p *plan) reserve(a *attempt) (*ledger.Reservation, error) {
	r, err := p.setup.Ledger.Reserve(p.estimate(a), p.setup.MaxDayCents)
	if errors.Is(err, ledger.ErrOverLimit) {
		return nil, &chat.Error{
			Kind:    chat.Policy,
			Message: fmt.Sprintf("today's limit of %g ¢ does not leave enough for %s", p.setup.MaxDayCents, a.decision.Model),
			Hint:    `raise rigrun.routing.maxDayCents, or ask with mode "local"`,
		}
	}
	return r, err
}

// pay settles a reservation with what the call really cost and returns that, in
// cents. Where the server did not count the tokens, they are estimated from what
// was sent and received: a call that was cut off is billed, too.
func (p *plan) pay(a *attempt, r *ledger.Reservation, u chat.Usage, chunks int) float64 {
	if u.PromptTokens == 0 && chunks > 0 {
		u.PromptTokens = sentBytes(&a.prompt) / bytesPerToken
	}
	if u.CompletionTokens == 0 {
		u.CompletionTokens = chunks
	}
	cents := route.Cost(p.tier(a.decision.Tier).Price, u)
	r.Settle(cents)
	return cents
}

// counted fills in estimates where a server did not count: a chunk of a stream
// is a token for every server in use, and a prompt has [bytesPerToken].
func (p *plan) counted(u chat.Usage, chunks int) chat.Usage {
	if u.CompletionTokens == 0 && chunks > 0 {
		u.CompletionTokens, u.Estimated = chunks, true
	}
	if u.PromptTokens == 0 {
		u.PromptTokens, u.Estimated = (promptBytes(p.turns)+bytesPerToken-1)/bytesPerToken, true
	}
	return u
}

// saved is what an answer did not cost: that of the cloud tier it would have
// gone to, less what was spent.
func (p *plan) saved(d chat.RouteDecision, done landing) float64 {
	return max(route.Saved(done.end.Usage, &p.rules, d)-done.spent, done.saved, 0)
}

// audit records an event of this question.
func (p *plan) audit(event string, d chat.RouteDecision, u chat.Usage, cents float64) {
	e := audit.Event{
		Event: event, Tier: d.Tier, Backend: d.Backend, Model: d.Model,
		Level: d.Classification.String(), Rule: d.ForcedBy,
		PromptTokens: u.PromptTokens, CompletionTokens: u.CompletionTokens, CostCents: cents,
	}
	if event == audit.EventRoute {
		e.Reason, e.RequestBytes = d.Reason, p.question.PromptBytes
		e.Prompt = p.setup.Audit.Hash(joined(p.turns))
	}
	if p.isCloud(d.Tier) {
		e.Redactions = map[string]int{}
		for _, r := range p.hide().redactions {
			e.Redactions[r.Kind]++
		}
	}
	p.setup.Audit.Record(e)
}

// joined is a prompt's text in one piece.
func joined(turns []chat.Turn) []byte {
	var all []byte
	for _, t := range turns {
		all = append(append(all, t.Content...), 0)
	}
	return all
}
