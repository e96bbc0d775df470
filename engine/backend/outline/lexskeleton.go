package outline

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// functions returns the functions the selection is about, those in a selected
// type among them.
func (t *lexTeller) functions() []*tokens.Declaration {
	var out []*tokens.Declaration
	for _, d := range t.touched() {
		if !d.IsType {
			out = append(out, d)
		}
	}
	return out
}

// document implements teller: a doc comment in the language's own form.
func (t *lexTeller) document() {
	list := t.functions()
	if len(list) == 0 {
		t.v.line("The selection holds no function to document.")
		return
	}
	t.v.line("A doc comment from what the code says; what each part is for is yours to add:")
	t.v.gap()
	t.v.line("```" + t.fence())
	for i, d := range list {
		if i > 0 {
			t.v.gap()
		}
		t.v.line(strings.Join(t.docComment(d), "\n"))
	}
	t.v.line("```")
	for _, d := range list {
		if doc := t.doc(d); doc != "" {
			t.v.gap()
			t.v.line(code(d.Name) + " already has a doc comment: " + quote(doc))
		}
	}
}

// fence is the language's name for a fenced block.
func (t *lexTeller) fence() string {
	if t.d.Fence == "" {
		return "go"
	}
	return t.d.Fence
}

// docComment writes a function's doc comment and, below it or above it as the
// language wants, its head.
func (t *lexTeller) docComment(d *tokens.Declaration) []string {
	names := t.paramNames(d)
	returns, throws := t.after(d, "return"), t.after(d, "throw raise")
	switch t.d.Title {
	case "Python":
		return pythonDoc(t.headText(d), d.Name, names, returns, throws)
	case "JavaScript", "TypeScript", "Java", "PHP", "Kotlin", "Dart", "Groovy", "Scala", "C", "C++", "Objective-C":
		return append(starDoc(d.Name, names, returns, throws), t.headText(d))
	}
	return append(lineDoc(t.lineMark(), d.Name, names, returns, throws), t.headText(d))
}

// lineMark is the mark of a doc comment's lines.
func (t *lexTeller) lineMark() string {
	switch t.d.Title {
	case "Rust", "Swift", "C#", "Zig":
		return "///"
	case "OCaml":
		return "--"
	}
	return t.d.LineComment
}

// headText is a function's head as written, in one line.
func (t *lexTeller) headText(d *tokens.Declaration) string {
	text := t.find.Join(d.Head, t.headEnd(d))
	return strings.TrimRight(strings.TrimSpace(text), " {=:")
}

// headEnd is the index of the token that opens a function's body.
func (t *lexTeller) headEnd(d *tokens.Declaration) int {
	line := t.find.Toks[max(d.Body-1, d.Head)].Line
	for k := max(d.Body-1, d.Head); k < len(t.find.Toks); k++ {
		if text := t.find.Text(k); text == "{" || text == "=>" || t.find.Toks[k].Line > line {
			return k
		}
	}
	return d.Body
}

// after lists, once each, what stands after one of the words in the function's
// body: the values it returns, or what it throws.
func (t *lexTeller) after(d *tokens.Declaration, words string) []string {
	var out []string
	for _, s := range t.steps(d.Body, d.End) {
		word, rest, _ := strings.Cut(s.text, " ")
		if s.kind != stepLeave || !tokens.Has(words, word) || rest == "" {
			continue
		}
		if word != "return" {
			rest = strings.TrimPrefix(rest, "new ")
			rest = rest[:strings.IndexFunc(rest+" ", func(r rune) bool { return !tokens.IsWordRune(r) && r != '.' && r != ':' })]
		}
		if rest = clip(strings.Join(strings.Fields(rest), " "), maxCode); rest != "" && !slices.Contains(out, rest) {
			out = append(out, rest)
		}
	}
	return out
}

// paramNames takes the names out of the parameters as written, as far as the
// language's order of name and type tells.
func (t *lexTeller) paramNames(d *tokens.Declaration) []string {
	var out []string
	for _, p := range d.Params {
		p, _, _ = strings.Cut(p, "=")
		if !t.d.Typed || t.d.Title == "Dart" {
			p, _, _ = strings.Cut(p, ":")
		}
		words := strings.FieldsFunc(p, func(r rune) bool { return !tokens.IsWordRune(r) })
		if len(words) == 0 {
			continue
		}
		name := words[len(words)-1]
		if name == "self" || name == "this" || name == "cls" || name == "void" || unicode.IsDigit(rune(name[0])) {
			continue
		}
		out = append(out, name)
	}
	return out
}

