package policy

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// portion looks at the "(" at at, and reports whether it begins a portion mark.
// marked says that the line has one already.
func (s *scanner) portion(start, at, end int, marked bool) bool {
	line := s.text[:end]
	level, stop, ok := portionLevel(line, at+1)
	if !ok {
		s.lettered(start, at, end)
		return false
	}
	switch {
	case stop < end && line[stop] == ')':
		return s.barePortion(start, at, stop, line, level, marked)
	case stop < end && line[stop] == '/':
		return s.controlledPortion(start, at, stop, line, level)
	}
	return false
}

// portionLevel reads the level of a portion mark, short or long, in capitals.
func portionLevel(line string, at int) (l chat.Level, end int, ok bool) {
	if l, end, ok = shortAt(line, at); ok {
		return l, end, true
	}
	if l, end, upper, ok := levelAt(line, at); ok && upper {
		return l, end, true
	}
	if end, upper, ok := matchFold(line, at, "FOUO"); ok && upper {
		return chat.CUI, end, true
	}
	return 0, 0, false
}

// lettered notes an item of a lettered list, such as "(B)".
func (s *scanner) lettered(start, at, end int) {
	stop := at + 1
	for stop < end && stop < at+4 && isUpper(s.text[stop]) {
		stop++
	}
	if at-start >= longestLead || stop == end || s.text[stop] != ')' {
		return
	}
	before := strings.TrimLeft(s.text[start:at], " \t")
	if strings.Trim(before, " \t-*_#/>") == "" || tags(before) || command(before) {
		s.list = stop
	}
}

// controlledPortion finds "(S//NF)": its controls make it a mark in any place
// where it is no operand. Older texts have one slash before some controls.
func (s *scanner) controlledPortion(start, at, stop int, line string, level chat.Level) bool {
	c := caveatsAt(line, stop, level == chat.CUI)
	if c.count == 0 || !c.upper || c.spaced || c.end >= len(line) || line[c.end] != ')' || operand(line[start:at]) {
		return false
	}
	if c.slashes == 1 {
		if _, ok := phrase(line, stop+1, "NF", "NOFORN", "FOUO", "REL TO", "REL"); !ok {
			return false
		}
	}
	s.emit(withCaveats(level), at, c.end+1)
	s.portions = true
	return true
}

// operand reports whether what stands after s is part of an expression.
func operand(s string) bool {
	trimmed := strings.TrimRight(s, " \t")
	if trimmed == "" {
		return false
	}
	last := trimmed[len(trimmed)-1]
	if len(trimmed) == len(s) && (isWord(last) || last == ')' || last == ']') {
		return true // a call
	}
	if last == '*' { // of a product, not of a comment that begins
		return len(trimmed) < len(s) && !strings.HasSuffix(trimmed, "/*") && strings.Trim(trimmed, " \t*/") != ""
	}
	return strings.IndexByte("=+%&^~[(,<", last) >= 0
}

// barePortion finds "(S)", which needs the right place and something to mark.
func (s *scanner) barePortion(start, at, stop int, line string, level chat.Level, marked bool) bool {
	where := s.place(start, at, line, marked)
	if where == midLine {
		return false
	}
	mark := line[at+1 : stop]
	if len(mark) <= 2 && s.list > 0 && at-s.list < listReach {
		s.list = stop
		return false
	}
	rest := line[stop+1:]
	if at > start && (line[at-1] == '*' || line[at-1] == '_') {
		rest = strings.TrimLeft(rest, "*_") // Markdown: "**(S)** The range"
	}
	if !s.introduces(rest, mark, where) {
		return false
	}
	s.emit(level, at, stop+1)
	s.portions = true
	return true
}

// place says where a parenthesis stands in its line.
type place int

const (
	midLine   place = iota
	atStart         // of a line that may be code
	afterSign       // of a comment, a heading, a quotation, a list's item
	inText          // after a number, a title or another portion
)

// place finds out where the "(" at at stands.
func (s *scanner) place(start, at int, line string, marked bool) place {
	first := skipBlanks(line, start)
	l := leadOf(s.text, first, at)
	switch {
	case l.at == at && l.deco == "":
		return atStart
	case l.at == at:
		if signs(l.deco) {
			return afterSign
		}
		return midLine
	case tags(line[first:at]):
		return atStart
	case command(line[first:at]):
		return afterSign
	}
	before := strings.TrimRight(line[l.at:at], " \t")
	if len(before) == at-l.at {
		return midLine // glued to a word
	}
	if numbers(before) || titles(before) || marked && strings.IndexByte(".:;", before[len(before)-1]) >= 0 {
		return inText
	}
	if opensComment(line[first:at]) {
		return afterSign
	}
	return midLine
}

// tags reports whether s is nothing but tags of HTML or XML.
func tags(s string) bool {
	for s != "" {
		end := strings.IndexByte(s, '>')
		if s[0] != '<' || end < 0 {
			return false
		}
		s = strings.TrimLeft(s[end+1:], " \t")
	}
	return true
}

