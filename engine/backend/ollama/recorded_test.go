package ollama_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/ollama"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func recorded(name string) string { return filepath.Join("testdata", name+".http") }

// replay is a client of a server that answers as Ollama 0.17.4 was recorded to.
func replay(t *testing.T, name string) *ollama.Client {
	t.Helper()
	url := backendtest.Replay(t, recorded(name), map[string]string{
		"/api/show": recorded("show"), "/api/ps": recorded("ps"), "/api/tags": recorded("tags"), "/api/version": recorded("version"),
	})
	return newClient(t, url, transport.Options{})
}

func TestRecordedAnswers(t *testing.T) {
	for _, test := range []struct {
		name, text string
		reason     chat.FinishReason
		usage      chat.Usage
	}{
		{"chat-stream", " wri return th co int int int int int int interf packa ht thi writ channe you fun th stri ea val ne clie handler thi fo me interface prin new appen retur err lo wr by defer sho se wh erro pars should write return string resp forma channel jso us slic va ea wit val ne form if", chat.FinishLength, chat.Usage{PromptTokens: 61, CompletionTokens: 60}},
		{"chat-nostream", " wri return map wr struc beca becaus functio request fu print strin", chat.FinishLength, chat.Usage{PromptTokens: 54, CompletionTokens: 12}},
		{"load", "", chat.FinishStop, chat.Usage{}},
	} {
		var got backendtest.Recorder
		end, err := replay(t, test.name).Chat(t.Context(), prompt("tiny-spm"), &got)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got.Text() != test.text || end.Reason != test.reason || end.Usage != test.usage {
			t.Errorf("%s: %q, %+v", test.name, got.Text(), end)
		}
	}
}

func TestRecordedErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		kind chat.ErrorKind
		hint string
		want string // behind the server's name
	}{
		{"error-404-model", chat.ModelNotFound, "ollama pull nope", `does not have the model "nope"`},
		{"error-400-json", chat.BadResponse, "rigrun.local.url", "answered with an error (HTTP 400): unexpected EOF"},
		{"error-think", chat.BadResponse, "ollama serve", `answered with an error (HTTP 400): "tiny-spm" does not support thinking`},
		{"error-tools", chat.BadResponse, "ollama serve", "answered with an error (HTTP 400): registry.ollama.ai/library/tiny-spm:latest does not support tools"},
	} {
		_, err := replay(t, test.name).Chat(t.Context(), prompt("nope"), &backendtest.Recorder{})
		e, ok := errors.AsType[*chat.Error](err)
		if !ok || e.Kind != test.kind || !strings.HasSuffix(e.Message, test.want) || !strings.Contains(e.Hint, test.hint) {
			t.Errorf("%s: %#v", test.name, err)
		}
	}
}

func TestRecordedCalls(t *testing.T) {
	c := replay(t, "embed")
	info, err := c.Show(t.Context(), "tiny-spm")
	if err != nil || info.ContextLength != 2048 || info.NumCtx != 1024 {
		t.Errorf("show: %+v, %v", info, err)
	}
	vectors, err := c.Embed(t.Context(), chat.Unclassified, "tiny-spm", []string{"one"})
	if err != nil || len(vectors) != 1 || len(vectors[0]) != 64 || vectors[0][0] != 0.060184848 {
		t.Errorf("embed: %d vectors, %v", len(vectors), err)
	}
	if v, err := c.Version(t.Context()); v != "0.0.0" || err != nil {
		t.Errorf("version: %q, %v", v, err)
	}
	models, err := c.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	no := false
	want := chat.Model{ID: "tiny-bpe:latest", Backend: "ollama", Tier: "local", ContextLength: 2048, SizeBytes: 609663, Loaded: &no, Capabilities: info.Capabilities, Digest: "936adda553a3244e773eec90ead0a219889e510c2461567f42ae39cf408b283d"}
	if len(models) != 2 {
		t.Fatalf("%d models", len(models))
	}
	if diff := cmp.Diff(want, models[0]); diff != "" {
		t.Error(diff)
	}
}
