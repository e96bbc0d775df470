package tokens

import (
	"slices"
	"strings"
)

// Declaration is a declaration that the tokens show. Its indexes count the
// tokens of its [Code].
type Declaration struct {
	Word      string // the word that introduces it ("def", "class"), or "function" where none does
	Name      string
	Params    []string // as written
	HasParams bool     // a parameter list is written
	IsType    bool

	Head int // the first token: its modifiers
	Body int // the first token after the head, the number of tokens where there is none
	End  int // after its last token; 0 where the end is not certain

	Modifiers []string
	Parent    *Declaration // the one whose body it stands in, nil at the top
}

// Code is a text's tokens without comments and preprocessor lines, with the
// brackets paired.
type Code struct {
	Toks []Token

	d    *Dialect
	text string
	// match holds the index of an opening bracket's partner, 0 for all else: no
	// closing bracket is the first token.
	match []int32
}

// NewCode leaves the comments and the preprocessor's lines out of a text's tokens.
func NewCode(d *Dialect, text string, toks []Token) *Code {
	code := make([]Token, 0, len(toks))
	for i := range toks {
		if toks[i].Kind != Comment && toks[i].Kind != Directive {
			code = append(code, toks[i])
		}
	}
	return &Code{d: d, text: text, Toks: code, match: brackets(text, code)}
}

// maxOnLine is how many declarations of one line are read, and maxHead how many
// tokens a head may have: more is no code that people write, and reading on would
// take time beyond proportion.
const (
	maxOnLine = 100
	maxHead   = 4000
)

// Declarations lists the declarations in order of their names.
func (f *Code) Declarations() []*Declaration {
	var out, open []*Declaration
	line, many := int32(0), 0
	for i := range f.Toks {
		if f.Toks[i].Line != line {
			line, many = f.Toks[i].Line, 0
		}
		if many >= maxOnLine {
			continue
		}
		decl := f.at(i)
		if decl == nil {
			continue
		}
		many++
		f.finish(decl)
		out = append(out, decl)
		for len(open) > 0 && open[len(open)-1].End <= decl.Head {
			open = open[:len(open)-1]
		}
		for _, around := range slices.Backward(open) {
			if around.Body <= decl.Head && around.End > decl.Head {
				decl.Parent = around
				break
			}
		}
		if decl.End > 0 {
			open = append(open, decl)
		}
	}
	return out
}

// brackets pairs brackets. One that has no partner is left out.
func brackets(text string, toks []Token) []int32 {
	pairs := make([]int32, len(toks))
	var open []int32
	for i := range toks {
		if toks[i].Kind != Other || toks[i].End != toks[i].Start+1 {
			continue
		}
		switch c := text[toks[i].Start]; c {
		case '(', '[', '{':
			open = append(open, int32(i))
		case ')', ']', '}':
			if n := len(open); n > 0 && closes(text[toks[open[n-1]].Start], c) {
				pairs[open[n-1]] = int32(i)
				open = open[:n-1]
			}
		}
	}
	return pairs
}

func closes(open, c byte) bool { return open == '(' && c == ')' || c == open+2 && c != ')' }

// Match returns the index of the bracket that closes the one at token i, 0 where
// token i opens none.
func (f *Code) Match(i int) int {
	if i < 0 || i >= len(f.match) {
		return 0
	}
	return int(f.match[i])
}

// Text is the text of token i, "" for a string and where there is no such token.
func (f *Code) Text(i int) string {
	if i < 0 || i >= len(f.Toks) || f.Toks[i].Kind == String {
		return ""
	}
	return f.Toks[i].In(f.text)
}

// Word says whether token i is a name or keyword.
func (f *Code) Word(i int) bool {
	return i >= 0 && i < len(f.Toks) && f.Toks[i].Kind == Word
}

