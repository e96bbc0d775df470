package ollama_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// TestToolRequest holds the exact request of a prompt with tools and a round, and
// that the last round has no tools.
func TestToolRequest(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{})
	c := newClient(t, s.URL, transport.Options{})
	p := prompt("tiny")
	p.Tools = []chat.Tool{{Name: "read_file", Description: "Read.", Parameters: json.RawMessage(`{"type":"object"}`)}}
	p.Rounds = []chat.Round{{
		Thinking: "hm",
		Calls:    []chat.ToolCall{{ID: "c1", Name: "read_file", Arguments: `{"path":"a.go"}`}},
		Results:  []string{"package a"},
	}}
	for _, noCalls := range []bool{false, true} {
		p.NoCalls = noCalls
		if _, err := c.Chat(t.Context(), p, &backendtest.Recorder{}); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"model":"tiny","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"},` +
		`{"role":"assistant","content":"","thinking":"hm","tool_calls":[{"function":{"name":"read_file","arguments":{"path":"a.go"}}}]},` +
		`{"role":"tool","content":"package a","tool_name":"read_file"}],` +
		`"stream":true,"options":{"num_ctx":4096},"keep_alive":"5m"`
	tools := `,"tools":[{"type":"function","function":{"name":"read_file","description":"Read.","parameters":{"type":"object"}}}]}`
	for i, end := range []string{tools, `}`} {
		if diff := cmp.Diff(want+end, string(s.Chats()[i].Body)); diff != "" {
			t.Error(diff)
		}
	}
}

// TestToolsCountForTheContext holds that what tools return has room in the context.
func TestToolsCountForTheContext(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{})
	c := newClient(t, s.URL, transport.Options{})
	p := prompt("tiny")
	p.Rounds = []chat.Round{{
		Calls: []chat.ToolCall{{ID: "c1", Name: "read_file", Arguments: `{}`}}, Results: []string{strings.Repeat("word ", 6000)},
	}}
	if _, err := c.Chat(t.Context(), p, &backendtest.Recorder{}); err != nil {
		t.Fatal(err)
	}
	if body := string(s.Chats()[0].Body); !strings.Contains(body, `"num_ctx":16384`) {
		t.Error(body[len(body)-200:])
	}
}
