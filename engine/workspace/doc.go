// Package workspace reads what a question may be about: the files of the editor's
// workspace folders, what is in them, and what git knows of them. It decides what
// may be shown to a model; whoever sends it decides where to.
//
// # What flows in and out
//
// [New] takes the folders, the editor's open documents and the rule for files of
// secrets. The methods take names, words and revisions that people, models and
// clients wrote, and are made for the worst of them. They return texts with the
// place they come from, whole documents beside them ([Excerpt.Document]) so that
// whoever sends a piece can read the markings of the whole, and what was left out
// with a reason ([Refusal], chat.Left). Nothing is ever written, and nothing is
// run but git, with arguments that are data (see git.go).
//
// # What is never read
//
// Everything outside the folders, .git, files that .gitignore leaves out (as git
// reads it, the person's own excludes included) or .rigrunignore (the same form;
// where it speaks, it wins), files of secrets by their name, and what is no text.
// A name counts only as the directory listings have it, byte for byte: a name in
// other case, in another Unicode form, of Windows' short form or with a stream
// behind a colon is no name of any file. Symbolic links are resolved first; both
// their own name and what they lead to must be allowed. The file is then opened
// through os.Root by the resolved name, so that a link that appears in between
// leads nowhere. A hard link cannot be told from a file and counts as one.
//
// # Freshness and memory
//
// Nothing is read before it is asked for, and no goroutine outlives a call.
// Directories are read again when their time has changed, the list of all files
// after at most [freshFor], a file's words when its time or size has changed. What
// is kept of a file is a filter of its letters in threes (about 1.5 KB for an
// ordinary file) and the names that it declares, never its text. A [Workspace] is
// safe for concurrent use; a caller that is slow to use a result holds up nobody.
//
// # Order
//
// Equal questions about equal files give equal bytes in equal order: no limit is
// one of time, so that a model server's prefix cache and the cache of answers find
// again what they have seen.
package workspace
