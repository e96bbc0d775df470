// Package stream carries one answer from a model server's response body to
// everybody who wants it, a piece at a time.
//
//	response body ──▶ Decoder ──▶ Tee ─┬─▶ Coalescer ──▶ the editor's connection
//	   (Copy)       NDJSON or SSE      └─▶ Quiet(recorder): cache, conversation
//
// What flows: bytes go in at the left, split anywhere, even inside a character
// or an escape. A [Decoder] turns them into [Chunk] values: valid UTF-8, never
// half a character, in the order the server sent them; [Tagged] around it parts the
// thinking from the text where the server has not. A [Sink] takes the chunks
// and, once, the [End].
//
// Ordering: one goroutine, the one that calls [Copy], decodes and writes; every
// Write happens before the next one. A [Coalescer] moves the writing to a
// goroutine of its own but keeps the order: kinds are never mixed in one chunk
// and never overtake each other.
//
// Borrowing: Chunk.Data belongs to the decoder and is valid until Write returns.
// A sink that keeps it copies it. This is why no memory is allocated per token.
//
// Who closes: the engine closes the head of the line, once, whatever happened.
// [Tee] closes all its arms, a [Coalescer] closes what is behind it after the
// last write. Decoders and Copy never close anything; the caller of Copy closes
// the response body.
//
// Slow consumers: a Tee is as slow as its slowest arm, and a slow arm holds the
// reading of the body, so TCP holds the server. A Coalescer in front of a slow
// arm prevents that: it takes chunks at once, joins those that wait, and holds
// at most the answer's own size.
//
// How an answer ends: the body must hold its protocol's end mark ("done":true;
// finish_reason or [DONE]). A body that ends without it is [ErrNoEnd], never a
// short answer passed off as whole. An error object in the body, even in
// mid-stream, is a [ServerError]; bytes that are not the protocol are a
// [SyntaxError], which names a position and never quotes the answer.
//
// How decoding is fast: servers repeat the same line around each token. The
// decoder reads a line with a complete JSON parser, remembers its bytes, and
// accepts the following lines by comparing bytes and reading two strings. Any
// line that differs goes through the parser again, so the result never depends
// on the shortcut; fuzz tests hold both to encoding/json's reading.
package stream
