package route

import (
	"math"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// feature numbers the features of a question, in the order of [weights].
type feature int

const (
	always feature = iota
	length
	sentences
	parts
	longWords
	lookupOpening
	choreWords
	designWords
	proofWords
	deepWords
	constraintWords
	connectiveWords
	scaleWords
	numbers
	symbols
	failureWords
	framesSeen
	actionExplain
	actionFix
	actionRefactor
	actionDocument
	actionTests
	actionReview
	codeLines
	codeDepth
	contextItems
	historyTurns
	windowUse
	featureCount
)

// features measures a question. Every feature lies in 0…1.
func features(q *Question, window int) (f [featureCount]float64, t text) {
	t = scan(q.Message)
	s := shapeOf(q.Context)
	f[always] = 1
	f[length] = logarithm(t.words, 300)
	f[sentences] = saturate(max(0, t.sentences-1), 3)
	f[parts] = saturate(t.parts, 3)
	f[longWords] = saturate(t.long, 4)
	if t.opening&lookup != 0 {
		f[lookupOpening] = max(0, 1-float64(t.words)/20)
	}
	for i, c := range []class{chore, design, proof, deep, constraint, connective, scale} {
		f[int(choreWords)+i] = saturate(t.count(c), 2)
	}
	f[numbers] = saturate(t.numbers, 3)
	f[symbols] = saturate(t.symbols, 4)
	f[failureWords] = saturate(t.count(failure)+s.diagnostics, 1)
	f[framesSeen] = saturate(t.frames, 2)
	if a, ok := actionFeature(q.Action); ok {
		f[a] = 1
	}
	f[codeLines] = logarithm(s.lines, 1000)
	f[codeDepth] = saturate(s.depth, 4)
	f[contextItems] = saturate(max(0, s.items-1), 3)
	f[historyTurns] = logarithm(q.Turns, 30)
	f[windowUse] = crowding(len(q.Message)+s.bytes, window)
	return f, t
}

// saturate maps a count to 0…1, reaching one half at half.
func saturate(n, half int) float64 { return float64(n) / float64(n+half) }

// logarithm maps a count to 0…1 so that each doubling adds the same, up to full.
func logarithm(n, full int) float64 {
	if n == 0 {
		return 0
	}
	return min(1, math.Log1p(float64(n))/math.Log1p(float64(full)))
}

// crowding says how far a prompt of so many bytes (four to a token) exceeds half
// of a window of so many tokens: 0 up to half of it, 1 from all of it on. The
// other half is for the answer, and for the instructions around the question. A
// window nobody knows is not crowded.
func crowding(bytes, window int) float64 {
	if window <= 0 {
		return 0
	}
	return min(1, max(0, float64(bytes)/float64(2*window)-1))
}

// actionFeature is the feature of an action; a free question has none.
func actionFeature(a chat.Action) (feature, bool) {
	switch a {
	case chat.Explain:
		return actionExplain, true
	case chat.Fix:
		return actionFix, true
	case chat.Refactor:
		return actionRefactor, true
	case chat.Document:
		return actionDocument, true
	case chat.Tests:
		return actionTests, true
	case chat.Review:
		return actionReview, true
	}
	return 0, false
}
