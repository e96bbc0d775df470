package ollama_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/ollama"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestModels(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{Models: []backendtest.Model{
		{Name: "coder", Digest: "a", Context: 32768, Capabilities: []string{"completion", "tools"}, Size: 7, Loaded: true},
		{Name: "nomic:v1", Digest: "b", Context: 512, Capabilities: []string{"embedding"}},
		{Name: "old", Digest: "c"},
	}})
	got, err := newClient(t, s.URL, transport.Options{}).Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	want := []chat.Model{
		{ID: "coder:latest", Backend: "ollama", Tier: "local", ContextLength: 32768, Capabilities: []string{"completion", "tools"}, SizeBytes: 7, Loaded: &yes, Digest: "a"},
		{ID: "nomic:v1", Backend: "ollama", Tier: "local", ContextLength: 512, Capabilities: []string{"embedding"}, Loaded: &no, Digest: "b"},
		{ID: "old:latest", Backend: "ollama", Tier: "local", Capabilities: []string{}, Loaded: &no, Digest: "c"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVersionAndEmbed(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{Version: "1.2.3", Vector: []float32{5}})
	c := newClient(t, s.URL, transport.Options{})
	if v, err := c.Version(t.Context()); v != "1.2.3" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	got, err := c.Embed(t.Context(), chat.Unclassified, "tiny", []string{"a", "b", "c"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]float32{{5}, {5}, {5}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSameModel(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"x", "x:latest", true},
		{"x:7b", "x", false},
		{"reg:5000/a/x", "reg:5000/a/x:latest", true},
		{"X", "x", true},
	} {
		if got := ollama.SameModel(test.a, test.b); got != test.want {
			t.Errorf("%q and %q: %v", test.a, test.b, got)
		}
	}
}

// showCount is how often a server was asked about a model.
func showCount(s *backendtest.Server) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Path == "/api/show" {
			n++
		}
	}
	return n
}

// TestShowOnce holds that many questions at once ask about their model once.
func TestShowOnce(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{})
	c := newClient(t, s.URL, transport.Options{})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			name := "tiny"
			if i%2 == 0 {
				name = "tiny:latest"
			}
			if _, err := c.Chat(t.Context(), prompt(name), &backendtest.Recorder{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := showCount(s); n != 1 {
		t.Errorf("/api/show was asked %d times", n)
	}
}

// TestModelMissing holds the kind, and the hint with the command that helps.
func TestModelMissing(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{})
	_, err := newClient(t, s.URL, transport.Options{}).Chat(t.Context(), prompt("nope:7b"), &backendtest.Recorder{})
	e, ok := errors.AsType[*chat.Error](err)
	if !ok || e.Kind != chat.ModelNotFound || !strings.Contains(e.Message, "nope:7b") || !strings.Contains(e.Hint, "ollama pull nope:7b") {
		t.Errorf("%#v", err)
	}
	if len(s.Chats()) != 0 {
		t.Error("a model known to be missing was asked")
	}
}
