package route

import (
	"slices"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// wish is why a question that nothing forces would go to the cloud.
type wish int

// The wishes. The first that applies counts.
const (
	wishNone       wish = iota
	wishMode            // the caller asks for the cloud
	wishModel           // the caller names a tier's model
	wishWindow          // the local model's window is too small, and a tier's is not
	wishCapability      // the local model cannot chat
	wishScore           // the question looks too hard for the local model
	wishServer          // there is no local model server
)

// wishFor says whether, and why, a question of a score would go to the cloud.
func wishFor(score float64, q *Question, r *Rules, l *Local) wish {
	switch {
	case r.Mode == chat.ModeCloud:
		return wishMode
	case named(q, r) >= 0:
		return wishModel
	case overflows(q, l.ContextLength) && r.holding(q) >= 0:
		return wishWindow
	case len(l.Capabilities) > 0 && !slices.Contains(l.Capabilities, "completion"):
		return wishCapability
	case q.Model == "" && !r.PreferLocal && score >= strongFrom(l):
		return wishScore
	case l.Backend == "":
		return wishServer
	}
	return wishNone
}

// named is the place of the tier whose model the caller names, -1 where none is.
func named(q *Question, r *Rules) int {
	if q.Model == "" {
		return -1
	}
	return slices.IndexFunc(r.Tiers, func(t Tier) bool { return t.Model == q.Model })
}

// overflows reports whether a question's prompt is larger than a window. A
// window nobody knows holds everything.
func overflows(q *Question, window int) bool { return window > 0 && promptTokens(q) > window }

// holding is the place of the first allowed tier whose window holds the prompt, -1 where none does.
func (r *Rules) holding(q *Question) int {
	return slices.IndexFunc(r.Tiers[:reach(r.MaxTier, r.Tiers)], func(t Tier) bool { return !overflows(q, t.ContextLength) })
}
