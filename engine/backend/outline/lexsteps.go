package outline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// The kinds of step that tokens show.
const (
	stepLoop   = "loop"
	stepBranch = "branch"
	stepLeave  = "way out"
	stepWait   = "wait"
)

// maxSteps is how many steps are told one by one.
const maxSteps = 24

// lexStep is a word that steers the flow, with what follows it.
type lexStep struct {
	kind string
	text string // as written, up to where its block starts
	line int
}

// steps lists the loops, branches, ways out and waits among the tokens of a range.
func (t *lexTeller) steps(from, to int) []lexStep {
	var out []lexStep
	for i := from; i < min(to, len(t.find.Toks)); i++ {
		kind := t.stepKind(i)
		if kind == "" {
			continue
		}
		end := t.stepEnd(i, min(to, len(t.find.Toks)), kind)
		out = append(out, lexStep{kind, t.find.Join(i, end), t.line(i)})
		switch {
		case t.find.Text(i) == "else" && t.find.Text(i+1) == "if":
			i++ // "else if" is one branch
		case t.find.Text(i) == "guard" && t.find.Text(end-1) == "else":
			i = end - 1 // and so is "guard … else"
		}
	}
	return out
}

// stepKind says what the word at token i does, "" for none. A word after a dot
// is a name, and one before a colon a key.
func (t *lexTeller) stepKind(i int) string {
	word := t.find.Text(i)
	if !t.find.Word(i) || t.find.Text(i-1) == "." || t.find.Text(i-1) == "->" && t.d.Typed || t.find.Text(i+1) == ":" && t.find.Toks[i+1].Start == t.find.Toks[i].End && word != "else" && word != "try" && word != "finally" && word != "except" && word != "default" {
		return ""
	}
	switch {
	case tokens.Has(t.d.Loops, word) && !t.modifier(i):
		return stepLoop
	case tokens.Has(t.d.Tests, word) && !(word == "else" && t.find.Text(i+1) == "=>"):
		return stepBranch
	case tokens.Has(t.d.Leaves, word):
		return stepLeave
	case tokens.Has(t.d.Waits, word):
		return stepWait
	}
	return ""
}

// modifier says whether a loop word stands where it makes no loop of its own: in
// "impl A for B", in a "do … while" after its block, or as Ruby's "do".
func (t *lexTeller) modifier(i int) bool {
	word := t.find.Text(i)
	if word == "while" && t.find.Text(i-1) == "}" {
		return true
	}
	return word == "for" && t.d.Title == "Rust" && t.find.Text(i+1) == "<"
}

// stepEnd returns where the text of a step ends: before its block, at its line's
// end outside brackets, or at a semicolon.
func (t *lexTeller) stepEnd(i, to int, kind string) int {
	line := t.find.Toks[i].Line
	k := i + 1
	if t.find.Text(i) == "else" && t.find.Text(k) == "if" {
		k++
	}
	if end := t.find.Match(k); end > 0 && end < to && t.find.Text(k) == "(" && kind != stepLeave && kind != stepWait && t.d.Bracketed {
		return end + 1
	}
	for ; k < to && k < i+60; k++ {
		text := t.find.Text(k)
		if t.find.Text(i) == "else" && k == i+1 {
			break
		}
		if t.find.Toks[k].Line > line || text == ";" || text == "{" && (kind != stepLeave || t.find.Match(k) == 0) || text == "}" || text == ")" || text == "]" {
			break
		}
		if text == "=>" && kind != stepLeave || (text == "then" || text == "do" || text == ":" && t.d.Blocks == tokens.Indented) && kind != stepLeave {
			break
		}
		if text == ":" && tokens.Has("case default", t.find.Text(i)) {
			break
		}
		if end := t.find.Match(k); end > 0 && end < to {
			k = end
			line = t.find.Toks[end].Line
		}
	}
	return k
}

