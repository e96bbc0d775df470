package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// lead is what stands in front of a line's first word: comment signs, rules,
// bullets, Markdown.
type lead struct {
	at    int    // where the first word begins
	deco  string // what is in front of it, without blanks around
	glued bool   // no blank in between
}

// longestLead is the longest lead, in bytes. A longer one has no marking behind it.
const longestLead = 256

// leadOf reads the lead of a line whose first byte that is no blank is first.
func leadOf(text string, first, end int) lead {
	at := first
	end = min(end, first+longestLead)
	for at < end {
		c := text[at]
		switch {
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(text[at:end])
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return newLead(text, first, at)
			}
			at += n
		case isLetter(c):
			n := opener(text[at:end])
			if n == 0 {
				return newLead(text, first, at)
			}
			at += n
		case c == '(' && (at+1 >= end || text[at+1] != '*'), !begins[c] && !isBlank(c) && c != '[' && c != '+':
			return newLead(text, first, at)
		default:
			at++
		}
	}
	return newLead(text, first, at)
}

func newLead(text string, first, at int) lead {
	deco := strings.TrimPrefix(text[first:at], "\ufeff")
	trimmed := strings.Trim(deco, " \t\f\v")
	return lead{at: at, deco: trimmed, glued: trimmed != "" && strings.HasSuffix(deco, trimmed)}
}

// openers are the words that begin a comment: BASIC's and m4's.
var openers = [...]string{"REM", "DNL"}

// opener returns the length of a word that opens a comment or numbers a page
// in front of a banner, 0 where s begins with another word.
func opener(s string) int {
	for _, word := range openers {
		if end, _, ok := matchFold(s, 0, word); ok && end < len(s) && isBlank(s[end]) {
			return end
		}
	}
	return pageNumber(s)
}

// opens reports whether s may begin with an opener, by three letters.
func opens(s string) bool {
	if len(s) < 3 {
		return false
	}
	switch s[0] | 0x20 {
	case 'r':
		return s[1]|0x20 == 'e' && s[2]|0x20 == 'm'
	case 'd':
		return s[1]|0x20 == 'n' && s[2]|0x20 == 'l'
	case 'p':
		return s[1]|0x20 == 'a' && s[2]|0x20 == 'g'
	}
	return false
}

// pageNumber returns the length of "Page 3 of 9" at the beginning of s.
func pageNumber(s string) int {
	i, _, ok := matchFold(s, 0, "PAGE")
	if !ok {
		return 0
	}
	i = skipNumber(s, i)
	if i == 0 {
		return 0
	}
	if of, _, ok := matchFold(s, min(i+1, len(s)), "OF"); ok {
		i = max(i, skipNumber(s, of))
	}
	return i
}

// skipNumber skips blanks and digits after i; 0 where there are no digits.
func skipNumber(s string, i int) int {
	for i < len(s) && isBlank(s[i]) {
		i++
	}
	start := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == start {
		return 0
	}
	return i
}

// setting says what a bare level stands in.
type setting int

const (
	nowhere   setting = iota // in something that makes it no banner: a bullet, a string, a tag
	plainLine                // in text, or in code
	comment                  // in a comment, a heading, or between rules
)

// commentSigns are the beginnings of leads that make a bare level a banner.
var commentSigns = [...]string{
	"//", "/*", "<!--", "<%--", "<%#", "--", "#", ";", "%", "(*", "{-", "{#", `"""`, "'''", "**", "==", "~~", "::", `.\"`, `\"`, "!", "__", "*",
}

