// Package route chooses where a question is answered, and says why.
//
// It is pure: [Decide] is given the question and what is available and returns
// a decision; it asks no server, reads no clock, starts nothing and keeps
// nothing, so it may be called from any goroutine. There are two tiers today's
// decision can name: "local" with a model server, and "local" with the built-in
// outline where no model server can answer ([Fallback]).
//
// # The score
//
// [Assess] says how much a question wants a strong model, from 0 to 1. A message
// is read once, word by word, and its context once, line by line (scan.go,
// shape.go). What they hold becomes a few dozen features between 0 and 1
// (features.go), and the score is the logistic function of their weighted sum.
// The weights stand in one table with a reason each (weights.go), so that any
// score can be worked out by hand. From [StrongFrom] on, a question wants the
// strong model; the five complexities are ranges of the score.
//
// Words count whole and in any case: "show" holds no "how" and "unicode" no
// "code". The vocabulary is English; a question in another language is scored by
// its length, its structure, its code and its action.
//
// # Where the weights come from
//
// testdata holds questions with the complexity a senior engineer would give
// them: development.jsonl, which the weights are fitted on, and held-out.jsonl,
// which is only measured. `go test ./engine/route -run TestFit -fit` fits the
// weights anew and writes them into weights.go; without -fit the test fails
// where the table says something else than the set. `go test ./engine/route -v
// -run TestHeldOut` prints the agreement. How the score does on other subjects is
// measured by the tool in bench/apgr on a file of two models' answers.
package route
