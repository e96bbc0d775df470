package acp

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

const fixed = "Here it is:\n\n```go\nfunc Sum(v []int) (total int) {\n\tfor _, x := range v {\n\t\ttotal += x\n\t}\n\treturn total\n}\n```\n"

// writer is an editor's side of an edit: a buffer, and what the person says.
type writer struct {
	mu     sync.Mutex
	buffer string // guarded by mu
	says   string // guarded by mu: the option that is chosen, "" for cancelled
	wrote  int    // guarded by mu
	asked  chan struct{}
	typed  string        // what the person types before answering
	hold   chan struct{} // where set, the permission waits for it
}

func (w *writer) serve(method string, params json.RawMessage) (any, error) {
	var p writeTextFileParams
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, err
	}
	if method == methodRequestPermission {
		w.asked <- struct{}{}
		if w.hold != nil {
			<-w.hold
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case method == methodRequestPermission && w.says == "":
		return map[string]any{"outcome": map[string]any{"outcome": "cancelled"}}, nil
	case method == methodRequestPermission:
		w.buffer = w.typed + w.buffer
		return map[string]any{"outcome": map[string]any{"outcome": "selected", "optionId": w.says}}, nil
	case filepath.Base(p.Path) != "sum.go":
		return nil, errNoSuchFile
	case method == methodWriteTextFile:
		w.buffer = p.Content
		w.wrote++
		return nil, nil
	}
	return map[string]any{"content": w.buffer}, nil
}

// wait waits until the person is asked.
func (w *writer) wait(t *testing.T) {
	t.Helper()
	select {
	case <-w.asked:
	case <-time.After(patience):
		close(w.hold)
		t.Fatal("no permission is asked for")
	}
}

// editing starts an editor whose buffer of sum.go is not saved, in front of a model
// that answers with code.
func editing(t *testing.T, w *writer, answer string) (e *editor, session string, file string) {
	t.Helper()
	server := backendtest.Ollama(t, answers(backendtest.Tokens(answer)))
	folder := project(t)
	file = filepath.Join(folder, "sum.go")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w.buffer, w.asked = "// Not saved.\n"+string(raw), make(chan struct{}, 1)
	e = start(t, world{url: server.URL, serve: w.serve})
	session = e.open(folder)
	return e, session, file
}

// function is a link to the lines of Sum in the buffer.
func function(file string) map[string]any {
	l := link(file)
	l["uri"] = l["uri"].(string) + "#L5:10"
	return l
}

func TestEdit(t *testing.T) {
	for name, c := range map[string]struct {
		says, typed, answer, status string
		wrote                       int
	}{
		"allowed":                {optionApply, "", fixed, "completed", 1},
		"allowed, typed above":   {optionApply, "// New.\n\n", fixed, "completed", 1},
		"rejected":               {optionReject, "", fixed, "failed", 0},
		"dismissed":              {"", "", fixed, "failed", 0},
		"an option of no one's":  {"root", "", fixed, "failed", 0},
		"an answer without code": {optionApply, "", "There is nothing to fix.", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := &writer{says: c.says, typed: c.typed}
			e, id, file := editing(t, w, c.answer)
			if stop := e.ask(id, text("/refactor "), function(file)); stop != "end_turn" {
				t.Errorf("stop reason %q", stop)
			}
			if w.wrote != c.wrote {
				t.Errorf("written %d times, want %d", w.wrote, c.wrote)
			}
			if c.wrote > 0 && (!strings.HasPrefix(w.buffer, c.typed+"// Not saved.\n") || !strings.Contains(w.buffer, "total += x") || strings.Contains(w.buffer, "t += x\n\t}\n\treturn t\n")) {
				t.Errorf("written:\n%s", w.buffer)
			}
			if c.status == "" {
				if got := e.text(updateMessage); !strings.Contains(got, "Not applied: ") {
					t.Errorf("said %q", got)
				}
				return
			}
			calls, ends := e.told(updateToolCall), e.told(updateToolCallUpdate)
			if len(calls) != 1 || calls[0].ToolKind != "edit" || calls[0].Status != "pending" || !strings.Contains(calls[0].Content.(string), `"type":"diff"`) {
				t.Fatalf("proposed as %+v", calls)
			}
			if len(ends) != 1 || ends[0].Status != c.status || ends[0].ToolCallID != calls[0].ToolCallID {
				t.Errorf("ended as %+v", ends)
			}
			if raw, err := os.ReadFile(file); err != nil || strings.Contains(string(raw), "total") {
				t.Errorf("the disk was written: %s %v", raw, err)
			}
		})
	}
}

// TestEditChangedMeanwhile has the code itself changed while the person thinks.
func TestEditChangedMeanwhile(t *testing.T) {
	w := &writer{says: optionApply, hold: make(chan struct{})}
	e, id, file := editing(t, w, fixed)
	_, answer := e.begin(methodSessionPrompt, prompt(id, text("/fix "), function(file)))
	w.wait(t)
	w.mu.Lock()
	w.buffer = strings.Replace(w.buffer, "t += x", "t -= x", 1)
	w.mu.Unlock()
	close(w.hold)
	e.wait(answer)
	if ends := e.told(updateToolCallUpdate); w.wrote != 0 || len(ends) != 1 || ends[0].Status != "failed" {
		t.Errorf("written %d times, %+v", w.wrote, ends)
	}
}

// TestCancelWhilePermissionIsAsked cancels the turn while the person is asked. The
// editor's late answer ends nothing.
func TestCancelWhilePermissionIsAsked(t *testing.T) {
	w := &writer{says: optionApply, hold: make(chan struct{})}
	e, id, file := editing(t, w, fixed)
	_, answer := e.begin(methodSessionPrompt, prompt(id, text("/fix "), function(file)))
	w.wait(t)
	e.notify(methodSessionCancel, map[string]any{"sessionId": id})
	if m := e.wait(answer); !strings.Contains(string(m.Result), `"cancelled"`) {
		t.Errorf("%s %+v", m.Result, m.Error)
	}
	close(w.hold)
	if stop := e.ask(id, text("Still there?")); stop != "end_turn" || w.wrote != 0 {
		t.Errorf("stop reason %q, written %d times", stop, w.wrote)
	}
}

// TestNoEditIsProposed asks for what is no change, and for a change of nobody
// knows what.
func TestNoEditIsProposed(t *testing.T) {
	w := &writer{says: optionApply}
	e, id, file := editing(t, w, fixed)
	for _, blocks := range [][]any{
		{text("/explain "), function(file)},
		{text("What does it do? "), function(file)},
		{text("/fix")},
		{text("/fix "), function(file), link(file)},
	} {
		e.ask(id, blocks...)
	}
	if calls := e.told(updateToolCall); len(calls) != 0 || w.wrote != 0 {
		t.Errorf("proposed %+v, written %d times", calls, w.wrote)
	}
}
