package outline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

type discard struct{}

func (discard) Write(stream.Chunk) error { return nil }

func benchmark(b *testing.B, p *chat.Prompt) {
	backend := New(Disk())
	for b.Loop() {
		if _, err := backend.Chat(b.Context(), p, discard{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGoLarge explains a function of net/http's server.go, some 4,000 lines,
// with the types of its package and its imports.
func BenchmarkGoLarge(b *testing.B) {
	folder := filepath.Join(goroot(b), "net", "http")
	data, err := os.ReadFile(filepath.Join(folder, "server.go"))
	if err != nil {
		b.Skip("no Go installation to read:", err)
	}
	line := strings.Count(string(data[:strings.Index(string(data), "func (s *Server) Serve(")]), "\n") + 1
	for name, in := range map[string]string{"alone": "", "package": folder} {
		p := selection(b, folder, "server.go", chat.Explain, line, line)
		p.Context[0].Folder = in
		b.Run(name, func(b *testing.B) { benchmark(b, p) })
	}
}

func BenchmarkSample(b *testing.B) {
	benchmark(b, selection(b, "testdata/retry", "retry.go", chat.Explain, 11, 23))
}

func BenchmarkPython(b *testing.B) {
	benchmark(b, selection(b, "testdata/lang", "client.py", chat.Explain, 16, 16))
}
