// Package syntax says where things are in a text of code: what it declares, what
// stands around a cursor, what it imports, and which names a piece of it uses.
//
// In come an editor's language identifier and a text, whole or a piece of a
// file, sound or broken; out come plain values whose offsets are bytes of that
// very text. Nothing is kept of a text and nothing is started, so any number of
// callers may ask at once. An unknown language gives no symbols rather than an
// error: [Language] guesses one from a file's name where the editor has none.
//
// Go is read with go/parser where it parses; other languages, and Go that does
// not parse, by the tokens of package tokens. YAML, TOML, JSON and Markdown have
// their keys and headings as symbols. What is found is what is written: nothing
// is resolved in other files.
//
// [Symbols] reads the whole text, in time linear in it (a 20,000-line file takes
// some tens of milliseconds). [Enclosing] is asked at every move of a cursor and
// reads, in a long text, only the lines around it.
package syntax

import "github.com/rigrun/rigrun-lsp/engine/syntax/tokens"

// Language guesses an editor's language identifier from a file's name, "" where
// its ending says nothing.
func Language(path string) string { return tokens.Language(path) }
