package outline

import (
	"embed"
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/chroma/v2"
)

//go:generate go run lexers/generate.go

//go:embed lexers/*.xml
var lexerFiles embed.FS

// maxLexed is the longest document the lexers are given, in bytes: they take
// some milliseconds for each 10 kB.
const maxLexed = 512 << 10

// lexBudget bounds the time a lexer takes for one document. Odd text can make a
// lexer's patterns very slow.
const lexBudget = 400 * time.Millisecond

// errSlow says that a document was not lexed in time.
var errSlow = errors.New("the lexer took too long for this text")

// lexerCache holds the lexers built so far. Building one takes a few
// milliseconds, so each is built on first use and kept for the process's life.
type lexerCache struct {
	budget time.Duration // for lexing one document, [lexBudget] where 0

	mu    sync.Mutex
	built map[string]chroma.Lexer // guarded by mu
}

// get returns the lexer of a definition file.
func (c *lexerCache) get(name string) (chroma.Lexer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.built[name]; l != nil {
		return l, nil
	}
	l, err := chroma.NewXMLLexer(lexerFiles, "lexers/"+name+".xml")
	if err != nil {
		return nil, fmt.Errorf("load the %s lexer: %w", name, err)
	}
	if c.built == nil {
		c.built = map[string]chroma.Lexer{}
	}
	c.built[name] = l
	return l, nil
}

// tokKind is what a token is, as far as every lexer tells.
type tokKind uint8

const (
	tokWord    tokKind = iota // a name or keyword
	tokString                 // a string or character literal, or a piece of one
	tokComment                // a comment with its marks
	tokOther                  // a number, an operator, or one bracket or separator
)

// tok is one token of a text. White space has none.
type tok struct {
	kind       tokKind
	text       string
	start, end int // byte offsets in the lexed text
	line       int // of the first character, from 1 in the lexed text
	lastLine   int // of the last character
	indent     int // of its line: the width of the white space the line starts with
	leads      bool
}

// lexed is a text with its tokens.
type lexed struct {
	src  string
	toks []tok
}

// lexText splits a text by a chroma lexer. A lexer that panics on an odd text
// gives an error: it is the library's fault and no reason to fail.
func lexText(l chroma.Lexer, text string, budget time.Duration) (out *lexed, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("the lexer failed on this text: %v", r)
		}
	}()
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	it, err := l.Tokenise(&chroma.TokeniseOptions{State: "root"}, text)
	if err != nil {
		return nil, fmt.Errorf("lex: %w", err)
	}
	began := time.Now()
	s := &splitter{line: 1}
	for t := it(); t != chroma.EOF; t = it() {
		s.add(t.Value, chromaKind(t.Type, t.Value))
		if time.Since(began) > budget {
			return nil, errSlow
		}
	}
	return &lexed{src: s.src.String(), toks: s.toks}, nil
}

func chromaKind(t chroma.TokenType, text string) tokKind {
	switch {
	case t.InCategory(chroma.Comment) && t != chroma.CommentPreproc && t != chroma.CommentPreprocFile:
		return tokComment
	case t == chroma.LiteralStringDoc && docComment(text):
		return tokComment
	case t.InSubCategory(chroma.LiteralString) && t != chroma.LiteralStringInterpol && t != chroma.LiteralStringSymbol:
		return tokString
	}
	return tokOther
}

// docComment tells a comment that a lexer calls a documentation string from a
// string that documents, as Python's.
func docComment(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "//") || strings.HasPrefix(text, "/*") || strings.HasPrefix(text, "#") || strings.HasPrefix(text, "--")
}

// lexGo splits Go code that does not parse.
func lexGo(text string) *lexed {
	text = strings.ToValidUTF8(text, "\uFFFD")
	file := token.NewFileSet().AddFile("", -1, len(text))
	var sc scanner.Scanner
	sc.Init(file, []byte(text), nil, scanner.ScanComments)
	s := &splitter{line: 1}
	at := 0
	for {
		pos, kind, lit := sc.Scan()
		if kind == token.EOF {
			break
		}
		start := file.Offset(pos)
		if kind == token.SEMICOLON && lit == "\n" || start < at {
			continue
		}
		if lit == "" {
			lit = kind.String()
		}
		end := min(start+len(lit), len(text))
		s.add(text[at:start], tokOther)
		s.add(text[start:end], goKind(kind))
		at = end
	}
	s.add(text[at:], tokOther)
	return &lexed{src: s.src.String(), toks: s.toks}
}

