package openai_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/openai"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// withTools is a prompt in its second round.
func withTools(model string) *chat.Prompt {
	p := prompt(model)
	p.Tools = []chat.Tool{{Name: "read_file", Description: "Read.", Parameters: json.RawMessage(`{"type":"object"}`)}}
	p.Rounds = []chat.Round{{
		Text: "So:", Thinking: "hm",
		Calls:   []chat.ToolCall{{ID: "c1", Name: "read_file", Arguments: `{"path":"a.go"}`}, {ID: "c2", Name: "read_file", Arguments: `{}`}},
		Results: []string{"package a", "error: path: it is missing"},
	}}
	return p
}

// TestToolRequest holds the exact request of a prompt with tools and a round.
func TestToolRequest(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{})
	c := newClient(t, s.URL, openai.Options{})
	for _, noCalls := range []bool{false, true} {
		p := withTools("tiny")
		p.NoCalls = noCalls
		if _, err := c.Chat(t.Context(), p, &backendtest.Recorder{}); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"model":"tiny","messages":[{"role":"user","content":"Why?"},` +
		`{"role":"assistant","content":"So:","tool_calls":[` +
		`{"id":"c1","type":"function","function":{"name":"read_file","arguments":"{\"path\":\"a.go\"}"}},` +
		`{"id":"c2","type":"function","function":{"name":"read_file","arguments":"{}"}}]},` +
		`{"role":"tool","content":"package a","tool_call_id":"c1"},` +
		`{"role":"tool","content":"error: path: it is missing","tool_call_id":"c2"}],` +
		`"stream":true,"stream_options":{"include_usage":true},` +
		`"tools":[{"type":"function","function":{"name":"read_file","description":"Read.","parameters":{"type":"object"}}}]`
	for i, end := range []string{`}`, `,"tool_choice":"none"}`} {
		if diff := cmp.Diff(want+end, string(s.Chats()[i].Body)); diff != "" {
			t.Error(diff)
		}
	}
}

// TestModelsWithoutTools holds that a model which refuses tools is asked without,
// at once and from then on.
func TestModelsWithoutTools(t *testing.T) {
	for _, refusal := range []backendtest.Step{
		backendtest.Refuse(400, "registry.ollama.ai/library/tiny:latest does not support tools"),
		backendtest.Refuse(404, "No endpoints found that support tool use. To learn more about provider routing, visit: …"),
		backendtest.Refuse(500, "tools param requires --jinja flag"),
		backendtest.Refuse(400, `"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set`),
	} {
		s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{{refusal}, backendtest.Tokens("ok")}})
		c := newClient(t, s.URL, openai.Options{})
		for range 2 {
			p := withTools("tiny")
			p.Rounds = nil
			var got backendtest.Recorder
			if _, err := c.Chat(t.Context(), p, &got); err != nil || got.Text() != "ok" {
				t.Fatalf("%q, %v", got.Text(), err)
			}
		}
		chats := s.Chats()
		if last := string(chats[len(chats)-1].Body); strings.Contains(last, "tool") || len(chats) < 3 {
			t.Errorf("%d requests, the last %s", len(chats), last)
		}
	}
}

// TestOtherRefusalsAreErrors holds that only a refusal of tools is taken for one.
func TestOtherRefusalsAreErrors(t *testing.T) {
	for _, refusal := range []backendtest.Step{
		backendtest.Refuse(400, "the messages are malformed"), backendtest.Refuse(401, "no tool key"), backendtest.Refuse(404, "model 'x' not found"),
	} {
		s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{{refusal}}})
		p := withTools("tiny")
		p.Rounds = nil
		if _, err := newClient(t, s.URL, openai.Options{}).Chat(t.Context(), p, &backendtest.Recorder{}); err == nil || len(s.Chats()) != 1 {
			t.Errorf("%v, %d requests", err, len(s.Chats()))
		}
	}
}

// TestLlamaServerTellsOfTools asks llama-server for its template.
func TestLlamaServerTellsOfTools(t *testing.T) {
	for props, want := range map[string]bool{
		`{"chat_template_caps":{"supports_tools":true}}`:  true,
		`{"chat_template_caps":{"supports_tools":false}}`: false,
		`{"chat_template":"…"}`:                           false,
		`garbage`:                                         false,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body := props
			if r.URL.Path == "/v1/models" {
				body = `{"models":[{"name":"tiny","capabilities":["completion"]}],"object":"list","data":[{"id":"tiny","meta":{"n_ctx":1024}}]}`
			}
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(s.Close)
		models, err := newClient(t, s.URL, openai.Options{}).Models(t.Context())
		if err != nil || slices.Contains(models[0].Capabilities, "tools") != want {
			t.Errorf("%s: %+v, %v", props, models, err)
		}
	}
}
