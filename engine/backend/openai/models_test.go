package openai_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/openai"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// checkHidden fails where any text of an error's chain holds a secret.
func checkHidden(t *testing.T, err error, secret string) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		text := e.Error()
		if ce, ok := e.(*chat.Error); ok {
			text += ce.Hint
		}
		if strings.Contains(text, secret) {
			t.Errorf("an error holds %q: %s", secret, text)
		}
	}
}

// TestModels holds what each kind of server adds to OpenAI's list.
func TestModels(t *testing.T) {
	yes, no := true, false
	tests := []struct {
		name, body string
		want       []chat.Model
	}{
		{"OpenAI", `{"object":"list","data":[{"id":"gpt-9"},{"id":"text-embedding-9"},{"id":""}]}`, []chat.Model{
			{ID: "gpt-9", Capabilities: []string{"completion"}},
			{ID: "text-embedding-9", Capabilities: []string{"embedding"}},
		}},
		{"llama-server", `{"models":[{"name":"tiny","capabilities":["completion","multimodal"]}],"object":"list",
			"data":[{"id":"tiny","meta":{"n_ctx":1024,"n_ctx_train":2048,"size":643328}}]}`, []chat.Model{
			{ID: "tiny", Capabilities: []string{"completion", "multimodal"}, ContextLength: 1024, SizeBytes: 643328, Loaded: &yes},
		}},
		{"vLLM", `{"object":"list","data":[{"id":"m","max_model_len":4096}]}`, []chat.Model{
			{ID: "m", Capabilities: []string{"completion"}, ContextLength: 4096},
		}},
		{"LM Studio", `{"object":"list","data":[{"id":"v","type":"vlm","state":"not-loaded","max_context_length":8192},
			{"id":"e","type":"embeddings","state":"loaded","max_context_length":512}]}`, []chat.Model{
			{ID: "v", Capabilities: []string{"completion", "vision"}, ContextLength: 8192, Loaded: &no},
			{ID: "e", Capabilities: []string{"embedding"}, ContextLength: 512, Loaded: &yes},
		}},
		{"OpenRouter", `{"data":[{"id":"a/b","context_length":200000,"architecture":{"input_modalities":["text","image"]},
			"supported_parameters":["tools"]}]}`, []chat.Model{
			{ID: "a/b", Capabilities: []string{"completion", "vision", "tools"}, ContextLength: 200000},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/v1/models" {
					http.NotFound(w, r)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(test.body))
			}))
			defer s.Close()
			got, err := newClient(t, s.URL, openai.Options{}).Models(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for i := range test.want {
				test.want[i].Backend, test.want[i].Tier = "openai", chat.TierLocal
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEmbed(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{Vector: []float32{3, 4}})
	got, err := newClient(t, s.URL, openai.Options{}).Embed(t.Context(), chat.Unclassified, "tiny", []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]float32{{3, 4}, {3, 4}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEmbedTooFew(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"data":[{"index":0,"embedding":[1]},{"index":-7,"embedding":[1]}]}`))
	}))
	defer s.Close()
	_, err := newClient(t, s.URL, openai.Options{}).Embed(t.Context(), chat.Unclassified, "tiny", []string{"a", "b"})
	if chat.KindOf(err) != chat.BadResponse {
		t.Error(err)
	}
}

// TestHints holds that every failure has a hint, and that a cloud's names the cloud's settings.
func TestHints(t *testing.T) {
	for _, tier := range []string{chat.TierLocal, chat.TierCloud} {
		s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{
			{backendtest.Refuse(401, "")},
			{backendtest.Refuse(404, "no")},
			{backendtest.Refuse(413, "")},
			{backendtest.Refuse(500, "")},
			{backendtest.Text("x"), backendtest.Cut()},
			{backendtest.Refuse(429, "", "Retry-After", "600")},
		}})
		c := newClient(t, s.URL, openai.Options{Tier: tier})
		for _, want := range []chat.ErrorKind{
			chat.Auth, chat.ModelNotFound, chat.ContextTooLong, chat.BadResponse, chat.StreamInterrupted, chat.RateLimited,
		} {
			_, err := c.Chat(t.Context(), prompt("tiny"), &backendtest.Recorder{})
			e, ok := errors.AsType[*chat.Error](err)
			if !ok || e.Kind != want || e.Hint == "" {
				t.Errorf("%s: want %s, got %v", tier, want, err)
				continue
			}
			if tier == chat.TierCloud && strings.Contains(e.Hint, "rigrun.local") {
				t.Errorf("a cloud's hint names a local setting: %s", e.Hint)
			}
		}
	}
}
