package outline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// checkTokens checks what every reader of tokens relies on.
func checkTokens(t *testing.T, x *lexed) {
	t.Helper()
	at := 0
	for i, k := range x.toks {
		if k.start < at || k.end <= k.start || k.end > len(x.src) || x.src[k.start:k.end] != k.text {
			t.Fatalf("token %d %q lies at %d–%d after %d", i, k.text, k.start, k.end, at)
		}
		if between := x.src[at:k.start]; strings.TrimSpace(between) != "" {
			t.Fatalf("%q before token %d is in no token", between, i)
		}
		line := 1 + strings.Count(x.src[:k.start], "\n")
		if k.line != line || k.lastLine != line+strings.Count(k.text, "\n") {
			t.Fatalf("token %d %q is said to be on lines %d–%d, it starts on %d", i, k.text, k.line, k.lastLine, line)
		}
		start := strings.LastIndex(x.src[:k.start], "\n") + 1
		if leads := strings.TrimSpace(x.src[start:k.start]) == ""; k.leads != leads {
			t.Fatalf("token %d %q: leads is %v, after %q", i, k.text, k.leads, x.src[max(0, k.start-30):k.start])
		}
		at = k.end
	}
}

func TestDialects(t *testing.T) {
	odd := "a(\"x${1}y\", 'é\\n', 1.5) // c\n\t/* d\n e */ if (x) { y: z } # f\n\"\"\"doc\n\"\"\"\n=> :: -- g\n`q`\x00\r\nlast"
	files, err := filepath.Glob("testdata/lang/*")
	if err != nil {
		t.Fatal(err)
	}
	lexers := lexerCache{budget: time.Hour}
	for name, d := range dialects() {
		x, err := lex(d, odd, &lexers)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkTokens(t, x)
		declarations(d, x)
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			x, err := lex(d, string(data), &lexers)
			if err != nil {
				t.Errorf("%s with %s: %v", path, name, err)
				continue
			}
			checkTokens(t, x)
			if name != "go" && !strings.HasPrefix(strings.TrimSuffix(x.src, "\n"), strings.TrimSuffix(string(data), "\n")) {
				t.Errorf("%s changed when lexed as %s", path, name)
			}
			declarations(d, x)
		}
	}
}

func TestTables(t *testing.T) {
	for ext, lang := range extensions() {
		if _, ok := dialectOf(lang); !ok {
			t.Errorf("%s means %s, which has no dialect", ext, lang)
		}
	}
	for from, to := range sameAs() {
		if _, ok := dialects()[to]; !ok {
			t.Errorf("%s means %s, which has no dialect", from, to)
		}
	}
	used := map[string]bool{}
	for _, d := range dialects() {
		used["lexers/"+d.lexer+".xml"] = true
	}
	names, err := filepath.Glob("lexers/*.xml")
	if err != nil || len(names) == 0 {
		t.Fatal("no lexers:", err)
	}
	for _, name := range names {
		if !used[filepath.ToSlash(name)] {
			t.Errorf("%s is embedded and not used", name)
		}
	}
}

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
