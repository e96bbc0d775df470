package e2e

import (
	"encoding/json"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/gguf"
)

// TestInlineCompletion has a real llama-server fill in a gap: by a model that has
// the marks for it, and by one that has not, which is said to the person.
func TestInlineCompletion(t *testing.T) {
	able := gguf.Tiny()
	able.Name, able.Infill = "infill", true
	for _, shape := range []gguf.Shape{able, gguf.Tiny()} {
		t.Run(shape.Name, func(t *testing.T) {
			server := startModelServer(t, shape)
			s := settings(server, server.URL)
			s["inlineCompletion"] = map[string]any{"enabled": true}
			e := startEditor(t, s)
			item := e.open("sum.go")["context"].([]any)[0].(map[string]any)
			res := e.call("textDocument/inlineCompletion", map[string]any{
				"textDocument": map[string]any{"uri": item["uri"]},
				"position":     map[string]any{"line": 2, "character": 0},
				"context":      map[string]any{"triggerKind": 1},
			})
			var list struct {
				Items []struct{ InsertText string } `json:"items"`
			}
			if res.Error != nil || json.Unmarshal(res.Result, &list) != nil {
				t.Fatalf("%s, %v", res.Result, res.Error)
			}
			t.Logf("suggested: %q", list.Items)
			if !shape.Infill && len(list.Items) > 0 {
				t.Error("a model without the marks of a gap filled one in")
			}
		})
	}
}