// stepWords writes steps as they are written, with their lines.
func stepWords(steps []lexStep) []string {
	var out []string
	for i, s := range steps {
		if i == maxSteps && len(steps) > maxSteps+1 {
			return append(out, count(len(steps)-i, "more step"))
		}
		out = append(out, fmt.Sprintf("%s (%d)", code(s.text), s.line))
	}
	return out
}

// sums counts steps by kind.
func sums(steps []lexStep) string {
	var out []string
	for _, kind := range []string{stepLoop, stepBranch, stepLeave, stepWait} {
		n := 0
		for _, s := range steps {
			if s.kind == kind {
				n++
			}
		}
		switch {
		case n == 0:
		case kind == stepLeave && n > 1:
			out = append(out, number(n)+" ways out as written")
		case kind == stepLeave:
			out = append(out, "one way out as written")
		default:
			out = append(out, count(n, kind))
		}
	}
	return and(out)
}

// calls lists what stands before brackets in a range, once each; what the file
// itself declares with its line.
func (t *lexTeller) calls(from, to int, self *tokens.Declaration) string {
	var out, seen []string
	more := 0
	for i := from; i < min(to, len(t.find.Toks)); i++ {
		name := t.callAt(i)
		if name == "" || slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		if len(out) == maxCalls {
			more++
			continue
		}
		words := code(name)
		if d := t.declared(name); d != nil && d != self {
			words += fmt.Sprintf(" (line %d)", t.line(d.Head))
		}
		out = append(out, words)
	}
	if more > 0 {
		out = append(out, count(more, "other"))
	}
	return and(out)
}

// callAt returns the name that is called at token i, "" where none is: a word
// right before a bracket that neither steers nor declares.
func (t *lexTeller) callAt(i int) string {
	if !t.find.Word(i) || i+1 >= len(t.find.Toks) || t.find.Toks[i+1].Start != t.find.Toks[i].End {
		return ""
	}
	word := t.find.Text(i)
	open := t.find.Text(i + 1)
	if open == "!" && t.d.Title == "Rust" {
		open = t.find.Text(i + 2)
	}
	if open != "(" || t.find.Reserved(word) || tokens.Has(t.d.Funcs, word) || tokens.Has("and or not in is print! constructor", word) {
		return ""
	}
	for _, d := range t.decls {
		if d.Head <= i && i < d.Body && d.Name == word {
			return ""
		}
	}
	start := i
	for start >= 2 && strings.Contains(". :: -> : ?.", t.find.Text(start-1)) && t.find.Text(start-1) != "" && t.find.Word(start-2) &&
		t.find.Toks[start-1].End == t.find.Toks[start].Start && t.find.Toks[start-2].End == t.find.Toks[start-1].Start {
		start -= 2
	}
	name := t.find.Join(start, i+1)
	if start > 0 && t.find.Text(start-1) == "." {
		name = "." + name // called on the result of something
	}
	return name
}

// declared returns the function of that name in the file, nil where there is none
// or more than one.
func (t *lexTeller) declared(name string) *tokens.Declaration {
	var found *tokens.Declaration
	for _, d := range t.decls {
		if d.Name == name && !d.IsType {
			if found != nil {
				return nil
			}
			found = d
		}
	}
	return found
}

// uses lists the lines outside a declaration that have its name.
func (t *lexTeller) uses(d *tokens.Declaration) []int {
	if t.declared(d.Name) == nil {
		return nil
	}
	var out []int
	for i := range t.find.Toks {
		if (i < d.Head || i >= d.End) && t.find.Word(i) && t.find.Text(i) == d.Name && !slices.Contains(out, t.line(i)) {
			out = append(out, t.line(i))
		}
	}
	return out
}

func linesList(list []int) string {
	word := "line "
	if len(list) > 1 {
		word = "lines "
	}
	more := ""
	if len(list) > maxUses {
		more = " and " + count(len(list)-maxUses, "more line")
		list = list[:maxUses]
	}
	return word + numbers(list) + more
}

