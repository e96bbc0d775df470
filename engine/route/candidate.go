package route

import (
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Candidate is a backend that can answer, the model it would use, and what that
// model would have to read besides the question.
type Candidate struct {
	Backend string
	Model   string
	Address string // host:port, for the reason; "" for a backend inside the process

	ContextLength int // the model's window in tokens, 0 where nobody knows
	Turns         int // the conversation's messages before this one
}

// Settings are the parts of the configuration that bear on a decision.
type Settings struct {
	Mode           chat.Mode
	Classification chat.Level
}

// DecideLocal routes a question to c.
func DecideLocal(req chat.Request, s Settings, c Candidate) chat.RouteDecision {
	a := Assess(&Question{Request: req, Turns: c.Turns}, c.ContextLength)
	d := chat.RouteDecision{
		Tier:           chat.TierLocal,
		Backend:        c.Backend,
		Model:          c.Model,
		Score:          a.Score,
		Complexity:     a.Complexity,
		QueryType:      a.QueryType,
		Classification: max(req.Classification, s.Classification),
		Reason:         string(phrase(nil).server(c.Backend, c.Address)) + " is the local model server",
	}
	mode := req.Mode
	if mode == "" {
		mode = s.Mode
	}
	switch mode {
	case chat.ModeCloud:
		d.ForcedBy = ForcedByNoCloudKey
		d.Reason += "; the cloud was asked for, but no cloud model can be used"
	case chat.ModeLocal:
		d.ForcedBy = ForcedByMode
	case chat.ModeAuto:
	}
	return d
}

// Fallback is the decision for the built-in outline when d's backend, or every
// model server, could not answer for the given reason.
func Fallback(d chat.RouteDecision, outline Candidate, reason string) chat.RouteDecision {
	d.FallbackFrom = d.Tier
	d.Backend, d.Model = outline.Backend, outline.Model
	d.Reason = reason + ": built-in outline; start Ollama for full answers"
	return d
}
