package tokens

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNested is how deep interpolations in strings are followed. Deeper ones are
// read as part of the string.
const maxNested = 16

// maxLiteral is how far the end of a regular expression, or of a literal in
// brackets of its own choice, is looked for.
const maxLiteral = 8 << 10

// quote is one way to write a string.
type quote struct {
	open, end string
	raw       bool   // a backslash is no escape
	lines     bool   // it may run over several lines
	insert    string // what starts code inside it, "" where nothing does
}

// scanner makes tokens of a text. Every byte that is not white space comes to
// lie in exactly one token, whatever the text is.
type scanner struct {
	d     *Dialect
	text  string
	at    int
	toks  []Token
	line  int32
	first int // where the line starts
	// indent is the width of the current line's white space; seen says that a
	// token was seen on it.
	indent int32
	seen   bool
	nested int
	heres  []here // here-documents whose bodies start on the next line
	// eol is the end of the line that was looked for last, and eolFrom from where.
	eolFrom, eol int
	// A literal whose end was looked for in vain is not looked for again before
	// these, so that a text full of openings takes no longer.
	noPattern, noBracket int
}

// maxText is the longest text that is read, in bytes: longer ones are data.
const maxText = 16 << 20

// Scan splits a text into tokens. It takes time linear in the text. A text of
// more than 16 MB has none.
func Scan(d *Dialect, text string) []Token {
	if len(text) > maxText {
		return nil
	}
	s := &scanner{d: d, text: text, line: 1, toks: make([]Token, 0, len(text)/4+8)}
	s.preamble()
	s.code(0)
	return s.toks
}

// code reads up to the closing bracket that has no opening one, or to the end.
func (s *scanner) code(end byte) {
	depth := 0
	for s.at < len(s.text) {
		c := s.text[s.at]
		if end != 0 {
			switch c {
			case opener(end):
				depth++
			case end:
				if depth == 0 {
					return
				}
				depth--
			}
		}
		s.next(c)
	}
}

func opener(end byte) byte {
	if end == ')' {
		return '('
	}
	return '{'
}

// next reads one token or one run of white space.
func (s *scanner) next(c byte) {
	switch {
	case c == '\n' || c == '\r':
		s.newline()
	case c == ' ' || c == '\t' || c == '\f' || c == '\v':
		s.space(c)
	case s.d.starts[c] && s.special(c):
	case isWordByte(c):
		s.word()
	case c >= utf8.RuneSelf:
		s.foreign()
	default:
		s.emit(Other, s.at+s.operator())
	}
}

func (s *scanner) space(c byte) {
	if !s.seen {
		if c == '\t' {
			s.indent += 8 - s.indent%8
		} else {
			s.indent++
		}
	}
	s.at++
}

// newline ends a line at "\n", "\r\n" or a lone "\r", as editors do.
func (s *scanner) newline() {
	if s.text[s.at] == '\r' && s.at+1 < len(s.text) && s.text[s.at+1] == '\n' {
		s.at++
	}
	s.at++
	s.line, s.first, s.indent, s.seen = s.line+1, s.at, 0, false
	if len(s.heres) > 0 && s.nested == 0 {
		s.hereBodies()
	}
}

// emit makes a token of the text from here to end, for a comment without the
// white space at its end.
func (s *scanner) emit(kind Kind, end int) {
	start := s.at
	stop := min(end, len(s.text))
	if start >= stop {
		return
	}
	if kind == Comment || kind == Directive {
		stop = start + len(strings.TrimRight(s.text[start:stop], " \t\r\n"))
	}
	t := Token{Kind: kind, Start: int32(start), End: int32(stop), Line: s.line, LastLine: s.line, Indent: s.indent, Leads: !s.seen}
	if kind == Word {
		t.role = s.d.roles[s.text[start:stop]]
	}
	s.at, s.seen = stop, true
	if kind == String || kind == Comment || kind == Directive {
		s.lines(s.text[start:stop], start)
		t.LastLine = s.line
	}
	s.toks = append(s.toks, t)
}

// lines counts the lines inside a token that starts at a byte.
func (s *scanner) lines(text string, start int) {
	for i := 0; i < len(text); i++ {
		n := strings.IndexAny(text[i:], "\r\n")
		if n < 0 {
			return
		}
		i += n
		if text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n' {
			i++
		}
		s.line, s.first = s.line+1, start+i+1
	}
}

// word reads a name, a keyword or a number, or a string that a prefix begins.
func (s *scanner) word() {
	end := s.wordEnd(s.at)
	w := s.text[s.at:end]
	if isDigit(w[0]) {
		if s.d.Title == "C++" || s.d.Title == "C" { // 1'000
			for end+1 < len(s.text) && s.text[end] == '\'' && isWordByte(s.text[end+1]) {
				end = s.wordEnd(end + 1)
			}
		}
		s.emit(Other, end)
		return
	}
	if end < len(s.text) && len(w) <= 3 && s.d.prefixes != "" && strings.IndexByte("\"'#", s.text[end]) >= 0 && Has(s.d.prefixes, w) && s.prefixed(w, end) {
		return
	}
	if s.d.percent && s.perlQuote(w, end) {
		return
	}
	s.emit(Word, end)
}

