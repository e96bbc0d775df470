package openai_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/openai"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
)

// tokenizer is a server that counts words, in the form of one of the servers in use.
func tokenizer(t *testing.T, field, form string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in map[string]string
		if json.NewDecoder(r.Body).Decode(&in) != nil || r.URL.Path != "/tokenize" {
			http.NotFound(w, r)
			return
		}
		words := make([]int, len(strings.Fields(in[field])))
		list, _ := json.Marshal(words)
		_, _ = io.WriteString(w, strings.NewReplacer("COUNT", string('0'+rune(len(words))), "LIST", string(list)).Replace(form))
	}))
	t.Cleanup(s.Close)
	return s
}

func TestCountTokens(t *testing.T) {
	for name, s := range map[string]*httptest.Server{
		"llama-server": tokenizer(t, "content", `{"tokens":LIST}`),
		"vLLM":         tokenizer(t, "prompt", `{"count":COUNT,"max_model_len":4096,"tokens":[]}`),
	} {
		tr := transport.New(door.New(door.Rules{}, nil, nil), transport.Options{})
		t.Cleanup(tr.CloseIdle)
		c, err := openai.New(s.URL, tr, openai.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.CountTokens(t.Context(), "m", []string{"one", "one two three"})
		if err != nil || !slices.Equal(got, []int{1, 3}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestCountTokensFails(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = io.WriteString(w, `{}`)
	}))
	t.Cleanup(s.Close)
	tr := transport.New(door.New(door.Rules{}, nil, nil), transport.Options{})
	t.Cleanup(tr.CloseIdle)
	for tier, want := range map[string]int{chat.TierCloud: 0, chat.TierLocal: 1} {
		c, err := openai.New(s.URL, tr, openai.Options{Tier: tier})
		if err != nil {
			t.Fatal(err)
		}
		asked = 0
		if _, err := c.CountTokens(t.Context(), "m", []string{"text"}); err == nil || asked != want {
			t.Errorf("%s: %v after %d requests, want %d", tier, err, asked, want)
		}
	}
}
