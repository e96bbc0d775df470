package edit

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Propose reads an answer as a change of the target's range. Its error is a
// *[Refusal] in every case.
func Propose(answer string, t Target) (Proposal, error) {
	if t.Finish == chat.FinishLength {
		return Proposal{}, errCut
	}
	r, err := newReader(t)
	if err != nil {
		return Proposal{}, err
	}
	text, err := clean(answer)
	if err != nil {
		return Proposal{}, err
	}
	r.findImports(text)
	changes, imports, err := r.read(text)
	if err != nil {
		return Proposal{}, err
	}
	return r.proposal(changes, imports)
}

// read turns an answer into changes and into the imports it asks for.
func (r *reader) read(answer string) ([]change, []string, error) {
	all, err := swaps(answer)
	if err != nil {
		return nil, nil, err
	}
	if len(all) > 0 {
		changes, err := r.patch(all)
		return changes, nil, err
	}
	code, prose := blocks(answer)
	if len(code) == 0 {
		code, prose = r.bare(answer)
	}
	code, foreign := r.own(code)
	if len(code) == 0 && foreign != nil {
		return nil, nil, foreign
	}
	asked := r.asked(code, prose)
	if len(code) == 0 && r.Finish != chat.FinishStop {
		asked = nil // words alone may be the beginning of more
	}
	changes, err := r.choose(code)
	if (errors.Is(err, errNoCode) || errors.Is(err, errSame)) && len(asked) > 0 {
		return nil, asked, nil
	}
	return changes, asked, err
}

// own leaves of an answer's blocks those that may be about the target. Where
// some are said to be the target's, the others of no name still count: models
// name the first and not the next.
func (r *reader) own(code []block) ([]block, error) {
	var out []block
	var foreign error
	for _, b := range code {
		b.lines = r.withoutGutter(b.lines)
		who := r.owner(&b)
		switch {
		case who == anothers:
			foreign = errOtherFile
		case who == ours || r.speaks(b.info) || r.diffed(b):
			out = append(out, b)
		}
	}
	return out, foreign
}

var gutter = pattern(`^\s*(\d{1,6})(?:\s*[|:│]\s?|\s*→|\t)(.*)$`)

// withoutGutter takes line numbers off, where every line has one and they rise.
func (r *reader) withoutGutter(lines []string) []string {
	out := make([]string, len(lines))
	before := 0
	for i, line := range lines {
		m := gutter().FindStringSubmatch(line)
		if m == nil && blank(line) {
			continue
		}
		if len(m) == 0 || number(m[1]) <= before {
			return lines
		}
		before, out[i] = number(m[1]), m[2]
	}
	if before == 0 || r.knows(lines[0]) {
		return lines
	}
	return out
}

// result is what one block came to.
type result struct {
	block   block
	changes []change
	err     error
}

// choose reads each block and joins what they change.
func (r *reader) choose(code []block) ([]change, error) {
	var good, bad []result
	unchanged := false
	for _, b := range code {
		lines := trimBlank(b.lines)
		if r.onlyImports(lines) && !r.inRange {
			continue
		}
		changes, err := r.block(b)
		switch {
		case errors.Is(err, errSame):
			unchanged = true
		case err != nil:
			bad = append(bad, result{b, nil, err})
		default:
			good = append(good, result{b, changes, nil})
		}
	}
	if len(good) == 0 {
		return nil, r.reason(bad, unchanged)
	}
	good = withoutParts(good)
	for _, rest := range bad {
		if err := r.ignorable(rest, good); err != nil {
			return nil, err
		}
	}
	return r.join(good)
}

// onlyImports reports whether lines hold imports and nothing else, and one at least.
func (r *reader) onlyImports(lines []string) bool {
	n := 0
	for i := 0; i < len(lines); i++ {
		switch {
		case r.isImport(lines[i]):
			n++
			i = r.importEnd(lines, i) - 1
		case !blank(lines[i]) && !r.isPackage(lines[i]) && !r.isComment(strings.TrimSpace(lines[i])):
			return false
		}
	}
	return n > 0
}

// reason is why no block could be used: the reason of the one that has the most
// in common with the range.
func (r *reader) reason(bad []result, unchanged bool) error {
	if unchanged {
		return errSame
	}
	if len(bad) == 0 {
		return errNoCode
	}
	return slices.MaxFunc(bad, func(a, b result) int {
		return cmp.Compare(r.common(a.block.lines), r.common(b.block.lines))
	}).err
}

// common counts the lines of code that some lines and the range share.
func (r *reader) common(lines []string) int {
	n := 0
	for _, line := range lines {
		if telling(line) && has(r.old, line) {
			n++
		}
	}
	return n
}

// withoutParts drops blocks that show a part of another again.
func withoutParts(all []result) []result {
	var out []result
	for i, one := range all {
		part := slices.ContainsFunc(all, func(o result) bool {
			return len(o.block.lines) > len(one.block.lines) && within(trimBlank(one.block.lines), o.block.lines)
		}) || slices.ContainsFunc(all[:i], func(o result) bool { return same(trimBlank(o.block.lines), trimBlank(one.block.lines)) })
		if !part {
			out = append(out, one)
		}
	}
	return out
}

