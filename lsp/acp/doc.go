// Package acp speaks the Agent Client Protocol, version 1, to one editor over one
// connection, and hands every question to the engine. It stands beside package
// lsp: the other protocol at the same door, for editors whose chat speaks to
// agents.
//
// # In and out
//
// A message is one line of JSON (package frame). A session of the protocol is a
// conversation of the engine with the same identifier, which is kept as every
// conversation is: what was asked in an agent's panel is found by every other
// client, and session/load replays what any of them has asked. A prompt's blocks
// become a question: text is the message, a link or an embedded file becomes
// context by the rules of the workspace, which is the session's folders and
// nothing else. What they leave out is named under the answer.
//
// An answer to /fix, /refactor, /document or an action of the person's own that
// edits is proposed as a diff where one selection or file came with it. Nothing is
// written here: the editor writes what the person has allowed.
//
// # Where things run
//
// The connection has one read loop. It starts a prompt's turn before it looks at
// the next message, so that a session/cancel that follows always finds it;
// everything else that a prompt does, and every other request but initialize,
// runs beside the loop. An answer's chunks pass a coalescer: an editor that reads
// slowly gets few large pieces and never stalls a model server.
//
// # Failing
//
// A request that fails gets an error response, a notification that fails is
// logged, a panic costs the one message it happened in. A prompt that was
// cancelled ends with the stop reason "cancelled", one that a rule forbids with
// "refusal" behind a message that says which rule.
//
// # Goroutines
//
// The read loop and one goroutine for each request are jsonrpc2's. The session
// ends at the end of the input and when the context of [Agent.Serve] is
// cancelled: running answers are cancelled then, and Serve waits a second for
// their responses to be written.
package acp
