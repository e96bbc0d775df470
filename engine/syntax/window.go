package syntax

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// wholeText is how long a text may be to be read whole for what stands around a
// cursor, in bytes: a third of a millisecond's work.
const wholeText = 12 << 10

// window reads, of a long text, only what stands around a range: the lines that
// are indented less, from the range outward, are the heads of what it is in. The
// outermost of these that is short enough is kept whole; of those around it the
// heads are kept, and closed. What is made so is read like any other text.
type window struct {
	d     *tokens.Dialect
	text  string
	found *tokens.Spans
	spans []tokens.Span // of found: no line starts in these
	limit int           // the length of what is kept whole
	start int           // of the range
	end   int
}

// level is a line that is indented less than all between it and the range.
type level struct {
	at     int // where its line starts
	indent int
}

// piece is a part of the text that is kept, and where it stands in what is read.
type piece struct{ from, to, at int }

// windowed finds what stands around a range by the lines around it.
func windowed(language, text string, start, end, limit int) (Symbol, bool) {
	d, ok := tokens.Of(language)
	if !ok {
		return Symbol{}, false
	}
	w := window{d: d, text: text, found: tokens.NewSpans(d, text), limit: limit, start: start, end: end}
	w.spans = w.found.Until(min(end+2*limit, len(text)))
	levels := w.levels()
	var b strings.Builder
	var pieces []piece
	keep := func(from, to int) {
		pieces = append(pieces, piece{from, to, b.Len()})
		b.WriteString(text[from:to])
	}
	var closers []string
	complete := false
	for i, l := range levels {
		from := w.above(l)
		to, whole := w.below(l, from)
		if whole {
			keep(from, to)
			complete = true
			break
		}
		if i+1 < len(levels) {
			to = levels[i+1].at
		} else {
			to = max(to, w.paragraph(l.at))
		}
		head, closer := w.head(l, to)
		keep(from, head)
		closers = append(closers, closer)
	}
	cut := b.Len()
	for i := len(closers) - 1; i >= 0; i-- {
		b.WriteString("\n" + closers[i])
	}
	return w.find(language, b.String(), pieces, cut, complete)
}

// find reads what was kept and gives the symbol its place in the text. complete
// says that the last piece is whole.
func (w *window) find(language, kept string, pieces []piece, cut int, complete bool) (Symbol, bool) {
	there := func(at int) int {
		for _, p := range pieces {
			if at >= p.from && at <= p.to {
				return p.at + at - p.from
			}
		}
		return cut
	}
	back := func(at int) int {
		for i, p := range pieces {
			if at < p.at+p.to-p.from || i == len(pieces)-1 {
				return min(p.from+at-p.at, p.to)
			}
		}
		return at
	}
	s, ok := innermost(Symbols(language, kept), kept, there(w.start), there(w.end), false)
	if !ok {
		return Symbol{}, false
	}
	// What is kept whole ends where it says; so does what begins and ends on one line.
	inner := complete && s.Start >= pieces[len(pieces)-1].at
	oneLine := w.d.Blocks == tokens.Braces && !strings.Contains(kept[s.Code:s.End], "\n")
	cutShort := s.End > cut || !inner && !oneLine
	s.Start, s.Code, s.End = back(s.Start), back(s.Code), back(s.End)
	if cutShort {
		s.End = w.close(s.Code)
	}
	if lineTail(w.text, s.End) < w.end {
		return Symbol{}, false
	}
	return s, true
}

// row returns the line that starts at a byte: where it ends, where the next one
// starts, and how far it is indented; blank where it is empty.
func (w *window) row(at int) (body string, next, indent int, blank bool) {
	end, next := len(w.text), len(w.text)
	if n := strings.IndexByte(w.text[at:], '\n'); n >= 0 {
		end, next = at+n, at+n+1
	}
	line := w.text[at:end]
	i := 0
	for ; i < len(line) && (line[i] == ' ' || line[i] == '\t'); i++ {
		if line[i] == '\t' {
			indent += 8 - indent%8
		} else {
			indent++
		}
	}
	body = strings.TrimRight(line[i:], " \t\r")
	return body, next, indent, body == ""
}

