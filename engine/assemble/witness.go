package assemble

import (
	"github.com/rigrun/rigrun-lsp/engine/audit"
	"github.com/rigrun/rigrun-lsp/engine/door"
)

// witness records the door's decisions in the audit log.
type witness struct{ log *audit.Log }

var (
	_ door.Witness = witness{}
	_ door.Hasher  = witness{}
)

// Hash stands for a body in the log.
func (w witness) Hash(body []byte) string { return w.log.Hash(body) }

// Passed records a request that is about to be sent. The small calls without a
// body (lists of models) tell a server nothing and are left out.
func (w witness) Passed(p door.Passage) {
	if p.Bytes > 0 {
		w.log.Record(event(audit.EventSend, p))
	}
}

// Refused records a request that was not sent.
func (w witness) Refused(p door.Passage, v *door.Violation) {
	e := event(audit.EventRefuse, p)
	e.Rule = v.Rule
	w.log.Record(e)
}

func event(name string, p door.Passage) audit.Event {
	e := audit.Event{
		Event: name, Tier: p.Role.String(), Model: p.Model, Level: p.Level.String(),
		Destination: p.Host, RequestBytes: p.Bytes, Prompt: p.Digest,
	}
	if len(p.Secrets) > 0 {
		e.Redactions = map[string]int{}
		for _, kind := range p.Secrets {
			e.Redactions[kind]++
		}
	}
	return e
}
