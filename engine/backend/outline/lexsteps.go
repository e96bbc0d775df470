package outline

import (
	"fmt"
	"slices"
	"strings"
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
	for i := from; i < min(to, len(t.find.toks)); i++ {
		kind := t.stepKind(i)
		if kind == "" {
			continue
		}
		end := t.stepEnd(i, min(to, len(t.find.toks)), kind)
		out = append(out, lexStep{kind, t.find.join(i, end), t.line(i)})
		switch {
		case t.find.text(i) == "else" && t.find.text(i+1) == "if":
			i++ // "else if" is one branch
		case t.find.text(i) == "guard" && t.find.text(end-1) == "else":
			i = end - 1 // and so is "guard … else"
		}
	}
	return out
}

// stepKind says what the word at token i does, "" for none. A word after a dot
// is a name, and one before a colon a key.
func (t *lexTeller) stepKind(i int) string {
	word := t.find.text(i)
	if !t.find.word(i) || t.find.text(i-1) == "." || t.find.text(i-1) == "->" && t.d.typed || t.find.text(i+1) == ":" && t.find.toks[i+1].start == t.find.toks[i].end && word != "else" && word != "try" && word != "finally" && word != "except" && word != "default" {
		return ""
	}
	switch {
	case has(t.d.loops, word) && !t.modifier(i):
		return stepLoop
	case has(t.d.tests, word) && !(word == "else" && t.find.text(i+1) == "=>"):
		return stepBranch
	case has(t.d.leaves, word):
		return stepLeave
	case has(t.d.waits, word):
		return stepWait
	}
	return ""
}

// modifier says whether a loop word stands where it makes no loop of its own: in
// "impl A for B", in a "do … while" after its block, or as Ruby's "do".
func (t *lexTeller) modifier(i int) bool {
	word := t.find.text(i)
	if word == "while" && t.find.text(i-1) == "}" {
		return true
	}
	return word == "for" && t.d.title == "Rust" && t.find.text(i+1) == "<"
}