func (w *window) lineStart(at int) int { return strings.LastIndexByte(w.text[:at], '\n') + 1 }

// previous is the start of the line before the one that starts at a byte.
func (w *window) previous(at int) int { return w.lineStart(at - 1) }

// upward goes through the lines of a text from one up, faster than one at a time.
type upward struct {
	text   string
	starts []int // of the lines before the one that was returned last
}

// stretch is how many bytes upward reads at once.
const stretch = 4 << 10

// previous is the start of the line before the one that starts at a byte, which
// previous has returned, but for the first time.
func (u *upward) previous(at int) int {
	if len(u.starts) == 0 {
		from := strings.LastIndexByte(u.text[:max(at-1-stretch, 0)], '\n') + 1
		for from < at {
			u.starts = append(u.starts, from)
			from += strings.IndexByte(u.text[from:at], '\n') + 1
		}
	}
	last := len(u.starts) - 1
	at, u.starts = u.starts[last], u.starts[:last]
	return at
}

// continues says whether a line closes or continues what stands above it, or is
// a preprocessor's or a label, which stand where they like.
func (w *window) continues(at int, body string) bool {
	switch body[0] {
	case ')', ']', '}', '{', '|', '.', '+', '>':
		return true
	case '#':
		return w.d.Directives()
	}
	if w.d.Blocks == tokens.EndWords {
		return tokens.Has("end else elsif elseif rescue ensure when until", firstWord(body))
	}
	if w.d.Blocks == tokens.Indented {
		return tokens.Has("else elif except finally", firstWord(body))
	}
	label := len(firstWord(body)) == len(body)-1 && body[len(body)-1] == ':'
	return label && (w.d.Typed || w.d.Title == "Go") || tokens.Within(w.spans, at)
}

// deeper says whether a line is plainly indented as much as least: most lines
// are, and are passed by this alone.
func (w *window) deeper(at, least int, open bool) bool {
	if open {
		least++
	}
	width := 0
	for i := at; i < len(w.text) && width < least; i++ {
		switch w.text[i] {
		case ' ':
			width++
		case '\t':
			width += 8 - width%8
		default:
			return w.text[i] == '\n'
		}
	}
	return width >= least
}

func firstWord(body string) string {
	n := strings.IndexFunc(body, func(c rune) bool { return !tokens.IsWordRune(c) })
	if n < 0 {
		return body
	}
	return body[:n]
}

