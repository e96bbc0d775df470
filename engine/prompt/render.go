package prompt

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// system is the one system prompt. It is written for small local models: short,
// positive sentences, the most important rule last.
const system = `You are a programming assistant inside a code editor.
Answer in Markdown. Put code in fenced blocks that name the language.
Refer to lines by the numbers given with the code.
Say only what follows from the code you are shown; where something is missing, say what.`

// Version tells these texts from later ones: an answer to another prompt is
// another answer. Change it with any of the texts below.
const Version = "1"

// Instruction returns what an action asks for, in the words put to the model.
func Instruction(a chat.Action) string {
	switch a {
	case chat.Explain:
		return "Explain what this code does, step by step, for a colleague who will change it. Name what it depends on and every way out of it."
	case chat.Fix:
		return "Fix the problem reported for this code. Say in one sentence what was wrong, then give the corrected code."
	case chat.Refactor:
		return "Improve this code without changing what it does. Give the new code, then say in one sentence per change why."
	case chat.Document:
		return "Write the documentation comment for this code, in the language's own convention."
	case chat.Tests:
		return "Write tests for this code, in the language's own convention, covering ordinary values, limits and failures."
	case chat.Review:
		return "Review this code. List what is wrong or risky, most serious first, each with its line and a remedy."
	}
	return ""
}

// InstructionOf is the instruction of a request: that of its custom action, else
// of its built-in one, "" for a free question.
func InstructionOf(req chat.Request) string {
	return cmp.Or(req.Instruction, Instruction(req.Action))
}

// Render returns the turns for a question that follows history. The same
// arguments always give the same bytes.
func Render(req chat.Request, history []chat.Turn) []chat.Turn {
	turns := make([]chat.Turn, 0, len(history)+2)
	turns = append(turns, chat.Turn{Role: chat.RoleSystem, Content: system})
	turns = append(turns, history...)
	return append(turns, chat.Turn{Role: chat.RoleUser, Content: Question(req)})
}

// Question renders the context of a request and the question after it. It is
// what a conversation keeps as the user's turn for the model, so that a
// follow-up question sends the same bytes again.
func Question(req chat.Request) string {
	var b strings.Builder
	for _, item := range req.Context {
		writeItem(&b, item)
	}
	if text := InstructionOf(req); text != "" {
		b.WriteString(text)
		b.WriteString("\n")
	}
	if req.Message != "" {
		b.WriteString(req.Message)
	}
	return strings.TrimRight(b.String(), "\n")
}

// writeItem writes one context item: a line that says what it is, and its text
// in a fence longer than any it contains.
func writeItem(b *strings.Builder, item chat.ContextItem) {
	if item.Text == "" {
		return
	}
	fence := strings.Repeat("`", max(3, longestRun(item.Text, '`')+1))
	fmt.Fprintf(b, "%s\n%s%s\n%s", heading(item), fence, fenceLanguage(item), item.Text)
	if !strings.HasSuffix(item.Text, "\n") {
		b.WriteByte('\n')
	}
	b.WriteString(fence + "\n\n")
}

func heading(item chat.ContextItem) string {
	name := item.Path
	if name == "" {
		name = item.URI
	}
	if item.Folder != "" {
		if rest, ok := strings.CutPrefix(name, item.Folder); ok {
			name = strings.TrimLeft(rest, `/\`)
		}
	}
	switch {
	case name == "" && item.Query != "":
		return fmt.Sprintf("Context (%s: %s):", item.Kind, item.Query)
	case name == "":
		return fmt.Sprintf("Context (%s):", item.Kind)
	case item.Span.FirstLine > 0:
		return fmt.Sprintf("%s, lines %d to %d:", name, item.Span.FirstLine, item.Span.LastLine)
	}
	return name + ":"
}

func fenceLanguage(item chat.ContextItem) string {
	switch item.Kind {
	case chat.ContextDiagnostics, chat.ContextSearch, chat.ContextText:
		return "text"
	case chat.ContextGit:
		return "diff"
	}
	return item.Language
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