// setting tells what the lead of a bare level makes of its line, which begins at start.
func (l lead) setting(text string, start int) setting {
	d := l.deco
	switch {
	case d == "":
		return plainLine
	case d[0] >= utf8.RuneSelf:
		return unless(strings.ContainsAny(d, "•◦▪‣·|[({\"'`<"))
	case isLetter(d[0]):
		return comment // REM, dnl, a page's number
	case d == ">" || d == "!" || d == "'":
		return unless(l.glued)
	case d[0] == '*' && (len(d) == 1 || isBlank(d[1])):
		return unless(l.glued || !continues(text, start, l))
	}
	for _, sign := range commentSigns {
		if rest, ok := strings.CutPrefix(d, sign); ok {
			return unless(strings.ContainsAny(strings.TrimPrefix(rest, "[["), "[({<`|.@\\"))
		}
	}
	return nowhere
}

func unless(no bool) setting {
	if no {
		return nowhere
	}
	return comment
}

// continues reports whether the star of a lead continues a block comment, where
// it stands one column to the right of the "/*" above, or is COBOL's in column
// 7; another star is a bullet.
func continues(text string, start int, l lead) bool {
	star := start + strings.IndexByte(text[start:l.at], '*')
	spaces := 0
	for i := star - 1; i >= start && text[i] == ' '; i-- {
		spaces++
	}
	return spaces%2 == 1 || spaces == 6
}

// closes reports whether nothing but the end of a comment, a rule or a page's
// number follows at i in a line with the given lead.
func (l lead) closes(line string, i int) bool {
	for i < len(line) {
		c := line[i]
		if n := pageNumber(line[i:]); n > 0 {
			i += n
			continue
		}
		switch {
		case isBlank(c):
		case c >= utf8.RuneSelf:
			if r, _ := utf8.DecodeRuneInString(line[i:]); unicode.IsLetter(r) || unicode.IsDigit(r) {
				return false
			}
		case l.deco == "" && c != '|':
			return false
		case !strings.ContainsRune("*/-=#~>%|", rune(c)) && !l.opened(c):
			return false
		}
		i++
	}
	return true
}

// opened reports whether the lead has what c closes.
func (l lead) opened(c byte) bool {
	switch c {
	case '"':
		return strings.Contains(l.deco, `"""`)
	case '\'':
		return strings.Contains(l.deco, "'''")
	case ')':
		return strings.Contains(l.deco, "(*")
	case ']':
		return strings.Contains(l.deco, "[[")
	case '}':
		return strings.Contains(l.deco, "{")
	case ';', '!', '_', ':':
		return strings.IndexByte(l.deco, c) >= 0
	}
	return false
}

// wholeLine finds a marking that fills its line, and reports whether it did.
func (s *scanner) wholeLine(start, first, end int) bool {
	if s.text[first] == '<' {
		s.attribute(first, end)
		if s.heading(first, end) {
			return true
		}
	}
	if c := s.text[first]; isLetter(c) && !s.promises(first, end) {
		return false
	}
	if s.prose(first, end) {
		return false
	}
	l := leadOf(s.text, first, end)
	if l.at >= end || !isLetter(s.text[l.at]) || !s.promises(l.at, end) {
		return false
	}
	line := s.text[:end]
	if !isUpper(s.text[l.at+1]) && !cased(line[l.at:]) {
		return false
	}
	return s.label(l, line) || s.banner(start, l, line) || s.caveatBanner(start, l, line)
}

// prose reports whether the first word behind a line's comment signs, if there
// are none but ASCII's, promises nothing: most comments are read no further.
func (s *scanner) prose(first, end int) bool {
	for at := first; at < min(end, first+longestLead); at++ {
		c := s.text[at]
		if isLetter(c) {
			return !s.promises(at, end) && !opens(s.text[at:end])
		}
		if c >= utf8.RuneSelf {
			return false
		}
		if c == '(' || !begins[c] && !isBlank(c) && c != '[' && c != '+' {
			return c != '('
		}
	}
	return false
}

// headings are the elements of HTML in which a bare level is a banner.
var headings = [...]string{"<h1", "<h2", "<h3", "<h4", "<h5", "<h6", "<center", "<header", "<footer"}

