package policy

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// scanner walks a text line by line. Most lines end with three cheap looks: at
// their first three bytes, at the last one, and at whether something that may be
// a level's "//" or "(" comes before the line's end. Where lines end, and where a
// "(" may begin a marking, is found for a block of the text at once (block.go);
// the next "//" is searched for in the whole text and kept.
type scanner struct {
	text  string
	keep  bool // fill found; else only level
	found []Marking
	level chat.Level

	line  int // of the line at hand, 1-based
	blank int // empty lines directly above

	blocks

	// The next "\n", "\r" and "//" at or after the place reached; len(text) where there is none.
	newline, cr, slash int

	returns bool // the text has "\r" in it

	// What binds lines together until two empty lines: the end of the last line
	// of a lettered list, 0 where there is none, and whether a portion was marked.
	list     int
	portions bool
}

// listReach is how far, in bytes, a lettered list holds on to the next item.
const listReach = 2 << 10

func (s *scanner) run() {
	s.newline, s.slash = -1, -1
	s.cr = s.next(0, '\r')
	s.returns = s.cr < len(s.text)
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
	if s.newline < start {
		s.newline = s.blocks.newline(s.text)
	}
	if end, next = s.newline, s.newline+1; !s.returns {
		return end, next
	}
	if s.cr < start {
		s.cr = s.next(start, '\r')
	}
	if s.cr < end {
		if s.cr+1 < end {
			next = s.cr + 1
		}
		end = s.cr
	}
	return end, next
}

// next returns the place of the first c at or after from, len(text) where there is none.
func (s *scanner) next(from int, c byte) int {
	if i := strings.IndexByte(s.text[from:], c); i >= 0 {
		return from + i
	}
	return len(s.text)
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
	if s.mayBegin(first) && s.wholeLine(start, first, end) {
		return
	}
	if last := s.text[end-1]; last == 'I' || last == 'T' || last == '/' || last == '>' {
		s.trailing(first, end)
	}
	if s.slash < end {
		s.slashes(start, end)
	}
	if start < s.parens {
		s.portionMarks(start, end)
	}
}

// mayBegin reports whether a marking that fills its line may begin at first, by
// the three bytes there: it does with begins, and a letter with promises besides.
// It is one look into a table, since to guess each answer costs more.
func (s *scanner) mayBegin(first int) bool {
	if first+2 >= len(s.text) {
		return begins[s.text[first]]
	}
	i := beginning(s.text[first], s.text[first+1], s.text[first+2])
	return beginnings[i/64]>>(i%64)&1 != 0
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
	return ok && promising[i/64]&(1<<(i%64)) != 0 && !s.loop(at, end)
}

// loop reports whether the "for" of a program begins at at, and not that of FOR
// OFFICIAL USE ONLY: of all that promises a marking it is the most frequent word.
func (s *scanner) loop(at, end int) bool {
	if s.text[at]|0x20 != 'f' || s.text[at+2]|0x20 != 'r' || at+4 >= end || s.text[at+3] != ' ' {
		return false
	}
	next := s.text[at+4]
	return next|0x20 != 'o' && blankAt(s.text[:end], at+4) == 0
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

// slashes looks at every "//" of a line behind what may be a level.
func (s *scanner) slashes(start, end int) {
	for at := s.nextSlash(start); at < end; at = s.nextSlash(at + 2) {
		if at > start {
			s.controlled(start, at, end)
		}
	}
}

// nextSlash returns the first "//" at or after from that has the last letter of a
// level in front of it, with or without a blank between.
func (s *scanner) nextSlash(from int) int {
	for s.slash < from {
		i := strings.Index(s.text[from:], "//")
		if i < 0 {
			s.slash = len(s.text)
			break
		}
		at := from + i
		if levelEnds(s.text[:at]) {
			s.slash = at
			break
		}
		from = at + 2
	}
	return s.slash
}

// levelEnds reports whether s ends with the last letter of a level, or with that
// and a blank.
func levelEnds(s string) bool {
	if rest, ok := strings.CutSuffix(s, " "); ok {
		s = rest
	} else {
		s = strings.TrimSuffix(s, noBreak)
	}
	return s != "" && strings.IndexByte(lastLetters, s[len(s)-1]|0x20) >= 0
}

// portionMarks looks at every "(" of a line.
func (s *scanner) portionMarks(start, end int) {
	marked := false // the line has a portion mark at its beginning
	for at := start; ; at++ {
		i := strings.IndexByte(s.text[at:end], '(')
		if i < 0 {
			return
		}
		at += i
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

// sort numbers what a byte can be at the beginning of a line's marking: the
// letters of either case, the slash, what else is in begins, and the rest.
const (
	sortSlash = 26 + iota
	sortSign
	sortOther
	sortBits = 5
)

var sorts = func() (t [256]uint8) {
	for c := range t {
		switch b := byte(c); {
		case isLetter(b):
			t[c] = b | 0x20 - 'a'
		case b == '/':
			t[c] = sortSlash
		case begins[b]:
			t[c] = sortSign
		default:
			t[c] = sortOther
		}
	}
	return t
}()

// beginning numbers three bytes by their sorts.
func beginning(a, b, c byte) int {
	return (int(sorts[a])<<sortBits|int(sorts[b]))<<sortBits | int(sorts[c])
}

// beginnings has a bit for all that mayBegin is true for.
var beginnings = func() (t [1 << (3 * sortBits) / 64]uint64) {
	for i := range len(t) * 64 {
		a, b, c := i>>(2*sortBits), i>>sortBits&(1<<sortBits-1), i&(1<<sortBits-1)
		may := a == sortSlash || a == sortSign
		if a < sortSlash && begins['a'+a] {
			may = b == sortSlash || c == sortSlash
			if b < sortSlash && c < sortSlash {
				n, _ := threeLetters('a'+byte(a), 'a'+byte(b), 'a'+byte(c))
				may = promising[n/64]>>(n%64)&1 != 0
			}
		}
		if may {
			t[i/64] |= 1 << (i % 64)
		}
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
