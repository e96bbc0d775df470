package prompt

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func selection() chat.ContextItem {
	return chat.ContextItem{
		Kind: chat.ContextSelection, Path: "/w/pkg/add.go", Folder: "/w", Language: "go",
		Text: "func Add(a, b int) int { return a + b }", Span: chat.Span{FirstLine: 4, LastLine: 4},
	}
}

func TestRender(t *testing.T) {
	req := chat.Request{Action: chat.Explain, Message: "In one sentence.", Context: []chat.ContextItem{selection()}}
	history := []chat.Turn{{Role: chat.RoleUser, Content: "earlier"}, {Role: chat.RoleAssistant, Content: "answer"}}
	turns := Render(req, history)
	if len(turns) != 4 || turns[0].Role != chat.RoleSystem || turns[1] != history[0] || turns[2] != history[1] {
		t.Fatalf("turns are %+v, want system, history, question", turns)
	}
	want := "pkg/add.go, lines 4 to 4:\n```go\nfunc Add(a, b int) int { return a + b }\n```\n\n" +
		Instruction(chat.Explain) + "\nIn one sentence."
	if got := turns[3].Content; got != want {
		t.Errorf("question is %q, want %q", got, want)
	}
}

func TestQuestionComesLastAndPrefixIsStable(t *testing.T) {
	a := Render(chat.Request{Message: "first", Context: []chat.ContextItem{selection()}}, nil)
	b := Render(chat.Request{Message: "second", Context: []chat.ContextItem{selection()}}, nil)
	if a[0] != b[0] {
		t.Error("the system prompt depends on the question")
	}
	common, _ := strings.CutSuffix(a[1].Content, "first")
	if !strings.HasPrefix(b[1].Content, common) || !strings.HasSuffix(b[1].Content, "second") {
		t.Errorf("only the question at the end may differ: %q and %q", a[1].Content, b[1].Content)
	}
}

func TestFenceIsLongerThanAnyInside(t *testing.T) {
	item := chat.ContextItem{Kind: chat.ContextText, Text: "before\n````\ninside\n````\n"}
	got := Question(chat.Request{Message: "q", Context: []chat.ContextItem{item}})
	if !strings.HasPrefix(got, "Context (text):\n`````text\n") || !strings.Contains(got, "\n`````\n\nq") {
		t.Errorf("the fence can be closed from inside: %q", got)
	}
}

func TestHeadings(t *testing.T) {
	for want, item := range map[string]chat.ContextItem{
		"Context (search: retry):": {Kind: chat.ContextSearch, Query: "retry"},
		"Context (text):":          {Kind: chat.ContextText},
		"untitled:Untitled-1:":     {Kind: chat.ContextFile, URI: "untitled:Untitled-1"},
		"/elsewhere/a.go:":         {Kind: chat.ContextFile, Path: "/elsewhere/a.go", Folder: "/w"},
	} {
		if got := heading(item); got != want {
			t.Errorf("heading %q, want %q", got, want)
		}
	}
}

func TestEveryActionHasAnInstruction(t *testing.T) {
	for _, a := range chat.Actions() {
		if Instruction(a) == "" {
			t.Errorf("%s has no instruction", a)
		}
	}
}

func TestInstructionOfACustomActionTakesThePlace(t *testing.T) {
	req := chat.Request{Action: chat.Explain, Instruction: "Say it in verse.", Message: "Briefly."}
	if got := Question(req); got != "Say it in verse.\nBriefly." {
		t.Errorf("question is %q", got)
	}
}
