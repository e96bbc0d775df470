package editors

import (
	"os"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/e2e/gguf"
	"github.com/rigrun/rigrun-lsp/e2e/modelserver"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// model is the one that the pages set.
const model = "qwen2.5-coder:7b"

// What the scripted model says.
const (
	explained = "Add is to add, but it subtracts: b is taken from a."
	fixed     = "It subtracted.\n\n```go\nfunc Add(a, b int) int {\n\treturn a + b\n}\n```\n"
)

// scripted is a model server that gives these answers, by the pages' model.
func scripted(t *testing.T, answers ...backendtest.Answer) *backendtest.Server {
	t.Helper()
	return backendtest.Ollama(t, backendtest.Script{
		Models:  []backendtest.Model{{Name: "other:latest", Loaded: true}, {Name: model}},
		Answers: answers,
	})
}

// slow is an answer whose first token comes after 41 seconds: Helix waits 20 for a
// response, Eglot 10.
func slow(t *testing.T, text string) backendtest.Answer {
	t.Helper()
	hold := make(chan struct{})
	timer := time.AfterFunc(41*time.Second, func() { close(hold) })
	t.Cleanup(func() { timer.Stop() })
	return backendtest.Answer{backendtest.Hold(hold), backendtest.Text(text)}
}

// onceThere is an answer that comes once a file is there. Waiting ends with the test.
func onceThere(t *testing.T, file, text string) backendtest.Answer {
	t.Helper()
	hold, ctx := make(chan struct{}), t.Context()
	go func() {
		defer close(hold)
		for ctx.Err() == nil {
			if _, err := os.Stat(file); err == nil {
				return
			}
			<-time.After(20 * time.Millisecond)
		}
	}()
	return backendtest.Answer{backendtest.Hold(hold), backendtest.Text(text)}
}

// startLlama starts llama-server with a model of random weights under the pages'
// name and returns its address. It ends with the test.
func startLlama(t *testing.T) string {
	t.Helper()
	programs(t) // skips where nothing is to be started
	shape := gguf.Tiny()
	shape.Name = model
	return modelserver.Llama(t, shape, "--n-predict", "40").URL
}
