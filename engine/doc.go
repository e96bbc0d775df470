// Package engine answers questions. It is the one place where the stages meet:
// a question is checked, routed, rendered into a prompt, run on a backend, and
// its answer flows, token by token, to the caller's [Listener] and into the
// conversation.
//
//	backend ── restorer ── flight ──┬── meter ── Listener (editor, terminal)
//	                                └── conversation
//
// The restorer is there only where secrets were replaced before the prompt went
// to the cloud: it puts them back.
//
// A token is one call stack: the backend's decoder calls Write, and each stage
// calls the next. Back-pressure is the blocked call, cancelling is the returned
// error. A listener that must not hold up the model server (an editor that
// reads slowly) puts a [stream.Coalesce] in front of itself.
//
// # Order
//
// A listener gets Route first, before any text, then Write for each piece, then
// Close exactly once, whatever happened. A second Route, before any text, says
// that a fallback took over. Calls never overlap.
//
// # Sharing
//
// Identical questions that are asked while one is running share its answer: one
// call to the model server, each listener with all of the text. A listener that
// leaves does not disturb the others; when the last one has left, the call is
// cancelled. A question asked with cache "off" or "refresh" is never shared.
//
// # Failing
//
// Another backend is tried only while nothing has been written: the local server
// in place of the cloud, the cloud in place of the local server where the rules
// allow it, the outline in place of both. What is in the way of that is in
// package route. A failure a
// person can act on is a [*chat.Error]; a cancel is context.Canceled. The engine
// logs nothing: what it returns is reported once, by its caller.
//
// # Goroutines
//
// Each running answer has one goroutine, owned by its flight, which ends when
// its backend returns. At most one more has the local model summarise the oldest
// turns of a long conversation; the next question ends it. [Engine.Close] cancels
// all of them and waits.
package engine
