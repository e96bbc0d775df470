// Package semantic decides whether a question that was asked before is the
// question that is asked now, so that its answer may be given again. It has two
// halves that know nothing of each other.
//
// An [Index] finds the nearest of the questions that were asked: vectors in, ids
// and cosines out, best first. It compares only entries of one group, which is a
// fingerprint of everything but the question (model, options, context, history),
// and it is exact: what it returns is what a scan in float64 over the same
// vectors would return. Any number of goroutines may search while one adds or
// removes; nobody waits for a search.
//
// The guard, [Compare], reads the two texts. A cosine is no judge of sameness:
// "string to int" and "int to string" lie at 0.96, while two honest paraphrases
// lie at 0.6. So the guard asks that both questions ask in the same way (how,
// why, what, when …) about the same words, numbers, identifiers and quoted
// texts, in the same direction and with the same negations, after inflection,
// stop words and a table of synonyms are taken away. It says why it refuses. A
// question that leans on what is around it ("explain it", "fix line 42") is
// for [Leans] to find; such a question may match only itself.
//
// The caller searches, takes the hits above its threshold, best first, and gives
// the answer of the first one the guard agrees to. A refusal costs a question to
// a model; a wrong agreement costs somebody's trust. The guard is built to make
// the first mistake.
//
// Nothing here starts a goroutine that outlives the call, does any I/O of its
// own or keeps a text.
package semantic