// ignorable refuses the whole answer for a block that could not be used, where
// the blocks that could may need it: it is about the range as well, or declares
// what they use.
func (r *reader) ignorable(rest result, good []result) error {
	lines := trimBlank(rest.block.lines)
	for _, g := range good {
		if within(lines, g.block.lines) || within(lines, r.old) {
			return nil
		}
	}
	if n := r.common(lines); n >= 2 && n*2 > len(lines) {
		return rest.err
	}
	used := map[string]bool{}
	for _, g := range good {
		for w := range r.vocabulary(g.block.lines) {
			used[w] = true
		}
	}
	known := r.vocabulary(r.lines)
	for _, d := range r.declarations(lines) {
		if used[d.name] && !known[d.name] {
			return errNeeds
		}
	}
	return nil
}

// join puts the changes of several blocks in order.
func (r *reader) join(good []result) ([]change, error) {
	var all []change
	for _, g := range good {
		all = append(all, g.changes...)
	}
	slices.SortFunc(all, func(a, b change) int { return cmp.Or(a.i-b.i, a.j-b.j) })
	all = slices.CompactFunc(all, func(a, b change) bool { return a.i == b.i && a.j == b.j && slices.Equal(a.lines, b.lines) })
	for i := 1; i < len(all); i++ {
		if all[i].i < all[i-1].j || all[i].i == all[i-1].i {
			return nil, errSeveral
		}
	}
	if len(good) > 1 && !disjoint(good) {
		return nil, errSeveral
	}
	return all, nil
}

// disjoint reports whether the blocks' changes stand one after the other: two
// versions of a function may differ in different lines.
func disjoint(good []result) bool {
	for i, a := range good {
		for _, b := range good[i+1:] {
			if a.changes[0].i < b.changes[len(b.changes)-1].j && b.changes[0].i < a.changes[len(a.changes)-1].j {
				return false
			}
		}
	}
	return true
}

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

// proposal checks the changes and turns them into hunks.
func (r *reader) proposal(changes []change, asked []string) (Proposal, error) {
	inside, outside, err := r.split(changes)
	if err != nil {
		return Proposal{}, err
	}
	hunks, err := r.hunks(inside)
	if err != nil {
		return Proposal{}, err
	}
	if err := r.check(inside, hunks); err != nil {
		return Proposal{}, err
	}
	p := Proposal{Hunks: hunks, Imports: r.outside(outside)}
	if len(outside) == 0 && len(asked) > 0 {
		used := map[string]bool{}
		for _, c := range inside {
			for w := range r.vocabulary(c.lines) {
				used[w] = true
			}
		}
		if len(inside) == 0 {
			used = r.vocabulary(r.old)
		}
		p.Imports = r.importHunks(r.missing(asked, used))
	}
	if len(p.Hunks) == 0 && len(p.Imports) == 0 {
		return Proposal{}, errSame
	}
	return p, nil
}

// split parts changes into those of the range and those of the imports. Any
// other change is outside the range.
func (r *reader) split(changes []change) (inside, imports []change, err error) {
	for _, c := range changes {
		switch {
		case c.i >= r.first && c.j <= r.last:
			inside = append(inside, c)
		case c.i == c.j && c.i <= r.importsAt.line && !r.importsAt.none && r.areImports(c.lines):
			imports = append(imports, c)
		default:
			return nil, nil, errOutside
		}
	}
	return inside, imports, nil
}

func (r *reader) areImports(lines []string) bool {
	return !slices.ContainsFunc(lines, func(line string) bool {
		return !blank(line) && !r.isImport(line) && (!r.isGo() || goSpec(line) == "")
	})
}

// check refuses what would be wrong in the document.
func (r *reader) check(changes []change, hunks []Hunk) error {
	if len(changes) == 0 {
		return nil
	}
	for _, c := range changes {
		for _, check := range [...]func([]string) error{r.textual, r.marked, r.secrets, r.prose, r.whatIsLeftOut} {
			if err := check(c.lines); err != nil {
				return err
			}
		}
	}
	text := Apply(r.Text, hunks)
	now := r.after(changes)
	if len(trimBlank(now)) == 0 && len(r.old) > 0 {
		return errEmptied
	}
	if r.Action == chat.Document && r.codeOf(now) != r.codeOf(r.old) {
		return errNotDoc
	}
	old, replaced := r.old, now
	if !blank(r.lead()) || !blank(r.trail()) {
		old = strings.Split(r.Text[r.start:r.end], "\n")
		replaced = strings.Split(text[r.start:len(text)-(len(r.Text)-r.end)], "\n")
	}
	if err := r.related(old, replaced); err != nil {
		return err
	}
	return r.fits(now, text)
}

// trimBlank cuts blank lines off both ends.
func trimBlank(lines []string) []string {
	for len(lines) > 0 && blank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// hunks turns changes into hunks within the range.
func (r *reader) hunks(changes []change) ([]Hunk, error) {
	var out []Hunk
	for _, c := range changes {
		h, ok := r.fit(r.hunk(c.i, c.j, c.lines))
		if !ok {
			return nil, errOutside
		}
		if n := len(out); n > 0 && out[n-1].End == h.Start {
			out[n-1].End, out[n-1].Text = h.End, out[n-1].Text+h.Text
			continue
		}
		out = append(out, h)
	}
	return out, nil
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