// at returns the declaration that token i introduces, nil where it introduces none.
func (f *Code) at(i int) *Declaration {
	if !f.Word(i) || f.Text(i-1) == "." || f.Text(i-1) == "?." || f.Text(i-1) == "*" && Has(f.d.Funcs, f.Text(i-2)) {
		return nil
	}
	t, role := f.Text(i), f.Toks[i].role
	switch {
	case role&roleFunc != 0:
		return f.worded(i, false)
	case role&roleType != 0 && f.startsType(i):
		return f.worded(i, true)
	case f.d.Arrows && f.Text(i+1) == "=" && (f.Word(i-1) || f.Toks[i].Leads):
		return f.arrow(i)
	case (f.d.Typed || f.d.Methods) && !f.Reserved(t) && t[0] != '@':
		if open := f.opening(i); open > 0 && (f.d.Typed && f.typedHead(i, open) || f.d.Methods && f.methodHead(i, open)) {
			return f.called(i, open)
		}
	}
	return nil
}

// startsType says whether a type word declares a type rather than naming one
// ("struct point p;" in C names one).
func (f *Code) startsType(i int) bool {
	if !f.Word(i+1) && (f.Text(i) != "impl" || f.Text(i+1) != "<") {
		return false
	}
	if f.Text(i) == "case" || f.Text(i-1) == "enum" || f.Text(i-1) == "record" { // "enum class"
		return false
	}
	if !f.d.Typed || f.d.Title != "C" && f.d.Title != "C++" && f.d.Title != "Objective-C" {
		return f.Toks[i].Leads || f.Word(i-1) || f.Text(i-1) == "" || strings.Contains(";{})]", f.Text(i-1))
	}
	j := i + 2
	for j < len(f.Toks) && j < i+40 && !strings.Contains(";{()=", f.Text(j)) {
		j++
	}
	return f.Text(j) == "{"
}

// Reserved says whether a word before a bracket is no function's name.
func (f *Code) Reserved(t string) bool { return f.d.roles[t]&roleReserved != 0 }

// typedWords are more such words, of the languages that declare functions as
// "type name(…)".
const typedWords = "synchronized using lock fixed"

// reservedWords are the words of all languages that stand before a bracket and
// are no function's name.
const reservedWords = "sizeof new function catch typeof super this await delete alignas decltype static_assert __attribute__"

// worded reads a declaration that a word introduces.
func (f *Code) worded(i int, isType bool) *Declaration {
	d := &Declaration{Word: f.Text(i), IsType: isType, Head: f.modifiersFrom(i)}
	j := i + 1
	if f.d.Title == "Go" && f.Text(j) == "(" { // a receiver, or the type of a function
		j = f.Match(j) + 1
		if j == 1 || !f.Toks[i].Leads || f.Text(j+1) == "." || f.Text(j+1) == "{" { // what it returns is no name
			return nil
		}
	}
	for f.Text(j) == "*" || f.Text(j) == "&" || (f.Text(j) == "class" && f.Text(i) == "enum" || Has("class struct", f.Text(j)) && f.Text(i) == "record") {
		j++
	}
	if !isType && f.d.Title == "Kotlin" && strings.HasPrefix(f.Text(j), "<") {
		j = f.skipAngles(j)
	}
	if f.d.Title == "Rust" && f.Text(i) == "impl" && strings.HasPrefix(f.Text(j), "<") {
		j = f.skipAngles(j)
	}
	if !f.Word(j) {
		return nil
	}
	d.Name, j = f.Qualified(j)
	if f.Reserved(d.Name) && d.Name != "new" && d.Name != "default" {
		return nil
	}
	d.Modifiers = f.modifiers(d.Head, i)
	f.params(d, f.skipAngles(j))
	return d
}

// Qualified reads a name with its qualifiers: "self.name", "M:method", "A::b".
func (f *Code) Qualified(j int) (string, int) {
	name := f.Text(j)
	j++
	marks := ". : ::"
	if f.d.Title == "PowerShell" {
		marks = "-"
	}
	for Has(marks, f.Text(j)) && f.Word(j+1) && f.Toks[j].Start == f.Toks[j-1].End && f.Toks[j+1].Start == f.Toks[j].End {
		name += f.Text(j) + f.Text(j+1)
		j += 2
	}
	if t := f.Text(j); (t == "?" || t == "!" || t == "=") && f.Toks[j].Start == f.Toks[j-1].End && f.d.Blocks == EndWords {
		return name + t, j + 1
	}
	return name, j
}

