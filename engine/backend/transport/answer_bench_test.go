package transport

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/door"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// discard takes chunks and keeps nothing.
type discard struct{ chunks int }

func (d *discard) Write(stream.Chunk) error { d.chunks++; return nil }

// BenchmarkStream measures an answer of 10,000 tokens from a server on loopback
// that sends it as fast as it can: everything between the socket and the writer.
func BenchmarkStream(b *testing.B) {
	const tokens = 10_000
	body := []byte(strings.Repeat(piece, tokens) + last)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write(body)
	}))
	defer s.Close()
	u, err := url.Parse(s.URL)
	if err != nil {
		b.Fatal(err)
	}
	c := New(testDoor(door.Rules{}), Options{})
	defer c.CloseIdle()
	b.ReportAllocs()
	for b.Loop() {
		w := &discard{}
		if _, err := c.Stream(b.Context(), Call{URL: u, Prefix: "data: "}, []byte("{}"), stream.NewSSE(), w); err != nil || w.chunks != tokens {
			b.Fatal(err, w.chunks)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/tokens, "ns/token")
}
