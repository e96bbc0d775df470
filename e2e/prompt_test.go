package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/gguf"
)

// leastCached is the share of the prompts of a conversation's later questions
// that a model server must find in its own cache.
const leastCached = 0.9

// cachedTokens reads from an answer how much of the prompt the server had in its
// cache. ok is false for a server that does not tell.
func (x *exchange) cachedTokens(t *testing.T) (cached, prompt int, ok bool) {
	t.Helper()
	x.mu.Lock()
	raw := bytes.Clone(x.response.Bytes())
	x.mu.Unlock()
	for line := range strings.Lines(string(raw)) {
		var c struct {
			Timings *struct {
				Cached int `json:"cache_n"`
				Prompt int `json:"prompt_n"`
			} `json:"timings"`
		}
		line = strings.TrimSpace(strings.TrimPrefix(line, "data:"))
		if json.Unmarshal([]byte(line), &c) == nil && c.Timings != nil {
			return c.Timings.Cached, c.Timings.Cached + c.Timings.Prompt, true
		}
	}
	return 0, 0, false
}

// functions is a Go file with so many functions.
func functions(n int) string {
	var b strings.Builder
	b.WriteString("package sum\n")
	for i := range n {
		fmt.Fprintf(&b, "\n// Sum%d adds the first %d values.\nfunc Sum%d(values []int) (total int) {\n\tfor _, v := range values[:%d] {\n\t\ttotal += v\n\t}\n\treturn total\n}\n", i, i, i, i)
	}
	return b.String()
}

// openFile opens a file in the editor and returns it as context.
func (e *editor) openFile(name, text string) map[string]any {
	uri := fileURI(filepath.Join(e.t.TempDir(), name))
	e.notify("textDocument/didOpen", map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": "go", "version": 1, "text": text},
	})
	return map[string]any{"kind": "file", "uri": uri}
}

// TestPrefixStaysInTheServersCache talks for ten turns about a file that is given
// with every question, and adds up what the model server had to compute anew. That
// holds every answer: a random model's tokens are not those that its own tokenizer
// makes of its text, so the server cannot take them from its cache.
func TestPrefixStaysInTheServersCache(t *testing.T) {
	server := startModelServer(t, gguf.Tiny(), "--ctx-size", "24576")
	tp := startTap(t, server)
	e := startEditor(t, settings(server, tp.url))
	file := e.openFile("sum.go", functions(30))
	id, cached, total, first := "", 0, 0, 0
	for i := range 10 {
		params := map[string]any{"message": fmt.Sprintf("And Sum%d?", i), "cache": "off", "context": []any{file}}
		if id != "" {
			params["conversationId"] = id
		}
		_, r := e.ask(params).wait()
		res := outcome(t, r)
		id = res.ConversationID
		if strings.Contains(res.Route.Reason, "left out") {
			t.Fatalf("turn %d was cut: %s", i+1, res.Route.Reason)
		}
		x, _ := tp.last()
		c, p, ok := x.cachedTokens(t)
		if !ok {
			t.Skipf("%s does not tell what it had in its cache", server.kind)
		}
		t.Logf("turn %2d: %4d of %4d tokens from the cache", i+1, c, p)
		if i == 0 {
			first = p
			continue
		}
		cached, total = cached+c, total+p
	}
	share := float64(cached) / float64(total)
	t.Logf("%.1f %% of the prompts of turns 2 to 10 came from the server's cache, %.1f %% with the first", 100*share, 100*float64(cached)/float64(total+first))
	if share < leastCached {
		t.Errorf("%.1f %% of the later prompts came from the server's cache, want %.0f %%", 100*share, 100*leastCached)
	}
}

// TestPromptFitsAnOddTokenizer gives a file that is far too long to a model whose
// tokenizer makes three times the usual number of tokens. The server must not
// refuse the prompt, and the estimate of the preview must be near its count:
// tokenizers in use are held to a tenth, in engine/prompt, and this one to more.
func TestPromptFitsAnOddTokenizer(t *testing.T) {
	server := startModelServer(t, gguf.Tiny())
	tp := startTap(t, server)
	e := startEditor(t, settings(server, tp.url))
	params := map[string]any{"message": "What is wrong?", "cache": "off", "context": []any{e.openFile("long.go", functions(400))}}
	r := e.call("rigrun/context/preview", params)
	var preview struct {
		Text   string
		Tokens int
		Items  []struct {
			Kind, Cut string
			Tokens    int
		}
	}
	if r.Error != nil || json.Unmarshal(r.Result, &preview) != nil {
		t.Fatalf("preview: %+v, %s", r.Error, r.Result)
	}
	if _, n := tp.last(); n != 0 {
		t.Error("the preview asked the model")
	}
	_, answered := e.ask(params).wait()
	res := outcome(t, answered)
	if _, n := tp.last(); n != 1 {
		t.Errorf("the model was asked %d times", n)
	}
	off := float64(preview.Tokens-res.Usage.PromptTokens) / float64(res.Usage.PromptTokens)
	t.Logf("%d tokens by estimate, %d by the server's count (%+.1f %%); %s", preview.Tokens, res.Usage.PromptTokens, 100*off, res.Route.Reason)
	if math.Abs(off) > 0.15 {
		t.Errorf("the estimate is off by %+.1f %%", 100*off)
	}
	if len(preview.Items) != 1 || !strings.Contains(preview.Items[0].Cut, "tokens") || !strings.Contains(res.Route.Reason, "; left out to fit ") {
		t.Errorf("what was cut is not said: %+v, %q", preview.Items, res.Route.Reason)
	}
}
