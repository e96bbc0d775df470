package route

import (
	"math"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// pick is the cloud tier for a question, or why there is none.
type pick struct {
	tier    *Tier // nil where the limits allow none
	refused *Tier // the cheapest that the limits refused
	above   bool  // the tier that the caller names is above the highest allowed
	lowered bool  // a rule allows less than the score asks for
}

// tierFor is the place of the tier that a score asks for: the scores from a
// threshold to 1 are shared out among all tiers in equal parts.
func (r *Rules) tierFor(score, threshold float64) int {
	n := len(r.Tiers)
	part := math.Floor((score - threshold) / (1 - threshold) * float64(n))
	return int(min(max(part, 0), float64(n-1)))
}

// noCloud says why no cloud tier can be used, "" where one can.
func (r *Rules) noCloud() string {
	if r.NoCloud == "" && len(r.Tiers) == 0 {
		return "no cloud tier is configured"
	}
	return r.NoCloud
}

// pickFor finds the tier that a question of a score gets.
func pickFor(score float64, q *Question, r *Rules, l *Local) pick {
	if i := named(q, r); i >= 0 {
		return r.named(i, q)
	}
	return r.from(r.tierFor(score, strongFrom(l)), q)
}

// named takes the tier at i, which the caller named, or none.
func (r *Rules) named(i int, q *Question) pick {
	t := &r.Tiers[i]
	if above := i >= reach(r.MaxTier, r.Tiers); above || !r.affords(q, t) {
		return pick{refused: t, above: above}
	}
	return pick{tier: t}
}

// from takes the tier at i or the next cheaper one that is allowed, holds the
// prompt and costs no more than allowed. It looks above i only where no window
// up to i is large enough. Where no window is, all count as large enough.
func (r *Rules) from(i int, q *Question) pick {
	top := min(i, reach(r.MaxTier, r.Tiers)-1)
	least := r.holding(q)
	p := pick{lowered: top < i}
	for top = max(top, least); top >= 0; top-- {
		t := &r.Tiers[top]
		if least >= 0 && overflows(q, t.ContextLength) {
			continue
		}
		if r.affords(q, t) {
			p.tier = t
			return p
		}
		p.refused, p.lowered = t, true
	}
	return p
}

// affords reports whether a tier's estimated cost is within the limits.
func (r *Rules) affords(q *Question, t *Tier) bool {
	return within(q, t, r.MaxAnswerCents) && within(q, t, r.DayLeftCents)
}

// within reports whether a tier's estimated cost is within a limit. A negative
// limit is none; a price nobody knows is within no other.
func within(q *Question, t *Tier, limit float64) bool {
	return limit < 0 || t.Price.known() && estimate(q, t) <= limit
}

// toCloud makes a decision one for the picked tier.
func (p pick) toCloud(d *chat.RouteDecision, q *Question) {
	d.Tier, d.Backend, d.Model = p.tier.name(), cloudBackend, p.tier.Model
	d.EstimatedCostCents = estimate(q, p.tier)
}

func (t *Tier) name() string {
	if t.Name == "" {
		return chat.TierCloud
	}
	return t.Name
}
