package edit

import (
	"strings"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// bom is the byte order mark some editors write at the beginning of a file.
const bom = "\ufeff"

// page is a target's text in lines.
type page struct {
	text       string
	start, end int // the range in bytes

	// lines are without their ends and without the byte order mark. offsets has
	// one entry more than lines: where each begins, and where the last one ends.
	lines   []string
	offsets []int

	// first and last are the lines the range touches, last exclusive.
	first, last int
}

// newPage splits a target's text, or refuses a range that is none.
func newPage(t Target) (*page, error) {
	if t.Start < 0 || t.End < t.Start || t.End > len(t.Text) || !onRune(t.Text, t.Start) || !onRune(t.Text, t.End) {
		return nil, errBadRange
	}
	p := &page{text: t.Text, start: t.Start, end: t.End}
	at := 0
	if strings.HasPrefix(t.Text, bom) {
		at = len(bom)
		p.start, p.end = max(p.start, at), max(p.end, at)
	}
	for line := range strings.Lines(t.Text[at:]) {
		p.offsets = append(p.offsets, at)
		p.lines = append(p.lines, strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
		at += len(line)
	}
	p.offsets = append(p.offsets, at)
	p.first, p.last = p.touched(p.start, p.end)
	return p, nil
}

// onRune reports whether i is no place inside a character. Text that is not
// UTF-8 has no characters to be inside of.
func onRune(text string, i int) bool {
	return i == len(text) || utf8.RuneStart(text[i]) || !utf8.ValidString(text)
}

// touched returns the lines that hold bytes [start, end). An empty range
// touches the line it stands in.
func (p *page) touched(start, end int) (first, last int) {
	for first < len(p.lines)-1 && p.offsets[first+1] <= start {
		first++
	}
	last = first
	for last < len(p.lines) && (p.offsets[last] < end || last == first) {
		last++
	}
	return first, last
}

// lead and trail are what stands on the range's first and last line outside of it.
func (p *page) lead() string {
	if len(p.lines) == 0 {
		return ""
	}
	return p.text[p.offsets[p.first]:max(p.start, p.offsets[p.first])]
}

func (p *page) trail() string {
	if p.last == 0 {
		return ""
	}
	stop := p.offsets[p.last-1] + len(p.lines[p.last-1])
	return p.text[min(p.end, stop):stop]
}

// lineEnd returns the line end that new lines at line i get: that of the line
// before, else the one after, else "\n".
func (p *page) lineEnd(i int) string {
	for _, k := range [...]int{i - 1, i} {
		if k < 0 || k >= len(p.lines) {
			continue
		}
		if end := p.text[p.offsets[k]+len(p.lines[k]) : p.offsets[k+1]]; end != "" {
			return end
		}
	}
	if strings.Contains(p.text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// hunk replaces lines [i, j) by others.
func (p *page) hunk(i, j int, lines []string) Hunk {
	end := p.lineEnd(i)
	h := Hunk{Start: p.offsets[i], End: p.offsets[j]}
	if len(lines) > 0 {
		h.Text = strings.Join(lines, end) + end
	}
	if j < len(p.lines) || strings.HasSuffix(p.text, "\n") || len(p.lines) == 0 {
		return h
	}
	// The last line has no end, and gets none.
	h.Text = strings.TrimSuffix(h.Text, end)
	if before := p.endBefore(i); before != "" && (i == j || len(lines) == 0) {
		h.Start -= len(before)
		if h.Text != "" {
			h.Text = before + h.Text
		}
	} else if i == j && h.Text != "" {
		h.Text = end + h.Text
	}
	return h
}

// endBefore returns the end of the line before line i, "" for none.
func (p *page) endBefore(i int) string {
	if i == 0 {
		return ""
	}
	return p.text[p.offsets[i-1]+len(p.lines[i-1]) : p.offsets[i]]
}

// fit brings a hunk into the range without changing what it does: text that the
// old and the new share is left alone, from either side. It answers false where
// the hunk changes something outside.
func (p *page) fit(h Hunk) (Hunk, bool) {
	if over := p.start - h.Start; over > 0 {
		if h.End < p.start || !strings.HasPrefix(h.Text, p.text[h.Start:p.start]) {
			return h, false
		}
		h.Start, h.Text = p.start, h.Text[over:]
	}
	over := h.End - p.end
	if over <= 0 {
		return h, true
	}
	begin := max(min(h.Start, h.End-over), p.start)
	text, kept := p.text[begin:h.Start]+h.Text, p.text[p.end:h.End]
	if h.Start-over > begin || !strings.HasSuffix(text, kept) {
		return h, false
	}
	return Hunk{begin, p.end, strings.TrimSuffix(text, kept)}, true
}

// change replaces lines [i, j) of a page by others.
type change struct {
	i, j  int
	lines []string
}

// reduce returns the smallest changes of whole lines that make of the page's
// lines [i, j) the given ones. Lines that differ in white space at their end
// alone stay as they are.
func (p *page) reduce(c change) []change {
	old, now := trimEnds(p.lines[c.i:c.j]), trimEnds(c.lines)
	var out []change
	for _, d := range lcs.DiffLines(old, now) {
		out = append(out, change{c.i + d.Start, c.i + d.End, c.lines[d.ReplStart:d.ReplEnd]})
	}
	return out
}

func trimEnds(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimRight(line, " \t\r")
	}
	return out
}