func pythonDoc(head, name string, names []string, returns, throws []string) []string {
	out := []string{head + ":", `    """` + name + ` takes ` + takesWords(names) + `.`}
	section := func(title string, lines ...string) {
		out = append(out, "", "    "+title+":")
		for _, l := range lines {
			out = append(out, "        "+l)
		}
	}
	if len(names) > 0 {
		var lines []string
		for _, n := range names {
			lines = append(lines, n+":")
		}
		section("Args", lines...)
	}
	if len(returns) > 0 {
		section("Returns", join(returns, "or"))
	}
	if len(throws) > 0 {
		section("Raises", throws...)
	}
	return append(out, `    """`)
}

func starDoc(name string, names []string, returns, throws []string) []string {
	out := []string{"/**", " * " + name + " takes " + takesWords(names) + "."}
	if len(names)+len(returns)+len(throws) > 0 {
		out = append(out, " *")
	}
	for _, n := range names {
		out = append(out, " * @param "+strings.TrimPrefix(n, "$"))
	}
	if len(returns) > 0 {
		out = append(out, " * @return "+strings.ReplaceAll(join(returns, "or"), "*/", "* /"))
	}
	for _, name := range throws {
		out = append(out, " * @throws "+name)
	}
	return append(out, " */")
}

func lineDoc(mark, name string, names []string, returns, throws []string) []string {
	words := mark + " " + name + " takes " + takesWords(names)
	out := []string{words + "."}
	if len(returns) > 0 {
		out = append(out, mark+" It returns "+join(returns, "or")+".")
	}
	if len(throws) > 0 {
		out = append(out, mark+" It can fail with "+join(throws, "or")+".")
	}
	return out
}

func takesWords(names []string) string {
	if len(names) == 0 {
		return "no parameters"
	}
	return and(names)
}

// tests implements teller: a skeleton in the language's usual test framework.
func (t *lexTeller) tests() {
	list := t.functions()
	if len(list) == 0 {
		t.v.line("The selection holds no function to test.")
		return
	}
	var blocks []string
	for _, d := range list {
		if block := t.testBlock(d); block != "" {
			blocks = append(blocks, block)
		}
	}
	if len(blocks) == 0 {
		t.v.line("There is no test skeleton for " + t.d.Title + " without a model.")
		t.explain()
		return
	}
	t.v.line("A test skeleton; the arguments and what is wanted are yours to add:")
	t.v.gap()
	t.v.line("```" + t.fence())
	t.v.line(strings.Join(blocks, "\n\n"))
	t.v.line("```")
}

// testBlock writes one function's test, "" for a language without a skeleton.
// The cases that the branches ask for stand as comments.
func (t *lexTeller) testBlock(d *tokens.Declaration) string {
	name := testWord(d.Name)
	call := d.Name + "(" + strings.Join(t.paramNames(d), ", ") + ")"
	switch t.d.Title {
	case "Python":
		return "def test_" + name + "():\n" + t.cases(d, "    # ") + "    # the call: " + call + "\n    raise NotImplementedError"
	case "JavaScript", "TypeScript":
		return "describe(\"" + name + "\", () => {\n" + t.cases(d, "  // ") + "  test(\"returns\", () => {\n    // the call: " + call + "\n    throw new Error(\"no assertion yet\");\n  });\n});"
	case "Rust":
		return "#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn test_" + name + "() {\n" + t.cases(d, "        // ") + "        // the call: " + call + "\n        panic!(\"no assertion yet\");\n    }\n}"
	case "Java":
		return "@Test\nvoid " + name + "Test() {\n" + t.cases(d, "    // ") + "    // the call: " + call + "\n    fail(\"no assertion yet\");\n}"
	case "Ruby":
		return "describe \"" + name + "\" do\n" + t.cases(d, "  # ") + "  it \"returns\" do\n    # the call: " + call + "\n    raise \"no assertion yet\"\n  end\nend"
	}
	return ""
}

// cases names the branches of a function as comment lines.
func (t *lexTeller) cases(d *tokens.Declaration, mark string) string {
	var b strings.Builder
	n := 0
	for _, s := range t.steps(d.Body, d.End) {
		if s.kind == stepBranch && n < maxCases {
			n++
			fmt.Fprintf(&b, "%sa case for: %s (line %d)\n", mark, clip(strings.Join(strings.Fields(s.text), " "), maxCode), s.line)
		}
	}
	return b.String()
}

// testWord makes a name usable inside the name of a test.
func testWord(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_'
	}, name), "_")
}
