package local

import (
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// TestChoose holds the rule by which a model is chosen.
func TestChoose(t *testing.T) {
	const early, late = "2025-01-01T00:00:00Z", "2026-01-01T00:00:00.123456789+02:00"
	embedding := []string{"embedding"}
	for _, test := range []struct {
		name   string
		models []backendtest.Model
		want   string
	}{
		{"the only one", []backendtest.Model{{Name: "a"}}, "a:latest"},
		{"the later one", []backendtest.Model{{Name: "a", Modified: early}, {Name: "b", Modified: late}}, "b:latest"},
		{"one for code", []backendtest.Model{{Name: "a", Modified: late}, {Name: "qwen2.5-coder:7b", Modified: early}}, "qwen2.5-coder:7b"},
		{"the loaded one", []backendtest.Model{{Name: "qwen2.5-coder", Modified: late}, {Name: "a", Modified: early, Loaded: true}}, "a:latest"},
		{"the loaded one for code", []backendtest.Model{{Name: "a", Modified: late, Loaded: true}, {Name: "codellama", Loaded: true}}, "codellama:latest"},
		{"not a loaded embedder", []backendtest.Model{{Name: "nomic-embed-text", Loaded: true}, {Name: "a"}}, "a:latest"},
		{"not an embedder by what it can", []backendtest.Model{{Name: "code-vectors", Capabilities: embedding}, {Name: "a"}}, "a:latest"},
		{"a bad time", []backendtest.Model{{Name: "a", Modified: "yesterday"}, {Name: "b", Modified: early}}, "b:latest"},
		{"embedders alone", []backendtest.Model{{Name: "all-minilm"}, {Name: "x", Capabilities: embedding}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := backendtest.Ollama(t, backendtest.Script{Models: test.models})
			got, err := newServer(t, Config{URL: s.URL}).Pick(t.Context(), "")
			if got.Model.ID != test.want || (test.want == "") != (err != nil) {
				t.Errorf("%q, %v", got.Model.ID, err)
			}
			if test.want != "" && !got.Model.Default {
				t.Error("it is not marked as the default")
			}
		})
	}
}
