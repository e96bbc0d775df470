// Package ext declares what rigrun-lsp adds to the Language Server Protocol:
// the names of its methods and commands, and the shapes of their parameters and
// results. It is the source of docs/protocol.md and of the clients' mirror
// files; a test compares them.
//
// Results that the engine makes as they are (a route decision, a model, a
// conversation) are declared in engine/chat, with their wire names.
package ext
