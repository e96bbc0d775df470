package edit

import (
	"slices"
	"strings"
)

// An answer may give more than the range: lines before and after it, the class
// around it, the whole file. This file cuts off what is not the range's.

// cut takes what repeats the document around the range off an answer's code. It
// refuses where that code is not what the document has.
func (r *reader) cut(lines []string) ([]string, error) {
	all := trimBlank(lines)
	lines, err := r.cutHead(all)
	if err != nil {
		return nil, err
	}
	inBlock := len(lines) < len(all) && len(r.decls) == 0 && r.opens(all[:len(all)-len(lines)])
	n := len(lines)
	if lines, err = r.cutTail(lines); err != nil {
		return nil, err
	}
	if inBlock && len(lines) == n && r.goesOn() {
		return nil, errOutside
	}
	return r.cutClosers(trimBlank(lines)), nil
}

// opens reports whether lines of the document hold one that is indented less
// than the range: what is around it.
func (r *reader) opens(lines []string) bool {
	base := margin(r.old[0])
	for i := range r.a {
		if telling(r.trimmed[i]) && len(margin(r.lines[i])) < len(base) && has(lines, r.trimmed[i]) {
			return true
		}
	}
	return false
}

// goesOn reports whether the block the range stands in has more lines after it.
func (r *reader) goesOn() bool {
	for i := r.b; i < len(r.lines); i++ {
		if r.trimmed[i] != "" {
			return len(margin(r.lines[i])) >= len(margin(r.old[0])) && said(r.trimmed[i])
		}
	}
	return false
}

// cutHead drops what stands before the range.
func (r *reader) cutHead(lines []string) ([]string, error) {
	n, last, certain := r.head(lines)
	if certain {
		return lines[n:], nil
	}
	if before := r.lineBefore(); last >= 0 && last == before && telling(r.trimmed[last]) && !has(r.old, r.trimmed[last]) {
		return lines[n:], nil
	}
	for i := range lines {
		if last >= 0 && telling(r.trimmed[last]) && i > n && r.begins(lines[i:]) {
			return nil, errOutside
		}
	}
	return r.withoutImports(lines), nil
}

// withoutImports drops what an answer imports before its code.
func (r *reader) withoutImports(lines []string) []string {
	for len(lines) > 0 && !r.inRange && (r.isImport(lines[0]) || r.isPackage(lines[0]) || blank(lines[0])) {
		lines = lines[max(1, r.importEnd(lines, 0)):]
	}
	return lines
}

// head walks the lines that the document has before the range, in its order,
// with any number left out. It returns how many there are, the document's line
// that the last one is (-1 for none), and whether what follows certainly begins
// the range.
func (r *reader) head(lines []string) (n, last int, certain bool) {
	at := 0
	last = -1
	for i := 0; i < len(lines); i++ {
		line, said := lines[i], strings.TrimSpace(lines[i])
		if len(r.old) > 0 && said == strings.TrimSpace(r.old[0]) && telling(said) {
			return i, last, true
		}
		k := -1
		if r.stands[said] {
			k = slices.Index(r.trimmed[at:max(r.a, at)], said)
		}
		switch {
		case said == "":
		case !r.inRange && (r.isImport(line) || r.isPackage(line)):
			i = r.importEnd(lines, i) - 1
		case k >= 0 && telling(said):
			last = at + k
			at = last + 1
		case r.begins(lines[i:]):
			return i, last, true
		case k >= 0:
			last = at + k
			at = last + 1
		case r.elision(line):
		default:
			return i, last, false
		}
	}
	return len(lines), last, false
}

// begins reports whether lines begin what the range begins: the same
// declaration, or the same line of code, with any comments before it.
func (r *reader) begins(lines []string) bool {
	i := r.firstCode(lines)
	if i == len(lines) || len(r.old) == 0 {
		return false
	}
	if len(r.decls) > 0 {
		return r.declared(lines[i]) == r.decls[0].name
	}
	own := r.firstCode(r.old)
	return own < len(r.old) && telling(lines[i]) && strings.TrimSpace(lines[i]) == strings.TrimSpace(r.old[own])
}