func goKind(t token.Token) tokKind {
	switch t {
	case token.COMMENT:
		return tokComment
	case token.STRING, token.CHAR:
		return tokString
	}
	return tokOther
}

// splitter makes tokens from pieces of text in order. Lexers differ in what they
// put together, so words, brackets and operators are split anew here.
type splitter struct {
	src    strings.Builder
	toks   []tok
	line   int
	indent int
	inText bool // a token was seen on the line
}

// add appends a piece. Neighbouring pieces of strings, and of comments on one
// line, become one token.
func (s *splitter) add(text string, kind tokKind) {
	if text == "" {
		return
	}
	switch kind {
	case tokString, tokComment:
		s.solid(text, kind)
	default:
		for text != "" {
			n := pieceEnd(text)
			if strings.TrimSpace(text[:n]) == "" {
				s.space(text[:n])
			} else {
				s.solid(text[:n], pieceKind(text))
			}
			text = text[n:]
		}
	}
}

func (s *splitter) space(text string) {
	s.src.WriteString(text)
	for _, r := range text {
		switch {
		case r == '\n':
			s.line, s.indent, s.inText = s.line+1, 0, false
		case !s.inText && r == '\t':
			s.indent += 8 - s.indent%8
		case !s.inText:
			s.indent++
		}
	}
}

// solid appends one token. White space at the ends of comments and strings that
// a lexer included is left out of the token, but for the pieces of one string.
func (s *splitter) solid(text string, kind tokKind) {
	joined := s.joins(text, kind)
	body, lead := text, 0
	if !joined || kind != tokString {
		body = strings.TrimRight(text, " \t\n")
		lead = len(body) - len(strings.TrimLeft(body, " \t\n"))
	}
	if body == "" {
		s.space(text)
		return
	}
	s.space(text[:lead])
	start, breaks := s.src.Len(), strings.Count(body[lead:], "\n")
	s.src.WriteString(body[lead:])
	if joined && lead == 0 {
		t := &s.toks[len(s.toks)-1]
		t.text += body
		t.end, t.lastLine = s.src.Len(), s.line+breaks
	} else {
		s.toks = append(s.toks, tok{kind: kind, text: body[lead:], start: start, end: s.src.Len(), line: s.line, lastLine: s.line + breaks, indent: s.indent, leads: !s.inText})
	}
	s.inText = s.inText || strings.TrimSpace(body) != ""
	s.line += breaks
	if i := strings.LastIndexByte(body, '\n'); i >= 0 && strings.TrimSpace(body[i:]) == "" {
		s.inText, s.indent = false, len(body)-i-1 // a piece of a string, which the next one may continue
	}
	s.space(text[len(body):])
}

// joins says whether a piece continues the last token: a string, a comment, or
// an operator of several characters.
func (s *splitter) joins(text string, kind tokKind) bool {
	if len(s.toks) == 0 {
		return false
	}
	last := s.toks[len(s.toks)-1]
	if last.kind != kind || last.end != s.src.Len() {
		return false
	}
	return kind == tokString || kind == tokComment || kind == tokOther && has(operators, last.text+text)
}

// operators are the ones of several characters that lexers may split and that
// reading declarations needs whole.
const operators = ":: => -> ?. && || == != <= >= === !== ** .. ... := <- ?? |>"

func isWordRune(r rune) bool {
	return r == '_' || r == '$' || r == '@' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// pieceEnd returns where the first word, run of white space, bracket, separator
// or operator of text ends.
func pieceEnd(text string) int {
	first, n := utf8.DecodeRuneInString(text)
	var same func(r rune) bool
	switch {
	case unicode.IsSpace(first):
		same = unicode.IsSpace
	case isWordRune(first):
		same = isWordRune
	case strings.ContainsRune("()[]{};,.#", first):
		return n
	default:
		same = func(r rune) bool {
			return !unicode.IsSpace(r) && !isWordRune(r) && !strings.ContainsRune("()[]{};,.#", r)
		}
	}
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if !same(r) {
			break
		}
		n += size
	}
	return n
}

func pieceKind(text string) tokKind {
	r, _ := utf8.DecodeRuneInString(text)
	if isWordRune(r) && !unicode.IsDigit(r) {
		return tokWord
	}
	return tokOther
}
