package lsp

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestReadChatReadsInsideItsFolders(t *testing.T) {
	inside, outside := t.TempDir(), t.TempDir()
	for _, dir := range []string{inside, outside} {
		if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("one\ntwo\nthree\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	params := func(dir string) []byte {
		return fmt.Appendf(nil, `{"message": "why", "action": "fix", "context": [{"kind": "selection", "uri": %q,
			"range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 3}}}]}`, uri.File(filepath.Join(dir, "a.go")))
	}
	req, err := ReadChat(params(inside), inside)
	if err != nil || req.Message != "why" || req.Action != chat.Fix || len(req.Context) != 1 || req.Context[0].Text != "two" {
		t.Errorf("%+v, %v", req, err)
	}
	for name, in := range map[string][]byte{
		"context.0: uri: ":                   params(outside),
		"message: unexpected number":         []byte(`{"message": 7}`),
		"params: a valid value was expected": []byte(`{`),
		"message: a string was expected":     nil,
	} {
		if _, err := ReadChat(in, inside); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: %v, want %s…", in, err, name)
		}
	}
}
