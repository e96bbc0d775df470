// Package tools lets a model look into the workspace while it answers: read a
// file, list a folder, search, find a symbol, see diagnostics, and read git's log
// and diff. It changes nothing.
//
// # What flows
//
// [Definitions] are sent with the prompt, the same bytes each time, so that a
// model server's prefix cache holds. A model answers with calls; the engine runs
// each through [Session.Call], which gives the text for the model and the
// [chat.Step] that a person sees, and asks again with them. That is one round;
// [MaxRounds] of them, and then the model has to answer.
//
// # What a model may say
//
// A call comes from a model, and what moved the model may be a stranger's text in
// a file. So a call is data: its arguments are read strictly by type and length,
// and what cannot be read becomes a sentence to the model, never a failure of the
// answer. Nothing here writes, executes, opens a connection or leaves the
// workspace, so the worst that a file can talk a model into is to read another
// file of the same workspace. What may be read there is for the [Workspace] to
// say, which knows the folders, the ignored files and the files of secrets; what
// may be sent from it to whom is for Admit to say, which the engine hands in and
// which sees every piece with the whole document it is from. A result never
// becomes an instruction: it stands in the turn of a tool, and the definitions tell
// the model what that is.
//
// # Limits
//
// A result is cut after [MaxResult] bytes, at the end of a line, and says how to
// get the rest. All results of an answer have a limit that the engine sets by the
// model's window; once it is reached, [Session.Full] holds. Arguments are at most
// [MaxArguments] bytes.
//
// # Ownership
//
// A Session serves one answer and one goroutine at a time, starts no goroutine,
// and keeps no file's text between calls. A call takes as long as the workspace
// does and ends with its context.
package tools