// stepEnd returns where the text of a step ends: before its block, at its line's
// end outside brackets, or at a semicolon.
func (t *lexTeller) stepEnd(i, to int, kind string) int {
	line := t.find.toks[i].line
	k := i + 1
	if t.find.text(i) == "else" && t.find.text(k) == "if" {
		k++
	}
	if end := t.find.match[k]; end > 0 && end < to && t.find.text(k) == "(" && kind != stepLeave && kind != stepWait && t.d.bracketed {
		return end + 1
	}
	for ; k < to && k < i+60; k++ {
		text := t.find.text(k)
		if t.find.text(i) == "else" && k == i+1 {
			break
		}
		if t.find.toks[k].line > line || text == ";" || text == "{" && (kind != stepLeave || t.find.match[k] == 0) || text == "}" || text == ")" || text == "]" {
			break
		}
		if text == "=>" && kind != stepLeave || (text == "then" || text == "do" || text == ":" && t.d.blocks == indented) && kind != stepLeave {
			break
		}
		if text == ":" && has("case default", t.find.text(i)) {
			break
		}
		if end := t.find.match[k]; end > 0 && end < to {
			k = end
			line = t.find.toks[end].line
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
func (t *lexTeller) calls(from, to int, self *lexDecl) string {
	var out, seen []string
	more := 0
	for i := from; i < min(to, len(t.find.toks)); i++ {
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
			words += fmt.Sprintf(" (line %d)", t.line(d.head))
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
	if !t.find.word(i) || i+1 >= len(t.find.toks) || t.find.toks[i+1].start != t.find.toks[i].end {
		return ""
	}
	word := t.find.text(i)
	open := t.find.text(i + 1)
	if open == "!" && t.d.title == "Rust" {
		open = t.find.text(i + 2)
	}
	if open != "(" || t.find.reserved(word) || has(t.d.funcs, word) || has("and or not in is print! constructor", word) {
		return ""
	}
	for _, d := range t.decls {
		if d.head <= i && i < d.body && d.name == word {
			return ""
		}
	}
	start := i
	for start >= 2 && strings.Contains(". :: -> : ?.", t.find.text(start-1)) && t.find.text(start-1) != "" && t.find.word(start-2) &&
		t.find.toks[start-1].end == t.find.toks[start].start && t.find.toks[start-2].end == t.find.toks[start-1].start {
		start -= 2
	}
	name := t.find.join(start, i+1)
	if start > 0 && t.find.text(start-1) == "." {
		name = "." + name // called on the result of something
	}
	return name
}

// declared returns the function of that name in the file, nil where there is none
// or more than one.
func (t *lexTeller) declared(name string) *lexDecl {
	var found *lexDecl
	for _, d := range t.decls {
		if d.name == name && !d.isType {
			if found != nil {
				return nil
			}
			found = d
		}
	}
	return found
}

// uses lists the lines outside a declaration that have its name.
func (t *lexTeller) uses(d *lexDecl) []int {
	if t.declared(d.name) == nil {
		return nil
	}
	var out []int
	for i := range t.find.toks {
		if (i < d.head || i >= d.end) && t.find.word(i) && t.find.text(i) == d.name && !slices.Contains(out, t.line(i)) {
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
	to = min(to, len(t.find.toks))
	if from >= to {
		return ""
	}
	return t.commentsBetween(t.line(from), t.s.base+t.find.toks[to-1].lastLine)
}

// commentsBetween quotes the comments that start on the given lines.
func (t *lexTeller) commentsBetween(first, last int) string {
	var out []string
	more := 0
	for i := 0; i < len(t.x.toks); i++ {
		k := t.x.toks[i]
		if line := t.s.base + k.line; k.kind != tokComment || line < first || line > last {
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
		out = append(out, fmt.Sprintf("%s (%d)", quote(text), t.s.base+k.line))
	}
	if more > 0 {
		out = append(out, count(more, "more comment"))
	}
	return and(out)
}

// commentGroup joins the comments on neighbouring lines from token i on.
func (t *lexTeller) commentGroup(i int) (text string, next int) {
	var b strings.Builder
	for next = i; next < len(t.x.toks) && t.x.toks[next].kind == tokComment; next++ {
		if next > i && (t.x.toks[next].line > t.x.toks[next-1].lastLine+1 || !t.x.toks[next].leads) {
			break
		}
		b.WriteString(bare(t.x.toks[next].text) + "\n")
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
func (t *lexTeller) doc(d *lexDecl) string {
	if t.d.title == "Python" {
		return firstSentence(t.docstring(d))
	}
	if d.head >= len(t.find.toks) {
		return ""
	}
	at := t.find.toks[t.find.lineStart(d.head)]
	i := slices.IndexFunc(t.x.toks, func(k tok) bool { return k.start == at.start })
	line := at.line
	for i--; i >= 0; i-- {
		k := t.x.toks[i]
		if k.kind == tokComment {
			break
		}
		first := t.lineFirst(i)
		if k.lastLine < line-1 || !strings.HasPrefix(t.x.toks[first].text, "@") && t.x.toks[first].text != "#" && t.x.toks[first].text != "[" {
			return ""
		}
		i, line = first, t.x.toks[first].line
	}
	if i < 0 || t.x.toks[i].lastLine < line-1 || !t.x.toks[i].leads {
		return ""
	}
	for i > 0 && t.x.toks[i-1].kind == tokComment && t.x.toks[i-1].leads && t.x.toks[i-1].lastLine >= t.x.toks[i].line-1 {
		i--
	}
	text, _ := t.commentGroup(i)
	return firstSentence(text)
}

// lineFirst returns the first token on the line of token i of all tokens.
func (t *lexTeller) lineFirst(i int) int {
	for i > 0 && !t.x.toks[i].leads {
		i--
	}
	return i
}

// docstring returns the string a Python body starts with.
func (t *lexTeller) docstring(d *lexDecl) string {
	for i := d.body; i < d.end; i++ {
		k := t.find.toks[i]
		if k.kind == tokString && k.leads {
			text := strings.TrimLeft(k.text, "rRbBuUfF")
			return strings.Trim(text, "\"' \n\t")
		}
		if k.leads {
			return ""
		}
	}
	return ""
}
