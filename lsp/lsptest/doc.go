// Package lsptest is an editor for tests. It speaks LSP to a server in the same
// process ([Start], over a pipe without a buffer) or to a binary ([Spawn], over
// its standard input and output), behaves as a real client does, and takes
// nothing the server says on trust.
//
// # What is checked all the time
//
// Every message in both directions is recorded and held against LSP's own
// machine-readable description (package metamodel). The contents of what is
// ours, methods that begin with "rigrun/", must decode into the types of lsp/ext
// and engine/chat and come out again unchanged ([CheckResult]): an unknown, a
// missing, a misspelt or a superfluous member fails. A streamed answer must
// follow the streaming rule: the route first, then pieces numbered without
// gaps, one kind a piece, nothing after the response, and no text in the
// response. A request that the client's capabilities do not announce is a
// breach, too. Breaches fail the test when the editor is closed.
//
// # Who the editor is
//
// A [Profile] is a client's name and the capabilities it really sends, kept as
// JSON in the folder profiles. What the editor does follows from them: it
// answers workspace/configuration from [Options.Settings], makes progress
// widgets, shows documents, reads the documents of our own scheme and reads
// them again on workspace/textDocumentContent/refresh.
//
// # Goroutines
//
// An editor has one goroutine that reads and one that writes what was queued, so
// that neither side ever waits for the other while both write; a third runs the
// server. All end in [Editor.Close], which t.Cleanup calls. Methods that report
// failures with t.Fatal are for the test's own goroutine.
package lsptest
