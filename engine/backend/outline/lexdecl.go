package outline

import (
	"strings"
)

// lexDecl is a declaration the tokens show.
type lexDecl struct {
	word   string // the word that introduces it ("def", "class"), or "function" where none does
	name   string
	params []string // as written
	hasPar bool     // a parameter list is written
	isType bool

	head int // index of the first token: its modifiers
	body int // index of the first token after the head, len(toks) where there is none
	end  int // index after its last token; 0 where the end is not certain

	modifiers []string
	parent    *lexDecl
}

// declFinder finds declarations in the tokens of one text.
type declFinder struct {
	d    dialect
	toks []tok
	// match maps the index of an opening bracket to its closing one.
	match map[int]int
}

// newDeclFinder leaves the comments out of a text's tokens.
func newDeclFinder(d dialect, x *lexed) *declFinder {
	code := make([]tok, 0, len(x.toks))
	for _, t := range x.toks {
		if t.kind != tokComment {
			code = append(code, t)
		}
	}
	return &declFinder{d: d, toks: code, match: brackets(code)}
}

// declarations lists the declarations of a text in order.
func declarations(d dialect, x *lexed) []*lexDecl {
	f := newDeclFinder(d, x)
	var out []*lexDecl
	for i := range f.toks {
		if decl := f.at(i); decl != nil {
			f.finish(decl)
			out = append(out, decl)
		}
	}
	for i, decl := range out {
		for j := i - 1; j >= 0; j-- {
			if out[j].end > decl.head && out[j].body <= decl.head {
				decl.parent = out[j]
				break
			}
		}
	}
	return out
}

// brackets pairs brackets. One that has no partner is left out.
func brackets(toks []tok) map[int]int {
	pairs := map[int]int{}
	var open []int
	for i, t := range toks {
		if t.kind != tokOther {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			open = append(open, i)
		case ")", "]", "}":
			want := map[string]string{")": "(", "]": "[", "}": "{"}[t.text]
			if n := len(open); n > 0 && toks[open[n-1]].text == want {
				pairs[open[n-1]] = i
				open = open[:n-1]
			}
		}
	}
	return pairs
}

func (f *declFinder) text(i int) string {
	if i < 0 || i >= len(f.toks) || f.toks[i].kind == tokString {
		return ""
	}
	return f.toks[i].text
}

func (f *declFinder) word(i int) bool {
	return i >= 0 && i < len(f.toks) && f.toks[i].kind == tokWord
}

// at returns the declaration that token i introduces, nil where it introduces none.
func (f *declFinder) at(i int) *lexDecl {
	if !f.word(i) || f.text(i-1) == "." || f.text(i-1) == "?." || f.text(i-1) == "*" && has(f.d.funcs, f.text(i-2)) {
		return nil
	}
	t := f.text(i)
	switch {
	case has(f.d.funcs, t):
		return f.worded(i, false)
	case has(f.d.types, t) && f.startsType(i):
		return f.worded(i, true)
	case f.d.arrows && f.text(i+1) == "=" && (f.word(i-1) || f.toks[i].leads):
		return f.arrow(i)
	case f.text(i+1) == "(" && !f.reserved(t):
		if f.d.typed && f.typedHead(i) || f.d.methods && f.methodHead(i) {
			return f.called(i)
		}
	}
	return nil
}

// startsType says whether a type word declares a type rather than naming one
// ("struct point p;" in C names one).
func (f *declFinder) startsType(i int) bool {
	if !f.word(i + 1) {
		return false
	}
	if f.text(i) == "case" || f.text(i-1) == "enum" { // "enum class"
		return false
	}
	if !f.d.typed || f.d.title != "C" && f.d.title != "C++" && f.d.title != "Objective-C" {
		return f.toks[i].leads || f.word(i-1) || f.text(i-1) == "" || strings.Contains(";{})]", f.text(i-1))
	}
	j := i + 2
	for j < len(f.toks) && j < i+40 && !strings.Contains(";{()=", f.text(j)) {
		j++
	}
	return f.text(j) == "{"
}

// reserved says whether a word before a bracket is no function's name.
func (f *declFinder) reserved(t string) bool {
	return has(f.d.loops, t) || has(f.d.tests, t) || has(f.d.leaves, t) || has(f.d.waits, t) ||
		has("sizeof new function catch synchronized using lock fixed typeof super this await delete alignas decltype static_assert __attribute__", t)
}

