package edit

import (
	"slices"
	"strings"
)

// swap is one piece of a search-and-replace answer or of a diff: lines to be
// found in the document, and what stands in their place.
type swap struct {
	file     string // whose it is, "" where nobody says
	find, by []string
	number   int // the line a diff says it is at, 0 for none
}

var (
	searchMark  = pattern(`^\s*<{5,9}\s*(?:SEARCH|ORIGINAL|FIND|OLD)\b.*$`)
	betweenMark = pattern(`^\s*={5,9}\s*$`)
	replaceMark = pattern(`^\s*>{5,9}\s*(?:REPLACE|UPDATED|NEW)\b.*$`)
)

// swaps reads search-and-replace blocks, wherever they stand in an answer. It
// answers nil where there are none and refuses one that has no end.
func swaps(answer string) ([]swap, error) {
	if !strings.Contains(answer, "<<<<<") {
		return nil, nil
	}
	var out []swap
	lines := strings.Split(answer, "\n")
	name := ""
	for i := 0; i < len(lines); i++ {
		if !searchMark().MatchString(lines[i]) {
			if said := strings.TrimSpace(lines[i]); said != "" && !fence().MatchString(lines[i]) {
				name = said
			} else if m := fence().FindStringSubmatch(lines[i]); len(m) > 0 && strings.ContainsAny(m[3], "./") {
				name = m[3]
			}
			continue
		}
		between := next(lines, i+1, betweenMark().MatchString)
		end := next(lines, between+1, replaceMark().MatchString)
		if end >= len(lines) || next(lines, i+1, searchMark().MatchString) < end {
			return nil, errMarkers
		}
		out = append(out, swap{file: name, find: lines[i+1 : between], by: lines[between+1 : end]})
		name, i = "", end
	}
	return out, nil
}

func next(lines []string, from int, is func(string) bool) int {
	for i := from; i < len(lines); i++ {
		if is(lines[i]) {
			return i
		}
	}
	return len(lines)
}

var hunkHead = pattern(`^@@(?:\s*-(\d+)(?:,\d+)?\s+\+\d+(?:,\d+)?)?.*`)

// diffed reports whether lines are a diff: each a context line, one taken away or
// one added, and some of the last two.
func (r *reader) diffed(b block) bool {
	word := strings.ToLower(firstWord(b.info))
	changes, own, spaced := 0, 0, 0
	for _, line := range b.lines {
		switch {
		case strings.HasPrefix(line, "@@") || strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "+++ "):
			own++
		case strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-"):
			changes++
		case strings.HasPrefix(line, " ") || line == "":
			spaced++
		}
	}
	if changes == 0 {
		return false
	}
	if word == "diff" || word == "patch" || word == "udiff" || own > 0 && own+changes+spaced == len(b.lines) {
		return true
	}
	// No word says so. The lines taken away must be the document's, without their mark.
	found, listed := 0, 0
	for _, line := range b.lines {
		if r.knows(line) && strings.TrimSpace(line) != "" && !strings.HasPrefix(line, " ") {
			listed++
		}
		if after, ok := strings.CutPrefix(line, "-"); ok && telling(after) && r.knows(after) {
			found++
		}
	}
	return found > 0 && listed == 0
}

// diffSwaps reads a diff. A context line that lost its leading space is one all the same.
func diffSwaps(b block) []swap {
	var out []swap
	var s swap
	file := ""
	flush := func() {
		if len(s.find)+len(s.by) > 0 {
			s.file = file
			out = append(out, s)
		}
		s = swap{}
	}
	for i, line := range b.lines {
		switch {
		case strings.HasPrefix(line, "diff ") || strings.HasPrefix(line, "index ") || strings.HasPrefix(line, `\ No newline`):
		case strings.HasPrefix(line, "--- ") && i+1 < len(b.lines) && strings.HasPrefix(b.lines[i+1], "+++ "):
			flush()
		case strings.HasPrefix(line, "+++ ") && i > 0 && strings.HasPrefix(b.lines[i-1], "--- "):
			file = strings.TrimPrefix(strings.Fields(line + " x")[1], "b/")
		case strings.HasPrefix(line, "@@"):
			flush()
			s.number = number(hunkHead().FindStringSubmatch(line)[1])
		case strings.HasPrefix(line, "+"):
			s.by = append(s.by, line[1:])
		case strings.HasPrefix(line, "-"):
			s.find = append(s.find, line[1:])
		default:
			kept := strings.TrimPrefix(line, " ")
			s.find, s.by = append(s.find, kept), append(s.by, kept)
		}
	}
	flush()
	return out
}

