package main

import (
	"strings"
	"testing"
	"time"
)

// TestTables runs every row of every table once or so: each checks its own work.
func TestTables(t *testing.T) {
	var out strings.Builder
	if err := run(&out, harness{rounds: 1, slice: time.Microsecond}, ""); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"engine/stream", "Ollama's own client", "openai-go", "encoding/json", "go-json-experiment", "sonic", "fastjson", "memchr",
		"coalesced", "go.lsp.dev/jsonrpc2", "golang.org/x/exp/jsonrpc2", "sourcegraph/jsonrpc2", "creachadair/jrpc2", "one write", "ours, from NDJSON", "only the rule that forces it", "engine/embed", "gonum",
		"engine/cache (lifetime", "otter v2", "engine/cache/semantic", "chromem-go", "semantic.Compare",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no row %q", want)
		}
	}
}

// TestChecksFail makes sure that a row which does less work than the others is found out.
func TestChecksFail(t *testing.T) {
	want := answerOf(chunks)
	short := want
	short.bytes--
	if short.check(want) == nil {
		t.Error("a short answer passes for a whole one")
	}
	message := `{"jsonrpc":"2.0","method":"$/progress","params":{"token":"chat-1","value":{"seq":0,"text":"a"}}}`
	framed := []byte("Content-Length: 96\r\n\r\n" + message)
	if err := checkMessages(framed, 0, "a"); err != nil {
		t.Error(err)
	}
	if checkMessages(framed, 0, "b") == nil || checkMessages(framed, 1, "a") == nil || checkMessages(framed, 0, "a", "b") == nil {
		t.Error("a wrong message passes for the right one")
	}
}
