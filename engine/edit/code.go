package edit

import (
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// block reads one block: a diff, documentation, or code.
func (r *reader) block(b block) ([]change, error) {
	if r.diffed(b) {
		if r.mayBeCut(b) {
			return nil, errCut
		}
		changes, err := r.patch(diffSwaps(b))
		if err == nil && len(changes) == 0 {
			err = errSame
		}
		return changes, err
	}
	lines, err := r.cut(b.lines)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, errEmptied
	}
	placed, err := r.placed(lines)
	if err != nil {
		return nil, err
	}
	var out []change
	for _, c := range placed {
		out = append(out, r.reduce(c)...)
	}
	switch {
	case r.loses(r.after(out)):
		return nil, errLost
	case len(out) == 0:
		return nil, errSame
	case !b.closed && (r.Finish != chat.FinishStop || !r.ends(lines)):
		return nil, errCut
	}
	return out, nil
}

// mayBeCut reports whether a diff may go on after its end: its fence was not
// closed, or it had none and ends with a changed line.
func (r *reader) mayBeCut(b block) bool {
	lines := trimBlank(b.lines)
	if r.Finish == chat.FinishStop || len(lines) == 0 {
		return false
	}
	return !b.closed || b.bare && strings.IndexByte("+-", lines[len(lines)-1][0]) >= 0
}

// loses reports whether code no longer declares what the range declares inside
// of something: a class given with the one method that changed and nothing to
// say that there are others. One key of data may be meant to go.
func (r *reader) loses(now []string) bool {
	kept := map[string]int{} // several may have one name, each in something else
	for _, d := range r.allDeclarations(now) {
		kept[d.name]++
	}
	lost := 0
	base := len(least(r.old))
	for _, d := range r.allDeclarations(r.old) {
		if kept[d.name]--; kept[d.name] < 0 && len(margin(r.old[d.line])) > base {
			lost++
		}
	}
	return lost > 1 || lost == 1 && !r.data
}

// placed finds where code goes and gives it the document's indentation.
func (r *reader) placed(lines []string) ([]change, error) {
	if r.Action == chat.Document {
		out, err := r.document(lines)
		if err != nil || len(out) != 1 || out[0].i != r.a || out[0].j != r.b {
			return out, err
		}
		return []change{{r.a, r.b, r.reindent(lines, lines, r.old, r.grammar)}}, nil
	}
	if out, ok, err := r.fragment(lines); ok || err != nil {
		return out, err
	}
	out, err := r.place(lines)
	for i, c := range out {
		out[i].lines = r.reindent(c.lines, c.lines, r.lines[c.i:c.j], r.grammar)
	}
	return out, err
}

// fragment places code in a range that begins or ends within a line, where the
// code does not repeat the rest of that line.
func (r *reader) fragment(lines []string) (out []change, ok bool, err error) {
	lead, trail := r.lead(), r.trail()
	if blank(lead) && blank(trail) {
		return nil, false, nil
	}
	first, last := strings.TrimSpace(lines[0]), strings.TrimSpace(lines[len(lines)-1])
	before := blank(lead) || strings.HasPrefix(first, strings.TrimSpace(lead))
	after := blank(trail) || strings.HasSuffix(last, strings.TrimSpace(trail))
	switch {
	case before && after:
		return nil, false, nil
	case !before && after && !blank(trail), !before && r.beginsAnew(first):
		return nil, false, errUnplaced
	}
	lines = slices.Clone(lines)
	switch {
	case !before:
		lines[0] = lead + first
	default:
		lines[0] = margin(r.lines[r.first]) + first
	}
	if !after {
		lines[len(lines)-1] += trail
	}
	return []change{{r.first, r.last, lines}}, true, nil
}

// beginsAnew reports whether code that is to go into a line begins a statement
// of its own there.
func (r *reader) beginsAnew(first string) bool {
	word := firstWord(first)
	if word == firstWord(strings.TrimSpace(r.Text[r.start:r.end])) {
		return false
	}
	switch word {
	case "const", "let", "var", "val", "return", "if", "for", "while", "import", "from", "package", "switch", "def", "fn", "type", "struct", "static", "pub", "public", "private":
		return true
	}
	return r.declared(first) != "" || strings.Contains(first, ":=")
}

// ends reports whether code that nothing closes ends as the range does.
func (r *reader) ends(lines []string) bool {
	last := strings.TrimSpace(lines[len(lines)-1])
	return has(r.old[max(len(r.old)-1, 0):], last) || r.brackets && strings.HasSuffix(last, "}") && r.sound(lines)
}

// bare reads an answer without a fence: one piece of code in single backticks,
// or code and nothing but a sentence or two around it.
func (r *reader) bare(answer string) ([]block, []string) {
	answer = strings.Trim(answer, "\n")
	if said := strings.TrimSpace(answer); len(said) > 2 && said[0] == '`' && strings.Count(said, "`") == 2 && said[len(said)-1] == '`' {
		return []block{{lines: []string{strings.Trim(said, "`")}, closed: true, bare: true}}, nil
	}
	lines := strings.Split(answer, "\n")
	from, to := 0, len(lines)
	for from < to && (blank(lines[from]) || r.talk(lines[from])) {
		from++
	}
	for to > from && (blank(lines[to-1]) || r.talk(lines[to-1])) {
		to--
	}
	b := block{lines: lines[from:to], closed: true, bare: true}
	prose := slices.Concat(lines[:from], lines[to:])
	if from == to || !r.diffed(b) && !r.begins(b.lines) && r.common(b.lines)*2 < len(b.lines) {
		return nil, lines
	}
	return []block{b}, prose
}

// talk reports whether a line outside of a fence is no code.
func (r *reader) talk(line string) bool {
	said := strings.TrimSpace(line)
	if r.knows(line) || r.isComment(said) {
		return false
	}
	if proseLine(line) {
		return true
	}
	return strings.Contains(said, " ") && said[0] >= 'A' && said[0] <= 'Z' && strings.ContainsAny(said[len(said)-1:], ".:!?") && !strings.ContainsAny(said, "(){}=;<>")
}
