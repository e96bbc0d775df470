package store

import (
	"cmp"
	"strings"
	"unicode"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

const (
	maxTitle   = 60  // of a title made from a question, in characters
	maxRenamed = 200 // of a title that a person gave
)

// question is what a conversation shows of a request: its message, else the
// action's name, else what a custom action asks for.
func question(req chat.Request) string {
	return cmp.Or(req.Message, string(req.Action), req.Instruction)
}

// title makes a title from a question: its first line, cut at a word.
func title(req chat.Request) string {
	text := question(req)
	for _, item := range req.Context {
		if req.Message == "" && item.Path != "" {
			text += " " + item.Path[strings.LastIndexAny(item.Path, `/\`)+1:]
			break
		}
	}
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if heading := strings.TrimLeft(text, "#"); strings.HasPrefix(heading, " ") { // a chat document's
		text = heading
	}
	return shortened(strings.TrimSpace(text), maxTitle)
}

// renamed is the title that a person gave, on one line.
func renamed(title string) string {
	return shortened(strings.Join(strings.Fields(title), " "), maxRenamed)
}

// shortened cuts a text at a word where it has more than limit characters.
func shortened(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return string(runes)
	}
	cut := limit - 1
	for i := cut; i > limit/2; i-- {
		if unicode.IsSpace(runes[i]) {
			cut = i
			break
		}
	}
	return strings.TrimRightFunc(string(runes[:cut]), unicode.IsSpace) + "…"
}
