package tools

import "context"

// Workspace is what tools see of the folders that a person has open. Names are
// relative to their folder, with slashes.
//
// An implementation refuses what lies outside the folders, is ignored or is a file
// of secrets. Its errors are shown to the model and to the person, as one line:
// "dist/a.js is ignored by .gitignore".
type Workspace interface {
	// Document returns a file: the editor's text where it is open.
	Document(ctx context.Context, name string) (Document, error)
	// List returns what is in a folder, "" for the top, folders with a slash at the end.
	List(ctx context.Context, folder string, limit int) (names []string, more bool, err error)
	// Search returns the lines that hold the words, best first.
	Search(ctx context.Context, words string, limit int) (lines []Line, more bool, err error)
	// Symbols returns the lines where a name is declared, labelled with what it is:
	// "function ".
	Symbols(ctx context.Context, name string, limit int) ([]Line, error)
	// Log returns git's log of a path, "" for all of it.
	Log(ctx context.Context, path string, limit int) (string, error)
	// Changes returns what is not committed yet for "", else the changes of a range
	// of revisions, file by file, and what was left out, a line each.
	Changes(ctx context.Context, revisions string) (changes []Change, left []string, err error)
}

// Document is a file.
type Document struct {
	Name     string // relative to its folder, with slashes
	Path     string // absolute
	Folder   string // absolute
	Language string // the editor's identifier, "" where nobody knows
	Text     string
}

// Line is a line of a file.
type Line struct {
	Document
	Number int    // the first is 1
	Label  string // what is said of it before its text, "" for nothing
}

// Change is what changed in a file. The document's text is all of its lines,
// before and after.
type Change struct {
	Document
	Diff string // the hunks as git prints them
}
