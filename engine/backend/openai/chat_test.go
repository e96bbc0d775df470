package openai_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/openai"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newClient(t *testing.T, url string, o openai.Options) *openai.Client {
	t.Helper()
	u, err := transport.Base(url, "")
	if err != nil {
		t.Fatal(err)
	}
	clean := func(string) []string { return nil }
	tr := transport.New(door.New(door.Rules{CloudHost: transport.Address(u)}, clean, nil), transport.Options{})
	t.Cleanup(tr.CloseIdle)
	c, err := openai.New(url, tr, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func prompt(model string) *chat.Prompt {
	return &chat.Prompt{Model: model, Turns: []chat.Turn{{Role: chat.RoleUser, Content: "Why?"}}}
}

// TestChatExact holds that hard tokens arrive as sent, however they are split.
func TestChatExact(t *testing.T) {
	tokens := backendtest.OddTokens(1500)
	for _, split := range []int{0, 1, 7, 4096} {
		list := tokens
		if split == 1 {
			list = tokens[:150] // a write for each byte is slow
		}
		s := backendtest.OpenAI(t, backendtest.Script{Split: split, Answers: []backendtest.Answer{backendtest.Tokens(list...)}})
		var got backendtest.Recorder
		end, err := newClient(t, s.URL, openai.Options{}).Chat(t.Context(), prompt("tiny"), &got)
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
	s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{{
		backendtest.Think("hm"), backendtest.Text("yes"),
		backendtest.Call(0, "c1", "read", `{"path":`), backendtest.Call(0, "", "", `"a.go"}`),
		backendtest.End(chat.FinishTool, 3, 4),
	}}})
	var got backendtest.Recorder
	end, err := newClient(t, s.URL, openai.Options{}).Chat(t.Context(), prompt("tiny"), &got)
	if err != nil {
		t.Fatal(err)
	}
	if got.Text() != "yes" || got.Thinking() != "hm" || got.Args.String() != `{"path":"a.go"}` {
		t.Errorf("got %q, %q, %q", got.Text(), got.Thinking(), got.Args.String())
	}
	if len(got.Calls) != 2 || got.Calls[0].Name != "read" || got.Calls[0].ID != "c1" {
		t.Errorf("calls %+v", got.Calls)
	}
	if end.Usage != (chat.Usage{PromptTokens: 3, CompletionTokens: 4}) || end.Reason != chat.FinishTool {
		t.Errorf("end %+v", end)
	}
}

// TestChatRequest holds the exact request, zero temperature included, and where the key goes.
func TestChatRequest(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{Key: "sk-secret"})
	p := prompt("tiny")
	zero, seed := 0.0, 42
	p.Options = chat.Options{Temperature: &zero, Seed: &seed, MaxTokens: 100}
	c := newClient(t, s.URL+"/v1/", openai.Options{Key: "sk-secret", Header: map[string]string{"X-Title": "rigrun"}})
	if _, err := c.Chat(t.Context(), p, &backendtest.Recorder{}); err != nil {
		t.Fatal(err)
	}
	r := s.Chats()[0]
	want := `{"model":"tiny","messages":[{"role":"user","content":"Why?"}],"stream":true,"stream_options":{"include_usage":true},` +
		`"temperature":0,"seed":42,"max_tokens":100}`
	if diff := cmp.Diff(want, string(r.Body)); diff != "" {
		t.Error(diff)
	}
	if _, sent := r.Header["Idempotency-Key"]; sent {
		t.Error("the mark that a request may be repeated was sent")
	}
	if r.Header.Get("X-Title") != "rigrun" || strings.Contains(string(r.Body), "sk-secret") {
		t.Errorf("headers %v", r.Header)
	}
}

// TestQuirks holds that a member a server refuses is left out, at once and from then on.
func TestQuirks(t *testing.T) {
	for _, member := range []string{"stream_options", "temperature", "seed"} {
		s := backendtest.OpenAI(t, backendtest.Script{Strict: []string{member}})
		c := newClient(t, s.URL, openai.Options{})
		p := prompt("tiny")
		half, seed := 0.5, 1
		p.Options = chat.Options{Temperature: &half, Seed: &seed}
		for range 2 {
			var got backendtest.Recorder
			if _, err := c.Chat(t.Context(), p, &got); err != nil || got.Text() != "Hello" {
				t.Fatalf("%s: %q, %v", member, got.Text(), err)
			}
		}
		chats := s.Chats()
		if len(chats) != 3 || strings.Contains(string(chats[2].Body), member) {
			t.Errorf("%s: %d requests, the last %s", member, len(chats), chats[len(chats)-1].Body)
		}
	}
}

// TestQuirkMaxTokens holds OpenAI's own way of renaming a member.
func TestQuirkMaxTokens(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{
		{backendtest.Refuse(400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")},
		backendtest.Tokens("ok"),
	}})
	p := prompt("o9")
	p.Options.MaxTokens = 9
	var got backendtest.Recorder
	if _, err := newClient(t, s.URL, openai.Options{}).Chat(t.Context(), p, &got); err != nil || got.Text() != "ok" {
		t.Fatalf("%q, %v", got.Text(), err)
	}
	if body := string(s.Chats()[1].Body); !strings.Contains(body, `"max_completion_tokens":9`) || strings.Contains(body, `"max_tokens"`) {
		t.Error(body)
	}
}

// TestRefusedForGood holds that a refusal of something else is not repeated.
func TestRefusedForGood(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{{backendtest.Refuse(400, "messages must alternate")}}})
	_, err := newClient(t, s.URL, openai.Options{}).Chat(t.Context(), prompt("tiny"), &backendtest.Recorder{})
	if chat.KindOf(err) != chat.BadResponse || !strings.Contains(err.Error(), "messages must alternate") || len(s.Chats()) != 1 {
		t.Errorf("%v after %d requests", err, len(s.Chats()))
	}
}

// TestDocument holds that an answer without a stream is an answer.
func TestDocument(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{{backendtest.Document("whole\nanswer")}}})
	var got backendtest.Recorder
	end, err := newClient(t, s.URL, openai.Options{}).Chat(t.Context(), prompt("tiny"), &got)
	if err != nil || got.Text() != "whole\nanswer" || end.Usage.CompletionTokens != 3 || end.Reason != chat.FinishStop {
		t.Errorf("%q, %+v, %v", got.Text(), end, err)
	}
}

// TestKeyRefused holds that a refused key is named as such and never repeated.
func TestKeyRefused(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{Key: "sk-right"})
	c := newClient(t, s.URL, openai.Options{Key: "sk-wrong-key", Tier: chat.TierCloud})
	_, err := c.Chat(t.Context(), prompt("tiny"), &backendtest.Recorder{})
	if chat.KindOf(err) != chat.Auth {
		t.Fatal(err)
	}
	checkHidden(t, err, "sk-wrong-key")
	_, err = c.Models(t.Context())
	if chat.KindOf(err) != chat.Auth {
		t.Fatal(err)
	}
}
