// Package frame carries JSON-RPC messages over a byte stream in LSP's base
// protocol framing (Content-Length header, blank line, JSON body).
//
// It exists beside jsonrpc2's own header stream for two reasons. First, a frame
// that is not a message must cost one answer, not the session: a malformed
// header block is skipped up to the next header that makes sense, and a body
// that is not a JSON-RPC message is answered with a parse or invalid-request
// error under a null id. Second, a streamed answer leaves as `$/progress`
// notifications that are composed by the sender without reflection:
// [Stream.WriteBody] puts such a ready body on the wire with no allocation.
//
// [Lines] does the same for protocols with one message on each line, as the Agent
// Client Protocol has it.
//
// Reading is done by one goroutine, the connection's read loop. Writing is safe
// from any goroutine: each message leaves in one Write, and writers wait for
// each other. A peer that does not read blocks its writers; nothing is queued
// here, so the queue of a slow peer is wherever the writer keeps it (for an
// answer, the coalescer).
package frame
