package edit

import (
	"slices"
	"strings"
)

// reader reads an answer as changes of one target.
type reader struct {
	Target
	*page
	*grammar

	// a and b are the range's lines without the blank ones around it, b exclusive.
	a, b int
	old  []string // lines [a, b)

	// trimmed are all lines without white space around them.
	trimmed []string

	// stands tells which trimmed lines the document has.
	stands map[string]bool

	// decls are what the range declares, at its least indentation.
	decls []declaration

	// importsAt is where imports go. inRange: that place lies in the range, so
	// that imports are code like any other.
	importsAt importPlace
	inRange   bool
}

// declaration is a name and the line that declares it.
type declaration struct {
	name string
	line int
}

func newReader(t Target) (*reader, error) {
	p, err := newPage(t)
	if err != nil {
		return nil, err
	}
	r := &reader{Target: t, page: p, grammar: grammarOf(t.Language), a: p.first, b: p.last, trimmed: trimAll(p.lines)}
	for r.a < r.b && r.trimmed[r.a] == "" {
		r.a++
	}
	for r.b > r.a && r.trimmed[r.b-1] == "" {
		r.b--
	}
	r.old = p.lines[r.a:r.b]
	r.stands = make(map[string]bool, len(r.trimmed))
	for _, line := range r.trimmed {
		r.stands[line] = true
	}
	r.decls = r.declarations(r.old)
	return r, nil
}

// declarations lists what lines declare at their least indentation.
func (g *grammar) declarations(lines []string) []declaration {
	text := g.scan(strings.Join(lines, "\n"))
	base, at := least(lines), 0
	var out []declaration
	for i, line := range lines {
		first := at + len(margin(line))
		at += len(line) + 1
		if blank(line) || len(margin(line)) > len(base) && i > 0 || text.class[first] != inCode && (!g.data || text.class[first] == inComment) {
			continue
		}
		if name := g.declared(line); name != "" {
			out = append(out, declaration{name, i})
		}
	}
	return out
}

func (r *reader) declares(name string) bool {
	return slices.ContainsFunc(r.decls, func(d declaration) bool { return d.name == name })
}

// telling reports whether a line says enough to be recognised by: a bracket
// alone, or "else {", stands everywhere.
func telling(line string) bool {
	letters := 0
	for _, r := range line {
		if isWord(r) {
			letters++
		}
	}
	switch firstWord(strings.TrimLeft(line, "} \t")) {
	case "else", "end", "return", "break", "continue", "try", "finally", "do", "begin", "pass", "default":
		return letters > 8
	}
	return letters > 3
}

// knows reports whether the document has a line, but for white space around it.
func (r *reader) knows(line string) bool { return r.stands[strings.TrimSpace(line)] }

// has reports whether lines hold one, but for white space around it.
func has(lines []string, line string) bool {
	line = strings.TrimSpace(line)
	return slices.ContainsFunc(lines, func(l string) bool { return strings.TrimSpace(l) == line })
}

// same reports whether lines are equal but for white space around them.
func same(a, b []string) bool {
	return slices.EqualFunc(a, b, func(x, y string) bool { return strings.TrimSpace(x) == strings.TrimSpace(y) })
}

// within reports whether part stands in whole in one piece.
func within(part, whole []string) bool {
	for i := 0; i+len(part) <= len(whole); i++ {
		if same(part, whole[i:i+len(part)]) {
			return true
		}
	}
	return false
}

// prefixOf finds the one place in lines where others begin: with their first
// line, or with as many as are needed for there to be one place only.
func prefixOf(lines, others []string) (int, bool) {
	said := false
	for n := 1; n <= len(others); n++ {
		said = said || telling(others[n-1])
		places := occurrences(lines, others[:n])
		if len(places) == 0 {
			return 0, false
		}
		if len(places) == 1 && said {
			return places[0], true
		}
	}
	return 0, false
}

// suffixOf finds the one place in lines after which others end.
func suffixOf(lines, others []string) (int, bool) {
	said := false
	for n := 1; n <= len(others); n++ {
		said = said || telling(others[len(others)-n])
		places := occurrences(lines, others[len(others)-n:])
		if len(places) == 0 {
			return 0, false
		}
		if len(places) == 1 && said {
			return places[0] + n, true
		}
	}
	return 0, false
}

func occurrences(lines, others []string) []int {
	var out []int
	for i := 0; i+len(others) <= len(lines); i++ {
		if same(lines[i:i+len(others)], others) {
			out = append(out, i)
		}
	}
	return out
}
