package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// reach is how long a neighbouring line may be, in bytes. A longer one is never
// empty and never a banner, and looking for its ends could cost more than the
// rest of the scan.
const reach = 1 << 10

// centred is the indentation from which a line counts as centred on its page.
const centred = 12

// isolated reports whether the line text[start:end], whose first word begins at
// at, stands at an edge of what it is in: an empty line, a rule, the text's
// beginning or end. Indented code must have an edge on both sides, so that the
// last member of a list is no banner.
func (s *scanner) isolated(start, at, end int) bool {
	above, below := s.above(start), s.below(end)
	if indent := at - start; indent == 0 || indent >= centred {
		return s.edge(above) || s.edge(below)
	}
	return s.edge(above) && s.edge(below)
}

// span is a line's bytes. A line that is not there has no bytes and counts as empty.
type span struct{ start, end int }

// tooLong is a neighbour beyond reach.
var tooLong = span{-1, -1}

// above returns the line before the one that begins at start.
func (s *scanner) above(start int) span {
	end := start
	if end > 0 && s.text[end-1] == '\n' {
		end--
	}
	if end > 0 && s.text[end-1] == '\r' {
		end--
	}
	from := max(0, end-reach)
	i := strings.LastIndexByte(s.text[from:end], '\n')
	if s.returns {
		i = max(i, strings.LastIndexByte(s.text[from:end], '\r'))
	}
	if i < 0 && from > 0 {
		return tooLong
	}
	return span{from + i + 1, end}
}

// below returns the line after the one that ends at end.
func (s *scanner) below(end int) span {
	start := end
	if start < len(s.text) && s.text[start] == '\r' {
		start++
	}
	if start < len(s.text) && s.text[start] == '\n' {
		start++
	}
	to := min(len(s.text), start+reach)
	i := strings.IndexByte(s.text[start:to], '\n')
	if j := strings.IndexByte(s.text[start:to], '\r'); s.returns && j >= 0 && (i < 0 || j < i) {
		i = j
	}
	switch {
	case i >= 0:
		return span{start, start + i}
	case to < len(s.text):
		return tooLong
	}
	return span{start, to}
}

// edge reports whether a line is empty, a rule, a comment's beginning or end, or a fence.
func (s *scanner) edge(l span) bool {
	if l == tooLong {
		return false
	}
	line := strings.Trim(s.text[l.start:l.end], " \t\f\v")
	if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") || line == "(*" || line == "*)" {
		return true
	}
	for _, r := range line {
		if r < utf8.RuneSelf && !strings.ContainsRune("/*-=#\"'`~<!>_%;|[]{-", r) || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return false
		}
	}
	return line != "{" && line != "[" && line != "]" && line != "];"
}

// enumerated reports whether a bare level stands among at least two others, as
// in a list of all the levels: no page has three banners in a row.
func (s *scanner) enumerated(start, end int, level chat.Level) bool {
	others := 0
	above, below := s.above(start), s.below(end)
	for range 2 {
		if above != tooLong && s.otherLevel(above, level) {
			others++
			above = s.above(above.start)
		} else {
			above = tooLong
		}
		if below != tooLong && s.otherLevel(below, level) {
			others++
			below = s.below(below.end)
		} else {
			below = tooLong
		}
	}
	return others >= 2
}

// otherLevel reports whether a line is nothing but a level other than the given one.
func (s *scanner) otherLevel(l span, level chat.Level) bool {
	lead := leadOf(s.text, l.start, l.end)
	line := s.text[:l.end]
	other, at, upper, ok := levelAt(line, lead.at)
	return ok && upper && other != level && lead.closes(line, at)
}
