package edit

import (
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax"
)

// importPlace is where a new import goes.
type importPlace struct {
	line   int  // new lines stand before this one
	block  bool // inside Go's import ( … )
	none   bool // the document has no import yet
	before bool // a blank line goes between what is before and the imports
}

// findImports finds where the document's imports are, where an answer has any.
func (r *reader) findImports(answer string) {
	if !slices.ContainsFunc(importing[:], func(word string) bool { return strings.Contains(answer, word) }) {
		return
	}
	r.importsAt = r.importPlace()
	top := r.importsAt.none && r.importsAt.line == 0 && r.first == 0
	r.inRange = r.importsAt.line > r.first || top || slices.ContainsFunc(r.old, r.isImport)
}

// importing are the words that imports begin with, in any language.
var importing = [...]string{"import", "include", "use ", "require", "using", "extern", "from ", "load"}

// importPlace finds the place.
func (r *reader) importPlace() importPlace {
	if r.imports == nil {
		return importPlace{}
	}
	mark := len(r.Text) - len(strings.TrimPrefix(r.Text, bom))
	b := syntax.Imports(r.Language, r.Text[mark:])
	at := r.lineAt(b.End + mark)
	if len(b.Paths) == 0 {
		return importPlace{line: at, none: true, before: at > 0}
	}
	if at > 0 && at < len(r.trimmed) && strings.HasPrefix(r.trimmed[at], ")") && r.isGo() {
		return importPlace{line: at, block: true}
	}
	return importPlace{line: at + 1}
}

// lineAt is the line that holds a byte, the number of lines for the text's end.
func (r *reader) lineAt(at int) int {
	i, found := slices.BinarySearch(r.offsets, at)
	if !found {
		i--
	}
	return min(i, len(r.lines))
}

func (r *reader) isGo() bool { return r.name == "go" }

// importEnd returns the line after an import that begins at a line: brackets may
// hold it open.
func (g *grammar) importEnd(lines []string, at int) int {
	depth := 0
	for i := at; i < len(lines); i++ {
		for _, c := range lines[i] {
			switch c {
			case '(', '{':
				depth++
			case ')', '}':
				depth--
			}
		}
		if depth <= 0 {
			return i + 1
		}
	}
	return len(lines)
}

// asked collects the imports that an answer asks for: those in its code outside
// of the range's own, those in blocks that hold nothing else, and whole import
// statements that its text names.
func (r *reader) asked(code []block, prose []string) []string {
	if r.imports == nil || r.inRange {
		return nil
	}
	var out []string
	for _, b := range code {
		if b.closed || !r.onlyImports(b.lines) {
			out = append(out, r.statements(b.lines)...)
		}
	}
	for _, line := range prose {
		for i, part := range strings.Split(line, "`") {
			if i%2 == 1 && r.isImport(part) && !strings.Contains(part, "\n") {
				out = append(out, r.statements([]string{part})...)
			}
		}
	}
	return out
}

// statements lists the imports at the least indentation of some lines, one
// statement each; Go's blocks are taken apart.
func (r *reader) statements(lines []string) []string {
	var out []string
	base := least(lines)
	for i := 0; i < len(lines); i++ {
		if margin(lines[i]) != base || !r.isImport(lines[i]) {
			continue
		}
		end := r.importEnd(lines, i)
		part := lines[i:end]
		i = end - 1
		if !r.isGo() {
			out = append(out, strings.TrimSpace(strings.Join(trimAll(part), " ")))
			continue
		}
		for _, spec := range part {
			if spec = goSpec(spec); spec != "" {
				out = append(out, spec)
			}
		}
	}
	return out
}

// goSpec returns what one line of an import declaration imports: a path with its
// name where it has one.
func goSpec(line string) string {
	line, _, _ = strings.Cut(strings.TrimSpace(line), "//")
	line = strings.TrimSpace(strings.Trim(strings.TrimPrefix(strings.TrimSpace(line), "import"), " ()\t"))
	if strings.Count(line, `"`) != 2 || !strings.HasSuffix(line, `"`) {
		return ""
	}
	return line
}

// missing leaves of imports those that the document does not have and that the
// new code uses.
func (r *reader) missing(all []string, used map[string]bool) []string {
	if len(all) == 0 {
		return nil
	}
	have := r.statements(r.lines)
	var out []string
	for _, one := range all {
		if slices.Contains(have, one) || slices.Contains(out, one) || !r.uses(one, used) {
			continue
		}
		if one = r.without(one, have); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// uses reports whether code uses a name that an import brings. An include brings
// names that it does not say.
func (r *reader) uses(one string, used map[string]bool) bool {
	if strings.HasPrefix(one, "#") || strings.HasPrefix(one, "require") || strings.HasSuffix(one, "*;") || strings.HasPrefix(one, "using") {
		return true
	}
	for _, name := range r.brings(one) {
		if used[name] {
			return true
		}
	}
	return false
}

// brings lists the names that an import brings into the document.
func (r *reader) brings(one string) []string {
	if r.isGo() {
		name, path, _ := strings.Cut(one, `"`)
		if name = strings.TrimSpace(name); name != "" {
			return []string{name}
		}
		parts := strings.Split(strings.TrimSuffix(path, `"`), "/")
		last := parts[len(parts)-1]
		if len(parts) > 1 && len(last) > 1 && last[0] == 'v' && last[1] <= '9' {
			last = parts[len(parts)-2]
		}
		return []string{last, strings.TrimPrefix(last, "go-")}
	}
	if from, list, ok := strings.Cut(one, " import "); ok && strings.HasPrefix(one, "from ") {
		return aliases(list, strings.HasSuffix(from, "__future__"))
	}
	statement, _, _ := strings.Cut(one, " from ")
	return aliases(strings.NewReplacer("import ", "", "type ", "", "use ", "", "static ", "").Replace(statement), false)
}

// aliases lists the last word of each part: "a as b" brings b, "a::b::c" c.
func aliases(list string, always bool) []string {
	if always {
		return []string{"def", "return", "class"}
	}
	var out []string
	for part := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == '{' || r == '}' || r == ';' || r == '(' || r == ')' }) {
		fields := strings.FieldsFunc(part, func(r rune) bool { return !isWord(r) && r != '$' })
		if len(fields) > 0 {
			out = append(out, fields[len(fields)-1], fields[0])
		}
	}
	return out
}

