package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/gguf"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// menuItem is a code action or a command, as the binary offers it.
type menuItem struct {
	Title   string
	Data    json.RawMessage
	Command json.RawMessage

	raw json.RawMessage
}

// actions asks for code actions on the function in code.
func actions(t *testing.T, e *lsptest.Editor, doc *lsptest.Document) map[string]menuItem {
	t.Helper()
	at := strings.Index(doc.Text, "for _")
	at = max(at, 0)
	raw := e.Call("textDocument/codeAction", map[string]any{
		"textDocument": map[string]string{"uri": doc.URI}, "range": doc.Range(at, at), "context": map[string]any{"diagnostics": []any{}, "triggerKind": 1},
	})
	var raws []json.RawMessage
	if err := json.Unmarshal(raw, &raws); err != nil {
		t.Fatal(err)
	}
	items := map[string]menuItem{}
	for _, one := range raws {
		i := menuItem{raw: one}
		if err := json.Unmarshal(one, &i); err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(i.Title, " ")
		items[name] = i
	}
	return items
}

// run runs an item's command to the end of its work.
func run(t *testing.T, e *lsptest.Editor, i menuItem) {
	t.Helper()
	var c struct {
		Command   string            `json:"command"`
		Arguments []json.RawMessage `json:"arguments"`
	}
	if err := json.Unmarshal(i.Command, &c); err != nil {
		t.Fatalf("%s: %v", i.raw, err)
	}
	done := len(e.Widgets())
	if got := e.Call("workspace/executeCommand", c); string(got) != "null" {
		t.Fatalf("%s answers %s", c.Command, got)
	}
	e.Until("the work of "+c.Command, func() bool { return len(e.Widgets()) > done })
	e.WaitWork(e.Widgets()[done])
}

// spawn starts the binary as one of the clients whose capabilities are recorded.
func spawn(t *testing.T, profile, url string) *lsptest.Editor {
	t.Helper()
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return lsptest.Spawn(t, binary, lsptest.Options{Profile: profile, URL: url})
}

// TestActionsInEveryEditor takes actions as each client does, with the real
// binary and a real model. What a model of random weights says is no code: an
// edit must be refused, the document left alone, and the answer shown.
func TestActionsInEveryEditor(t *testing.T) {
	server := startModelServer(t, gguf.Tiny())
	for _, profile := range lsptest.Profiles() {
		t.Run(profile, func(t *testing.T) {
			e := spawn(t, profile, startTap(t, server).url)
			doc := e.Open("add.go", "go", code)
			offered := actions(t, e, doc)
			if len(offered) != 5 || !strings.HasPrefix(offered["Explain"].Title, "Explain function Sum") {
				t.Fatalf("offered %v", offered)
			}
			run(t, e, offered["Explain"])
			if len(e.Shown())+len(e.WindowMessages()) != 1 {
				t.Errorf("shown %q, told %q", e.Shown(), e.WindowMessages())
			}
			if refactor := offered["Refactor"]; refactor.Command != nil {
				run(t, e, refactor)
			} else if err := e.Refuse("codeAction/resolve", refactor.raw); err.Code != -32803 || !strings.Contains(err.Message, "not applied") {
				t.Errorf("resolving fails with %v", err)
			}
			e.Until("the refused answer", func() bool { return len(e.Shown())+len(e.WindowMessages()) >= 2 })
			if doc.Now() != code || len(e.Edits()) != 0 {
				t.Errorf("the document is %q after %+v", doc.Now(), e.Edits())
			}
			notes := e.Open("notes.rigrun.md", "markdown", "What is a sum?")
			run(t, e, actions(t, e, notes)["Send"])
			text := notes.Now()
			if !strings.HasPrefix(text, "What is a sum?\n\n<!-- rigrun ") || !strings.HasSuffix(text, " -->\n") || !strings.Contains(text, "<!-- /rigrun ") {
				t.Errorf("the chat document is %q", text)
			}
		})
	}
}

// TestEditsInEveryEditor does the same with a model that answers well.
func TestEditsInEveryEditor(t *testing.T) {
	const answer = "It skips zero needlessly.\n\n```go\n// Sum adds what is positive.\nfunc Sum(values []int) (total int) {\n\tfor _, v := range values {\n\t\ttotal += max(v, 0)\n\t}\n\treturn total\n}\n```\n"
	const better = "package add\n\n// Sum adds what is positive.\nfunc Sum(values []int) (total int) {\n\tfor _, v := range values {\n\t\ttotal += max(v, 0)\n\t}\n\treturn total\n}\n"
	for _, profile := range lsptest.Profiles() {
		t.Run(profile, func(t *testing.T) {
			server := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{backendtest.Tokens(answer)}})
			e := spawn(t, profile, server.URL)
			doc := e.Open("add.go", "go", code)
			refactor := actions(t, e, doc)["Refactor"]
			if refactor.Command != nil {
				run(t, e, refactor)
			} else {
				var resolved struct{ Edit json.RawMessage }
				if err := json.Unmarshal(e.Call("codeAction/resolve", refactor.raw), &resolved); err != nil {
					t.Fatal(err)
				}
				if err := e.Apply(resolved.Edit); err != nil {
					t.Fatal(err)
				}
			}
			if got := doc.Now(); got != better {
				t.Errorf("the document is %q", got)
			}
		})
	}
}
