package edit

import "strings"

// The classes of a byte.
const (
	inCode    = 'c'
	inComment = '#'
	inString  = 's'
	inDoc     = 'd' // a string that documents
)

// scanned is a text and what each of its bytes belongs to.
type scanned struct {
	text  string
	class []byte

	// broken: a string or a comment does not end where it must.
	broken bool
}

// scanner walks a text once. It is a reader of literals, no parser: what it
// cannot tell apart (a division from a regular expression) it guesses.
type scanner struct {
	*grammar
	scanned
	at    int
	depth int // of brackets, for docstrings
}

// scan classifies a text.
func (g *grammar) scan(text string) scanned {
	s := &scanner{grammar: g, scanned: scanned{text: text, class: make([]byte, len(text))}}
	s.run(0)
	return s.scanned
}

// run reads code until the text ends, or until an unmatched stop.
func (s *scanner) run(stop byte) {
	depth := 0
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case s.comment(), s.literal():
			continue
		case stop != 0 && c == stop && depth == 0:
			return
		case c == '{' || c == '(' || c == '[':
			depth++
			s.depth++
		case c == '}' || c == ')' || c == ']':
			depth--
			s.depth--
		}
		s.mark(1, inCode)
	}
}

// mark takes n bytes.
func (s *scanner) mark(n int, class byte) {
	for range min(n, len(s.text)-s.at) {
		s.class[s.at] = class
		s.at++
	}
}

func (s *scanner) rest() string { return s.text[s.at:] }

// comment takes a comment that begins here.
func (s *scanner) comment() bool {
	for _, begin := range s.line {
		if !strings.HasPrefix(s.rest(), begin) || begin == "#" && s.at > 0 && s.indented && !s.docstring && s.text[s.at-1] > ' ' {
			continue
		}
		end := strings.IndexByte(s.rest(), '\n')
		if end < 0 {
			end = len(s.rest())
		}
		s.mark(end, inComment)
		return true
	}
	if s.open == "" || !strings.HasPrefix(s.rest(), s.open) {
		return false
	}
	s.mark(s.blockComment(), inComment)
	return true
}

// blockComment returns the length of the comment that begins here.
func (s *scanner) blockComment() int {
	rest, depth := s.rest(), 1
	for i := len(s.open); i < len(rest); {
		switch {
		case strings.HasPrefix(rest[i:], s.shut):
			i += len(s.shut)
			if depth--; depth == 0 {
				return i
			}
		case s.nested && strings.HasPrefix(rest[i:], s.open):
			i += len(s.open)
			depth++
		default:
			i++
		}
	}
	s.broken = true
	return len(rest)
}

// literal takes a string, a character or a regular expression that begins here.
func (s *scanner) literal() bool {
	c := s.text[s.at]
	switch {
	case s.triple && (strings.HasPrefix(s.rest(), `"""`) || s.docstring && strings.HasPrefix(s.rest(), `'''`)):
		s.quoted(s.rest()[:3], true)
	case s.lifetimes && c == '\'':
		s.mark(charOrLifetime(s.rest()), inString)
	case s.lifetimes && (c == 'r' || c == 'b') && rawRust(s.rest()) > 0 && !s.afterWord():
		s.rawString(rawRust(s.rest()))
	case strings.IndexByte(s.quotes, c) >= 0:
		s.quoted(string(c), false)
	case strings.IndexByte(s.long, c) >= 0:
		s.quoted(string(c), true)
	case s.regexps && c == '/' && s.beforeRegexp():
		s.regexp()
	default:
		return false
	}
	return true
}

// quoted takes a string with its quotes.
func (s *scanner) quoted(quote string, overLines bool) {
	begin := s.at
	escapes := quote != "`" || s.template
	s.mark(len(quote), inString)
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case strings.HasPrefix(s.rest(), quote):
			s.mark(len(quote), inString)
			s.documents(begin)
			return
		case c == '\\' && escapes:
			s.mark(2, inString)
		case c == '\n' && !overLines:
			s.broken = true
			return
		case s.template && quote == "`" && strings.HasPrefix(s.rest(), "${"):
			s.mark(2, inString)
			s.run('}')
			s.mark(1, inString)
		default:
			s.mark(1, inString)
		}
	}
	s.broken = true
}