// command reports whether s is one of TeX's commands up to its text: "\\item ",
// "\\section{", "\\section*{".
func command(s string) bool {
	name, ok := strings.CutPrefix(s, `\`)
	if !ok || len(s) > longestLead {
		return false
	}
	end := 0
	for end < len(name) && isLetter(name[end]) {
		end++
	}
	switch strings.TrimPrefix(name[end:], "*") {
	case " ", "\t", "{":
		return end > 1
	}
	return false
}

// signs reports whether a lead is a comment sign, a bullet or Markdown, and not
// the beginning of an expression or a string.
func signs(deco string) bool {
	for _, sign := range [...]string{"<!--", "==", `"""`, "{-", "{#", "(*"} {
		deco = strings.TrimPrefix(deco, sign)
	}
	return !strings.ContainsAny(deco, "{[(\\@&$`=<\"")
}

// numbers reports whether s numbers a paragraph: "1.", "2.1.3", "a.", "(1)".
func numbers(s string) bool {
	if len(s) > 8 {
		return false
	}
	digit := false
	for i := range len(s) {
		digit = digit || isDigit(s[i])
		if !isDigit(s[i]) && !isLetter(s[i]) && strings.IndexByte(".()", s[i]) < 0 {
			return false
		}
	}
	last := s[len(s)-1]
	return digit && (len(s) <= 3 || strings.IndexByte(s, '.') > 0 || last == ')') || last == '.' || last == ')' && len(s) <= 4
}

// titles reports whether s names what a document's title or figure is.
func titles(s string) bool {
	if last := s[len(s)-1]; len(s) > 40 || last != ':' && last != '.' {
		return false
	}
	_, ok := phrase(s, 0, "SUBJECT", "SUBJ", "TITLE", "RE", "SUMMARY", "PURPOSE", "BACKGROUND", "FIGURE", "FIG", "TABLE", "APPENDIX", "ANNEX", "CHAPTER", "SECTION")
	return ok
}

// introduces reports whether rest, the line after a bare mark, is something a
// mark stands in front of.
func (s *scanner) introduces(rest, mark string, where place) bool {
	if blankAt(rest, 0) == 0 {
		return false
	}
	rest = strings.Trim(strings.TrimPrefix(rest[:min(len(rest), longestLead)], noBreak), " \t*/")
	if where != atStart && len(rest) > 1 && isLetter(rest[1]) {
		rest = strings.TrimLeft(rest, "\"`_") // "(S) `range` is in km"
	}
	if rest == "" || !isLetter(rest[0]) && !isDigit(rest[0]) && rest[0] < 0x80 {
		return false
	}
	words := countWords(rest)
	first, _, _ := strings.Cut(rest, " ")
	if 'a' <= rest[0] && rest[0] <= 'z' && (words < 3 || binds(first)) {
		return false
	}
	if where == atStart && code(rest, first) {
		return false
	}
	title := words <= 3 && rest[len(rest)-1] != '.'
	switch {
	case mark == "TS" && strings.Contains(strings.TrimSuffix(first, "s"), "ype") || mark == "TS" && mentionsTypeScript(rest):
		return false
	case mark == "C" && copyright(rest, title && where != inText && !s.portions):
		return false
	}
	// "(C) Cancel", "(S) Save": the letter to press.
	return !title || where != atStart || s.portions || first[0] != mark[0]
}

// countWords counts the words of a line without allocating.
func countWords(s string) int {
	n := 0
	for i := range len(s) {
		if !isBlank(s[i]) && (i == 0 || isBlank(s[i-1])) {
			n++
		}
	}
	return n
}

// binds tells words that make a parenthesis in front of them a part of the sentence.
func binds(word string) bool {
	switch strings.TrimRight(word, ",.;:") {
	case "is", "are", "was", "were", "and", "or", "in", "of", "for", "to", "denotes", "means", "has", "must", "may", "can", "will", "on", "as", "with", "from":
		return true
	}
	return false
}

// code reports whether rest, of which first is the first word, looks like the
// rest of a cast and not like a sentence.
func code(rest, first string) bool {
	if strings.IndexByte(";{},\\", rest[len(rest)-1]) >= 0 || strings.ContainsAny(first, "([{=<>&|") {
		return true
	}
	if i := strings.IndexByte(first, '.'); i >= 0 && i+1 < len(first) && isLetter(first[i+1]) {
		return true
	}
	for _, operator := range [...]string{"->", "=>", " = ", " == ", " + ", "::"} {
		if strings.Contains(rest, operator) {
			return true
		}
	}
	return false
}

// mentionsTypeScript tells the other meaning of "(TS)".
func mentionsTypeScript(rest string) bool {
	for _, word := range [...]string{"TypeScript", "typescript", "Typescript", "tsconfig", "tsc ", ".ts", "JavaScript"} {
		if strings.Contains(rest, word) {
			return true
		}
	}
	return false
}

// copyright tells the other meaning of "(C)": a year, a notice, an address, or
// nothing but names.
func copyright(rest string, mayBeNames bool) bool {
	if len(rest) >= 4 && isDigit(rest[0]) && isDigit(rest[1]) && isDigit(rest[2]) && isDigit(rest[3]) || strings.IndexByte(rest, '@') >= 0 {
		return true
	}
	if n := len(rest) - 4; n > 0 && countWords(rest) <= 6 && (strings.HasPrefix(rest[n:], "19") || strings.HasPrefix(rest[n:], "20")) && isDigit(rest[n+2]) && isDigit(rest[n+3]) {
		return true
	}
	for i := range len(rest) {
		if i > 0 && isWord(rest[i-1]) {
			continue
		}
		if _, ok := phrase(rest, i, "COPYRIGHT", "COPYRIGHTED", "ALL RIGHTS RESERVED", "RIGHTS RESERVED", "INC", "LTD", "LLC", "GMBH", "CORP", "CORPORATION", "AUTHORS", "CONTRIBUTORS", "FOUNDATION"); ok {
			return true
		}
	}
	if !mayBeNames {
		return false
	}
	for i := range len(rest) {
		if 'a' <= rest[i] && rest[i] <= 'z' && (i == 0 || isBlank(rest[i-1])) {
			return false
		}
	}
	return true
}