// without takes off an import of several names those that the document imports
// from the same place already, "" where none is left.
func (r *reader) without(one string, have []string) string {
	l, ok := lists(one)
	if !ok {
		return one
	}
	for _, h := range have {
		own, ok := lists(h)
		if !ok || own.place != l.place {
			continue
		}
		l.names = slices.DeleteFunc(l.names, func(n string) bool { return slices.Contains(own.names, n) })
		if l.name == own.name {
			l.name = ""
		}
	}
	return l.String()
}

// listed is an import of several names from one place, as TypeScript and Python
// have it: from PLACE import NAMES, or import NAME, { NAMES } from PLACE.
type listed struct {
	before, name, place string
	names               []string
}

func lists(one string) (listed, bool) {
	if from, list, ok := strings.Cut(one, " import "); ok && strings.HasPrefix(from, "from ") {
		return listed{place: from, names: commas(strings.Trim(list, "() "))}, true
	}
	head, place, ok := strings.Cut(one, " from ")
	if !ok || !strings.HasPrefix(head, "import ") || strings.Contains(head, "*") {
		return listed{}, false
	}
	l := listed{before: "import ", place: strings.TrimSpace(place)}
	head = strings.TrimPrefix(head, "import ")
	if rest, typed := strings.CutPrefix(head, "type "); typed {
		l.before, head = "import type ", rest
	}
	name, list, _ := strings.Cut(head, "{")
	l.name = strings.Trim(name, ", ")
	l.names = commas(strings.Trim(list, "} "))
	return l, true
}

// String writes the import, "" where it names nothing.
func (l listed) String() string {
	names := strings.Join(l.names, ", ")
	switch {
	case names == "" && l.name == "":
		return ""
	case l.before == "":
		return l.place + " import " + names
	case names == "":
		return l.before + l.name + " from " + l.place
	case l.name == "":
		return l.before + "{ " + names + " } from " + l.place
	}
	return l.before + l.name + ", { " + names + " } from " + l.place
}

// commas splits a list.
func commas(list string) []string {
	var out []string
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// importHunks writes new imports at their place.
func (r *reader) importHunks(imports []string) []Hunk {
	if len(imports) == 0 {
		return nil
	}
	place := r.importsAt
	lines := slices.Clone(imports)
	for i, one := range lines {
		switch {
		case place.block:
			lines[i] = "\t" + one
		case r.isGo():
			lines[i] = "import " + one
		}
	}
	if place.block {
		return r.intoBlock(lines)
	}
	if place.none && place.before && r.lineOr(place.line-1) != "" {
		lines = append([]string{""}, lines...)
	}
	if place.none && r.lineOr(place.line) != "" {
		lines = append(lines, "")
	}
	return r.outside([]change{{place.line, place.line, lines}})
}

// intoBlock puts Go's imports in their sorted place among their kind: the
// standard library's, whose paths begin without a dot, and the others.
func (r *reader) intoBlock(lines []string) []Hunk {
	slices.Sort(lines)
	var out []change
	for _, line := range lines {
		at := r.sortedPlace(line)
		if n := len(out); n > 0 && out[n-1].i == at {
			out[n-1].lines = append(out[n-1].lines, line)
			continue
		}
		out = append(out, change{at, at, []string{line}})
	}
	slices.SortFunc(out, func(a, b change) int { return a.i - b.i })
	return r.outside(out)
}

func (r *reader) sortedPlace(line string) int {
	at := r.importsAt.line
	for i := r.importsAt.line - 1; i >= 0 && !strings.HasSuffix(r.trimmed[i], "("); i-- {
		spec := goSpec(r.lines[i])
		if spec == "" || fromStandardLibrary(spec) != fromStandardLibrary(goSpec(line)) {
			continue
		}
		if importPath(spec) < importPath(goSpec(line)) {
			return i + 1
		}
		at = i
	}
	return at
}

func importPath(spec string) string {
	_, path, _ := strings.Cut(spec, `"`)
	return path
}

func fromStandardLibrary(spec string) bool {
	first, _, _ := strings.Cut(importPath(spec), "/")
	return !strings.Contains(first, ".")
}

func (r *reader) lineOr(i int) string {
	if i < 0 || i >= len(r.trimmed) {
		return ""
	}
	return r.trimmed[i]
}

// outside turns insertions before the range into hunks that do not touch it: a
// line goes to the end of the one before it.
func (r *reader) outside(changes []change) []Hunk {
	var out []Hunk
	for _, c := range changes {
		h := r.hunk(c.i, c.j, c.lines)
		if c.i > 0 && c.i == c.j {
			end := r.lineEnd(c.i)
			at := r.endOf(c.i - 1)
			h = Hunk{at, at, end + strings.Join(c.lines, end)}
		}
		out = append(out, h)
	}
	return out
}

// endOf is where a line ends, without its line end.
func (r *reader) endOf(i int) int {
	return r.offsets[i] + len(r.lines[i])
}