// documents marks a string that is a statement of its own, from begin to here.
func (s *scanner) documents(begin int) {
	if !s.docstring || s.depth != 0 {
		return
	}
	line := s.text[strings.LastIndexByte(s.text[:begin], '\n')+1 : begin]
	after, _, _ := strings.Cut(s.rest(), "\n")
	if strings.TrimLeft(strings.TrimSpace(line), "rRuU") != "" || strings.TrimSpace(after) != "" {
		return
	}
	for i := begin; i < s.at; i++ {
		s.class[i] = inDoc
	}
}

// charOrLifetime returns the length of a character literal, 1 for a lifetime's mark.
func charOrLifetime(rest string) int {
	if strings.HasPrefix(rest, `'\`) {
		if end := strings.IndexByte(rest[min(3, len(rest)):], '\''); end >= 0 && end < 10 {
			return end + 4
		}
		return 1
	}
	n := 0
	for i, r := range rest[1:] {
		if n == 1 && r == '\'' {
			return i + 2
		}
		if n++; n > 1 {
			break
		}
	}
	return 1
}

// rawRust returns the number of bytes that begin a raw string, r#", 0 for none.
func rawRust(rest string) int {
	n := strings.TrimLeft(strings.TrimPrefix(rest, "b"), "r")
	if len(strings.TrimPrefix(rest, "b"))-len(n) != 1 {
		return 0
	}
	marks := strings.TrimLeft(n, "#")
	if !strings.HasPrefix(marks, `"`) {
		return 0
	}
	return len(rest) - len(marks) + 1
}

func (s *scanner) rawString(opens int) {
	end := `"` + strings.Repeat("#", strings.Count(s.rest()[:opens], "#"))
	at := strings.Index(s.rest()[opens:], end)
	if at < 0 {
		s.broken = true
		at = len(s.rest())
	}
	s.mark(opens+at+len(end), inString)
}

func (s *scanner) afterWord() bool {
	return s.at > 0 && isWord(rune(s.text[s.at-1]))
}

// beforeRegexp guesses whether a slash begins a regular expression: after an
// operator or a keyword it does, after a value it divides.
func (s *scanner) beforeRegexp() bool {
	before := strings.TrimRight(s.text[:s.at], " \t\n")
	if before == "" || strings.HasSuffix(before, "return") || strings.HasSuffix(before, "typeof") {
		return true
	}
	return strings.IndexByte("(,=:[!&|?{};+-*%~^", before[len(before)-1]) >= 0
}

func (s *scanner) regexp() {
	s.mark(1, inString)
	set := false
	for s.at < len(s.text) && s.text[s.at] != '\n' {
		c := s.text[s.at]
		switch {
		case c == '\\':
			s.mark(1, inString)
		case c == '[':
			set = true
		case c == ']':
			set = false
		}
		s.mark(1, inString)
		if c == '/' && !set {
			return
		}
	}
}

// sound reports whether every string, comment and bracket ends where it must.
func (s scanned) sound() bool {
	open := s.brackets()
	return !s.broken && open == ""
}

// brackets returns the brackets that do not match, in order.
func (s scanned) brackets() string {
	var open []byte
	for i, class := range s.class {
		if class != inCode {
			continue
		}
		switch c := s.text[i]; c {
		case '(', '[', '{':
			open = append(open, c)
		case ')', ']', '}':
			if n := len(open); n > 0 && open[n-1] == opening(c) {
				open = open[:n-1]
			} else {
				open = append(open, c)
			}
		}
	}
	return string(open)
}

func opening(c byte) byte {
	switch c {
	case ')':
		return '('
	case ']':
		return '['
	}
	return '{'
}

// only returns the text's bytes that are neither comment nor white space:
// what the machine sees.
func (s scanned) only() string {
	out := make([]byte, 0, len(s.text))
	for i, class := range s.class {
		if (class == inCode && s.text[i] > ' ') || class == inString {
			out = append(out, s.text[i])
		}
	}
	return string(out)
}

// kinds tells of each line whether it begins within a string, and whether it
// holds nothing but a comment.
func (s scanned) kinds() (within, comment []bool) {
	at := 0
	for line := range strings.SplitSeq(s.text, "\n") {
		inside := at > 0 && at <= len(s.class) && s.class[at-1] != inCode && s.class[at-1] != inComment
		within = append(within, inside)
		said := strings.TrimLeft(line, " \t")
		first := at + len(line) - len(said)
		comment = append(comment, said != "" && s.allComment(first, at+len(line)))
		at += len(line) + 1
	}
	return within, comment
}

func (s scanned) allComment(from, to int) bool {
	for i := from; i < to; i++ {
		if s.class[i] != inComment && s.class[i] != inDoc && s.text[i] > ' ' {
			return false
		}
	}
	return true
}
