package route

import "github.com/rigrun/rigrun-lsp/engine/chat"

// cloudBackend is the backend of every cloud tier: they all speak OpenAI's protocol.
const cloudBackend = "openai"

// Decide routes a question: first by what [Forced] says, then by what the
// question needs. It always returns a decision. Its backend is "" where the
// question stays on this machine and there is no local model server: [Next] then
// says what stands in.
func Decide(q *Question, r *Rules, l *Local) chat.RouteDecision {
	var buf [longReason]byte
	reason := phrase(buf[:0])
	d := chat.RouteDecision{Tier: chat.TierLocal, Backend: l.Backend, Model: l.Model, Classification: r.Level}
	by, why := Forced(r)
	d.ForcedBy = by
	if by != "" { // the tier is settled: the assessment only describes the question
		reason = reason.name(why).add(": stays on this machine").crowded(q, l)
	}
	a := Assess(q, l.ContextLength)
	d.Score, d.Complexity, d.QueryType = a.Score, a.Complexity, a.QueryType
	if by == "" {
		reason = choose(&d, reason, q, r, l)
	}
	d.Reason = string(reason)
	return d
}

// choose completes a decision that nothing forces, and says its reason.
func choose(d *chat.RouteDecision, p phrase, q *Question, r *Rules, l *Local) phrase {
	w := wishFor(d.Score, q, r, l)
	if w == wishNone {
		return p.here(l).crowded(q, l)
	}
	if no := r.noCloud(); no != "" {
		if w != wishServer {
			d.ForcedBy = ForcedByNoCloudKey
		}
		return p.refused(w, d, q, l).name(no)
	}
	c := pickFor(d.Score, q, r, l)
	if c.tier == nil {
		return p.refused(w, d, q, l).obstacle(c, q, r)
	}
	if w == wishServer {
		d.FallbackFrom = chat.TierLocal
	}
	c.toCloud(d, q)
	return p.wish(w, d, q, l).add(": ").cloud(c, q)
}