// maxComments is how many comments inside a function are quoted.
const maxComments = 4

// comments quotes the comments inside a range of tokens.
func (t *lexTeller) comments(from, to int) string {
	to = min(to, len(t.find.Toks))
	if from >= to {
		return ""
	}
	return t.commentsBetween(t.line(from), t.s.base+int(t.find.Toks[to-1].LastLine))
}

// commentsBetween quotes the comments that start on the given lines.
func (t *lexTeller) commentsBetween(first, last int) string {
	var out []string
	more := 0
	for i := 0; i < len(t.toks); i++ {
		k := t.toks[i]
		if line := t.s.base + int(k.Line); k.Kind != tokens.Comment || line < first || line > last {
			continue
		}
		text, next := t.commentGroup(i)
		i = next - 1
		if text = firstSentence(text); text == "" {
			continue
		}
		if len(out) == maxComments {
			more++
			continue
		}
		out = append(out, fmt.Sprintf("%s (%d)", quote(text), t.s.base+int(k.Line)))
	}
	if more > 0 {
		out = append(out, count(more, "more comment"))
	}
	return and(out)
}

// commentGroup joins the comments on neighbouring lines from token i on.
func (t *lexTeller) commentGroup(i int) (text string, next int) {
	var b strings.Builder
	for next = i; next < len(t.toks) && t.toks[next].Kind == tokens.Comment; next++ {
		if next > i && (t.toks[next].Line > t.toks[next-1].LastLine+1 || !t.toks[next].Leads) {
			break
		}
		b.WriteString(bare(t.toks[next].In(t.text)) + "\n")
	}
	return b.String(), next
}

// bare takes the marks off a comment.
func bare(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		line = strings.TrimSuffix(strings.TrimSuffix(line, "*/"), "*)")
		line = strings.TrimLeft(line, "/*#-;!(")
		out = append(out, strings.TrimSpace(line))
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// doc returns the first sentence of a declaration's comment: the docstring in
// Python, else the comment that ends on the line above it, attributes between
// them skipped.
func (t *lexTeller) doc(d *tokens.Declaration) string {
	if t.d.Title == "Python" {
		return firstSentence(t.docstring(d))
	}
	if d.Head >= len(t.find.Toks) {
		return ""
	}
	at := t.find.Toks[t.find.LineStart(d.Head)]
	i := slices.IndexFunc(t.toks, func(k tokens.Token) bool { return k.Start == at.Start })
	line := at.Line
	for i--; i >= 0; i-- {
		k := t.toks[i]
		if k.Kind == tokens.Comment {
			break
		}
		first := t.lineFirst(i)
		if k.LastLine < line-1 || !strings.HasPrefix(t.toks[first].In(t.text), "@") && t.toks[first].In(t.text) != "#" && t.toks[first].In(t.text) != "[" {
			return ""
		}
		i, line = first, t.toks[first].Line
	}
	if i < 0 || t.toks[i].LastLine < line-1 || !t.toks[i].Leads {
		return ""
	}
	for i > 0 && t.toks[i-1].Kind == tokens.Comment && t.toks[i-1].Leads && t.toks[i-1].LastLine >= t.toks[i].Line-1 {
		i--
	}
	text, _ := t.commentGroup(i)
	return firstSentence(text)
}

// lineFirst returns the first token on the line of token i of all tokens.
func (t *lexTeller) lineFirst(i int) int {
	for i > 0 && !t.toks[i].Leads {
		i--
	}
	return i
}

// docstring returns the string a Python body starts with.
func (t *lexTeller) docstring(d *tokens.Declaration) string {
	for i := d.Body; i < d.End; i++ {
		k := t.find.Toks[i]
		if k.Kind == tokens.String && k.Leads {
			text := strings.TrimLeft(k.In(t.text), "rRbBuUfF")
			return strings.Trim(text, "\"' \n\t")
		}
		if k.Leads {
			return ""
		}
	}
	return ""
}
