package lsp_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// completing is an editor with inline completion on, in front of a server.
func completing(t *testing.T, server *backendtest.Server) *lsptest.Editor {
	t.Helper()
	noLeaks(t)
	return lsptest.Start(t, lsptest.Options{URL: server.URL, Settings: map[string]any{"inlineCompletion": map[string]any{"enabled": true}}})
}

// suggested asks at the end of a text within a document, as a person does.
func suggested(t *testing.T, e *lsptest.Editor, doc *lsptest.Document, after string, more map[string]any) []string {
	t.Helper()
	return items(t, e.Call("textDocument/inlineCompletion", inlineParams(doc, after, more)))
}

func inlineParams(doc *lsptest.Document, after string, more map[string]any) map[string]any {
	context := map[string]any{"triggerKind": 1}
	for name, value := range more {
		context[name] = value
	}
	return map[string]any{
		"textDocument": map[string]any{"uri": doc.URI},
		"position":     doc.Position(strings.Index(doc.Text, after) + len(after)),
		"context":      context,
	}
}

func items(t *testing.T, raw json.RawMessage) (texts []string) {
	t.Helper()
	var list struct{ Items []struct{ InsertText string } }
	if err := json.Unmarshal(raw, &list); err != nil || list.Items == nil {
		t.Fatalf("%s: %v", raw, err)
	}
	for _, i := range list.Items {
		texts = append(texts, i.InsertText)
	}
	return texts
}

const adding = "package sum\n\nfunc add(a, b int) int {\n\treturn \n}\n"

func insertModel() []backendtest.Model {
	return []backendtest.Model{{Name: "coder", Context: 8192, Capabilities: []string{"completion", "insert"}}}
}

// TestInlineCompletion has both kinds of server fill in the same gap.
func TestInlineCompletion(t *testing.T) {
	fill := backendtest.Filling{Text: "a + b\n}\n"}
	for name, server := range map[string]*backendtest.Server{
		"ollama":       backendtest.Ollama(t, backendtest.Script{Fill: fill, Models: insertModel()}),
		"llama-server": backendtest.OpenAI(t, backendtest.Script{Fill: fill}),
		"openai":       backendtest.OpenAI(t, backendtest.Script{Fill: backendtest.Filling{Text: fill.Text, NoInfill: true}}),
	} {
		t.Run(name, func(t *testing.T) {
			e := completing(t, server)
			doc := e.Open("sum.go", "go", adding)
			if got := suggested(t, e, doc, "return ", nil); len(got) != 1 || got[0] != "a + b" {
				t.Errorf("%q", got)
			}
			var sent map[string]any
			requests := server.Requests()
			if err := json.Unmarshal(requests[len(requests)-1].Body, &sent); err != nil {
				t.Fatal(err)
			}
			before, after, _ := strings.Cut(adding, "return ")
			for _, want := range []string{before + "return ", after} {
				found := false
				for _, value := range sent {
					found = found || value == want
				}
				if !found {
					t.Errorf("the request lacks %q: %v", want, sent)
				}
			}
		})
	}
}

// TestInlineCompletionIsOff asks without the setting, in a file of secrets, and in
// a document that is not open: nobody is asked.
func TestInlineCompletionIsOff(t *testing.T) {
	server := backendtest.Ollama(t, backendtest.Script{Fill: backendtest.Filling{Text: "x"}, Models: insertModel()})
	noLeaks(t)
	off := lsptest.Start(t, lsptest.Options{URL: server.URL})
	if got := suggested(t, off, off.Open("sum.go", "go", adding), "return ", nil); got != nil {
		t.Errorf("off: %q", got)
	}
	on := completing(t, server)
	if got := suggested(t, on, on.Open(".env", "dotenv", "API_KEY=\n"), "API_KEY=", nil); got != nil {
		t.Errorf("a file of secrets: %q", got)
	}
	closed := map[string]any{
		"textDocument": map[string]any{"uri": "file://" + filepath.Join(on.Folders[0], "none.go")},
		"position":     map[string]any{"line": 0, "character": 0}, "context": map[string]any{"triggerKind": 2},
	}
	if got := items(t, on.Call("textDocument/inlineCompletion", closed)); got != nil {
		t.Errorf("not open: %q", got)
	}
	for _, r := range server.Requests() {
		if r.Path == "/api/generate" {
			t.Errorf("the model was asked: %s", r.Body)
		}
	}
}

// TestInlineCompletionCancelled ends a question by a newer one, and by its cancel:
// each closes the model server's connection, within 100 ms of the newer one's coming.
func TestInlineCompletionCancelled(t *testing.T) {
	server := backendtest.Ollama(t, backendtest.Script{Fill: backendtest.Filling{Hang: true}, Models: insertModel()})
	e := completing(t, server)
	doc := e.Open("sum.go", "go", adding)
	first := e.Send("textDocument/inlineCompletion", inlineParams(doc, "return ", nil))
	<-server.Started()
	start := time.Now()
	second := e.Send("textDocument/inlineCompletion", inlineParams(doc, "retur", nil))
	if took := (<-server.Closed()).Sub(start); took > 100*time.Millisecond {
		t.Errorf("the older question's connection was closed after %s", took)
	}
	if raw, err := first.Wait(); err != nil || items(t, raw) != nil {
		t.Errorf("the older question: %s, %v", raw, err)
	}
	<-server.Started()
	second.Cancel()
	<-server.Closed()
	if _, err := second.Wait(); err == nil || err.Code != -32800 {
		t.Errorf("the cancelled question: %v", err)
	}
}

// TestInlineCompletionByAModelThatCannot says once why there is none.
func TestInlineCompletionByAModelThatCannot(t *testing.T) {
	for name, server := range map[string]*backendtest.Server{
		"ollama":       backendtest.Ollama(t, backendtest.Script{Models: []backendtest.Model{{Name: "chatty", Context: 8192, Capabilities: []string{"completion"}}}}),
		"llama-server": backendtest.OpenAI(t, backendtest.Script{}),
	} {
		t.Run(name, func(t *testing.T) {
			e := completing(t, server)
			doc := e.Open("sum.go", "go", adding)
			for range 2 {
				if got := suggested(t, e, doc, "return ", nil); got != nil {
					t.Errorf("%q", got)
				}
			}
			told := 0
			e.Until("a message", func() bool {
				told = 0
				for _, m := range e.WindowMessages() {
					if strings.Contains(m, "cannot fill in the middle") && strings.Contains(m, "rigrun.inlineCompletion.enabled") {
						told++
					}
				}
				return told > 0
			})
			if told != 1 {
				t.Errorf("told %d times", told)
			}
		})
	}
}

// TestInlineCompletionIsOfferedWhileItIsOn switches it on and off.
func TestInlineCompletionIsOfferedWhileItIsOn(t *testing.T) {
	server := backendtest.Ollama(t, backendtest.Script{Models: insertModel()})
	noLeaks(t)
	e := lsptest.Start(t, lsptest.Options{URL: server.URL})
	told := func(method string, times int) func() bool {
		return func() bool {
			n := 0
			for _, m := range e.Received(method) {
				if strings.Contains(string(m.Body), "rigrun-inline-completion") {
					n++
				}
			}
			return n == times
		}
	}
	for i := range 2 {
		e.Configure(map[string]any{"inlineCompletion": map[string]any{"enabled": true}})
		e.Until("the registration", told("client/registerCapability", i+1))
		e.Configure(map[string]any{})
		e.Until("its end", told("client/unregisterCapability", i+1))
	}
}
