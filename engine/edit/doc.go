// Package edit turns a model's answer into changes of one range of a document.
//
// What flows in is the answer's whole text, after it has ended, and a [Target]:
// the document and the range the question was about. What flows out is a
// [Proposal]: the fewest lines to replace, as bytes of the document, never
// outside the range. Or a [Refusal], with a reason to show beside the answer.
// An answer is applied right or not at all: where two readings are possible,
// none is taken.
//
// Everything is a pure function of its arguments: no goroutine, no file, no
// state; safe for concurrent use. Time grows with the text times the
// differences, some 2 ms for 500 lines, so that a caller may do it on any
// goroutine.
//
// The document may have changed while the model was thinking: [Rebase] moves
// hunks to the text as it is now, where the range itself is as it was.
//
// Lines are compared by github.com/aymanbagabas/go-udiff/lcs, the bidirectional
// comparison of Go's own tools kept up to date as a module of its own (v0.4.1,
// March 2026, no dependencies, 250 KB of source).
package edit
