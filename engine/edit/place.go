package edit

import (
	"slices"
	"strings"
)

// place finds the lines that code replaces. The code has been cut to the range.
func (r *reader) place(lines []string) ([]change, error) {
	if len(lines) == 0 {
		return nil, errEmptied
	}
	if len(r.old) == 0 {
		return []change{{r.a, r.b, lines}}, nil
	}
	if slices.ContainsFunc(lines, r.elision) {
		return r.expand(lines)
	}
	if r.leaves(lines) && !r.leaves(r.old) {
		return nil, errOutside
	}
	if len(r.decls) == 0 {
		return r.placeStatements(lines)
	}
	names := r.declarations(lines)
	if r.addsForeign(names) {
		return nil, errOutside
	}
	known := slices.DeleteFunc(slices.Clone(names), func(d declaration) bool { return !r.declares(d.name) })
	switch {
	case r.data && !r.declaresAll(names):
		return r.placeStatements(lines)
	case len(names) == 0:
		return r.placeSnippet(lines)
	case len(known) == 0:
		return nil, errUnrelated
	case !r.declaresAll(names) && len(known) < len(names):
		return nil, errUnplaced
	case !r.declaresAll(names):
		return r.placeDeclarations(lines, known)
	}
	return r.whole(lines)
}

func (r *reader) declaresAll(names []declaration) bool {
	return !slices.ContainsFunc(r.decls, func(own declaration) bool {
		return !slices.ContainsFunc(names, func(d declaration) bool { return d.name == own.name })
	})
}

// leaves reports whether code goes on less indented than it begins: what it
// begins has ended, and it is in what is around it.
func (r *reader) leaves(lines []string) bool {
	kinds := r.kindsOf(lines)
	base := margin(firstLine(lines))
	for i, line := range lines {
		if !blank(line) && !kinds[i].within && len(margin(line)) < len(base) && !strings.HasPrefix(line, "#") {
			return true
		}
	}
	return false
}

// addsForeign reports whether code declares what the document declares outside
// the range, at the range's own indentation.
func (r *reader) addsForeign(names []declaration) bool {
	base := margin(firstLine(r.old))
	for i, line := range r.lines {
		if i >= r.a && i < r.b || margin(line) != base || blank(line) {
			continue
		}
		name := r.declared(line)
		if name != "" && !r.declares(name) && slices.ContainsFunc(names, func(d declaration) bool { return d.name == name }) {
			return true
		}
	}
	return false
}

// whole replaces the range. Comments that stood above its declaration stay where
// the code begins with that declaration itself; lost decorators are no accident
// to be mended.
func (r *reader) whole(lines []string) ([]change, error) {
	from := r.firstCode(r.old)
	if from == 0 || from == len(r.old) || r.firstCode(lines) > 0 || r.declared(lines[0]) != r.declared(r.old[from]) {
		return []change{{r.a, r.b, lines}}, nil
	}
	if slices.ContainsFunc(r.old[:from], func(line string) bool { return r.isDecorator(strings.TrimSpace(line)) }) {
		return nil, errDecorator
	}
	return []change{{r.a + from, r.b, lines}}, nil
}

// placeStatements places code in a range that declares nothing. Code that is a
// piece of the range, or begins or ends in its middle, may be a part of it or all
// that should be left: where it could be both it is neither.
func (r *reader) placeStatements(lines []string) ([]change, error) {
	first, last := lines[0], lines[len(lines)-1]
	switch {
	case within(lines, r.old):
		return nil, errUnplaced
	case !same([]string{first}, r.old[:1]) && said(first) && has(r.old, first):
		return nil, errUnplaced
	case !same([]string{last}, r.old[len(r.old)-1:]) && said(last) && has(r.old, last):
		return nil, errUnplaced
	case !r.covers(lines):
		return nil, errUnplaced
	}
	return []change{{r.a, r.b, lines}}, nil
}

// said reports whether a line holds more than brackets.
func said(line string) bool { return strings.ContainsFunc(line, isWord) }

// covers reports whether code that has fewer statements than the range still
// says half of what the range's first and last statement say: that it replaces
// all of it and not a part.
func (r *reader) covers(lines []string) bool {
	own := r.statementsOf(r.old)
	if len(own) < 2 || len(r.statementsOf(lines)) >= len(own) {
		return true
	}
	words := r.vocabulary(lines)
	for _, statement := range [][]string{own[0], own[len(own)-1]} {
		shared, all := 0, r.vocabulary(statement)
		for w := range all {
			if words[w] {
				shared++
			}
		}
		if shared*2 < len(all) {
			return false
		}
	}
	return true
}

// statementsOf cuts lines where one is at the least indentation and says something.
func (r *reader) statementsOf(lines []string) [][]string {
	base := least(r.codeLines(lines))
	kinds := r.kindsOf(lines)
	var out [][]string
	for i, line := range lines {
		begins := said(line) && len(margin(line)) <= len(base) && !kinds[i].within && !kinds[i].continued && strings.IndexByte("})]", strings.TrimSpace(line)[0]) < 0
		if begins || len(out) == 0 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], line)
	}
	return out
}

// placeSnippet places code without a declaration in a range that has one.
func (r *reader) placeSnippet(lines []string) ([]change, error) {
	from, begins := prefixOf(r.old, lines)
	to, ends := suffixOf(r.old, lines)
	if !begins || !ends || from >= to || len(lines) < 2 {
		return nil, errUnplaced
	}
	return []change{{r.a + from, r.a + to, lines}}, nil
}

// placeDeclarations places code that has some of the range's declarations and
// not the others: each replaces its own.
func (r *reader) placeDeclarations(lines []string, known []declaration) ([]change, error) {
	mine := parts(lines, r.declarations(lines), r)
	own := parts(r.old, r.decls, r)
	if len(mine) != len(known) || len(mine[0].lines) != mine[0].j {
		return nil, errUnplaced
	}
	var out []change
	for i, part := range mine {
		k := slices.IndexFunc(r.decls, func(d declaration) bool { return d.name == known[i].name })
		c := change{r.a + own[k].i, r.a + own[k].j, trimBlank(part.lines)}
		if len(out) > 0 && out[len(out)-1].j > c.i {
			return nil, errUnplaced
		}
		out = append(out, c)
	}
	return out, nil
}

// parts cuts lines into declarations, each with the comments above it and
// without the blank lines after it.
func parts(lines []string, names []declaration, r *reader) []change {
	var out []change
	for i, d := range names {
		from, to := d.line, len(lines)
		if i+1 < len(names) {
			to = r.above(lines, names[i+1].line)
		}
		from = r.above(lines, from)
		for to > d.line+1 && blank(lines[to-1]) {
			to--
		}
		out = append(out, change{from, to, lines[from:to]})
	}
	return out
}

// above returns the first of the comment lines and decorators right above a line.
func (r *reader) above(lines []string, at int) int {
	kinds := r.kindsOf(lines)
	for at > 0 && (kinds[at-1].comment || r.isDecorator(strings.TrimSpace(lines[at-1]))) {
		at--
	}
	return at
}
