package route

import (
	"fmt"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// The values of RouteDecision.ForcedBy that Decide uses.
const (
	ForcedByMode       = "mode"
	ForcedByNoCloudKey = "noCloudKey"
)

// Candidate is a backend that can answer, and the model it would use.
type Candidate struct {
	Backend string
	Model   string
	Address string // host:port, for the reason; "" for a backend inside the process
}

// Settings are the parts of the configuration that bear on a decision.
type Settings struct {
	Mode           chat.Mode
	Classification chat.Level
}

// Decide routes a question to c.
func Decide(req chat.Request, s Settings, c Candidate) chat.RouteDecision {
	score := Score(req)
	d := chat.RouteDecision{
		Tier:           chat.TierLocal,
		Backend:        c.Backend,
		Model:          c.Model,
		Score:          score,
		Complexity:     complexity(score),
		QueryType:      queryType(req),
		Classification: max(req.Classification, s.Classification),
		Reason:         fmt.Sprintf("%s at %s is the configured local model server", c.Backend, c.Address),
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

// The weights of Score. Each says how much its feature, which lies in 0…1, adds.
const (
	weightAction   = 0.40 // what is asked for: explaining is easier than changing
	weightCode     = 0.35 // how much code the answer has to take in
	weightQuestion = 0.25 // how much the question itself says
)

// The sizes at which the size features reach one half.
const (
	halfCodeBytes     = 8 << 10
	halfQuestionBytes = 1 << 10
)

// Score says how much a question wants a strong model: 0 is none at all, 1 is as much as possible.
func Score(req chat.Request) float64 {
	code := 0
	for _, item := range req.Context {
		code += len(item.Text)
	}
	return weightAction*actionWeight(req.Action) +
		weightCode*saturate(code, halfCodeBytes) +
		weightQuestion*saturate(len(req.Message), halfQuestionBytes)
}

// saturate maps a size to 0…1, reaching one half at half.
func saturate(n, half int) float64 { return float64(n) / float64(n+half) }

// actionWeight orders the actions by how much reasoning a good answer takes.
func actionWeight(a chat.Action) float64 {
	switch a {
	case chat.Document:
		return 0.2
	case chat.Explain:
		return 0.3
	case chat.Tests:
		return 0.5
	case chat.Fix:
		return 0.6
	case chat.Refactor:
		return 0.7
	case chat.Review:
		return 0.8
	}
	return 0.25
}

// complexity cuts the score's range into the five named parts.
func complexity(score float64) chat.Complexity {
	switch {
	case score < 0.15:
		return chat.Trivial
	case score < 0.35:
		return chat.Simple
	case score < 0.55:
		return chat.Moderate
	case score < 0.75:
		return chat.Complex
	}
	return chat.Expert
}

// queryType is the action, "question" for a free question about code and "chat" for one about none.
func queryType(req chat.Request) string {
	switch {
	case req.Action != "":
		return string(req.Action)
	case len(req.Context) > 0:
		return "question"
	}
	return "chat"
}
