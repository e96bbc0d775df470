package outline

import (
	"errors"
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

// largeFunction returns the folder of net/http and the line of Server.Serve in
// its server.go.
func largeFunction(b *testing.B) (folder string, line int) {
	b.Helper()
	folder = filepath.Join(goroot(b), "net", "http")
	data, err := os.ReadFile(filepath.Join(folder, "server.go"))
	before, _, found := strings.Cut(string(data), "func (s *Server) Serve(")
	if err != nil || !found {
		b.Skip("no Server.Serve to read:", err)
	}
	return folder, strings.Count(before, "\n") + 1
}

// BenchmarkGoLarge explains a function of net/http's server.go, some 4,000 lines,
// with the types of its package and its imports.
func BenchmarkGoLarge(b *testing.B) {
	folder, line := largeFunction(b)
	for name, in := range map[string]string{"alone": "", "package": folder} {
		p := selection(b, folder, "server.go", chat.Explain, line, line)
		p.Context[0].Folder = in
		b.Run(name, func(b *testing.B) { benchmark(b, p) })
	}
}

// BenchmarkFirstChunk measures the time to the first chunk of BenchmarkGoLarge's
// answer: the parse of the document alone.
func BenchmarkFirstChunk(b *testing.B) {
	folder, line := largeFunction(b)
	p := selection(b, folder, "server.go", chat.Explain, line, line)
	stop := errors.New("stop")
	backend := New(Disk())
	for b.Loop() {
		if _, err := backend.Chat(b.Context(), p, writerFunc(func(stream.Chunk) error { return stop })); !errors.Is(err, stop) {
			b.Fatal(err)
		}
	}
}

func BenchmarkSample(b *testing.B) {
	benchmark(b, selection(b, "testdata/retry", "retry.go", chat.Explain, 11, 23))
}

func BenchmarkPython(b *testing.B) {
	benchmark(b, selection(b, "testdata/lang", "client.py", chat.Explain, 16, 16))
}
