package policy

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// scanner walks a text line by line. Most lines end with three cheap looks: at
// the first byte, at the last one, and at whether "//" or "(" comes before the
// line's end. The places of the next "//" and "(" are searched for in the whole
// text, with the vectorised searches of package strings, and kept.
type scanner struct {
	text  string
	keep  bool // fill found; else only level
	found []Marking
	level chat.Level

	line  int // of the line at hand, 1-based
	blank int // empty lines directly above

	// The next "\n", "\r", "//" and "(" at or after the place reached; len(text) where there is none.
	newline, cr, slash, paren int

	returns bool // the text has "\r" in it

	// What binds lines together until two empty lines: the end of the last line
	// of a lettered list, 0 where there is none, and whether a portion was marked.
	list     int
	portions bool
}

// listReach is how far, in bytes, a lettered list holds on to the next item.
const listReach = 2 << 10

func (s *scanner) run() {
	s.newline, s.cr, s.slash, s.paren = -1, -1, -1, -1
	s.returns = s.nextByte(&s.cr, 0, '\r') < len(s.text)
	for start := 0; start < len(s.text); {
		end, next := s.lineEnd(start)
		s.line++
		s.scanLine(start, end)
		if !s.keep && s.level == chat.TopSecret {
			return
		}
		start = next
	}
}

// lineEnd returns where the line that begins at start ends, and where the next begins.
func (s *scanner) lineEnd(start int) (end, next int) {
	end = s.nextByte(&s.newline, start, '\n')
	next = end + 1
	if cr := s.nextByte(&s.cr, start, '\r'); cr < end {
		if cr+1 < end {
			next = cr + 1
		}
		end = cr
	}
	return end, next
}

// nextByte returns the place of the first c at or after from, len(text) where
// there is none. It is kept in at, so that a text is searched once.
func (s *scanner) nextByte(at *int, from int, c byte) int {
	if *at < from {
		*at = len(s.text)
		if i := strings.IndexByte(s.text[from:], c); i >= 0 {
			*at = from + i
		}
	}
	return *at
}

// emit records a marking.
func (s *scanner) emit(l chat.Level, start, end int) {
	s.level = max(s.level, l)
	if s.keep {
		s.found = append(s.found, Marking{Level: l, Start: start, End: end, Line: s.line, Text: s.text[start:end]})
	}
}

// scanLine finds the markings of the line text[start:end].
func (s *scanner) scanLine(start, end int) {
	first := start
	for first < end && (s.text[first] == ' ' || s.text[first] == '\t') {
		first++
	}
	if first == end {
		if s.blank++; s.blank >= 2 {
			s.list, s.portions = 0, false
		}
		return
	}
	s.blank = 0
	if begins[s.text[first]] && s.wholeLine(start, first, end) {
		return
	}
	if last := s.text[end-1]; last == 'I' || last == 'T' || last == '/' || last == '>' {
		s.trailing(first, end)
	}
	if s.slash < end {
		s.slashes(start, end)
	}
	if s.paren < end {
		s.parens(start, end)
	}
}

// promises reports whether a marking that fills its line may begin with the
// word at at. Few words of a program have the first three letters of one.
func (s *scanner) promises(at, end int) bool {
	if end-at < 3 {
		return false
	}
	b, c := s.text[at+1], s.text[at+2]
	if b == '/' || c == '/' {
		return true
	}
	i, ok := threeLetters(s.text[at], b, c)
	return ok && promising[i/64]&(1<<(i%64)) != 0
}

// threeLetters numbers the words of three letters, in any case.
func threeLetters(a, b, c byte) (int, bool) {
	a, b, c = a|0x20-'a', b|0x20-'a', c|0x20-'a'
	if a > 25 || b > 25 || c > 25 {
		return 0, false
	}
	return (int(a)*26+int(b))*26 + int(c), true
}

// promising has a bit for the first three letters of everything that a whole
// line's marking can begin with.
var promising = func() (t [(26*26*26 + 63) / 64]uint64) {
	add := func(word string) {
		if i, ok := threeLetters(word[0], word[1], word[2]); ok {
			t[i/64] |= 1 << (i % 64)
		}
	}
	for _, w := range levelWords {
		add(w.text)
	}
	for _, c := range controls {
		if c.level != never {
			add(c.text)
		}
	}
	for _, list := range [][]string{qualifiers[:], authorityLabels[:], controlLabels[:], sentences[:], categoryLabels[:], openers[:], {"CLASSIFICATION", "PAGE"}} {
		for _, word := range list {
			add(word)
		}
	}
	return t
}()

// slashes looks at every "//" of a line.
func (s *scanner) slashes(start, end int) {
	for at := s.nextSlash(start); at < end; at = s.nextSlash(at + 2) {
		if at > start && (isLetter(s.text[at-1]) || s.text[at-1] == ' ' || s.text[at-1] == noBreak[1]) {
			s.controlled(start, at, end)
		}
	}
}

// nextSlash returns the first "//" at or after from.
func (s *scanner) nextSlash(from int) int {
	if s.slash < from {
		s.slash = len(s.text)
		if i := strings.Index(s.text[from:], "//"); i >= 0 {
			s.slash = from + i
		}
	}
	return s.slash
}

// parens looks at every "(" of a line.
func (s *scanner) parens(start, end int) {
	marked := false // the line has a portion mark at its beginning
	for at := s.nextByte(&s.paren, start, '('); at < end; at = s.nextByte(&s.paren, at+1, '(') {
		if at+2 < end && isUpper(s.text[at+1]) && (isUpper(s.text[at+2]) || s.text[at+2] == ')' || s.text[at+2] == '/') {
			marked = s.portion(start, at, end, marked) || marked
		}
	}
}

// begins has the bytes with which a line can begin that is a marking as a
// whole: comment signs, rules, the first letters of levels and labels, and
// everything that is not ASCII.
var begins = func() (t [256]bool) {
	for _, c := range []byte("/*#-;%!><='\"{(~_:.\\@\f\v`|" + "STCUNFORLJDPHstcunforljdph") {
		t[c] = true
	}
	for c := 0x80; c < 256; c++ {
		t[c] = true
	}
	return t
}()

func isUpper(c byte) bool  { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isBlank(c byte) bool  { return c == ' ' || c == '\t' || c == '\f' || c == '\v' }

// noBreak is the blank that word processors put where a line must not break.
const noBreak = "\u00a0"

// blankAt returns the length of the blank at i, 0 where there is none.
func blankAt(s string, i int) int {
	switch {
	case i >= len(s):
		return 0
	case isBlank(s[i]):
		return 1
	case strings.HasPrefix(s[i:], noBreak):
		return len(noBreak)
	}
	return 0
}

// isWord tells bytes that names are made of.
func isWord(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '$' }
