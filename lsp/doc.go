// Package lsp speaks the Language Server Protocol to one editor over one
// connection, and hands every question to the engine.
//
// # Where things run
//
// The connection has one read loop. Notifications and the calls of the
// lifecycle run on it, in the order the editor sent them; every other call takes
// its snapshot of the open documents on it and then leaves it, so that nothing
// an editor sends later can change what the call sees, and nothing the call
// waits for can hold up what the editor sends. The table in methods.go shows for
// each method where it runs.
//
// # Failing
//
// A request that fails gets an error response, a notification that fails is
// logged, and a panic costs the one message it happened in. An unknown request
// is answered with "method not found", an unknown notification is ignored. The
// session ends on exit, at the end of the input, when the editor's process is
// gone, and when the context of [Server.Serve] is cancelled; the answers that
// are streaming end with it.
//
// # Goroutines
//
// The read loop is jsonrpc2's. Each call is jsonrpc2's goroutine, too, which ends
// with the call's response. What the server starts itself (reading the
// configuration, the work of a command, the watch on the editor's process) is
// counted, ends when the session's context is cancelled, and Serve waits for it.
package lsp
