package edit

import (
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// tabWidth is how many columns a tab counts for where tabs and spaces meet.
const tabWidth = 4

// margin returns a line's indentation.
func margin(line string) string {
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

func blank(line string) bool { return strings.TrimSpace(line) == "" }

// least returns the indentation of the least indented line, and whether there
// is a line at all.
func least(lines []string) string {
	out, found := "", false
	for _, line := range lines {
		if m := margin(line); !blank(line) && (!found || len(m) < len(out)) {
			out, found = m, true
		}
	}
	return out
}

// unit returns what one step of indentation is in some lines: a tab, a number
// of spaces, "" where nothing is indented.
func unit(lines []string) string {
	steps := map[int]int{}
	before := -1
	for _, line := range lines {
		m := margin(line)
		if blank(line) || strings.HasPrefix(strings.TrimSpace(line), "*") {
			continue
		}
		if strings.Contains(m, "\t") {
			return "\t"
		}
		if step := len(m) - before; before >= 0 && step > 1 {
			steps[step]++
		}
		before = len(m)
	}
	best := 0
	for step, n := range steps {
		if best == 0 || n > steps[best] || n == steps[best] && step < best {
			best = step
		}
	}
	return strings.Repeat(" ", best)
}

// pair is a line of the answer and the line of the document it is.
type pair struct{ now, old int }

// pairs aligns lines that are equal but for the white space around them.
func pairs(now, old []string) []pair {
	var out []pair
	i, j := 0, 0
	take := func(upto int) {
		for ; i < upto; i, j = i+1, j+1 {
			out = append(out, pair{i, j})
		}
	}
	for _, d := range lcs.DiffLines(trimAll(now), trimAll(old)) {
		take(d.Start)
		i, j = d.End, d.ReplEnd
	}
	take(len(now))
	return out
}

func trimAll(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimSpace(line)
	}
	return out
}

// indentation is one way to turn an answer's indentation into the document's.
type indentation func(line string, first bool) string

// reindent gives an answer's lines the indentation of the lines they replace.
// The way is chosen by evidence: the one that makes the most lines equal to
// their counterparts. like is the answer's own copy of old where it has one (the
// text a search block looks for), else the answer's lines.
func (p *page) reindent(lines, like, old []string, g *grammar) []string {
	if len(lines) == 0 {
		return lines
	}
	aligned := pairs(like, old)
	var best indentation
	most := -1
	for _, way := range p.ways(g.codeLines(like), g.codeLines(old)) {
		if n := agree(way, like, old, aligned); n > most {
			best, most = way, n
		}
	}
	out := make([]string, len(lines))
	from, to := least(g.codeLines(like)), least(g.codeLines(old))
	for i, kind := range g.kindsOf(lines) {
		aligned := to + strings.TrimPrefix(lines[i], from)
		switch {
		case blank(lines[i]):
		case (kind.within || kind.continued) && slices.Contains(old, lines[i]):
			out[i] = lines[i]
		case kind.continued && slices.Contains(old, aligned):
			out[i] = aligned
		default:
			out[i] = best(lines[i], i == 0)
		}
	}
	return out
}

// codeLines leaves out the lines whose indentation says nothing: those inside
// strings and brackets.
func (g *grammar) codeLines(lines []string) []string {
	var out []string
	for i, kind := range g.kindsOf(lines) {
		if !kind.within && !kind.continued {
			out = append(out, lines[i])
		}
	}
	return out
}

// ways lists what to try. Of ways that agree equally often the first is taken.
func (p *page) ways(like, old []string) []indentation {
	from, to := least(like), least(old)
	mine, theirs := unit(like), p.unit(old)
	keep := func(line string, _ bool) string { return line }
	shift := func(line string, _ bool) string { return to + strings.TrimPrefix(line, from) }
	first := func(line string, first bool) string {
		if first {
			return margin(firstLine(old)) + strings.TrimLeft(line, " \t")
		}
		return line
	}
	scale := func(line string, _ bool) string {
		return to + rescale(strings.TrimPrefix(margin(line), from), mine, theirs) + strings.TrimLeft(line, " \t")
	}
	if mine != "" && theirs != "" && mine != theirs {
		return []indentation{scale, keep, shift, first}
	}
	if margin(firstLine(like)) != margin(firstLine(old)) {
		return []indentation{shift, keep, first}
	}
	return []indentation{keep, shift, first}
}

// unit is the document's: that of the lines, else that of the whole document.
func (p *page) unit(lines []string) string {
	if u := unit(lines); u != "" {
		return u
	}
	return unit(p.lines)
}

func firstLine(lines []string) string {
	for _, line := range lines {
		if !blank(line) {
			return line
		}
	}
	return ""
}

// rescale turns an indentation in steps of one unit into one of another.
func rescale(m, from, to string) string {
	width, step := columns(m), columns(from)
	return strings.Repeat(to, width/step) + strings.Repeat(" ", width%step)
}

func columns(m string) int {
	return len(m) + strings.Count(m, "\t")*(tabWidth-1)
}

// agree counts the lines that a way makes equal to their counterparts.
func agree(way indentation, like, old []string, aligned []pair) int {
	n := 0
	for _, p := range aligned {
		if !blank(like[p.now]) && strings.TrimRight(way(like[p.now], p.now == 0), " \t") == strings.TrimRight(old[p.old], " \t") {
			n++
		}
	}
	return n
}