// worded reads a declaration that a word introduces.
func (f *declFinder) worded(i int, isType bool) *lexDecl {
	d := &lexDecl{word: f.text(i), isType: isType, head: f.modifiersFrom(i)}
	j := i + 1
	if f.d.title == "Go" && f.text(j) == "(" { // a receiver
		j = f.match[j] + 1
		if j == 1 {
			return nil
		}
	}
	for f.text(j) == "*" || f.text(j) == "&" || f.text(j) == "class" && f.text(i) == "enum" {
		j++
	}
	if !isType && f.d.title == "Kotlin" && strings.HasPrefix(f.text(j), "<") {
		j = f.skipAngles(j)
	}
	if f.d.title == "Rust" && f.text(i) == "impl" && strings.HasPrefix(f.text(j), "<") {
		j = f.skipAngles(j)
	}
	if !f.word(j) {
		return nil
	}
	d.name, j = f.qualified(j)
	if f.reserved(d.name) && d.name != "new" && d.name != "default" {
		return nil
	}
	d.modifiers = f.modifiers(d.head, i)
	f.params(d, f.skipAngles(j))
	return d
}

// qualified reads a name with its qualifiers: "self.name", "M:method", "A::b".
func (f *declFinder) qualified(j int) (string, int) {
	name := f.text(j)
	j++
	marks := ". : ::"
	if f.d.title == "PowerShell" {
		marks = "-"
	}
	for has(marks, f.text(j)) && f.word(j+1) && f.toks[j].start == f.toks[j-1].end && f.toks[j+1].start == f.toks[j].end {
		name += f.text(j) + f.text(j+1)
		j += 2
	}
	if t := f.text(j); (t == "?" || t == "!" || t == "=") && f.toks[j].start == f.toks[j-1].end && f.d.blocks == endWords {
		return name + t, j + 1
	}
	return name, j
}

// skipAngles returns the index after type parameters in angle or square brackets.
func (f *declFinder) skipAngles(j int) int {
	if f.text(j) == "[" && f.match[j] > 0 {
		return f.match[j] + 1
	}
	if !strings.HasPrefix(f.text(j), "<") {
		return j
	}
	depth := 0
	for k := j; k < len(f.toks) && k < j+200; k++ {
		t := f.text(k)
		if t == "->" || t == "=>" {
			continue
		}
		depth += strings.Count(t, "<") - strings.Count(t, ">")
		if depth <= 0 {
			return k + 1
		}
	}
	return j
}

// arrow reads "name = (a, b) => …", "name = async x => …" and
// "name = function (…)".
func (f *declFinder) arrow(i int) *lexDecl {
	d := &lexDecl{word: "function", name: f.text(i), head: f.modifiersFrom(i)}
	d.modifiers = f.modifiers(d.head, i)
	j := i + 2
	if f.text(j) == "async" {
		j++
	}
	switch {
	case f.text(j) == "function":
		f.params(d, f.skipAngles(j+1))
		return d
	case f.word(j) && f.text(j+1) == "=>":
		d.params, d.hasPar, d.body = []string{f.text(j)}, true, j+2
		return d
	}
	j = f.skipAngles(j)
	if f.text(j) != "(" || f.match[j] == 0 {
		return nil
	}
	f.params(d, j)
	for k := f.match[j] + 1; k < len(f.toks) && k < f.match[j]+40; k++ {
		switch f.text(k) {
		case "=>":
			d.body = k + 1
			return d
		case ";", ",", "{", "=":
			return nil
		}
	}
	return nil
}

// typedHead says whether token i, a word before a bracket, is the name in
// "type name(…) … {".
func (f *declFinder) typedHead(i int) bool {
	if f.match[i+1] == 0 || !f.opensBody(f.match[i+1]+1) {
		return false
	}
	before := f.text(i - 1)
	if f.word(i - 1) {
		return !f.reserved(before) || before == "default"
	}
	return before == "*" || before == "&" || before == "**" || before == ">" || before == ">>" || before == "]" || before == "::" || before == "~" || before == "?"
}

// methodHead says whether token i is the name in "name(…) {" at the start of a
// line or after a modifier.
func (f *declFinder) methodHead(i int) bool {
	if f.match[i+1] == 0 || !f.opensBody(f.match[i+1]+1) {
		return false
	}
	return f.toks[i].leads || has("async static get set public private protected override readonly", f.text(i-1)) || f.text(i-1) == "*" || f.text(i-1) == "#"
}

// opensBody says whether, from token k on, qualifiers and a result type are all
// that comes before an opening brace.
func (f *declFinder) opensBody(k int) bool {
	for end := k + 40; k < end; k++ {
		switch t := f.text(k); {
		case t == "{", t == "=>" && (f.d.title == "Dart" || f.d.title == "C#"):
			return true
		case t == "(" || t == "[" || t == "<":
			if f.match[k] > 0 {
				k = f.match[k]
			}
		case f.word(k) && !f.reserved(t), t == ":", t == "::", t == ",", t == "->", t == ">", t == "*", t == "&", t == ".", t == "|", t == "?":
		default:
			return false
		}
	}
	return false
}

