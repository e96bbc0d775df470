// Package metamodel holds JSON-RPC messages against the Language Server
// Protocol's own machine-readable description, metaModel.json.
//
// In go the raw JSON of a message's params or result and its method; out comes
// nil or an error that names the first place where the message breaks the
// specification, as a path ("capabilities.hoverProvider: …"). The check is
// strict: a property the specification does not know is an error, as is a
// property given twice, a missing required one, null where the type does not
// allow it, a number out of range and a value outside a closed enumeration. What
// the specification leaves free (LSPAny: data, experimental,
// initializationOptions, settings, command arguments) is free here.
//
// [Model] checks single messages. [Session] watches a whole conversation: it
// pairs responses with requests and progress values with the tokens that were
// given out for them.
//
// The description is read from the module go.lsp.dev/protocol, which carries the
// official file of LSP 3.18, through the go command: the package is for tests.
package metamodel
