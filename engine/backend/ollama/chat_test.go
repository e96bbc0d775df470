package ollama_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/ollama"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newClient(t *testing.T, url string, o transport.Options) *ollama.Client {
	t.Helper()
	tr := transport.New(door.New(door.Rules{}, nil, nil), o)
	t.Cleanup(tr.CloseIdle)
	c, err := ollama.New(url, tr, ollama.Options{KeepAlive: "5m"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func prompt(model string) *chat.Prompt {
	return &chat.Prompt{Model: model, Turns: []chat.Turn{{Role: chat.RoleSystem, Content: "Be brief."}, {Role: chat.RoleUser, Content: "Why?"}}}
}

// TestChatExact holds that hard tokens arrive as sent, however they are split.
func TestChatExact(t *testing.T) {
	tokens := backendtest.OddTokens(1500)
	for _, split := range []int{0, 1, 7, 4096} {
		list := tokens
		if split == 1 {
			list = tokens[:150] // a write for each byte is slow
		}
		s := backendtest.Ollama(t, backendtest.Script{Split: split, Answers: []backendtest.Answer{backendtest.Tokens(list...)}})
		var got backendtest.Recorder
		end, err := newClient(t, s.URL, transport.Options{}).Chat(t.Context(), prompt("tiny"), &got)
		if err != nil || end.Reason != chat.FinishStop {
			t.Fatalf("split %d: %v, reason %q", split, err, end.Reason)
		}
		if got.Text() != strings.Join(list, "") {
			t.Errorf("split %d: the text is not what was sent", split)
		}
		if end.Usage.PromptTokens != 10 || end.Usage.CompletionTokens != len(list) {
			t.Errorf("split %d: usage %+v", split, end.Usage)
		}
	}
}

func TestChatThinkingAndTools(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{{
		backendtest.Think("hm"), backendtest.Text("yes"), backendtest.Call(0, "c1", "read", `{"path":"a.go"}`), backendtest.End(chat.FinishLength, 3, 4),
	}}})
	var got backendtest.Recorder
	end, err := newClient(t, s.URL, transport.Options{}).Chat(t.Context(), prompt("tiny"), &got)
	if err != nil {
		t.Fatal(err)
	}
	if got.Text() != "yes" || got.Thinking() != "hm" || got.Args.String() != `{"path":"a.go"}` || len(got.Calls) != 1 || got.Calls[0].Name != "read" {
		t.Errorf("got %q, %q, %v %q", got.Text(), got.Thinking(), got.Calls, got.Args.String())
	}
	if end.Usage != (chat.Usage{PromptTokens: 3, CompletionTokens: 4}) {
		t.Errorf("usage %+v", end.Usage)
	}
}

// TestChatRequest holds the exact request, zero temperature included.
func TestChatRequest(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{})
	p := prompt("tiny")
	zero, seed := 0.0, 42
	p.Options = chat.Options{Temperature: &zero, Seed: &seed, MaxTokens: 100}
	if _, err := newClient(t, s.URL, transport.Options{}).Chat(t.Context(), p, &backendtest.Recorder{}); err != nil {
		t.Fatal(err)
	}
	want := `{"model":"tiny","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"}],` +
		`"stream":true,"options":{"num_ctx":2048,"num_predict":100,"seed":42,"temperature":0},"keep_alive":"5m"}`
	if diff := cmp.Diff(want, string(s.Chats()[0].Body)); diff != "" {
		t.Error(diff)
	}
}

func TestKeepAliveNumber(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{})
	tr := transport.New(door.New(door.Rules{}, nil, nil), transport.Options{})
	t.Cleanup(tr.CloseIdle)
	c, err := ollama.New(s.URL, tr, ollama.Options{KeepAlive: "-1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Chat(t.Context(), prompt("tiny"), &backendtest.Recorder{}); err != nil {
		t.Fatal(err)
	}
	var body struct {
		KeepAlive json.RawMessage `json:"keep_alive"`
	}
	if err := json.Unmarshal(s.Chats()[0].Body, &body); err != nil || string(body.KeepAlive) != "-1" {
		t.Errorf("keep_alive %s, %v", body.KeepAlive, err)
	}
}

// TestDocument holds that an answer without a stream is an answer.
func TestDocument(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{{backendtest.Document("whole\nanswer")}}})
	var got backendtest.Recorder
	end, err := newClient(t, s.URL, transport.Options{}).Chat(t.Context(), prompt("tiny"), &got)
	if err != nil || got.Text() != "whole\nanswer" || end.Usage.CompletionTokens != 3 {
		t.Errorf("%q, %+v, %v", got.Text(), end, err)
	}
}
