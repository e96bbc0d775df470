package outline

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

var update = flag.Bool("update", false, "write the golden texts anew")

// collector is a Writer that keeps the answer.
type collector struct {
	t      testing.TB
	text   strings.Builder
	chunks int
}

func (c *collector) Write(k stream.Chunk) error {
	if k.Kind != stream.Text || len(k.Data) == 0 || strings.ToValidUTF8(string(k.Data), "") != string(k.Data) {
		c.t.Errorf("chunk %d is no text: kind %d, %q", c.chunks, k.Kind, k.Data)
	}
	c.chunks++
	c.text.Write(k.Data)
	return nil
}

// ask answers one question and returns the text.
func ask(t testing.TB, files Files, p *chat.Prompt) string {
	t.Helper()
	c := &collector{t: t}
	b := New(files)
	b.budget = time.Hour // the texts do not depend on how busy the machine is
	end, err := b.Chat(t.Context(), p, c)
	if err != nil || end.Err != nil {
		t.Fatalf("Chat: %v, %v", err, end.Err)
	}
	if end.Reason != chat.FinishStop || !end.Usage.Estimated || end.Usage.CompletionTokens == 0 {
		t.Errorf("end is %+v", end)
	}
	return c.text.String()
}

// selection is a prompt about some lines of a file, as the editor layer makes it.
func selection(t testing.TB, folder, path string, action chat.Action, first, last int) *chat.Prompt {
	t.Helper()
	folder, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(folder, path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return &chat.Prompt{
		Model: Model, Action: action, Reason: "no model server was found at 127.0.0.1:11434",
		Context: []chat.ContextItem{{
			Kind: chat.ContextSelection, Path: path, Folder: folder, Document: string(data),
			Span: chat.Span{FirstLine: first, LastLine: last},
		}},
	}
}

func TestGolden(t *testing.T) {
	tests := []struct {
		name, folder, path string
		action             chat.Action
		first, last        int
	}{
		{"sample", "testdata/retry", "retry.go", chat.Explain, 11, 23},
		{"sample part", "testdata/retry", "retry.go", chat.Explain, 16, 17},
		{"sample document", "testdata/retry", "retry.go", chat.Document, 11, 23},
		{"sample tests", "testdata/retry", "retry.go", chat.Tests, 11, 23},
		{"sample review", "testdata/retry", "retry.go", chat.Review, 11, 23},
		{"sample fix", "testdata/retry", "retry.go", chat.Fix, 11, 23},
		{"sample refactor", "testdata/retry", "retry.go", chat.Refactor, 11, 23},
		{"const block", "testdata/retry", "retry.go", chat.Explain, 26, 29},
		{"go whole file", "testdata/go", "store.go", chat.Explain, 1, 220},
		{"go type", "testdata/go", "store.go", chat.Explain, 28, 33},
		{"go interface", "testdata/go", "store.go", chat.Explain, 42, 44},
		{"go imports", "testdata/go", "store.go", chat.Explain, 5, 6},
		{"go method", "testdata/go", "store.go", chat.Explain, 47, 47},
		{"go small method", "testdata/go", "store.go", chat.Explain, 73, 73},
		{"go lock", "testdata/go", "store.go", chat.Explain, 80, 80},
		{"go switch", "testdata/go", "store.go", chat.Explain, 91, 91},
		{"go type switch", "testdata/go", "store.go", chat.Explain, 102, 102},
		{"go goroutines", "testdata/go", "store.go", chat.Explain, 113, 113},
		{"go defer in loop", "testdata/go", "store.go", chat.Explain, 138, 138},
		{"go generic", "testdata/go", "store.go", chat.Explain, 161, 161},
		{"go nil map", "testdata/go", "store.go", chat.Explain, 168, 168},
		{"go counted tries", "testdata/go", "store.go", chat.Explain, 177, 177},
		{"go lost error", "testdata/go", "store.go", chat.Explain, 186, 186},
		{"go empty", "testdata/go", "store.go", chat.Explain, 195, 195},
		{"go ignored errors", "testdata/go", "store.go", chat.Explain, 197, 197},
		{"go method tests", "testdata/go", "store.go", chat.Tests, 47, 47},
		{"go type document", "testdata/go", "store.go", chat.Document, 28, 33},
		{"go main", "testdata/go", "cmd/main.go", chat.Explain, 9, 9},
		{"python", "testdata/lang", "client.py", chat.Explain, 16, 16},
		{"python file", "testdata/lang", "client.py", chat.Explain, 1, 40},
		{"python document", "testdata/lang", "client.py", chat.Document, 16, 16},
		{"python tests", "testdata/lang", "client.py", chat.Tests, 16, 16},
		{"python review", "testdata/lang", "client.py", chat.Review, 16, 16},
		{"typescript", "testdata/lang", "retry.ts", chat.Explain, 5, 5},
		{"typescript file", "testdata/lang", "retry.ts", chat.Explain, 1, 30},
		{"javascript", "testdata/lang", "later.js", chat.Explain, 1, 20},
		{"javascript arrow", "testdata/lang", "later.js", chat.Explain, 3, 3},
		{"rust", "testdata/lang", "lines.rs", chat.Explain, 8, 8},
		{"c", "testdata/lang", "sum.c", chat.Explain, 8, 8},
		{"c++", "testdata/lang", "foo.cpp", chat.Explain, 3, 3},
		{"java", "testdata/lang", "A.java", chat.Explain, 6, 6},
		{"java document", "testdata/lang", "A.java", chat.Document, 6, 6},
		{"c#", "testdata/lang", "a.cs", chat.Explain, 4, 4},
		{"ruby", "testdata/lang", "greeter.rb", chat.Explain, 6, 6},
		{"kotlin", "testdata/lang", "repo.kt", chat.Explain, 3, 3},
		{"swift", "testdata/lang", "p.swift", chat.Explain, 4, 4},
		{"php", "testdata/lang", "a.php", chat.Explain, 4, 4},
		{"lua", "testdata/lang", "add.lua", chat.Explain, 4, 4},
		{"elixir", "testdata/lang", "a.ex", chat.Explain, 1, 9},
		{"shell", "testdata/lang", "build.sh", chat.Explain, 4, 4},
		{"dart file", "testdata/lang", "later.dart", chat.Explain, 1, 9},
		{"powershell", "testdata/lang", "get.ps1", chat.Explain, 3, 3},
		{"java file", "testdata/lang", "K.java", chat.Explain, 1, 11},
		{"c++ file", "testdata/lang", "b.cpp", chat.Explain, 1, 16},
		{"tsx", "testdata/lang", "app.tsx", chat.Explain, 4, 4},
		{"sql", "testdata/lang", "totals.sql", chat.Explain, 1, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ask(t, Disk(), selection(t, tt.folder, tt.path, tt.action, tt.first, tt.last))
			golden(t, tt.name, got)
		})
	}
}

// broken is Go code with a syntax error in its second function.
const broken = `package shop

// Fine is before the error.
func Fine(n int) int {
	if n > 0 {
		return 1
	}
	return n
}

func Broken(n int) {
	for i := range n {
		if i > {
			return
	}
}
`

func TestGoldenBroken(t *testing.T) {
	for name, line := range map[string]int{"go before the error": 4, "go broken": 12} {
		t.Run(name, func(t *testing.T) {
			p := &chat.Prompt{Action: chat.Explain, Reason: "no model server was found", Context: []chat.ContextItem{{
				Kind: chat.ContextSelection, Path: "/src/broken.go", Language: "go", Document: broken, Span: chat.Span{FirstLine: line, LastLine: line},
			}}}
			golden(t, name, ask(t, nil, p))
		})
	}
}

// golden compares a text with testdata/golden/name.md.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", strings.NewReplacer(" ", "-", "#", "sharp", "+", "p").Replace(name)+".md")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the text differs from %s (-want +got):\n%s", path, diff)
	}
}
