package export

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// For returns the function that writes a format, and whether there is one.
func For(format string) (write func(c *chat.Conversation) string, ok bool) {
	switch format {
	case "markdown":
		return Markdown, true
	case "json":
		return JSON, true
	case "html":
		return HTML, true
	}
	return nil, false
}

// JSON is the conversation as rigrun/conversations/get returns it, indented.
func JSON(c *chat.Conversation) string {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		// Only a level that is none of the list's cannot be written; nothing makes one.
		return "null\n"
	}
	return string(b) + "\n"
}

// Markdown is the conversation with a heading for each message.
func Markdown(c *chat.Conversation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n", oneLine(c.Title), origin(c))
	for i := range c.Messages {
		m := &c.Messages[i]
		fmt.Fprintf(&b, "\n## %s\n\n", author(m))
		if used := context(m); len(used) > 0 {
			b.WriteString("Asked with " + strings.Join(used, ", ") + ".\n\n")
		}
		b.WriteString(closed(m.Text))
		if m.Interrupted {
			b.WriteString("\n*(interrupted)*\n")
		}
	}
	return b.String()
}

// origin is the line that says what the document is of.
func origin(c *chat.Conversation) string {
	parts := []string{c.CreatedAt.UTC().Format(time.RFC3339)}
	if c.Model != "" {
		parts = append(parts, oneLine(c.Model))
	}
	if c.Classification > chat.Unclassified {
		parts = append(parts, c.Classification.String())
	}
	return strings.Join(parts, " · ")
}

// author is who wrote a message, as a heading.
func author(m *chat.Message) string {
	if m.Role == chat.RoleUser {
		return "You"
	}
	if m.Route != nil && m.Route.Model != "" {
		return oneLine(m.Route.Model)
	}
	return "Answer"
}

// context names what a question was asked with.
func context(m *chat.Message) (names []string) {
	for _, use := range m.Context {
		name := string(use.Kind)
		if use.Query != "" {
			name += " " + oneLine(use.Query)
		}
		if use.URI != "" {
			name += " " + oneLine(use.URI)
		}
		if use.FirstLine > 0 {
			name += fmt.Sprintf(" (lines %d to %d)", use.FirstLine, use.LastLine)
		}
		names = append(names, name)
	}
	return names
}

// oneLine keeps a text from ending its line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// closed is a Markdown text that ends with a line's end, and outside of any fence.
func closed(text string) string {
	open := ""
	for _, b := range blocks(text) {
		open = b.open
	}
	text = strings.TrimRight(text, "\n") + "\n"
	if open != "" {
		text += open + "\n"
	}
	return text
}

// block is a part of a Markdown text: fenced code, or what stands between.
type block struct {
	code bool
	text string
	open string // the fence that is missing at the end, "" where none is
}

// blocks takes a text apart at its fences, as CommonMark has them: at least three
// backticks or tildes, indented by three blanks at most, closed by as many or more.
func blocks(text string) (all []block) {
	var b strings.Builder
	fence := ""
	flush := func(open string) {
		if b.Len() > 0 || fence != "" {
			all = append(all, block{code: fence != "", text: b.String(), open: open})
		}
		b.Reset()
	}
	for line := range strings.Lines(text) {
		mark, rest := fenceOf(line)
		switch {
		case fence == "" && mark != "" && !(mark[0] == '`' && strings.Contains(rest, "`")):
			flush("")
			fence = mark
		case fence != "" && strings.HasPrefix(mark, fence) && strings.TrimSpace(rest) == "":
			flush("")
			fence = ""
		default:
			b.WriteString(line)
		}
	}
	flush(fence)
	return all
}

// fenceOf returns the fence that a line begins with, "" for none, and what follows it.
func fenceOf(line string) (mark, rest string) {
	text := strings.TrimLeft(line, " ")
	if len(line)-len(text) > 3 || text == "" || text[0] != '`' && text[0] != '~' {
		return "", ""
	}
	rest = strings.TrimLeft(text, text[:1])
	if mark = text[:len(text)-len(rest)]; len(mark) < 3 {
		return "", ""
	}
	return mark, rest
}
