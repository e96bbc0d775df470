package outline

import (
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestLanguage(t *testing.T) {
	for _, tt := range []struct{ lang, path, want string }{
		{"go", "", "go"},
		{"", "/a/b.PY", "python"},
		{"plaintext", "/a/b.rs", "rust"},
		{"plaintext", "/a/b", ""},
		{"typescriptreact", "/a/b.tsx", "typescriptreact"},
		{"brainfuck", "/a/b.bf", "brainfuck"},
	} {
		if got := language(&chat.ContextItem{Language: tt.lang, Path: tt.path}); got != tt.want {
			t.Errorf("language of %q, %q is %q, want %q", tt.lang, tt.path, got, tt.want)
		}
	}
}
