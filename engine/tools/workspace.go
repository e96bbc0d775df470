package tools

import "context"

// Workspace is what tools see of the folders that a person has open. Names are
// relative to their folder, with slashes; of several folders, each is tried.
//
// An implementation refuses what lies outside the folders, is ignored or is a file
// of secrets. Its errors are shown to the model and to the person, as a part of a
// sentence: "it is ignored by .gitignore".
type Workspace interface {
	// Document returns the whole text of a file: the editor's where it is open.
	Document(ctx context.Context, name string) (Document, error)
	// List returns what is in a folder, "" for the top, folders with a slash at the end.
	List(ctx context.Context, folder string, limit int) (names []string, more bool, err error)
	// Search returns the lines that hold the words, best first.
	Search(ctx context.Context, words string, limit int) (lines []Line, more bool, err error)
	// Symbols returns where names that begin with or are name are declared, best first.
	Symbols(ctx context.Context, name string, limit int) ([]Symbol, error)
	// Log returns git's log of a path, "" for all of it.
	Log(ctx context.Context, path string, limit int) (string, error)
	// Diff returns git's diff of the working tree for "", else of a range of revisions.
	Diff(ctx context.Context, revisions string) (string, error)
}

// Document is a file.
type Document struct {
	Name     string // relative to its folder, with slashes
	Path     string // absolute
	Folder   string // absolute
	Language string // the editor's identifier, "" where nobody knows
	Text     string
}

// Line is a line of a file that holds what was searched for.
type Line struct {
	Name   string // the file's
	Number int    // the first is 1
	Text   string
}

// Symbol is where a name is declared.
type Symbol struct {
	Name      string // the symbol's
	Kind      string // "function", "type", … in LSP's words
	Container string // what it stands in, "" at the top
	File      string // the file's name
	Line      int    // of the declaration, the first is 1
}