// levels lists the lines that are indented less and less, the outermost first,
// the range's own line last.
func (w *window) levels() []level {
	var out []level
	at := w.lineStart(w.start)
	least := w.cursorIndent(at) + 1
	open := false // the last level's line continues one above it
	up := upward{text: w.text}
	for {
		if at > 0 && w.deeper(at, least, open) {
			at = up.previous(at)
			continue
		}
		body, _, indent, blank := w.row(at)
		if !blank && (indent < least || open && indent <= least) && !tokens.Within(w.spans, at) {
			if open = w.continues(at, body); !open {
				out = append(out, level{at, indent})
			}
			least = indent
		}
		if at == 0 || least == 0 && !open && len(out) > 0 {
			break
		}
		at = up.previous(at)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// cursorIndent is the indentation of a line, of an empty one that of its
// neighbour that is indented more.
func (w *window) cursorIndent(at int) int {
	_, next, indent, blank := w.row(at)
	if !blank {
		return indent
	}
	for up := at; up > 0 && up > at-w.limit; {
		up = w.previous(up)
		if _, _, n, empty := w.row(up); !empty {
			indent = max(indent, n)
			break
		}
	}
	for next < min(len(w.text), at+w.limit) {
		_, after, n, empty := w.row(next)
		if !empty {
			return max(indent, n)
		}
		next = after
	}
	return indent
}

// above is where the lines start that stand right above a level without an
// empty one: its comments, decorators and the beginning of its head.
func (w *window) above(l level) int {
	at := l.at
	for at > 0 && l.at-at < w.limit {
		up := w.previous(at)
		body, _, indent, blank := w.row(up)
		inside := tokens.Within(w.spans, up)
		if !inside && (blank || indent < l.indent || indent <= l.indent && strings.IndexByte(")]}", body[0]) >= 0) {
			break
		}
		at = up
	}
	return at
}

// below is where the lines end that belong to a level, or lie right beneath it:
// before the next line after an empty one that is indented no more. whole is
// false where they are too many.
func (w *window) below(l level, from int) (to int, whole bool) {
	_, at, _, _ := w.row(w.lineStart(w.end))
	at = max(at, w.next(l.at))
	afterBlank, cut := false, at
	for at < len(w.text) {
		if at-from > w.limit {
			return cut, false
		}
		body, next, indent, blank := w.row(at)
		switch {
		case tokens.Within(w.spans, at):
			afterBlank = false
		case blank:
			afterBlank = true
		default:
			if indent <= l.indent && !w.continues(at, body) && !w.comments(at, l.indent) {
				cut = at
				if afterBlank {
					return at, true
				}
			}
			if indent < l.indent && afterBlank {
				return at, true
			}
			afterBlank = false
		}
		at = next
	}
	return len(w.text), len(w.text)-from <= w.limit
}

func (w *window) next(at int) int {
	_, next, _, _ := w.row(at)
	return next
}

// paragraph is where the lines from a byte on end that have no empty one between.
func (w *window) paragraph(at int) int {
	for until := at + w.limit; at < min(until, len(w.text)); {
		_, next, _, blank := w.row(at)
		if blank {
			break
		}
		at = next
	}
	return at
}

// comments says whether a line is a comment about lines that are indented more
// than the level: code that was commented out in the middle of a function.
func (w *window) comments(at, indent int) bool {
	for range 40 {
		body, next, n, blank := w.row(at)
		if blank || next >= len(w.text) {
			return false
		}
		if !tokens.Within(w.spans, at) && !strings.HasPrefix(body, w.d.LineComment) && !strings.HasPrefix(body, "/*") {
			return n > indent
		}
		at = next
	}
	return false
}

// head is where the head of a level ends, at the latest where the next level
// starts, and what closes it.
func (w *window) head(l level, until int) (end int, closer string) {
	margin := w.text[l.at : l.at+len(w.text[l.at:])-len(strings.TrimLeft(w.text[l.at:], " \t"))]
	for at := l.at; at < until; {
		body, next, _, _ := w.row(at)
		code, _, _ := strings.Cut(body, " "+w.d.LineComment)
		code = strings.TrimRight(code, " \t")
		switch {
		case strings.HasSuffix(code, "{") && w.d.Blocks == tokens.Braces:
			return next, margin + "}"
		case strings.HasSuffix(code, ":") && w.d.Blocks == tokens.Indented:
			return next, ""
		case w.d.Blocks == tokens.EndWords:
			return next, margin + "end"
		}
		at = next
	}
	return until, ""
}

// close finds the end of what starts at a byte: the line that closes it, or the
// last one before a line that is indented no more.
func (w *window) close(code int) int {
	first := w.lineStart(code)
	_, at, indent, _ := w.row(first)
	w.spans = w.found.Until(len(w.text))
	begin := at
	for at < len(w.text) {
		if w.deeper(at, indent+1, false) {
			n := strings.IndexByte(w.text[at:], '\n') + 1
			if n == 0 {
				n = len(w.text) - at
			}
			at += n
			continue
		}
		body, next, n, blank := w.row(at)
		if !blank && n <= indent && !tokens.Within(w.spans, at) {
			if body[0] == '}' || w.d.Blocks == tokens.EndWords && firstWord(body) == "end" {
				return at + strings.Index(w.text[at:], body) + len(closing(body))
			}
			if !w.continues(at, body) {
				break
			}
		}
		at = next
	}
	return max(begin, len(strings.TrimRight(w.text[:at], " \t\r\n")))
}

// closing is what closes a block at the start of a line.
func closing(body string) string {
	if body[0] == '}' {
		return "}"
	}
	return "end"
}
