// Package outline answers questions about code without a model: it reads the
// code and says what is there. It is the built-in backend for a machine where no
// model server answers, so it is instant, needs no network, and states nothing
// it has not read.
//
// In comes a [chat.Prompt] whose context items hold the code (the document, the
// selected span, the language). Out go text chunks of Markdown through a
// [stream.Writer], a few words each, in order, from the caller's goroutine:
// [Backend.Chat] starts no goroutine and keeps nothing of a question, only the
// standard library's declarations it had to build, so one Backend
// serves any number of questions at once. What the selected code alone
// tells is written first; what needs other files of the package (where a called
// function is declared, who uses the one asked about) follows. A slow consumer
// slows the answer and nothing else. The context is looked at between chunks,
// and a write error stops the answer. Chat does not close the writer.
//
// Go is read with go/parser and go/types, other languages by their tokens as
// engine/syntax/tokens reads them: those give declarations, calls, branches,
// loops, ways out and comments, and the outline says less rather than guess. Line
// numbers are the document's own, from 1, as an editor's margin shows them.
//
// Other files are only read through [Files], only below the workspace folder of
// the item asked about, and only for a bounded time and number; where that cut
// something short the text says "at least".
package outline
