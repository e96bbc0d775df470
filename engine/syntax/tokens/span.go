package tokens

import (
	"sort"
	"strings"
)

// Span is a piece of a text, in bytes.
type Span struct{ Start, End int }

// Spans lists the strings, comments and macros that start before limit and run
// over several lines, in order: on any other line of the text code starts anew. It
// searches for their marks instead of reading every token, which takes a small part
// of the time; a plain string in quotation marks that runs over lines is not found.
func Spans(d *Dialect, text string, limit int) []Span {
	if len(text) > maxText {
		return nil
	}
	f := spanFinder{scanner: scanner{d: d, text: text, line: 1}}
	for _, mark := range d.longMarks() {
		f.marks = append(f.marks, mark)
		f.next = append(f.next, -1)
	}
	for pos := 0; pos < limit; {
		at, mark := f.search(pos)
		if at >= limit {
			break
		}
		pos = f.line(pos, at, mark)
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

// spanFinder searches for the marks of a dialect.
type spanFinder struct {
	scanner

	marks []string
	next  []int // where each mark stands next, -1 unknown
	out   []Span
	end   int // of the line that was looked at last
}

// search returns the first mark from pos on, the end of the text where there is none.
func (f *spanFinder) search(pos int) (at int, mark string) {
	at = len(f.text)
	for i, m := range f.marks {
		if f.next[i] < pos {
			if n := strings.Index(f.text[pos:], m); n >= 0 {
				f.next[i] = pos + n
			} else {
				f.next[i] = len(f.text)
			}
		}
		if f.next[i] < at {
			at, mark = f.next[i], m
		}
	}
	return at, mark
}

// line looks at the line of a mark and returns where to search on. Where the
// mark is closed on its line nothing needs to be read.
func (f *spanFinder) line(pos, at int, mark string) int {
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
	f.at, f.seen, f.toks = start, start > 0 && f.text[start-1] != '\n', f.toks[:0]
	for f.at <= end && f.at < len(f.text) {
		f.scanner.next(f.text[f.at])
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
	return max(f.at, end)
}
