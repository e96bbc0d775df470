package stream

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// counter is a sink that counts.
type counter struct{ chunks, bytes int }

func (c *counter) Write(chunk Chunk) error {
	c.chunks++
	c.bytes += len(chunk.Data)
	return nil
}

func (c *counter) Close(End) error { return nil }

// repeated returns about n lines made of the recorded body's token lines.
func repeated(tb testing.TB, file string, n int) (body []byte, tokens int) {
	recorded, err := os.ReadFile("testdata/" + file)
	if err != nil {
		tb.Fatal(err)
	}
	var lines [][]byte
	for line := range bytes.Lines(recorded) {
		if bytes.Contains(line, []byte(`content":" `)) {
			lines = append(lines, line)
		}
	}
	for i := range n {
		body = append(body, lines[i%len(lines)]...)
		if strings.HasSuffix(file, ".sse") {
			body = append(body, '\n')
		}
	}
	return body, n
}

func benchmarkDecode(b *testing.B, file string, newDecoder func() Decoder) {
	body, tokens := repeated(b, file, 2000)
	var w counter
	d := newDecoder()
	b.ReportAllocs()
	b.SetBytes(int64(len(body) / tokens))
	for i := 0; i < b.N; i += tokens {
		for part := body; len(part) > 0; {
			n := min(len(part), readSize)
			if err := d.Feed(part[:n], &w); err != nil {
				b.Fatal(err)
			}
			part = part[n:]
		}
	}
	if w.chunks < b.N {
		b.Fatalf("%d chunks for %d lines", w.chunks, b.N)
	}
}

func BenchmarkNDJSON(b *testing.B) {
	benchmarkDecode(b, "ollama-chat-stream.ndjson", func() Decoder { return NewNDJSON() })
}

func BenchmarkSSE(b *testing.B) {
	b.Run("llama-server", func(b *testing.B) {
		benchmarkDecode(b, "llama-openai-stream.sse", func() Decoder { return NewSSE() })
	})
	b.Run("ollama", func(b *testing.B) {
		benchmarkDecode(b, "ollama-openai-stream.sse", func() Decoder { return NewSSE() })
	})
}

// BenchmarkParser is the parser without the template: every line differs.
func BenchmarkParser(b *testing.B) {
	line := []byte(`{"model":"tiny-spm","created_at":"2026-11-23T01:21:27.712881538Z","message":{"role":"assistant","content":" wri"},"done":false}` + "\n")
	var w counter
	d := NewNDJSON()
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		d.template.holes = 0
		if err := d.Feed(line, &w); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFloor is the least any decoder does: find the lines' ends.
func BenchmarkFloor(b *testing.B) {
	body, tokens := repeated(b, "ollama-chat-stream.ndjson", 2000)
	b.SetBytes(int64(len(body) / tokens))
	lines := 0
	for i := 0; i < b.N; i += tokens {
		for rest := body; len(rest) > 0; lines++ {
			rest = rest[bytes.IndexByte(rest, '\n')+1:]
		}
	}
	if lines < b.N {
		b.Fatal(lines)
	}
}

func BenchmarkCoalescer(b *testing.B) {
	var w counter
	c := Coalesce(&w)
	token := Chunk{Data: []byte(" token")}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Write(token); err != nil {
			b.Fatal(err)
		}
	}
	if err := c.Close(End{Reason: chat.FinishStop}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/float64(w.chunks), "tokens/write")
}

// pipeSink writes each chunk to a pipe, as the way to an editor does.
type pipeSink struct {
	pipe   io.Writer
	writes int
}

func (p *pipeSink) Write(c Chunk) error {
	p.writes++
	_, err := p.pipe.Write(c.Data)
	return err
}

func (p *pipeSink) Close(End) error { return nil }

// pipe returns a sink on a pipe that somebody reads.
func pipe(b *testing.B) *pipeSink {
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, r)
		read <- err
	}()
	b.Cleanup(func() {
		if err := errors.Join(w.Close(), <-read, r.Close()); err != nil {
			b.Error(err)
		}
	})
	return &pipeSink{pipe: w}
}

// BenchmarkBurst writes tokens to a pipe as fast as they can be made, one write
// a token and through a Coalescer.
func BenchmarkBurst(b *testing.B) {
	token := Chunk{Data: []byte(" token")}
	for name, wrap := range map[string]func(Sink) Sink{
		"each":      func(s Sink) Sink { return s },
		"coalesced": func(s Sink) Sink { return Coalesce(s) },
	} {
		b.Run(name, func(b *testing.B) {
			out := pipe(b)
			s := wrap(out)
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Write(token); err != nil {
					b.Fatal(err)
				}
			}
			if err := s.Close(End{}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/float64(out.writes), "tokens/write")
		})
	}
}

// signal is a sink that tells when a chunk has arrived.
type signal chan struct{}

func (s signal) Write(Chunk) error { s <- struct{}{}; return nil }
func (s signal) Close(End) error   { return nil }

// BenchmarkCoalescerIdle is the time a chunk takes through an idle Coalescer.
func BenchmarkCoalescerIdle(b *testing.B) {
	arrived := make(signal)
	c := Coalesce(arrived)
	token := Chunk{Data: []byte(" token")}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Write(token); err != nil {
			b.Fatal(err)
		}
		<-arrived
	}
	if err := c.Close(End{}); err != nil {
		b.Fatal(err)
	}
}
