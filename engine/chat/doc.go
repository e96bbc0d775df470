// Package chat holds the plain data of a question and its answer: what an
// editor asks ([Request]), what a model server is sent ([Prompt]), what comes
// back besides the text ([Result], [RouteDecision], [Usage]) and what is kept
// ([Conversation], [Message]).
//
// Nothing here does work, opens a file or a connection, or knows about an
// editor protocol. The JSON tags are the names of the wire contract in
// docs/protocol.md: the editor layer and the command line print these values
// as they are, so that there is one declaration of each shape.
//
// Failures that a person can do something about are [Error] values: a kind from
// a closed list, one sentence, and a hint naming the command or the setting
// that helps.
package chat
