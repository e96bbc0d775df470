// Package progress sends `$/progress` notifications and keeps track of what a
// client may cancel by token.
//
// [Partial] is the editor's end of a streamed answer: a sink that writes each
// chunk as one partial result, composed without reflection or allocation. It
// writes synchronously; put a stream.Coalesce in front of it, and a slow editor
// costs memory bounded by the answer instead of stalling the model server.
//
// [WorkDone] reports on work for a progress widget: begin, reports at most four
// times a second, end. Its values carry a "kind", partial results never do, so
// that a widget does not take one for the other.
//
// [Tokens] finds the work a window/workDoneProgress/cancel names.
package progress
