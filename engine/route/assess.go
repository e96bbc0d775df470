package route

import (
	"math"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// StrongFrom is the score from which a question wants a strong model; it is
// also where "complex" begins.
const StrongFrom = 0.5

// Where the other complexities begin.
const (
	simpleFrom   = 0.12
	moderateFrom = 0.29
	expertFrom   = 0.80
)

// Assessment is what a question looks like before anyone has answered it.
type Assessment struct {
	Score      float64 // 0…1, how much the question wants a strong model
	Complexity chat.Complexity
	QueryType  string // one of the Query constants
}

// Assess scores a question for a local model with a window of contextLength
// tokens, 0 where nobody knows. It reads the message and the context once, in
// time proportional to their length, and always says the same of the same
// question.
func Assess(q *Question, contextLength int) Assessment {
	f, t := features(q, contextLength)
	s := score(&f)
	return Assessment{Score: s, Complexity: complexity(s), QueryType: queryType(&q.Request, &t)}
}

// score is the logistic function of the weighted sum of the features, in steps
// of 1/10,000, so that it is the same on every processor.
func score(f *[featureCount]float64) float64 {
	sum := 0.0
	for i, x := range f {
		sum += weights[i] * x
	}
	return math.Round(10_000/(1+math.Exp(-sum))) / 10_000
}

// complexity cuts the score's range into the five named parts.
func complexity(score float64) chat.Complexity {
	switch {
	case score < simpleFrom:
		return chat.Trivial
	case score < moderateFrom:
		return chat.Simple
	case score < StrongFrom:
		return chat.Moderate
	case score < expertFrom:
		return chat.Complex
	}
	return chat.Expert
}