// heading finds "<h1>SECRET</h1>".
func (s *scanner) heading(first, end int) bool {
	line := s.text[first:min(end, first+longestLead)]
	at := 0
	for at < len(line) && line[at] == '<' {
		n := strings.IndexByte(line[at:], '>')
		if n < 0 {
			return false
		}
		at += n + 1
	}
	level, stop, upper, ok := levelAt(line, at)
	if !ok || !upper || stop == len(line) || !tags(strings.TrimSpace(line[stop:])) {
		return false
	}
	for _, h := range headings {
		if name, ok := strings.CutPrefix(line, h); ok && (name[0] == '>' || name[0] == ' ') {
			s.emit(level, first+at, first+stop)
			return true
		}
	}
	return false
}

// cased reports whether a line that does not begin in capitals can be a marking
// all the same: one of the sentences, a label, or a level with its controls.
func cased(s string) bool {
	return s[0]|0x20 == 't' || s[1] == '/' || strings.IndexByte(s, ':') >= 0 || strings.Contains(s, "//")
}

// banner finds a level that fills its line, alone or with its controls.
func (s *scanner) banner(start int, l lead, line string) bool {
	level, at, upper, ok := levelAt(line, l.at)
	if !ok {
		return s.shortBanner(l, line)
	}
	c := caveatsAt(line, at, level == chat.CUI)
	if c.count == 0 {
		return s.bare(start, l, line, level, at, upper)
	}
	exact := upper && c.upper
	glued := c.slashes == 2 && (!c.spaced || c.distinctive)
	older := exact && c.slashes < 2 && c.distinctive
	if !glued && !older || !l.closes(line, c.end) {
		return false
	}
	s.emit(withCaveats(level), l.at, c.end)
	return true
}

// withCaveats is the level of a level with controls: what is unclassified and
// controlled is CUI (32 CFR 2002.1; FOUO, LES and SBU are its older names).
func withCaveats(l chat.Level) chat.Level { return max(l, chat.CUI) }

// shortBanner finds "TS//SI//NF": a banner in the words of portion marks.
func (s *scanner) shortBanner(l lead, line string) bool {
	level, at, ok := shortAt(line, l.at)
	if !ok {
		return false
	}
	c := caveatsAt(line, at, false)
	if c.count == 0 || !c.upper || c.slashes != 2 || c.spaced || !l.closes(line, c.end) {
		return false
	}
	s.emit(withCaveats(level), l.at, c.end)
	return true
}

// bare finds a level that stands alone, or with a control that no register has.
func (s *scanner) bare(start int, l lead, line string, level chat.Level, at int, upper bool) bool {
	if !upper {
		return false
	}
	end := unlisted(line, at)
	if form, ok := phrase(line, skipBlanks(line, at), "WHEN FILLED IN", "WORKING PAPERS", "WORKING PAPER"); ok {
		end = form // of forms and drafts (32 CFR 2001.24)
	}
	in := l.setting(s.text, start)
	if in == nowhere || !l.closes(line, end) || l.deco == "%" && l.glued && end < len(line) {
		return false
	}
	if end == at && (in == plainLine && !s.isolated(start, l.at, len(line)) || s.enumerated(start, len(line), level)) {
		return false
	}
	if end > at+len("//") && line[at] == '/' {
		level = withCaveats(level)
	}
	s.emit(level, l.at, end)
	return true
}

// unlisted returns the end of "//CODEWORD", or of a "//" that ends the line; at
// where there is neither.
func unlisted(line string, at int) int {
	if !strings.HasPrefix(line[at:], "//") {
		return at
	}
	end := at + 2
	for end < len(line) && (isUpper(line[end]) || isDigit(line[end]) || end > at+2 && strings.IndexByte(" -/", line[end]) >= 0) {
		end++
	}
	codeword := strings.TrimRight(line[at+2:end], " -/")
	first, _, _ := strings.Cut(codeword, " ")
	if isNote(first) {
		return at
	}
	return at + 2 + len(codeword)
}

