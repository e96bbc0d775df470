// Package route chooses where a question is answered, and says why.
//
// It is pure: [Decide] is given the question ([Question]), what is allowed
// ([Rules]) and what is there ([Local], [Tier]), and returns a decision. It asks
// no server, reads no clock, starts nothing and keeps nothing, so it may be called
// from any goroutine; what it is given, it only reads. The same question under the
// same rules is always routed the same way.
//
// # The order of the rules
//
// First, what forces a question to stay, whatever it is ([Forced]): its
// classification (CUI and above), paranoid mode, offline mode, secrets, the mode
// "local", a highest tier below the cloud. Nothing else is looked at then; the
// score that such a decision carries is worked out afterwards, for whoever reads it.
//
// Then, whether the question wants the cloud: the caller asks for it, or names a
// cloud model; the local model's window is too small, or the model cannot chat; or
// the question looks too hard for it, which is a score of [StrongFrom] or more for
// a model of about 7B, less for a smaller one and more for a larger (strength.go);
// or there is no local server. A model that the caller names and no tier has is a
// local one. Where local answers are preferred, a hard question is no reason.
//
// Then, which tier: the scores from that limit to 1 are shared out among the tiers
// in equal parts, cheapest first. The tier is lowered to the highest allowed, and
// further until its window holds the prompt and its estimated cost is within the
// limits. Where no tier is left, or the cloud cannot be used, the question stays
// here, and the reason says so.
//
// Costs are estimated before the answer (four bytes to a token, a usual length for
// each action), and computed after it by what the server counted ([Cost]). A price
// that nobody knows is within no limit.
//
// # After a failure
//
// [Next] says what answers in place of a tier that failed before its first byte:
// the local model after the cloud, the cheapest allowed tier after the local model,
// the built-in outline after both. Whatever forced the first decision holds for
// those too.
//
// # The reason
//
// Every decision has one: a sentence without its full stop, for a person, which
// names servers, models and prices and never holds anything of the question.
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
