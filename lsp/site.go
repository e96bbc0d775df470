package lsp

import (
	"strings"
	"unicode"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/syntax"
	"github.com/rigrun/rigrun-lsp/lsp/document"
)

// site is the code that an action is about, as bytes of its document.
type site struct {
	start, end int
	symbol     string // "function Add" where it was found around the cursor, "" where it was selected
}

// around returns the code that a range stands for: what is selected, or the
// function around a selection that is no more than a word. Editors whose cursor
// covers a character, or who send the word at the cursor, mean the cursor.
func around(doc *document.Doc, r protocol.Range) (site, bool) {
	start, end := doc.Span(r)
	selected := strings.TrimSpace(doc.Text[start:end])
	if !isWord(selected) {
		return site{start: start, end: end}, true
	}
	if s, ok := syntax.Enclosing(doc.Language, doc.Text, start, end); ok && s.Start < s.End {
		return site{start: s.Start, end: s.End, symbol: symbolName(s)}, true
	}
	return site{start: start, end: end}, selected != ""
}

// isWord reports whether a text is at most one word, or one sign.
func isWord(s string) bool {
	letters := strings.IndexFunc(s, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) < 0
	return letters || len([]rune(s)) == 1
}

// symbolName names a declaration in a menu.
func symbolName(s syntax.Symbol) string {
	if s.Container != "" {
		return s.Kind + " " + s.Container + "." + s.Name
	}
	return s.Kind + " " + s.Name
}

// toFix returns the code that may be changed to fix a diagnostic: the selection
// that holds it, else the function around it, else its lines.
func toFix(doc *document.Doc, selection, problem protocol.Range) site {
	start, end := doc.Span(problem)
	from, to := doc.Span(selection)
	if from <= start && end <= to && !isWord(strings.TrimSpace(doc.Text[from:to])) {
		return site{start: from, end: to}
	}
	if s, ok := syntax.Enclosing(doc.Language, doc.Text, start, end); ok && s.Start < s.End {
		return site{start: s.Start, end: s.End, symbol: symbolName(s)}
	}
	start = strings.LastIndexByte(doc.Text[:start], '\n') + 1
	if next := strings.IndexByte(doc.Text[end:], '\n'); next >= 0 {
		return site{start: start, end: end + next}
	}
	return site{start: start, end: len(doc.Text)}
}
