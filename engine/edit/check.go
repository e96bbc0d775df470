package edit

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"unicode"
)

// textual refuses code with characters that hide what it does: control
// characters, marks that turn the direction of text around, and invisible ones;
// except those the document has.
func (r *reader) textual(lines []string) error {
	before := rune(0)
	for _, line := range lines {
		for _, c := range line {
			if hidden(c) && (c != '\u200d' || before < 0x2000) && !strings.ContainsRune(r.Text, c) {
				return errNotText
			}
			before = c
		}
	}
	return nil
}

func hidden(c rune) bool {
	return c != '\t' && (unicode.Is(unicode.Cc, c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029' || c == '\ufffd')
}

// modelMarks matches what belongs to a model's protocol and to no code.
var modelMarks = pattern(`<\|[a-z_]{2,24}\|>|<｜[^｜\n]{2,32}｜>|\[/?INST\]|</s>|<</?SYS>>|</?think>`)

// mergeMarks matches lines that a merge leaves.
var mergeMarks = pattern(`^\s*(?:<{7}(?:\s.*)?|={7}|>{7}(?:\s.*)?|\|{7}(?:\s.*)?)$`)

// marked refuses code that holds marks of a merge, a fence or a model.
func (r *reader) marked(lines []string) error {
	s := r.scan(strings.Join(lines, "\n"))
	at := 0
	for _, line := range lines {
		code := !blank(line) && s.class[at+len(margin(line))] == inCode
		at += len(line) + 1
		if r.knows(line) {
			continue
		}
		marks := modelMarks().FindString(line)
		fenced := code && r.name != "text" && strings.HasPrefix(strings.TrimSpace(line), "```")
		if mergeMarks().MatchString(line) || fenced || marks != "" && !strings.Contains(r.Text, marks) {
			return errMarkers
		}
	}
	return nil
}

// standIn matches the placeholders of package secret.
var standIn = pattern(`REDACTED_[A-Z0-9_]+`)

// secrets refuses stand-ins for secrets that the document does not have: the
// model got one wrong, and the secret would be lost.
func (r *reader) secrets(lines []string) error {
	for _, line := range lines {
		if !strings.Contains(line, "REDACTED_") {
			continue
		}
		for _, mark := range standIn().FindAllString(line, -1) {
			if !strings.Contains(r.Text, mark) {
				return errSecret
			}
		}
	}
	return nil
}

// sentence matches a line that is English and no code.
var sentence = pattern(`^\s*(?:[A-Z][a-z']*|I)(?:[ ,]+[\w'’"\x60(][\w'’\x60")./-]*){3,}[,.:!?]?\s*$`)

// filler are words that sentences have and code hardly.
var filler = map[string]bool{
	"the": true, "a": true, "an": true, "is": true, "are": true, "to": true, "of": true, "we": true, "you": true, "this": true, "that": true,
	"it": true, "and": true, "here": true, "now": true, "will": true, "be": true, "should": true, "with": true,
}

func proseLine(line string) bool {
	if !sentence().MatchString(line) {
		return false
	}
	n := 0
	for word := range strings.FieldsSeq(strings.ToLower(line)) {
		if filler[strings.Trim(word, ".,:`")] {
			n++
		}
	}
	return n >= 2 || n == 1 && strings.ContainsAny(line[len(line)-1:], ".:!?")
}

// prose refuses code with sentences in it.
func (r *reader) prose(lines []string) error {
	if r.capitalised {
		return nil
	}
	s := r.scan(strings.Join(lines, "\n"))
	at := 0
	for _, line := range lines {
		code := !blank(line) && s.class[at+len(margin(line))] == inCode
		at += len(line) + 1
		if code && proseLine(line) && !r.knows(line) {
			return errProse
		}
	}
	return nil
}

// inlineElision matches a body or a list that was left out within a line.
var inlineElision = pattern(`\{\s*(?:\.\.\.|…)\s*\}|/\*\s*(?:\.\.\.|…)[^*]*\*/|\(\s*\.\.\.\s*\)\s*\{`)

// whatIsLeftOut refuses new code in which something is left out still.
func (r *reader) whatIsLeftOut(lines []string) error {
	for _, line := range lines {
		if r.elision(line) || inlineElision().MatchString(line) && !r.knows(line) && r.name != "text" {
			return errElided
		}
	}
	return nil
}

// related refuses code that shares too little with what it replaces.
func (r *reader) related(old, now []string) error {
	own, others := r.bodyWords(old), r.bodyWords(now)
	if len(own) == 0 || len(others) == 0 && len(trimBlank(now)) == 1 {
		own, others = r.vocabulary(old), r.vocabulary(now)
	}
	if len(others) == 0 && len(own) > 0 {
		return errEmptied
	}
	if r.Action == "" && r.name == "text" || len(own) == 0 {
		return nil
	}
	shared := 0
	for w := range own {
		if others[w] {
			shared++
		}
	}
	need := 1.0 / 3
	if len(r.decls) > 0 {
		need = 1.0 / 5
	}
	if float64(shared) < need*float64(len(own)) && !r.fillsIn(own, now) {
		return errUnrelated
	}
	return nil
}

// stubWords is how many words the body of a declaration may have that says
// nothing yet: @Override … throw new UnsupportedOperationException("not implemented yet").
const stubWords = 8

// fillsIn reports whether code gives another body to declarations that have hardly
// one, and declares each of them as it was, to the letter.
func (r *reader) fillsIn(body map[string]bool, now []string) bool {
	if r.data || len(body) > stubWords || len(r.decls) == 0 {
		return false
	}
	return !slices.ContainsFunc(r.decls, func(d declaration) bool { return !has(now, r.old[d.line]) })
}

// vocabulary is the set of words in code, comments left out.
func (g *grammar) vocabulary(lines []string) map[string]bool {
	out := map[string]bool{}
	s := g.scan(strings.Join(lines, "\n"))
	s.words(0, len(s.text), out)
	return out
}

// bodyWords is the vocabulary without the lines that declare what the code is
// about, which an answer about anything else repeats as well.
func (g *grammar) bodyWords(lines []string) map[string]bool {
	out := map[string]bool{}
	s := g.scan(strings.Join(lines, "\n"))
	base, at := len(least(lines)), 0
	for _, line := range lines {
		if g.data || len(margin(line)) > base || g.declared(line) == "" {
			s.words(at, at+len(line), out)
		}
		at += len(line) + 1
	}
	return out
}

// words adds the words of code and strings between two bytes.
func (s scanned) words(from, to int, out map[string]bool) {
	begin := -1
	for i := from; i <= to; i++ {
		in := i < to && (s.class[i] == inCode || s.class[i] == inString) && isWord(rune(s.text[i]))
		switch {
		case in && begin < 0:
			begin = i
		case !in && begin >= 0:
			out[s.text[begin:i]] = true
			begin = -1
		}
	}
}

// after returns the range's lines with the changes made.
func (r *reader) after(changes []change) []string {
	var now []string
	at := r.a
	for _, c := range changes {
		now = append(now, r.lines[at:max(c.i, at)]...)
		now = append(now, c.lines...)
		at = max(c.j, at)
	}
	return append(now, r.lines[at:max(r.b, at)]...)
}

// fits refuses what would no longer fit together: brackets, quotes and comments
// first in the range by itself, then the document, as far as its language can be told.
func (r *reader) fits(now []string, text string) error {
	if r.brackets && r.sound(r.old) && !r.sound(now) {
		return errSyntax
	}
	if r.unended(r.old) == 0 && r.unended(now) != 0 {
		return errSyntax
	}
	ok := r.checker()
	if ok != nil && ok(text) && r.name != "python" {
		return nil // it reads as a whole: no need to count brackets
	}
	if ok != nil && ok(r.Text) && !ok(text) || r.brackets && !r.closes(text) {
		return errSyntax
	}
	return nil
}

// closes reports whether all that is opened in a text is closed, or whatever is
// not was not before either.
func (r *reader) closes(text string) bool {
	was, is := r.scan(r.Text), r.scan(text)
	return is.sound() || !was.sound() && was.brackets() == is.brackets() && was.broken == is.broken
}

// checker returns what else can tell well-formed text of the language, nil for nothing.
func (r *reader) checker() func(string) bool {
	switch r.name {
	case "go":
		return parses
	case "json":
		return func(text string) bool { return json.Valid([]byte(strings.TrimPrefix(text, bom))) }
	case "python":
		return r.blocksFit
	case "yaml":
		return yamlFits
	}
	return nil
}

func parses(text string) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	return err == nil
}

// blocksFit checks Python's indentation: deeper only after a colon and always
// after one, back only to where something stands.
func (r *reader) blocksFit(text string) bool {
	s := r.scan(text)
	stack, opened, depth, at := []string{""}, false, 0, 0
	continued := false
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		first := at + len(margin(line))
		isCode := !blank(line) && s.class[first] != inComment && (at == 0 || s.class[at-1] != inString && s.class[at-1] != inDoc)
		fresh := isCode && depth == 0 && !continued
		if fresh && !step(&stack, margin(line), opened) {
			return false
		}
		last := byte(0)
		for i := first; i < at+len(line); i++ {
			c := text[i]
			if s.class[i] == inComment || c <= ' ' {
				continue
			}
			last = 's'
			if s.class[i] == inCode {
				last = c
				depth += strings.Count("([{", string(c)) - strings.Count(")]}", string(c))
			}
		}
		if isCode || last != 0 {
			opened = last == ':' && depth == 0
			continued = last == '\\'
		}
		at += len(line) + 1
		if strings.HasPrefix(text[min(at-1, len(text)):], "\r\n") {
			at++
		}
	}
	return !opened
}

