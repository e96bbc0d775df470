package stream

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// collector is a writer that keeps everything, and checks what it is given.
type collector struct {
	tb     testing.TB
	chunks []string
}

func (c *collector) Write(chunk Chunk) error {
	if !bytes.Equal(bytes.ToValidUTF8(chunk.Data, nil), chunk.Data) {
		c.tb.Errorf("a chunk is not valid UTF-8: %q", chunk.Data)
	}
	c.chunks = append(c.chunks, describeChunk(chunk))
	return nil
}

// decode feeds body in pieces of at most size bytes, or of random sizes up to
// -size for a negative one.
func decode(tb testing.TB, d Decoder, body []byte, size int, random *rand.Rand) outcome {
	c := &collector{tb: tb}
	for rest := body; len(rest) > 0; {
		n := size
		if size < 0 {
			n = 1 + random.IntN(-size)
		}
		n = min(n, len(rest))
		piece := bytes.Clone(rest[:n])
		err := d.Feed(piece, c)
		for i := range piece {
			piece[i] = 'X' // what a decoder must not look at again
		}
		if err != nil {
			break
		}
		rest = rest[n:]
	}
	end, err := d.End(c)
	if end.Err != err {
		tb.Errorf("End returned the error %v and in End.Err %v", err, end.Err)
	}
	return outcome{Chunks: c.chunks, Reason: end.Reason, Usage: end.Usage, Err: describeError(err)}
}

// checkSplits compares every way of cutting body with the reference's reading.
func checkSplits(t *testing.T, body []byte, seed uint64, newDecoder func() Decoder, reference func([]byte) outcome) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	want := reference(body)
	for _, size := range []int{max(len(body), 1), 1, -3, -40} {
		got := decode(t, newDecoder(), body, size, random)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("in pieces of %d, of %q: (-reference +decoder)\n%s", size, body, diff)
		}
	}
}

func newNDJSON() Decoder { return NewNDJSON() }
func newSSE() Decoder    { return NewSSE() }

// The lines that fuzzed bodies are put behind, so that what the fuzzer invents
// also meets a decoder that has learned a template.
const (
	learnedNDJSON = `{"model":"m","created_at":"2026-11-23T01:21:27.71Z","message":{"role":"assistant","content":" a"},"done":false}` + "\n"
	learnedSSE    = `data: {"choices":[{"index":0,"delta":{"content":" a"},"finish_reason":null}],"obfuscation":"x"}` + "\n\n"
)

func seed(f *testing.F, pattern string, cases []string) {
	names, err := filepath.Glob("testdata/" + pattern)
	if err != nil || len(names) == 0 {
		f.Fatal("no recorded bodies", err)
	}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body[:min(len(body), 1200)], uint64(1))
		f.Add(body[max(len(body)-1200, 0):], uint64(2))
	}
	for i, body := range cases {
		f.Add([]byte(body), uint64(i))
	}
}

func FuzzNDJSON(f *testing.F) {
	seed(f, "*.ndjson", ndjsonCases())
	f.Fuzz(func(t *testing.T, body []byte, seed uint64) {
		checkSplits(t, body, seed, newNDJSON, referenceNDJSON)
		checkSplits(t, append([]byte(learnedNDJSON), body...), seed, newNDJSON, referenceNDJSON)
	})
}

func FuzzSSE(f *testing.F) {
	seed(f, "*.sse", sseCases())
	f.Fuzz(func(t *testing.T, body []byte, seed uint64) {
		checkSplits(t, body, seed, newSSE, referenceSSE)
		checkSplits(t, append([]byte(learnedSSE), body...), seed, newSSE, referenceSSE)
	})
}

// FuzzSplit checks that a token's JSON text means the same wherever the body is
// cut, in both decoders: behind a line of the same shape (the template's way)
// and alone (the parser's way).
func FuzzSplit(f *testing.F) {
	for _, raw := range []string{``, ` a`, `\n`, `é`, `日本`, `\ud83d\ude00`, `\ud83d`, `\ude00\ud83d`, `\"`, `\\`, `\u0000`, "\xff\xfe", "\xe2\x82", `"`, `\`, `\u12`, "a\tb", `","done":true,"x":"`} {
		f.Add([]byte(raw), uint64(3))
	}
	f.Fuzz(func(t *testing.T, raw []byte, seed uint64) {
		line := bytes.Replace([]byte(learnedNDJSON), []byte(` a`), raw, 1)
		checkSplits(t, line, seed, newNDJSON, referenceNDJSON)
		checkSplits(t, append([]byte(learnedNDJSON), line...), seed, newNDJSON, referenceNDJSON)
		event := bytes.Replace([]byte(learnedSSE), []byte(` a`), raw, 1)
		checkSplits(t, event, seed, newSSE, referenceSSE)
		checkSplits(t, append([]byte(learnedSSE), event...), seed, newSSE, referenceSSE)
	})
}
