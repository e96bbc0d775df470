package route

import "github.com/rigrun/rigrun-lsp/engine/chat"

// Price is what a model costs, in US dollars per million tokens.
type Price struct {
	In, Out float64
	Known   bool // without it, the price is unknown and no limit allows it
}

// dearest is the highest price believed, in dollars per million tokens: a
// figure beyond it, or one that is no number, is a mistake in the configuration.
const dearest = 1e6

// known reports whether costs can be computed.
func (p Price) known() bool {
	return p.Known && p.In >= 0 && p.In <= dearest && p.Out >= 0 && p.Out <= dearest
}

// Cost is what an answer cost, in cents; 0 where the price is not known.
func Cost(p Price, usage chat.Usage) float64 {
	if !p.known() {
		return 0
	}
	return cents(p, usage.PromptTokens, usage.CompletionTokens)
}

// cents is the price of so many tokens: a dollar per million tokens is 1/10,000
// of a cent per token.
func cents(p Price, in, out int) float64 {
	return (p.In*float64(max(0, in)) + p.Out*float64(max(0, out))) / 10_000
}

// Saved is what an answer that cost nothing would have cost, in cents, on the
// cloud tier that its score asks for, as far as the rules allow it. It is 0 where the cloud answered, where a
// rule kept the question from every cloud tier, where another tier stood in for
// one that failed, and where the price is not known: nobody saved anything then.
func Saved(usage chat.Usage, r *Rules, d chat.RouteDecision) float64 {
	local := d.Tier == chat.TierLocal || d.Tier == chat.TierCache
	if by, _ := Forced(r); !local || by != "" || d.FallbackFrom != "" || r.noCloud() != "" {
		return 0
	}
	i := min(r.tierFor(d.Score, StrongFrom), reach(r.MaxTier, r.Tiers)-1)
	return Cost(r.Tiers[i].Price, usage)
}

// promptTokens estimates a prompt's tokens: four bytes to one, the usual average
// for English and code.
func promptTokens(q *Question) int { return max(0, q.PromptBytes) / 4 }

// answerTokens is the expected length of an answer to an action, for the
// estimated cost only. An explanation is a handful of paragraphs; tests repeat
// the code they test several times; a free question is between them. A person
// reads no more than that, so that longer answers are rare.
func answerTokens(a chat.Action) int {
	switch a {
	case chat.Document:
		return 300
	case chat.Explain, chat.Fix:
		return 500
	case chat.Refactor, chat.Review:
		return 800
	case chat.Tests:
		return 1200
	}
	return 600
}

// estimate is the expected cost of an answer by a tier, in cents; 0 where its
// price is not known.
func estimate(q *Question, t *Tier) float64 {
	return Cost(t.Price, chat.Usage{PromptTokens: promptTokens(q), CompletionTokens: answerTokens(q.Action)})
}