// called reads a declaration whose name stands before its brackets.
func (f *declFinder) called(i int) *lexDecl {
	start := i
	name := f.text(i)
	for f.text(start-1) == "::" && f.word(start-2) {
		name = f.text(start-2) + "::" + name
		start -= 2
	}
	d := &lexDecl{word: "function", name: name, head: f.lineStart(start)}
	f.params(d, i+1)
	for d.body < len(f.toks) && f.text(d.body) != "{" && f.text(d.body) != "=>" {
		if f.match[d.body] > 0 {
			d.body = f.match[d.body]
		}
		d.body++
	}
	return d
}

// lineStart is the first token of the line of token i.
func (f *declFinder) lineStart(i int) int {
	for i > 0 && !f.toks[i].leads {
		i--
	}
	return i
}

// modifiersFrom returns the first of the words on the same line before token i.
func (f *declFinder) modifiersFrom(i int) int {
	for i > 0 && !f.toks[i].leads && (f.word(i-1) || f.text(i-1) == ")" && f.text(i-3) == "(") {
		if f.text(i-1) == ")" {
			i -= 2
		}
		i--
	}
	return i
}

func (f *declFinder) modifiers(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		if f.word(i) && !has("const let var local", f.text(i)) {
			out = append(out, f.text(i))
		}
	}
	return out
}

// params reads the parameter list at token j, where there is one, split at its
// own commas.
func (f *declFinder) params(d *lexDecl, j int) {
	d.body = j
	if f.text(j) != "(" || f.match[j] == 0 {
		return
	}
	d.hasPar = true
	from := j + 1
	for k := j + 1; k <= f.match[j]; k++ {
		if k == f.match[j] || f.text(k) == "," {
			if k > from {
				d.params = append(d.params, f.join(from, k))
			}
			from = k + 1
			continue
		}
		if end := f.match[k]; end > 0 {
			k = end
		} else if strings.HasPrefix(f.text(k), "<") {
			k = max(k, min(f.skipAngles(k)-1, f.match[j]-1))
		}
	}
	d.body = f.match[j] + 1
}

// join writes tokens as they stand, with single spaces where there was white space.
func (f *declFinder) join(from, to int) string {
	var b strings.Builder
	for i := from; i < to && i < len(f.toks); i++ {
		if i > from && f.toks[i].start > f.toks[i-1].end {
			b.WriteByte(' ')
		}
		b.WriteString(f.toks[i].text)
	}
	return b.String()
}

// finish finds where a declaration ends. end stays 0 where that is not certain.
func (f *declFinder) finish(d *lexDecl) {
	switch f.d.blocks {
	case braces:
		f.finishBraces(d)
	case indented:
		f.finishIndented(d)
	case endWords:
		f.finishEnd(d)
	}
}

func (f *declFinder) finishBraces(d *lexDecl) {
	for k := d.body; k < len(f.toks); k++ {
		switch t := f.text(k); {
		case t == "{":
			if f.match[k] > 0 {
				d.body, d.end = k+1, f.match[k]+1
			}
			return
		case t == "(" || t == "[":
			if f.match[k] > 0 {
				k = f.match[k]
			}
		case t == ";":
			d.end = k + 1
			return
		case f.toks[k].leads && k > d.body && f.toks[k].indent <= f.toks[d.head].indent && t != "->" && t != "where" && t != ":":
			d.end = k
			return
		}
	}
}

// finishIndented ends a block at the first line that is indented no more than
// its head. Lines inside brackets do not count.
func (f *declFinder) finishIndented(d *lexDecl) {
	line := f.toks[d.head].line
	indent := f.toks[f.lineStart(d.head)].indent
	for k := d.body; k < len(f.toks); k++ {
		if f.toks[k].leads && f.toks[k].line > line && f.toks[k].indent <= indent {
			d.end = k
			return
		}
		if end := f.match[k]; end > 0 {
			k = end
		}
	}
	d.end = len(f.toks)
}

// finishEnd ends a block at the "end" that stands in the column of its head's line.
func (f *declFinder) finishEnd(d *lexDecl) {
	indent := f.toks[f.lineStart(d.head)].indent
	oneLine := false // Elixir's "def f(x), do: x"
	for k := d.body; k < len(f.toks); k++ {
		oneLine = oneLine || f.text(k) == "do" && f.text(k+1) == ":" && f.toks[k].line == f.toks[d.head].line
		if oneLine && f.toks[k].leads && f.toks[k].indent <= indent {
			d.end = k
			return
		}
		if !f.toks[k].leads || f.toks[k].indent > indent {
			if f.text(k) == "end" && f.toks[k].line == f.toks[d.head].line {
				d.end = k + 1
				return
			}
			continue
		}
		if f.text(k) == "end" {
			d.end = k + 1
		}
		return
	}
}
