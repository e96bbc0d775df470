// Package complete turns a place in a document into a suggestion of what to type
// there, by a model that fills in the middle.
//
//	document, cursor ── Window ── model ── Trim ── suggestion
//
// [Window] cuts what the model is given. [Completer.Suggest] waits until typing
// rests, asks, trims what comes back ([Trim]), and remembers it: whoever types
// along a suggestion is shown the rest of it without another question.
//
// # One question at a time
//
// A question about a document makes the one before it stale: its context is
// cancelled with [ErrStale], which closes the connection to the model server, and
// its caller gets that error. Nothing here starts a goroutine; each call of
// Suggest ends when its question does.
package complete
