package prompt

import (
	"fmt"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// writeItem writes one context item: a line that says what it is, and its text
// in a fence longer than any it contains.
func writeItem(b *strings.Builder, item *chat.ContextItem) {
	if item.Text == "" {
		return
	}
	fence := strings.Repeat("`", max(3, longestRun(item.Text, '`')+1))
	fmt.Fprintf(b, "%s:\n%s%s\n%s", heading(item), fence, fenceLanguage(item), item.Text)
	if !strings.HasSuffix(item.Text, "\n") {
		b.WriteByte('\n')
	}
	b.WriteString(fence + "\n\n")
}

// block is an item as it stands in a prompt.
func block(item *chat.ContextItem) string {
	var b strings.Builder
	writeItem(&b, item)
	return b.String()
}

// reference is what stands in place of an item that an earlier turn holds.
func reference(item *chat.ContextItem) string { return heading(item) + ": unchanged, see above.\n\n" }

// heading says what an item is. A file's name may hold anything, so it is kept
// to one line.
func heading(item *chat.ContextItem) string {
	name := oneLine(nameOf(item))
	if name == "" {
		if item.Query != "" {
			return fmt.Sprintf("Context (%s: %s)", item.Kind, oneLine(item.Query))
		}
		return fmt.Sprintf("Context (%s)", item.Kind)
	}
	switch {
	case item.Part == chat.PartOutline:
		return "Outline of " + name
	case item.Kind == chat.ContextDiagnostics:
		return "Problems reported in " + name
	case item.Kind == chat.ContextGit:
		return "Changes of " + name
	case item.Part == chat.PartImports:
		return "Imports of " + name
	}
	if item.Span.FirstLine > 0 {
		return fmt.Sprintf("%s, lines %d to %d", name, item.Span.FirstLine, item.Span.LastLine)
	}
	return name
}

// nameOf is a document's name as a person knows it: its path inside its folder.
func nameOf(item *chat.ContextItem) string {
	name := item.Path
	if name == "" {
		name = item.URI
	}
	if item.Folder != "" {
		if rest, ok := strings.CutPrefix(name, item.Folder); ok {
			name = strings.TrimLeft(rest, `/\`)
		}
	}
	return name
}

// label is what a person is told of an item.
func label(item *chat.ContextItem) string {
	name := oneLine(nameOf(item))
	switch {
	case item.Part == chat.PartOutline, item.Part == chat.PartImports:
		return "the " + string(item.Part) + " of " + name
	case name == "" && item.Query != "":
		return string(item.Kind) + " " + oneLine(clip(item.Query, 2*maxName))
	case name == "":
		return "a piece of " + string(item.Kind)
	case item.Kind == chat.ContextDiagnostics:
		return "the diagnostics of " + name
	case item.Kind == chat.ContextGit:
		return "the changes of " + name
	case item.Span.FirstLine > 0:
		return fmt.Sprintf("%s:%d", name, item.Span.FirstLine)
	}
	return name
}

func fenceLanguage(item *chat.ContextItem) string {
	switch {
	case item.Kind == chat.ContextGit:
		return "diff"
	case item.Part == chat.PartOutline, item.Kind == chat.ContextDiagnostics, item.Kind == chat.ContextSearch, item.Kind == chat.ContextText:
		return "text"
	case isName(item.Language):
		return item.Language
	}
	return ""
}

// longestRun returns the length of the longest run of c in s.
func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// firstLines is the beginning of a text in whole lines, as many as fit into so
// many bytes.
func firstLines(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return text[:strings.LastIndexByte(text[:most], '\n')+1]
}

// lastLines is the end of a text in whole lines, as many as fit into so many bytes.
func lastLines(text string, most int) string {
	if len(text) <= most {
		return text
	}
	tail := text[len(text)-most:]
	return tail[strings.IndexByte(tail, '\n')+1:]
}

// lines counts a text's lines.
func lines(text string) int {
	n := strings.Count(text, "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		n++
	}
	return n
}
