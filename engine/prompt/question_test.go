package prompt

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func selection() chat.ContextItem {
	return chat.ContextItem{
		Kind: chat.ContextSelection, URI: "file:///w/pkg/add.go", Path: "/w/pkg/add.go", Folder: "/w", Language: "go",
		Text: "func Add(a, b int) int {\n\treturn a + b }", Span: chat.Span{FirstLine: 4, LastLine: 5},
	}
}

func question(req chat.Request) Question { return New(NewLibrary("").Texts(&req), &req) }

func TestRender(t *testing.T) {
	q := question(chat.Request{Action: chat.Explain, Message: "In one sentence.", Context: []chat.ContextItem{selection()}})
	q.History = []chat.Turn{{Role: chat.RoleUser, Content: "earlier"}, {Role: chat.RoleAssistant, Content: "answer"}}
	turns := q.Render()
	if len(turns) != 4 || turns[0].Role != chat.RoleSystem || turns[1] != q.History[0] || turns[2] != q.History[1] {
		t.Fatalf("turns are %+v, want system, history, question", turns)
	}
	want := "pkg/add.go, lines 4 to 5:\n```go\nfunc Add(a, b int) int {\n\treturn a + b }\n```\n\n" +
		builtin("explain").text + "\nIn one sentence."
	if got := turns[3].Content; got != want {
		t.Errorf("question is %q, want %q", got, want)
	}
	q.Summary = "They spoke of sums."
	turns = q.Render()
	if len(turns) != 6 || turns[1].Content != summaryHeading+q.Summary || turns[2].Role != chat.RoleAssistant {
		t.Errorf("with a summary: %+v", turns)
	}
}

func TestQuestionComesLastAndPrefixIsStable(t *testing.T) {
	ask := func(message string) []chat.Turn {
		q := question(chat.Request{Message: message, Context: []chat.ContextItem{selection()}})
		return q.Render()
	}
	a, b := ask("first"), ask("second")
	if a[0] != b[0] {
		t.Error("the system prompt depends on the question")
	}
	common, _ := strings.CutSuffix(a[1].Content, "first")
	if !strings.HasPrefix(b[1].Content, common) || !strings.HasSuffix(b[1].Content, "second") {
		t.Errorf("only the question at the end may differ: %q and %q", a[1].Content, b[1].Content)
	}
}

// TestOrderOfItems holds that what a question is about stands next to it, however
// the items were given.
func TestOrderOfItems(t *testing.T) {
	items := []chat.ContextItem{
		{Kind: chat.ContextDiagnostics, Text: "D1"},
		selection(),
		{Kind: chat.ContextFile, Text: "F1"},
		{Kind: chat.ContextSymbol, Part: chat.PartEnclosing, Text: "E1"},
		{Kind: chat.ContextText, Text: "F2"},
		{Kind: chat.ContextSymbol, Part: chat.PartOutline, Text: "O1"},
		{Kind: chat.ContextGit, Text: "G1"},
	}
	q := question(chat.Request{Message: "M1", Context: items})
	got, last := q.Asked(), -1
	for _, mark := range []string{"O1", "G1", "F1", "F2", "E1", "return a + b", "D1", "M1"} {
		at := strings.Index(got, mark)
		if at <= last {
			t.Errorf("%s stands at %d, after %d, in %q", mark, at, last, got)
		}
		last = at
	}
}

func TestFenceIsLongerThanAnyInside(t *testing.T) {
	item := chat.ContextItem{Kind: chat.ContextText, Text: "before\n````\ninside\n````\n"}
	q := question(chat.Request{Message: "q", Context: []chat.ContextItem{item}})
	if got := q.Asked(); !strings.HasPrefix(got, "Context (text):\n`````text\n") || !strings.Contains(got, "\n`````\n\nq") {
		t.Errorf("the fence can be closed from inside: %q", got)
	}
}

func TestHeadings(t *testing.T) {
	in := func(kind chat.ContextKind, part chat.Part) chat.ContextItem {
		return chat.ContextItem{Kind: kind, Part: part, Path: "/w/a.go", Folder: "/w"}
	}
	for want, item := range map[string]chat.ContextItem{
		"Context (search: retry)":   {Kind: chat.ContextSearch, Query: "retry"},
		"Context (text)":            {Kind: chat.ContextText},
		"untitled:Untitled-1":       {Kind: chat.ContextFile, URI: "untitled:Untitled-1"},
		"/elsewhere/a.go":           {Kind: chat.ContextFile, Path: "/elsewhere/a.go", Folder: "/w"},
		"Problems reported in a.go": in(chat.ContextDiagnostics, ""),
		"Changes of a.go":           in(chat.ContextGit, ""),
		"Outline of a.go":           in(chat.ContextSymbol, chat.PartOutline),
		"Imports of a.go":           in(chat.ContextSymbol, chat.PartImports),
		"a.go":                      in(chat.ContextFile, ""),
		"/w/a b":                    {Kind: chat.ContextFile, Path: "/w/a\nb"},
	} {
		if got := heading(&item); got != want {
			t.Errorf("heading %q, want %q", got, want)
		}
	}
}
