package outline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// maxLexed is the longest document that is read by its tokens, in bytes.
const maxLexed = 512 << 10

// lexTeller tells about code by its tokens alone.
type lexTeller struct {
	v *voice
	s *source
	d *tokens.Dialect

	text  string         // with U+FFFD for what is no UTF-8
	toks  []tokens.Token // comments and all
	find  *tokens.Code   // the same without comments
	decls []*tokens.Declaration
}

// newLexTeller splits the code into tokens. It returns nil, and why in a clause,
// where nothing is known of the language or the text is too long.
func newLexTeller(v *voice, s *source) (t *lexTeller, why string) {
	d, ok := tokens.Of(s.lang)
	if !ok {
		return nil, "has no reader for " + kindOfText(s)
	}
	if len(s.text) > maxLexed {
		return nil, fmt.Sprintf("does not read %s files of more than %d kB", d.Title, maxLexed>>10)
	}
	text := strings.ToValidUTF8(s.text, "\uFFFD")
	toks := tokens.Scan(d, text)
	find := tokens.NewCode(d, text, toks)
	return &lexTeller{v: v, s: s, d: d, text: text, toks: toks, decls: find.Declarations(), find: find}, ""
}

// line is the editor's line of a token's first character.
func (t *lexTeller) line(i int) int { return t.s.base + int(t.find.Toks[i].Line) }

// lines returns a declaration's first and last line; known is false where its
// end is not certain.
func (t *lexTeller) lines(d *tokens.Declaration) (first, last int, known bool) {
	first = t.line(d.Head)
	if d.End == 0 {
		return first, first, false
	}
	return first, t.s.base + int(t.find.Toks[d.End-1].LastLine), true
}

// touched returns the declarations that the selection is about: the innermost
// function around it, or else the ones it touches.
func (t *lexTeller) touched() []*tokens.Declaration {
	var around *tokens.Declaration
	var out []*tokens.Declaration
	for _, d := range t.decls {
		first, last, _ := t.lines(d)
		if first <= t.s.first && t.s.last <= last && !d.IsType {
			around = d
		}
		if first <= t.s.last && last >= t.s.first {
			out = append(out, d)
		}
	}
	if around != nil {
		return []*tokens.Declaration{around}
	}
	return t.selectedTypes(out)
}

// selectedTypes drops the types around a selection that holds declarations of its own.
func (t *lexTeller) selectedTypes(list []*tokens.Declaration) []*tokens.Declaration {
	var out []*tokens.Declaration
	for _, d := range list {
		first, last, known := t.lines(d)
		inside := known && first < t.s.first && t.s.last < last
		if !inside || !slices.ContainsFunc(list, func(o *tokens.Declaration) bool { return o.Parent == d }) {
			out = append(out, d)
		}
	}
	return out
}

// explain implements teller.
func (t *lexTeller) explain() {
	list := t.touched()
	if len(list) == 1 && !list[0].IsType {
		t.function(list[0])
		return
	}
	if len(list) == 0 {
		t.region()
		return
	}
	t.list(list)
}

// heading says what a declaration is.
func (t *lexTeller) heading(d *tokens.Declaration) string {
	kind := "function"
	if d.IsType {
		kind = strings.TrimPrefix(strings.TrimPrefix(d.Word, "def"), "@")
	}
	words := "**" + plain(d.Name) + "** is " + article(kind)
	if len(d.Modifiers) > 0 {
		words += " (" + code(strings.Join(d.Modifiers, " ")) + ")"
	}
	if d.Parent != nil {
		words += " in " + code(d.Parent.Name)
	}
	words += ", " + t.d.Title + ", " + t.where(d)
	if doc := t.doc(d); doc != "" {
		return words + ": " + quote(doc)
	}
	return words + "."
}

func (t *lexTeller) where(d *tokens.Declaration) string {
	first, last, known := t.lines(d)
	if !known {
		return fmt.Sprintf("from line %d", first)
	}
	return linesOf(first, last)
}

// function explains one function.
func (t *lexTeller) function(d *tokens.Declaration) {
	t.v.line(t.heading(d))
	t.v.line(t.takes(d))
	if d.End == 0 {
		t.v.line("Where it ends is not certain from its tokens, so its body is not told about.")
		return
	}
	t.tellRange(d.Body, d.End, d)
	if used := t.uses(d); len(used) > 0 {
		t.v.line("Its name is also used at " + linesList(used) + ".")
	}
}

// takes says what parameters are written.
func (t *lexTeller) takes(d *tokens.Declaration) string {
	switch {
	case t.d.Title == "Shell":
		return "Its parameters are positional and not declared."
	case !d.HasParams:
		return "No parameter list is written in brackets."
	case len(d.Params) == 0:
		return "It takes no parameters."
	}
	return "It takes, as written, " + and(codes(d.Params)) + "."
}

