package outline

import (
	"path/filepath"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// source is the code one context item asks about, in the terms the readers use.
type source struct {
	path   string // "" where the item is no file
	folder string
	lang   string // the editor's language identifier, or one guessed from the path; "" unknown

	// text is the whole document where there is one, else the selected text.
	// Lone carriage returns are made newlines, so that lines are an editor's.
	text string
	// base is the number of lines before text in the file: 0 for a document.
	base int
	// first and last are the selected lines, from 1, in the file.
	first, last int
	// fragment: text is a piece of a file rather than a whole one.
	fragment bool
}

// newSource reads an item. Spans that do not fit the document are made to.
func newSource(item *chat.ContextItem) *source {
	s := &source{path: item.Path, folder: item.Folder, lang: language(item)}
	if item.Document != "" {
		s.text = lines(item.Document)
		total := strings.Count(s.text, "\n") + 1
		s.first, s.last = spanLines(s.text, item.Span)
		if item.Kind == chat.ContextFile || s.first <= 0 {
			s.first, s.last = 1, total
		}
		s.first = min(s.first, total)
		s.last = min(max(s.last, s.first), total)
		return s
	}
	s.text, s.fragment = lines(item.Text), true
	if item.Span.FirstLine > 1 && item.Span.FirstLine < 1<<30 {
		s.base = item.Span.FirstLine - 1
	}
	s.first = s.base + 1
	s.last = s.base + strings.Count(s.text, "\n") + 1
	return s
}

// spanLines returns the lines of a span, counted from its bytes where it has no
// lines of its own; 0 where it has neither.
func spanLines(text string, span chat.Span) (first, last int) {
	if span.FirstLine > 0 {
		return span.FirstLine, span.LastLine
	}
	if span.Start < 0 || span.End <= span.Start || span.End > len(text) {
		return 0, 0
	}
	first = 1 + strings.Count(text[:span.Start], "\n")
	return first, first + strings.Count(strings.TrimSuffix(text[span.Start:span.End], "\n"), "\n")
}

// lines makes lone carriage returns newlines: an editor ends a line there. The
// length stays the same, so byte offsets keep their meaning.
func lines(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	b := []byte(text)
	for i, c := range b {
		if c == '\r' && (i+1 == len(b) || b[i+1] != '\n') {
			b[i] = '\n'
		}
	}
	return string(b)
}

// name is the file's name in a sentence.
func (s *source) name() string {
	if s.path == "" {
		return "the text"
	}
	return filepath.Base(s.path)
}

// title is the file's name at the start of a sentence.
func (s *source) title() string {
	if s.path == "" {
		return "The text"
	}
	return code(filepath.Base(s.path))
}