func (s *scanner) wordEnd(i int) int {
	for i < len(s.text) {
		c := s.text[i]
		if isWordByte(c) {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRuneInString(s.text[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		i += n
	}
	return i
}

// foreign reads what starts with a character beyond ASCII: a name, white space,
// or one sign.
func (s *scanner) foreign() {
	r, n := utf8.DecodeRuneInString(s.text[s.at:])
	switch {
	case unicode.IsLetter(r):
		s.word()
	case unicode.IsSpace(r):
		s.at += n
	default:
		s.emit(Other, s.at+n)
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c == '@' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c)
}

// IsWordRune says whether a character may stand in a name. The marks that some
// languages put before names are part of them.
func IsWordRune(r rune) bool {
	return r == '_' || r == '$' || r == '@' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// operator returns the length of the operator here. Only those that reading
// declarations needs whole are longer than one character.
func (s *scanner) operator() int {
	rest := s.text[s.at:]
	if len(rest) < 2 {
		return 1
	}
	if len(rest) > 2 {
		switch rest[:3] {
		case "===", "!==", "...":
			return 3
		}
	}
	switch rest[:2] {
	case "::", "=>", "->", "?.", "&&", "||", "==", "!=", "<=", ">=", "**", "..", ":=", "<-", "??", "|>":
		return 2
	}
	return 1
}

// special reads a comment, a string or another literal, and says whether there
// is one here.
func (s *scanner) special(c byte) bool {
	rest := s.text[s.at:]
	if s.d.directives && c == '#' && !s.seen {
		s.emit(Directive, s.directiveEnd())
		return true
	}
	if s.comment(rest) {
		return true
	}
	if c == '?' && s.d.Title == "PHP" && strings.HasPrefix(rest, "?>") {
		s.template()
		return true
	}
	if s.d.long && (c == '[' || c == '-') && s.longBracket(rest) {
		return true
	}
	if s.d.heredoc != "" && strings.HasPrefix(rest, s.d.heredoc) && s.here() {
		return true
	}
	if c == '/' && s.d.patterns && s.pattern() {
		return true
	}
	if c == '%' && s.d.percent && s.percentLiteral() {
		return true
	}
	if c == '\'' && s.d.lifetimes {
		return s.character()
	}
	for i := range s.d.quotes {
		if q := &s.d.quotes[i]; strings.HasPrefix(rest, q.open) {
			return s.quoted(q, s.at+len(q.open))
		}
	}
	if s.d.escapes && c == '\\' && len(rest) > 1 && rest[1] > ' ' && rest[1] < utf8.RuneSelf {
		s.emit(Other, s.at+2)
		return true
	}
	return false
}

func (s *scanner) comment(rest string) bool {
	for _, b := range s.d.blockComments {
		if strings.HasPrefix(rest, b[0]) && (len(b) < 3 || !s.seen) {
			s.emit(Comment, s.at+blockEnd(rest, b[0], b[1], s.d.nests))
			return true
		}
	}
	for _, mark := range s.d.lineComments {
		if !strings.HasPrefix(rest, mark) || mark == "#" && !s.hashComment(rest) {
			continue
		}
		s.emit(Comment, s.lineEnd(s.at))
		return true
	}
	return false
}

// hashComment tells a comment's "#" from one inside a word and from an attribute.
func (s *scanner) hashComment(rest string) bool {
	if s.d.Title == "PHP" && strings.HasPrefix(rest, "#[") {
		return false
	}
	return !s.d.hashAfterSpace || s.at == 0 || strings.IndexByte(" \t\r\n;&|()", s.text[s.at-1]) >= 0
}

func (s *scanner) lineEnd(i int) int {
	if i < s.eolFrom || i > s.eol || s.eol == 0 {
		s.eolFrom, s.eol = i, len(s.text)
		if n := strings.IndexAny(s.text[i:], "\r\n"); n >= 0 {
			s.eol = i + n
		}
	}
	return s.eol
}

// blockEnd returns the length of a block comment, to the end of the text where
// it is not closed.
func blockEnd(rest, open, end string, nests bool) int {
	depth, i := 1, len(open)
	for {
		n := strings.Index(rest[i:], end)
		if n < 0 {
			return len(rest)
		}
		if nests {
			depth += strings.Count(rest[i:i+n], open)
		}
		i += n + len(end)
		if depth--; depth == 0 {
			return i
		}
	}
}

// directiveEnd is the end of a preprocessor's line and of those it continues on.
func (s *scanner) directiveEnd() int {
	i := s.at
	for {
		end := s.lineEnd(i)
		line := s.text[i:end]
		if n := strings.Index(line, "//"); n >= 0 && !strings.Contains(line[:n], `"`) {
			return i + n
		}
		if n := strings.Index(line, "/*"); n >= 0 && !strings.Contains(line[:n], `"`) {
			return i + n
		}
		if !strings.HasSuffix(line, "\\") || end == len(s.text) {
			return end
		}
		i = min(end+1, len(s.text))
		if s.text[end] == '\r' && i < len(s.text) && s.text[i] == '\n' {
			i++
		}
	}
}

// quoted reads a string from its first character inside on. A string that may
// not run over lines and is not closed on its line is none: its mark is one
// token then, and what follows is read as code.
func (s *scanner) quoted(q *quote, i int) bool {
	if !q.lines && s.quoteEnd(q, i, s.lineEnd(i)) < 0 {
		s.emit(Other, s.at+len(q.open))
		return true
	}
	for {
		j, insert := s.piece(q, i)
		if !insert {
			s.emit(String, j)
			return true
		}
		s.emit(String, j)
		s.insertion(q)
		i = s.at
		if i >= len(s.text) {
			return true
		}
	}
}

// quoteEnd returns where a string ends, -1 where it does not before limit.
func (s *scanner) quoteEnd(q *quote, i, limit int) int {
	for i < limit {
		if !q.raw && s.text[i] == '\\' {
			i += 2
			continue
		}
		if strings.HasPrefix(s.text[i:], q.end) {
			return i + len(q.end)
		}
		i++
	}
	return -1
}

// piece returns where a string, or its part before code in it, ends.
func (s *scanner) piece(q *quote, i int) (end int, insert bool) {
	for i < len(s.text) {
		c := s.text[i]
		switch {
		case q.insert != "" && c == q.insert[0] && s.nested < maxNested && strings.HasPrefix(s.text[i:], q.insert):
			if q.insert == "{" && strings.HasPrefix(s.text[i:], "{{") {
				i += 2
				continue
			}
			return i, true
		case !q.raw && c == '\\':
			i += 2
			continue
		case c == q.end[0] && strings.HasPrefix(s.text[i:], q.end):
			i += len(q.end)
			for len(q.end) == 3 && i < len(s.text) && s.text[i] == q.end[0] { // """a""""
				i++
			}
			return i, false
		case !q.lines && (c == '\n' || c == '\r'):
			return i, false
		}
		i++
	}
	return len(s.text), false
}

// insertion reads the code inside a string.
func (s *scanner) insertion(q *quote) {
	s.nested++
	defer func() { s.nested-- }()
	end := byte('}')
	if strings.HasSuffix(q.insert, "(") {
		end = ')'
	}
	if len(q.insert) > 1 {
		s.emit(Other, s.at+len(q.insert)-1)
	}
	s.emit(Other, s.at+1)
	s.code(end)
	if s.at < len(s.text) {
		s.emit(Other, s.at+1)
	}
}

// character reads a character literal where ' also starts names, as Rust's
// lifetimes.
func (s *scanner) character() bool {
	rest := s.text[s.at+1:]
	if rest == "" {
		return false
	}
	_, n := utf8.DecodeRuneInString(rest)
	if rest[0] == '\\' {
		n = strings.IndexByte(rest[min(2, len(rest)):], '\'') + 2
		if n < 2 || n > 14 {
			return false
		}
	}
	if n >= len(rest) || rest[n] != '\'' || strings.ContainsAny(rest[:n], "\r\n") {
		return false
	}
	s.emit(String, s.at+n+2)
	return true
}

// previous is the last token that is no comment, nil at the start.
func (s *scanner) previous() *Token {
	for i := range slices.Backward(s.toks) {
		if s.toks[i].Kind != Comment {
			return &s.toks[i]
		}
	}
	return nil
}

// pattern reads a regular expression between slashes, where no value stands
// before it that it could divide.
func (s *scanner) pattern() bool {
	if s.at < s.noPattern {
		return false
	}
	if p := s.previous(); p != nil {
		switch text := p.In(s.text); {
		case p.Kind == String:
			return false
		case p.Kind == Word:
			if !Has("return typeof case in of do else void delete throw new await yield if unless while until and or not when then", text) {
				return false
			}
		case text == ")" || text == "]" || text == "}" || text == "<" || isDigit(text[0]):
			return false
		}
	}
	inSet := false
	for i := s.at + 1; i < min(len(s.text), s.at+maxLiteral); i++ {
		switch c := s.text[i]; {
		case c == '\n' || c == '\r':
			s.noPattern = i
			return false
		case c == '\\':
			i++
		case c == '[':
			inSet = true
		case c == ']':
			inSet = false
		case c == '/' && !inSet:
			s.emit(String, s.wordEnd(i+1))
			return true
		}
	}
	s.noPattern = s.at + maxLiteral
	return false
}
