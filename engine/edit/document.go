package edit

import (
	"slices"
	"strings"
)

// document reads an answer to [chat.Document]: its comments, never its code.
func (r *reader) document(lines []string) ([]change, error) {
	if r.codeOf(lines) == r.codeOf(r.old) && r.codeOf(r.old) != "" {
		return []change{{r.a, r.b, lines}}, nil
	}
	if r.codeOf(lines) == "" {
		return r.comment(lines)
	}
	var out []change
	for _, d := range r.allDeclarations(lines) {
		own, ok := r.only(d.name)
		if !ok {
			continue
		}
		doc, inside := r.docOf(lines, d.line)
		if len(doc) > 0 {
			out = append(out, r.insertDoc(own, doc, inside))
		}
	}
	if len(out) == 0 {
		return nil, errNotDoc
	}
	slices.SortFunc(out, func(x, y change) int { return x.i - y.i })
	return out, nil
}

// comment places an answer that is nothing but a comment or a docstring: at the
// first thing the range declares, else above its first line of code.
func (r *reader) comment(lines []string) ([]change, error) {
	inside := r.docstring && strings.TrimLeft(strings.TrimSpace(lines[0]), "rRuU") != "" && !strings.HasPrefix(strings.TrimSpace(lines[0]), "#")
	at := r.firstCode(r.old)
	if len(r.decls) > 0 {
		at = r.decls[0].line
	}
	if at == len(r.old) || inside && len(r.decls) == 0 || slices.ContainsFunc(lines, r.elision) {
		return nil, errUnplaced
	}
	return []change{r.insertDoc(at, lines, inside)}, nil
}

// codeOf returns what is left of lines without comments and white space.
func (g *grammar) codeOf(lines []string) string {
	return g.scan(strings.Join(lines, "\n")).only()
}

// allDeclarations lists declarations at any indentation.
func (r *reader) allDeclarations(lines []string) []declaration {
	text := r.scan(strings.Join(lines, "\n"))
	at := 0
	var out []declaration
	for i, line := range lines {
		first := at + len(margin(line))
		at += len(line) + 1
		if blank(line) || text.class[first] != inCode && (!r.data || text.class[first] == inComment) {
			continue
		}
		// A prototype declares too: "int f(int x);".
		if name := r.declared(strings.TrimRight(line, "; \t")); name != "" {
			out = append(out, declaration{name, i})
		}
	}
	return out
}

// only finds the one declaration of a name in the range.
func (r *reader) only(name string) (line int, ok bool) {
	for _, d := range r.allDeclarations(r.old) {
		if d.name == name && ok {
			return 0, false
		}
		if d.name == name {
			line, ok = d.line, true
		}
	}
	return line, ok
}

// docOf returns the documentation of the declaration at a line: the docstring
// inside, else the comment lines above it.
func (r *reader) docOf(lines []string, at int) (doc []string, inside bool) {
	if r.docstring {
		if from, to := r.docstringAt(lines, at); from < to {
			return lines[from:to], true
		}
	}
	from := r.above(lines, at)
	doc = slices.DeleteFunc(slices.Clone(lines[from:at]), func(line string) bool { return r.isDecorator(strings.TrimSpace(line)) || r.elision(line) })
	return doc, false
}

// docstringAt returns the lines of the docstring of the declaration at a line,
// or twice the line where one would stand.
func (r *reader) docstringAt(lines []string, at int) (from, to int) {
	text := strings.Join(lines, "\n")
	s := r.scan(text)
	from = at
	depth := 0
	offset := len(strings.Join(lines[:at], "\n"))
	for i := offset; i < len(text); i++ {
		c := text[i]
		if s.class[i] != inCode {
			continue
		}
		switch {
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
		if c == ':' && depth == 0 {
			from = strings.Count(text[:i], "\n") + 1
			break
		}
	}
	begin := min(len(strings.Join(lines[:from], "\n"))+1, len(text))
	for to = from; to < len(lines); to++ {
		end := begin + len(lines[to])
		if !blank(lines[to]) && s.class[begin+len(margin(lines[to]))] != inDoc || blank(lines[to]) && (begin >= len(text) || s.class[begin] != inDoc) {
			break
		}
		begin = end + 1
	}
	return from, to
}

// insertDoc puts documentation at the declaration at line at of the range, in
// the place of what documents it now.
func (r *reader) insertDoc(at int, doc []string, inside bool) change {
	if inside {
		i, j := r.docstringAt(r.old, at)
		step := margin(r.old[at]) + r.unit(r.old)
		if j < len(r.old) && i > at && !blank(r.old[min(i, len(r.old)-1)]) {
			step = margin(r.old[i])
		}
		return change{r.a + i, r.a + j, shifted(doc, least(doc), step)}
	}
	i := at
	kinds := r.kindsOf(r.old)
	for i > 0 && (kinds[i-1].comment || r.isDecorator(strings.TrimSpace(r.old[i-1]))) {
		i--
	}
	j := i
	for j < at && kinds[j].comment {
		j++
	}
	return change{r.a + i, r.a + j, shifted(doc, least(doc), margin(r.old[at]))}
}

// shifted moves lines from one indentation to another.
func shifted(lines []string, from, to string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		if !blank(line) {
			out[i] = to + strings.TrimPrefix(line, from)
		}
	}
	return out
}
