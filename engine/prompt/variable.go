package prompt

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// message is the variable for the person's own words. A template that has it
// puts them there; else they follow the instruction.
const message = "message"

// variables are the values a template may use, by name. The set is fixed: a
// template is text that a stranger may have written, and gets no more than this.
func variables(req *chat.Request) map[string]string {
	item := subject(req)
	v := map[string]string{
		"language": "code", "file": "the file", "lines": "the selected code", message: strings.TrimSpace(req.Message),
	}
	if item == nil {
		return v
	}
	v["language"] = cmp.Or(LanguageName(item.Language), v["language"])
	v["file"] = cmp.Or(oneLine(nameOf(item)), v["file"])
	switch at := item.Span; {
	case at.FirstLine > 0 && at.FirstLine == at.LastLine:
		v["lines"] = fmt.Sprintf("line %d", at.FirstLine)
	case at.FirstLine > 0:
		v["lines"] = fmt.Sprintf("lines %d to %d", at.FirstLine, at.LastLine)
	}
	return v
}

// subject is the item a question is about: its selection, else the first that
// the person chose and that is a document, nil where there is none.
func subject(req *chat.Request) *chat.ContextItem {
	var document *chat.ContextItem
	for i := range req.Context {
		switch item := &req.Context[i]; {
		case item.Kind == chat.ContextSelection:
			return item
		case document == nil && item.Part == "" && item.URI != "":
			document = item
		}
	}
	return document
}

// UnknownVariable is the error of a template that uses a variable there is not.
type UnknownVariable struct{ Name string }

// Error names the variable and those there are.
func (e *UnknownVariable) Error() string {
	names := slices.Sorted(maps.Keys(variables(&chat.Request{})))
	return fmt.Sprintf("there is no variable %q, only {{%s}}", e.Name, strings.Join(names, "}}, {{"))
}

// Check returns the error of a template's first unknown variable.
func Check(template string) error {
	_, err := expand(template, variables(&chat.Request{}))
	return err
}

// maxName is how much of an unknown variable's name a message repeats, in bytes.
const maxName = 40

// expand replaces each {{name}} by its value, in one pass: a value is never
// looked through for variables.
func expand(template string, values map[string]string) (string, error) {
	var b strings.Builder
	for text, name := range pieces(template) {
		b.WriteString(text)
		value, ok := values[name]
		if !ok && name != "" {
			return "", &UnknownVariable{Name: oneLine(clip(name, maxName))}
		}
		b.WriteString(value)
	}
	return b.String(), nil
}

// uses reports whether a template has a variable.
func uses(template, variable string) bool {
	for _, name := range pieces(template) {
		if name == variable {
			return true
		}
	}
	return false
}

// pieces takes a template apart: each text with the name of the variable behind
// it, "" behind the last. Braces that nothing stands in, or that are not closed
// on their line, are text.
func pieces(template string) iter.Seq2[string, string] {
	return func(yield func(text, name string) bool) {
		start := 0
		for at := 0; ; {
			open := strings.Index(template[at:], "{{")
			if open < 0 {
				break
			}
			open += at
			inner, _, closed := strings.Cut(template[open+2:], "}}")
			name := strings.TrimSpace(inner)
			if !closed || name == "" || strings.Contains(inner, "\n") {
				at = open + 2
				continue
			}
			if !yield(template[start:open], name) {
				return
			}
			at = open + 2 + len(inner) + 2
			start = at
		}
		yield(template[start:], "")
	}
}

// clip shortens s to at most n bytes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// oneLine replaces what could end a line or hide in it: a file's name may hold
// anything.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}
