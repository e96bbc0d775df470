package openai_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/openai"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// replay is a client of a server that answers as llama-server b11669, or Ollama
// 0.17.4 in OpenAI's protocol, was recorded to.
func replay(t *testing.T, name string) *openai.Client {
	t.Helper()
	return newClient(t, backendtest.Replay(t, filepath.Join("testdata", name+".http"), nil), openai.Options{})
}

func TestRecordedAnswers(t *testing.T) {
	for _, test := range []struct {
		name, text string
		usage      chat.Usage
	}{
		{"llama-openai-stream", " wri return functi form if ra an interface interface prin meth interface interface prin new return string read file def writ because bytes pack nil error pack cha struct request", chat.Usage{PromptTokens: 60, CompletionTokens: 30}},
		{"llama-openai-nostream", " wri return functi form if ra an interface", chat.Usage{PromptTokens: 60, CompletionTokens: 8}},
		{"ollama-openai-stream", " wri return er else writer va ea wit val whe interfa client ea err go slic interf import respons string pac stru wr by stri prin for line retu el", chat.Usage{PromptTokens: 60, CompletionTokens: 30}},
	} {
		var got backendtest.Recorder
		end, err := replay(t, test.name).Chat(t.Context(), prompt("tiny"), &got)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got.Text() != test.text || end.Reason != chat.FinishLength || end.Usage != test.usage {
			t.Errorf("%s: %q, %+v", test.name, got.Text(), end)
		}
	}
}

func TestRecordedErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		kind chat.ErrorKind
		want string // behind the server's name
	}{
		{"llama-error-context", chat.ContextTooLong, "the prompt has 16053 tokens, more than the 1024 of the model's context"},
		{"llama-error-400-json", chat.BadResponse, "expected '[', '{', or a literal"},
		{"ollama-openai-error-404", chat.ModelNotFound, `does not have the model "nope"`},
	} {
		_, err := replay(t, test.name).Chat(t.Context(), prompt("nope"), &backendtest.Recorder{})
		e, ok := errors.AsType[*chat.Error](err)
		if !ok || e.Kind != test.kind || !strings.HasSuffix(e.Message, test.want) || e.Hint == "" {
			t.Errorf("%s: %#v", test.name, err)
		}
	}
	_, err := replay(t, "llama-error-embeddings").Embed(t.Context(), chat.Unclassified, "tiny", []string{"a"})
	if chat.KindOf(err) != chat.BadResponse || !strings.Contains(err.Error(), "Start it with `--embeddings`") {
		t.Error(err)
	}
}

func TestRecordedModels(t *testing.T) {
	yes := true
	for name, want := range map[string][]chat.Model{
		"llama-models": {{
			ID: "tiny", Backend: "openai", Tier: "local", ContextLength: 1024, Capabilities: []string{"completion"}, SizeBytes: 643328, Loaded: &yes,
		}},
		"ollama-openai-models": {
			{ID: "tiny-bpe:latest", Backend: "openai", Tier: "local", Capabilities: []string{"completion"}},
			{ID: "tiny-spm:latest", Backend: "openai", Tier: "local", Capabilities: []string{"completion"}},
		},
	} {
		got, err := replay(t, name).Models(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