func number(digits string) int {
	n := 0
	for _, d := range digits {
		n = min(n*10+int(d-'0'), 1<<30)
	}
	return n
}

// patch places the swaps that are for this document.
func (r *reader) patch(all []swap) ([]change, error) {
	var placed []change
	mine := false
	for _, s := range all {
		if s.file != "" && r.whoseAbove(s.file) == anothers {
			continue
		}
		mine = true
		c, err := r.swap(s)
		if err != nil {
			return nil, err
		}
		placed = append(placed, c)
	}
	if !mine {
		return nil, errOtherFile
	}
	return r.independent(placed)
}

// independent reduces changes, and refuses where one replaces lines that another
// was written against.
func (r *reader) independent(placed []change) ([]change, error) {
	var out []change
	for i, c := range placed {
		small := r.reduce(c)
		for k, other := range placed {
			if k != i && slices.ContainsFunc(small, func(s change) bool { return s.i < other.j && s.j > other.i }) {
				return nil, errSeveral
			}
		}
		out = append(out, small...)
	}
	slices.SortStableFunc(out, func(a, b change) int { return a.i - b.i })
	return out, nil
}

// swap finds the lines of a swap and brings those that replace them to the
// document's indentation.
func (r *reader) swap(s swap) (change, error) {
	find, by := trimBoth(s.find, s.by)
	if len(find) == 0 {
		return change{}, errNotFound
	}
	if slices.ContainsFunc(by, r.elision) {
		return change{}, errElided
	}
	at, err := r.find(find, s.number)
	if err != nil {
		return change{}, err
	}
	to := at + len(find)
	if len(trimBlank(by)) == 0 && !s.deletes(by) {
		by = nil
	}
	return change{at, to, r.reindent(by, find, r.lines[at:to], r.grammar)}, nil
}

// deletes: lines replaced by blank ones are not the same as lines deleted.
func (s swap) deletes(by []string) bool { return len(by) > 0 && len(s.find) > 0 }

// trimBoth cuts blank lines off both ends of what is searched for, and the same
// ones off what replaces it.
func trimBoth(find, by []string) (a, b []string) {
	for len(find) > 0 && blank(find[0]) {
		find = find[1:]
		if len(by) > 0 && blank(by[0]) {
			by = by[1:]
		}
	}
	for len(find) > 0 && blank(find[len(find)-1]) {
		find = find[:len(find)-1]
		if len(by) > 0 && blank(by[len(by)-1]) {
			by = by[:len(by)-1]
		}
	}
	return find, by
}

// find looks for lines in the range, then in the document. Where they stand
// several times, a diff's line number decides if it is exact.
func (r *reader) find(lines []string, number int) (int, error) {
	for _, equal := range [...]func(a, b []string) bool{slices.Equal[[]string], same} {
		var inside, all []int
		for i := 0; i+len(lines) <= len(r.lines); i++ {
			if !equal(r.lines[i:i+len(lines)], lines) {
				continue
			}
			all = append(all, i)
			if i < r.last && i+len(lines) > r.first {
				inside = append(inside, i)
			}
		}
		if len(inside) > 0 {
			all = inside
		}
		switch {
		case len(all) == 1:
			return all[0], nil
		case len(all) > 1 && slices.Contains(all, number-1):
			return number - 1, nil
		case len(all) > 1:
			return 0, errAmbiguous
		}
	}
	return 0, errNotFound
}
