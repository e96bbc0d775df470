package tokens

import (
	"slices"
	"sort"
	"strings"
)

// Span is a piece of a text, in bytes.
type Span struct{ Start, End int }

// Spans finds the strings, comments and macros of a text that run over several
// lines: on any other line of the text code starts anew. It searches for their
// marks instead of reading every token, which takes a small part of the time; a
// plain string in quotation marks that runs over lines is not found. Make it with
// [NewSpans]. It is used by one goroutine.
type Spans struct {
	scanner

	marks []string
	next  []int // where each mark stands next, -1 unknown
	out   []Span
	end   int // of the line that was looked at last
	at    int // where to search on
}

// NewSpans returns a finder that has read nothing yet.
func NewSpans(d *Dialect, text string) *Spans {
	f := &Spans{scanner: scanner{d: d, text: text, line: 1}, marks: d.longMarks()}
	if len(text) > maxText {
		f.marks = nil
	}
	f.next = slices.Repeat([]int{-1}, len(f.marks))
	return f
}

// Until lists what starts before a byte, in order.
func (f *Spans) Until(limit int) []Span {
	for f.at < limit {
		at, mark := f.search(f.at)
		if at >= limit {
			break
		}
		f.at = f.line(f.at, at, mark)
	}
	return f.out
}

// Within says whether a byte lies inside one of the spans, after its first byte.
func Within(spans []Span, at int) bool {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].End > at })
	return i < len(spans) && spans[i].Start < at
}

// continued marks a preprocessor's line that goes on.
const continued = "\\\n"

// longMarks are the marks of what may run over several lines.
func (d *Dialect) longMarks() []string {
	var out []string
	for _, b := range d.blockComments {
		out = append(out, b[0])
	}
	for _, q := range d.quotes {
		if q.lines && (len(q.open) > 1 || q.open == "`") {
			out = append(out, q.open)
		}
	}
	if d.heredoc != "" {
		out = append(out, d.heredoc)
	}
	if d.directives {
		out = append(out, continued)
	}
	switch d.Title {
	case "Lua":
		out = append(out, "[[", "[=")
	case "Rust":
		out = append(out, `r#`)
	case "C#":
		out = append(out, `@"`)
	case "C++":
		out = append(out, `R"`)
	}
	return out
}

// search returns the first mark from pos on, the end of the text where there is none.
func (f *Spans) search(pos int) (at int, mark string) {
	at = len(f.text)
	for i, m := range f.marks {
		if f.next[i] < pos {
			f.next[i] = index(f.text, m, pos)
		}
		if f.next[i] < at {
			at, mark = f.next[i], m
		}
	}
	return at, mark
}

// index is where a mark stands next in a text, its end where nowhere. In code the
// last bytes of the marks of two are rarer than the first ones.
func index(text, mark string, from int) int {
	if len(mark) != 2 {
		if n := strings.Index(text[from:], mark); n >= 0 {
			return from + n
		}
		return len(text)
	}
	for at := from + 1; at < len(text); at++ {
		n := strings.IndexByte(text[at:], mark[1])
		if n < 0 {
			break
		}
		if at += n; text[at-1] == mark[0] {
			return at - 1
		}
	}
	return len(text)
}

// line looks at the line of a mark and returns where to search on. Where the
// mark is closed on its line nothing needs to be read.
func (f *Spans) line(pos, at int, mark string) int {
	start := pos + strings.LastIndexByte(f.text[pos:at], '\n') + 1
	if at >= f.end {
		f.end = len(f.text)
		if n := strings.IndexByte(f.text[at:], '\n'); n >= 0 {
			f.end = at + n
		}
	}
	end := f.end
	for _, b := range f.d.blockComments {
		if b[0] != mark || len(b) > 2 {
			continue
		}
		if n := strings.Index(f.text[at+len(mark):end], b[1]); n >= 0 {
			return at + len(mark) + n + len(b[1])
		}
	}
	if mark != continued && strings.Count(f.text[start:end], mark)%2 == 0 {
		return end
	}
	if strings.TrimLeft(f.text[start:at], " \t") == "" {
		if n := f.closed(at, mark); n > end {
			f.out = append(f.out, Span{at, n})
			return n
		}
	}
	f.scanner.at, f.seen, f.toks = start, start > 0 && f.text[start-1] != '\n', f.toks[:0]
	for f.scanner.at <= end && f.scanner.at < len(f.text) {
		f.scanner.next(f.text[f.scanner.at])
	}
	f.heres = nil
	for _, t := range f.toks {
		if t.LastLine > t.Line {
			span := Span{int(t.Start), int(t.End)}
			if span.Start > 0 && f.text[span.Start-1] == '\n' && !t.Leads { // a here-document's body
				span.Start--
			}
			f.out = append(f.out, span)
		}
	}
	return max(f.scanner.at, end)
}

// closed is where a comment or a documentation string ends that starts with a mark
// here, where that needs no more than its closing mark; 0 else.
func (f *Spans) closed(at int, mark string) int {
	for _, b := range f.d.blockComments {
		if b[0] == mark && len(b) == 2 && !f.d.nests {
			return f.after(at+len(mark), b[1])
		}
	}
	for i := range f.d.quotes {
		q := &f.d.quotes[i]
		if q.open != mark || len(mark) != 3 || q.insert != "" {
			continue
		}
		if n := f.after(at+len(mark), q.end); n > 0 && strings.IndexByte(f.text[at:n], '\\') < 0 {
			return n
		}
	}
	return 0
}

// after is where a closing mark ends that stands after a byte, 0 where none does.
func (f *Spans) after(at int, mark string) int {
	if n := strings.Index(f.text[at:], mark); n >= 0 {
		return at + n + len(mark)
	}
	return 0
}