// skipAngles returns the index after type parameters in angle or square brackets.
func (f *Code) skipAngles(j int) int {
	if f.Text(j) == "[" && f.Match(j) > 0 {
		return f.Match(j) + 1
	}
	if !strings.HasPrefix(f.Text(j), "<") {
		return j
	}
	depth := 0
	for k := j; k < len(f.Toks) && k < j+80; k++ {
		t := f.Text(k)
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
func (f *Code) arrow(i int) *Declaration {
	d := &Declaration{Word: "function", Name: f.Text(i), Head: f.modifiersFrom(i)}
	d.Modifiers = f.modifiers(d.Head, i)
	j := i + 2
	if f.Text(j) == "async" {
		j++
	}
	switch {
	case f.Text(j) == "function":
		f.params(d, f.skipAngles(j+1))
		return d
	case f.Word(j) && f.Text(j+1) == "=>":
		d.Params, d.HasParams, d.Body = []string{f.Text(j)}, true, j+2
		return d
	}
	j = f.skipAngles(j)
	if f.Text(j) != "(" || f.Match(j) == 0 {
		return nil
	}
	f.params(d, j)
	for k := f.Match(j) + 1; k < len(f.Toks) && k < f.Match(j)+40; k++ {
		switch f.Text(k) {
		case "=>":
			d.Body = k + 1
			return d
		case ";", ",", "{", "=":
			return nil
		}
	}
	return nil
}

// opening returns the bracket of the parameters after the name at token i, type
// parameters passed; 0 where there is none.
func (f *Code) opening(i int) int {
	open := i + 1
	if f.Text(open) == "<" {
		open = f.skipAngles(open)
	}
	if f.Text(open) != "(" || f.Match(open) == 0 {
		return 0
	}
	return open
}

// typedHead says whether token i, a word before a bracket, is the name in
// "type name(…) … {".
func (f *Code) typedHead(i, open int) bool {
	if !f.opensBody(f.Match(open) + 1) {
		return false
	}
	before := f.Text(i - 1)
	if f.Word(i - 1) {
		return !f.Reserved(before) || before == "default"
	}
	return before == "*" || before == "&" || before == "**" || before == ">" || before == ">>" || before == "]" || before == "::" || before == "~" || before == "?"
}

// methodHead says whether token i is the name in "name(…) {" at the start of a
// line or after a modifier.
func (f *Code) methodHead(i, open int) bool {
	if !f.opensBody(f.Match(open) + 1) {
		return false
	}
	return f.Toks[i].Leads || Has("async static get set public private protected override readonly", f.Text(i-1)) || f.Text(i-1) == "*" || f.Text(i-1) == "#"
}

// opensBody says whether, from token k on, qualifiers and a result type are all
// that comes before an opening brace.
func (f *Code) opensBody(k int) bool {
	for end := k + 40; k < end; k++ {
		switch t := f.Text(k); {
		case t == "{", t == "=>" && (f.d.Title == "Dart" || f.d.Title == "C#"):
			return true
		case t == "(" || t == "[" || t == "<":
			if f.Match(k) > 0 {
				k = f.Match(k)
			}
		case f.Word(k) && !f.Reserved(t), t == ":", t == "::", t == ",", t == "->", t == ">", t == "*", t == "&", t == ".", t == "|", t == "?":
		default:
			return false
		}
	}
	return false
}

// called reads a declaration whose name stands before its brackets.
func (f *Code) called(i, open int) *Declaration {
	start := i
	name := f.Text(i)
	for f.Text(start-1) == "::" && f.Word(start-2) {
		name = f.Text(start-2) + "::" + name
		start -= 2
	}
	d := &Declaration{Word: "function", Name: name, Head: f.LineStart(start)}
	f.params(d, open)
	for d.Body < len(f.Toks) && f.Text(d.Body) != "{" && f.Text(d.Body) != "=>" {
		if f.Match(d.Body) > 0 {
			d.Body = f.Match(d.Body)
		}
		d.Body++
	}
	return d
}

// LineStart is the first token of the line of token i.
func (f *Code) LineStart(i int) int {
	for i > 0 && !f.Toks[i].Leads {
		i--
	}
	return i
}

// modifiersFrom returns the first of the words on the same line before token i.
func (f *Code) modifiersFrom(i int) int {
	first := i - 40
	for i > max(first, 0) && !f.Toks[i].Leads && (f.Word(i-1) || f.Text(i-1) == ")" && f.Text(i-3) == "(") {
		if f.Text(i-1) == ")" {
			i -= 2
		}
		i--
	}
	return i
}

func (f *Code) modifiers(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		if f.Word(i) && !Has("const let var local", f.Text(i)) {
			out = append(out, f.Text(i))
		}
	}
	return out
}

// params reads the parameter list at token j, where there is one, split at its
// own commas.
func (f *Code) params(d *Declaration, j int) {
	d.Body = j
	if f.Text(j) != "(" || f.Match(j) == 0 {
		return
	}
	d.HasParams = true
	from := j + 1
	for k := j + 1; k <= f.Match(j); k++ {
		if k == f.Match(j) || f.Text(k) == "," {
			if k > from {
				d.Params = append(d.Params, f.Join(from, k))
			}
			from = k + 1
			continue
		}
		if end := f.Match(k); end > 0 {
			k = end
		} else if strings.HasPrefix(f.Text(k), "<") {
			k = max(k, min(f.skipAngles(k)-1, f.Match(j)-1))
		}
	}
	d.Body = f.Match(j) + 1
}

// Join writes tokens as they stand, with single spaces where there was white space.
func (f *Code) Join(from, to int) string {
	var b strings.Builder
	for i := from; i < to && i < len(f.Toks); i++ {
		if i > from && f.Toks[i].Start > f.Toks[i-1].End {
			b.WriteByte(' ')
		}
		b.WriteString(f.Toks[i].In(f.text))
	}
	return b.String()
}

// finish finds where a declaration ends. end stays 0 where that is not certain.
func (f *Code) finish(d *Declaration) {
	switch f.d.Blocks {
	case Braces:
		f.finishBraces(d)
	case Indented:
		f.finishIndented(d)
	case EndWords:
		f.finishEnd(d)
	}
}

func (f *Code) finishBraces(d *Declaration) {
	for k := d.Body; k < min(len(f.Toks), d.Body+maxHead); k++ {
		switch t := f.Text(k); {
		case t == "{" && f.d.Title == "Go" && Has("struct interface", f.Text(k-1)) && f.Match(k) > 0:
			k = f.Match(k)
		case t == "{":
			if f.Match(k) > 0 {
				d.Body, d.End = k+1, f.Match(k)+1
			}
			return
		case t == "(" || t == "[":
			if f.Match(k) > 0 {
				k = f.Match(k)
			}
		case t == ";":
			d.End = k + 1
			return
		case f.Toks[k].Leads && k > d.Body && f.Toks[k].Indent <= f.Toks[d.Head].Indent && t != "->" && t != "where" && t != ":":
			d.End = k
			return
		}
	}
}

// finishIndented ends a block at the first line that is indented no more than
// its head. Lines inside brackets do not count.
func (f *Code) finishIndented(d *Declaration) {
	line := f.Toks[d.Head].Line
	indent := f.Toks[f.LineStart(d.Head)].Indent
	for k := d.Body; k < len(f.Toks); k++ {
		if f.Toks[k].Leads && f.Toks[k].Line > line && f.Toks[k].Indent <= indent {
			d.End = k
			return
		}
		if end := f.Match(k); end > 0 {
			k = end
		}
	}
	d.End = len(f.Toks)
}

// finishEnd ends a block at the "end" that stands in the column of its head's line.
func (f *Code) finishEnd(d *Declaration) {
	indent := f.Toks[f.LineStart(d.Head)].Indent
	oneLine := false // Elixir's "def f(x), do: x"
	for k := d.Body; k < len(f.Toks); k++ {
		oneLine = oneLine || f.Text(k) == "do" && f.Text(k+1) == ":" && f.Toks[k].Line == f.Toks[d.Head].Line
		if oneLine && f.Toks[k].Leads && f.Toks[k].Indent <= indent {
			d.End = k
			return
		}
		if !f.Toks[k].Leads || f.Toks[k].Indent > indent {
			if f.Text(k) == "end" && f.Toks[k].Line == f.Toks[d.Head].Line {
				d.End = k + 1
				return
			}
			continue
		}
		if f.Text(k) == "end" {
			d.End = k + 1
		}
		return
	}
}