// firstCode returns the first line that is neither blank nor comment nor
// decorator, or the number of lines.
func (r *reader) firstCode(lines []string) int {
	inBlock := false
	for i, line := range lines {
		said := strings.TrimSpace(line)
		switch {
		case inBlock:
			inBlock = !strings.Contains(said, r.shut)
		case said == "" || r.isComment(said) || r.isDecorator(said):
		case r.open != "" && strings.HasPrefix(said, r.open):
			inBlock = !strings.Contains(said[len(r.open):], r.shut)
		default:
			return i
		}
	}
	return len(lines)
}

func (r *reader) isComment(said string) bool {
	return !r.isDecorator(said) && slices.ContainsFunc(r.line, func(mark string) bool { return strings.HasPrefix(said, mark) })
}

// isDecorator tells @decorators, @Annotations and #[attributes].
func (g *grammar) isDecorator(said string) bool {
	if strings.HasPrefix(said, "#[") || strings.HasPrefix(said, "[") && g.name == "csharp" && strings.HasSuffix(said, "]") {
		return true
	}
	return len(said) > 1 && said[0] == '@' && isWord(rune(said[1])) && g.name != "css"
}

func (r *reader) isPackage(line string) bool {
	said := strings.TrimSpace(line)
	return strings.HasPrefix(said, "package ") && r.imports != nil
}

// lineBefore is the last line before the range that is not blank, -1 for none.
func (r *reader) lineBefore() int {
	i := r.a - 1
	for i >= 0 && r.trimmed[i] == "" {
		i--
	}
	return i
}

// cutTail drops what stands after the range: from the line on that follows the
// range in the document, where all the rest is the document's too.
func (r *reader) cutTail(lines []string) ([]string, error) {
	next := r.b
	for next < len(r.trimmed) && (!telling(r.trimmed[next]) || has(r.old, r.trimmed[next])) {
		next++
	}
	if next == len(r.trimmed) {
		return lines, nil
	}
	for i, line := range lines {
		if i == 0 || strings.TrimSpace(line) != r.trimmed[next] {
			continue
		}
		if !r.follows(lines[i:], next) {
			return nil, errOutside
		}
		return lines[:r.backTo(lines, i, next)], nil
	}
	return lines, nil
}

// backTo goes back over lines that the document has between the range and a line
// of it: decorators that many declarations have.
func (r *reader) backTo(lines []string, i, next int) int {
	for i > 1 && next > r.b {
		before := strings.TrimSpace(lines[i-1])
		switch {
		case before == "":
			i--
		case r.trimmed[next-1] == "":
			next--
		case before == r.trimmed[next-1]:
			i, next = i-1, next-1
		default:
			return i
		}
	}
	return i
}

// follows reports whether lines are the document's from a line on, in its order,
// with any number left out.
func (r *reader) follows(lines []string, at int) bool {
	for _, line := range lines {
		said := strings.TrimSpace(line)
		if said == "" || r.elision(line) {
			continue
		}
		k := slices.Index(r.trimmed[at:], said)
		if k < 0 {
			return false
		}
		at += k + 1
	}
	return true
}

// cutClosers drops closing brackets that belong to what is around the range, and
// a mark for the code left out after it.
func (r *reader) cutClosers(lines []string) []string {
	if !r.brackets || !r.sound(r.old) {
		return lines
	}
	for len(lines) > 1 && !r.sound(lines) {
		last := strings.TrimSpace(lines[len(lines)-1])
		closes := strings.Trim(r.codeOf([]string{last}), "})];,") == "" && slices.Contains(r.trimmed[r.b:], last)
		if last != "" && !closes && !r.elision(last) {
			break
		}
		lines = lines[:len(lines)-1]
	}
	lines = trimBlank(lines)
	if n := len(lines); n > 1 && r.elision(lines[n-1]) {
		rest := trimBlank(lines[:n-1])
		if r.begins(rest) && r.sound(rest) && strings.TrimSpace(rest[len(rest)-1]) == strings.TrimSpace(r.old[len(r.old)-1]) {
			return rest
		}
	}
	return lines
}

func (r *reader) sound(lines []string) bool {
	return r.scan(strings.Join(lines, "\n")).sound()
}
