package edit

import (
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// The classes of a byte.
const (
	inCode    = 'c'
	inComment = '#'
	inString  = 's'
	inDoc     = 'd' // a string that documents
	inMacro   = 'p' // a preprocessor's line: code whose brackets nobody counts
)

// scanned is a text and what each of its bytes belongs to, 0 for white space.
type scanned struct {
	text  string
	class []byte

	// broken: a string or a comment does not end where it must.
	broken bool
}

// scan classifies a text, each once.
func (g *grammar) scan(text string) scanned {
	s, ok := g.seen[text]
	if !ok {
		s = g.classify(text)
		g.seen[text] = s
	}
	return s
}

func (g *grammar) classify(text string) scanned {
	s := scanned{text: text, class: make([]byte, len(text))}
	dialect, ok := tokens.Of(g.dialect)
	if !ok {
		s.byLines(g.line)
		return s
	}
	toks := tokens.Scan(dialect, text)
	for i, t := range toks {
		class := byte(inCode)
		switch t.Kind {
		case tokens.Comment:
			class = inComment
		case tokens.Directive:
			class = inMacro
		case tokens.String:
			class = inString
			if g.docstring && documents(text, toks, i) {
				class = inDoc
			}
		case tokens.Other:
			s.broken = s.broken || g.loose(t.In(text))
		}
		fill(s.class[t.Start:t.End], class)
	}
	s.broken = s.broken || len(toks) > 0 && unended(toks[len(toks)-1], text)
	return s
}

func fill(class []byte, with byte) {
	for i := range class {
		class[i] = with
	}
}

// byLines tells comments from all else in a language without tokens.
func (s *scanned) byLines(marks []string) {
	at := 0
	for line := range strings.SplitAfterSeq(s.text, "\n") {
		said := strings.TrimLeft(line, " \t")
		class := byte(inCode)
		if slices.ContainsFunc(marks, func(mark string) bool { return strings.HasPrefix(said, mark) }) {
			class = inComment
		}
		for i := range line {
			if line[i] > ' ' {
				s.class[at+i] = class
			}
		}
		at += len(line)
	}
}

// loose tells a quotation mark that begins no string on its line.
func (g *grammar) loose(text string) bool {
	switch g.dialect {
	case "rust", "scala", "haskell", "julia":
		return false // ' begins names as well, and other strings run over lines
	}
	return text == `"` || text == "'" || text == "`"
}

// unended tells a string or a comment that runs to the text's end because
// nothing ends it.
func unended(t tokens.Token, whole string) bool {
	if int(t.End) < len(whole)-len("\n") {
		return false
	}
	text := t.In(whole)
	switch t.Kind {
	case tokens.Comment:
		return strings.HasPrefix(text, "/*") && (len(text) < 4 || !strings.HasSuffix(text, "*/"))
	case tokens.String:
		open := strings.TrimLeft(text, "bBfFrRuUtTLc8@$#")
		if open == "" {
			return false
		}
		if strings.HasPrefix(open, `"""`) || strings.HasPrefix(open, "'''") {
			return len(open) < 6 || !strings.HasSuffix(open, open[:3])
		}
		if strings.IndexByte("\"'`", open[0]) >= 0 {
			return len(open) < 2 || strings.TrimRight(open, "#")[len(strings.TrimRight(open, "#"))-1] != open[0]
		}
	}
	return false
}

// documents tells a string that is a statement of its own.
func documents(text string, toks []tokens.Token, i int) bool {
	if !toks[i].Leads || i+1 < len(toks) && !toks[i+1].Leads {
		return false
	}
	for k := i - 1; k >= 0; k-- {
		switch toks[k].Kind {
		case tokens.Comment:
			continue
		case tokens.Other:
			return strings.IndexByte(":)]}", text[toks[k].End-1]) >= 0
		}
		return true
	}
	return true
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
		if (class == inCode || class == inMacro) && s.text[i] > ' ' || class == inString {
			out = append(out, s.text[i])
		}
	}
	return string(out)
}

// lineKind is what can be said of a line without reading others.
type lineKind struct {
	within    bool // it begins inside a string
	comment   bool // it holds nothing but a comment
	continued bool // it begins inside round or square brackets
}

// kinds tells of each line what it is.
func (s scanned) kinds() []lineKind {
	var out []lineKind
	at, depth := 0, 0
	for line := range strings.SplitSeq(s.text, "\n") {
		said := strings.TrimLeft(line, " \t")
		out = append(out, lineKind{
			within:    at > 0 && (s.class[at-1] == inString || s.class[at-1] == inDoc),
			comment:   said != "" && s.allComment(at+len(line)-len(said), at+len(line)),
			continued: depth > 0,
		})
		for i := at; i < at+len(line); i++ {
			if s.class[i] == inCode {
				depth += nesting(s.text[i])
			}
		}
		at += len(line) + 1
	}
	return out
}

// nesting is how a byte changes the depth of round and square brackets.
func nesting(c byte) int {
	switch c {
	case '(', '[':
		return 1
	case ')', ']':
		return -1
	}
	return 0
}

// kindsOf scans lines for their kinds.
func (g *grammar) kindsOf(lines []string) []lineKind {
	if len(lines) == 0 {
		return nil
	}
	text := strings.Join(lines, "\n")
	out, ok := g.kinds[text]
	if !ok {
		out = g.scan(text).kinds()
		g.kinds[text] = out
	}
	return out
}

func (s scanned) allComment(from, to int) bool {
	for i := from; i < to; i++ {
		if s.class[i] != inComment && s.class[i] != inDoc && s.text[i] > ' ' {
			return false
		}
	}
	return true
}
