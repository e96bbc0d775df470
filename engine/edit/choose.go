package edit

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

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
		name := d.name[strings.LastIndexAny(d.name, ".:")+1:]
		if used[name] && !known[name] {
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