// step takes one line's indentation onto the stack of those that are open.
func step(stack *[]string, m string, opened bool) bool {
	top := (*stack)[len(*stack)-1]
	if opened {
		*stack = append(*stack, m)
		return len(m) > len(top) && strings.HasPrefix(m, top)
	}
	i := slices.Index(*stack, m)
	if i < 0 {
		return false
	}
	*stack = (*stack)[:i+1]
	return true
}

// yamlFits checks what can be told of YAML without a parser: no tab indents,
// and a line goes back only to where one stands.
func yamlFits(text string) bool {
	stack, literal := []int{0}, -1
	before := ""
	for line := range strings.SplitSeq(strings.TrimPrefix(text, bom), "\n") {
		line = strings.TrimSuffix(line, "\r")
		said := strings.TrimSpace(line)
		if said == "" || strings.HasPrefix(said, "#") {
			continue
		}
		width := len(margin(line))
		if literal >= 0 && width > literal {
			continue
		}
		literal = -1
		if strings.Contains(margin(line), "\t") {
			return false
		}
		if strings.HasPrefix(said, "---") || said == "..." {
			stack, before = []int{0}, ""
			continue
		}
		if !yamlStep(&stack, width, before) {
			return false
		}
		for strings.HasPrefix(said, "- ") {
			width += len(said) - len(strings.TrimLeft(said[1:], " "))
			said = strings.TrimLeft(said[1:], " ")
			stack = append(stack, width)
		}
		if yamlLiteral().MatchString(said) {
			literal = len(margin(line))
		}
		before = said
	}
	return true
}

var yamlLiteral = pattern(`(?:^|[:\s])[|>][+-]?\d?[+-]?\s*(?:#.*)?$`)

// yamlStep takes one line's indentation. Deeper goes after a key without a
// value, or in the middle of a value.
func yamlStep(stack *[]int, width int, before string) bool {
	top := (*stack)[len(*stack)-1]
	if width > top {
		value, _, _ := strings.Cut(before, " #")
		open := strings.HasSuffix(strings.TrimSpace(value), ":") || before == "" || before == "-" || strings.Contains(value, "&") || strings.Contains(value, "!")
		if !open && strings.Contains(value, ": ") && !strings.ContainsAny(value, `[{"'`) {
			return false
		}
		*stack = append(*stack, width)
		return true
	}
	i := slices.Index(*stack, width)
	if i < 0 {
		return false
	}
	*stack = (*stack)[:i+1]
	return true
}
