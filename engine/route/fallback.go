package route

import "github.com/rigrun/rigrun-lsp/engine/chat"

// Next says what answers in place of a tier that failed before its first byte,
// for the reason why, a part of a sentence: "gpt-5 does not answer (503)". A
// cloud tier is followed by the local model; the local model by the first cloud
// tier, where the mode is auto and the rules and limits allow it; and either by
// the built-in outline, which nothing follows: Next then returns false. No tier
// that failed is tried again. FallbackFrom is the tier that failed.
func Next(failed chat.RouteDecision, why string, q *Question, r *Rules, l *Local, outline Local) (chat.RouteDecision, bool) {
	if failed.Backend == outline.Backend && failed.FallbackFrom != "" {
		return chat.RouteDecision{}, false
	}
	d := failed
	d.FallbackFrom, d.EstimatedCostCents = failed.Tier, 0
	p := phrase(nil).name(why).add(": ")
	if failed.FallbackFrom == "" { // else the other side has failed already
		if failed.Tier != chat.TierLocal {
			if l.Backend != "" {
				d.Tier, d.Backend, d.Model = chat.TierLocal, l.Backend, l.Model
				d.Reason = string(p.server(l.Backend, l.Address).add(" answers instead").crowded(q, l))
				return d, true
			}
		} else if c := substitute(q, r); c.tier != nil {
			c.toCloud(&d, q)
			d.Reason = string(p.cloud(c, q))
			return d, true
		}
	}
	d.Tier, d.Backend, d.Model = chat.TierLocal, outline.Backend, outline.Model
	d.Reason = string(kept(&failed, why, r).add(": built-in outline; start Ollama for full answers"))
	return d, true
}

// kept says why the outline stands in: that the last server failed, and what kept
// the question from the cloud, which would have answered.
func kept(failed *chat.RouteDecision, why string, r *Rules) phrase {
	if by, rule := Forced(r); by != "" {
		return phrase(nil).name(rule).add(": stays on this machine; ").name(why)
	}
	if failed.ForcedBy == ForcedByNoCloudKey && failed.Backend == "" {
		return phrase(nil).add(failed.Reason) // which begins with the missing server
	}
	return phrase(nil).name(why)
}

// substitute is the cloud tier that may stand in for the local model.
func substitute(q *Question, r *Rules) pick {
	if by, _ := Forced(r); by != "" || !r.auto() || r.noCloud() != "" {
		return pick{}
	}
	return r.from(0, q)
}