// tellRange tells what the tokens of a range show, in order and in sum.
func (t *lexTeller) tellRange(from, to int, self *tokens.Declaration) {
	steps := t.steps(from, to)
	if len(steps) > 0 {
		t.v.line("In order: " + strings.Join(stepWords(steps), ", ") + ".")
		t.v.line("In sum: " + sums(steps) + ".")
	} else {
		t.v.line("It holds no loops, branches or ways out that are written as such.")
	}
	if calls := t.calls(from, to, self); calls != "" {
		t.v.line("Calls: " + calls + ".")
	}
	if comments := t.comments(from, to); comments != "" {
		t.v.line("Comments inside: " + comments + ".")
	}
}

// region explains lines that are in no function.
func (t *lexTeller) region() {
	from, to := t.selected()
	if from == to {
		if comments := t.commentsBetween(t.s.first, t.s.last); comments != "" {
			t.v.line("The selection (" + linesOf(t.s.first, t.s.last) + ") is a comment: " + comments + ".")
			return
		}
		t.v.line("The selection (" + linesOf(t.s.first, t.s.last) + ") holds no code.")
		return
	}
	if t.d.Title == "SQL" {
		t.sql(from, to)
		return
	}
	words := fmt.Sprintf("This is %s code outside any function that its tokens show (%s).", t.d.Title, linesOf(t.s.first, t.s.last))
	for _, d := range slices.Backward(t.decls) {
		if d.End == 0 && t.line(d.Head) < t.s.first {
			words += fmt.Sprintf(" The last declaration before it is %s (%d), whose end its tokens do not show.", code(d.Name), t.line(d.Head))
			break
		}
	}
	t.v.line(words)
	t.tellRange(from, to, nil)
}

// selected returns the range of tokens on the selected lines.
func (t *lexTeller) selected() (from, to int) {
	from, to = -1, -1
	for i := range t.find.Toks {
		if l := t.line(i); l >= t.s.first && l <= t.s.last {
			if from < 0 {
				from = i
			}
			to = i + 1
		}
	}
	if from < 0 {
		return 0, 0
	}
	return from, to
}

// list tells several declarations, a line each.
func (t *lexTeller) list(list []*tokens.Declaration) {
	if len(list) > 1 {
		t.v.line(fmt.Sprintf("**%s**, %s, holds %s here:", plain(t.s.name()), t.d.Title, count(len(list), "declaration")))
	}
	for i, d := range list {
		if i == maxListed {
			t.v.line("- " + count(len(list)-i, "more declaration") + ".")
			return
		}
		words := t.heading(d)
		if !d.IsType && d.HasParams {
			words += " " + t.takes(d)
		}
		if d.IsType {
			words += t.members(d)
		}
		if len(list) > 1 {
			words = "- " + words
		}
		t.v.line(words)
	}
}

// members lists the functions that stand directly in a type.
func (t *lexTeller) members(d *tokens.Declaration) string {
	var names []string
	for _, m := range t.decls {
		if m.Parent == d && !m.IsType {
			names = append(names, code(m.Name)+fmt.Sprintf(" (%d)", t.line(m.Head)))
		}
	}
	if len(names) == 0 {
		return ""
	}
	if len(names) > maxCalls {
		names = append(names[:maxCalls], count(len(names)-maxCalls, "other"))
	}
	if len(names) == 1 {
		return " It holds the function " + names[0] + "."
	}
	return " It holds the functions " + and(names) + "."
}

// findings implements teller: tokens alone prove nothing.
func (t *lexTeller) findings() []string { return nil }

// checked implements teller.
func (t *lexTeller) checked() string { return "" }

// sql tells the statements of a selection and the tables they name.
func (t *lexTeller) sql(from, to int) {
	first := true
	start := from
	for i := from; i <= to; i++ {
		if i < to && t.find.Text(i) != ";" {
			continue
		}
		if i > start {
			t.v.line(t.sqlStatement(start, i))
			first = false
		}
		start = i + 1
	}
	if first {
		t.v.line("The selection holds no statement.")
	}
}

func (t *lexTeller) sqlStatement(from, to int) string {
	words := fmt.Sprintf("%s is a statement (%s).", code(strings.ToUpper(t.find.Text(from))), linesOf(t.line(from), t.line(to-1)))
	var tables []string
	for i := from; i+1 < to; i++ {
		if !tokens.Has("from join into update table view", strings.ToLower(t.find.Text(i))) || !t.find.Word(i+1) {
			continue
		}
		j := i + 1
		if tokens.Has("if", strings.ToLower(t.find.Text(j))) { // IF [NOT] EXISTS
			for j < to && strings.ToLower(t.find.Text(j)) != "exists" {
				j++
			}
			j++
		}
		name, _ := t.find.Qualified(j)
		if name != "" && !slices.Contains(tables, code(name)) && !tokens.Has("select lateral only set", strings.ToLower(name)) {
			tables = append(tables, code(name))
		}
	}
	if len(tables) > 0 {
		words += " It names " + and(tables) + "."
	}
	return words
}