// caveatBanner finds controls that fill their line without a level.
func (s *scanner) caveatBanner(start int, l lead, line string) bool {
	c := caveatsAt(line, l.at, false)
	if c.count == 0 || !c.upper || c.level == never {
		return false
	}
	in := l.setting(s.text, start)
	explained := in == comment && c.end < len(line) && line[c.end] == ':'
	if in == nowhere || !explained && !l.closes(line, c.end) || in == plainLine && !s.isolated(start, l.at, len(line)) {
		return false
	}
	s.emit(c.level, l.at, c.end)
	return true
}

// controlled finds a level with controls around the "//" at at, anywhere in a line.
func (s *scanner) controlled(start, at, end int) {
	line, stop := s.text[:end], at
	if line[stop-1] == ' ' {
		stop--
	} else if strings.HasSuffix(line[start:stop], noBreak) {
		stop -= len(noBreak)
	}
	level, begin, upper, ok := levelBefore(line[:stop], start)
	if !ok {
		return
	}
	c := caveatsAt(line, stop, level == chat.CUI)
	exact := upper && c.upper && !c.spaced
	if c.count == 0 || c.slashes < 2 || !exact && !c.distinctive || !upper && c.spaced {
		return
	}
	s.emit(withCaveats(level), begin, c.end)
}

// lastLetters are those that a level of a banner ends with.
const lastLetters = "tlidn"

// levelBefore reads the level that s ends with, not looking before start.
func levelBefore(s string, start int) (l chat.Level, begin int, upper, ok bool) {
	if len(s) == start || strings.IndexByte(lastLetters, s[len(s)-1]|0x20) < 0 {
		return 0, 0, false, false
	}
	for _, w := range levelWords {
		begin := len(s) - len(w.text)
		if begin < start || begin > start && (isWord(s[begin-1]) && !escape(s[start:begin]) || s[begin-1] == '.') {
			continue
		}
		if _, upper, ok := matchFold(s, begin, w.text); ok {
			if w.text == "SECRET" {
				return topOrNot(s, start, begin, upper)
			}
			return w.level, begin, upper, true
		}
	}
	return 0, 0, false, false
}

// escape reports whether s ends with an escaped blank, as in a string of JSON: "\n".
func escape(s string) bool {
	return strings.HasSuffix(s, `\n`) || strings.HasSuffix(s, `\r`) || strings.HasSuffix(s, `\t`)
}

// topOrNot tells "TOP   SECRET" from "SECRET", which begins at begin.
func topOrNot(s string, start, begin int, upper bool) (chat.Level, int, bool, bool) {
	i := begin
	for i > start && (isBlank(s[i-1]) || strings.IndexByte(noBreak, s[i-1]) >= 0) {
		i--
	}
	if top := i - len("TOP"); i < begin && top >= start && (top == start || !isWord(s[top-1])) && strings.EqualFold(s[top:i], "TOP") {
		return chat.TopSecret, top, upper, true
	}
	return chat.Secret, begin, upper, true
}

// trailing finds a bare CUI or TOP SECRET in a comment behind code. A bare
// SECRET or CONFIDENTIAL there is more often a remark on a value.
func (s *scanner) trailing(first, end int) {
	line := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(s.text[first:end], "*/"), "-->"), " \t")
	for _, w := range [...]word{{"CUI", chat.CUI}, {"TOP SECRET", chat.TopSecret}} {
		before, ok := strings.CutSuffix(line, w.text)
		if ok && !strings.HasPrefix(line, "#") && opensComment(before) {
			s.emit(w.level, first+len(before), first+len(line))
			return
		}
	}
}

// opensComment reports whether s ends with a comment sign behind something else.
func opensComment(s string) bool {
	s = strings.TrimRight(s, " \t")
	for _, sign := range [...]string{"//", "#", "--", "/*", "<!--"} {
		if code, ok := strings.CutSuffix(s, sign); ok && code != "" && isBlank(code[len(code)-1]) && strings.TrimLeft(code, " \t") != "" {
			return true
		}
	}
	return false
}
