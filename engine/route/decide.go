package route

import "github.com/rigrun/rigrun-lsp/engine/chat"

// cloudBackend is the backend of every cloud tier: they all speak OpenAI's protocol.
const cloudBackend = "openai"

// Decide routes a question: first what [Forced] says, then what the question
// needs. It always returns a decision. Its backend is "" where the local tier was
// chosen and there is no local model server: [Next] then says what stands in.
func Decide(q *Question, r *Rules, l *Local) chat.RouteDecision {
	d := chat.RouteDecision{Tier: chat.TierLocal, Backend: l.Backend, Model: l.Model, Classification: r.Level}
	by, why := Forced(r)
	if by != "" { // the tier is settled: the assessment only describes the question
		d.ForcedBy = by
		d.Reason = sentence(why + ": stays on this machine" + crowded(q, l))
	}
	a := assess(&q.Request, q.Turns, l.ContextLength)
	d.Score, d.Complexity, d.QueryType = a.Score, a.Complexity, a.QueryType
	if by == "" {
		choose(&d, q, r, l)
	}
	return d
}

// choose completes a decision that nothing forces.
func choose(d *chat.RouteDecision, q *Question, r *Rules, l *Local) {
	w := wishFor(d.Score, q, r, l)
	if w == wishNone {
		d.Reason = sentence(here(l) + crowded(q, l))
		return
	}
	if no := r.noCloud(); no != "" {
		if w != wishServer {
			d.ForcedBy = ForcedByNoCloudKey
		}
		d.Reason = sentence(here(l) + "; " + w.clause(d, q, l) + ", but " + no)
		return
	}
	p := pickFor(d.Score, q, r, l)
	if p.tier == nil {
		d.Reason = sentence(here(l) + "; " + w.clause(d, q, l) + ", but " + p.obstacle(q, r))
		return
	}
	if w == wishServer {
		d.FallbackFrom = chat.TierLocal
	}
	reason := w.clause(d, q, l) + ": "
	p.toCloud(d, q)
	d.Reason = sentence(reason + p.words(q))
}
