package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

var (
	errWrite = errors.New("the pipe is gone")
	errClose = errors.New("the file is full")
)

// recorder is a sink that keeps what it gets. delay makes it slow; failAt makes
// the failAt-th Write fail, counted from 1.
type recorder struct {
	delay  time.Duration
	failAt int

	mu       sync.Mutex
	chunks   []string
	closings []End
	closeErr error
}

func (r *recorder) Write(c Chunk) error {
	time.Sleep(r.delay)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.closings) > 0 {
		panic("a Write after Close")
	}
	if r.failAt > 0 && len(r.chunks)+1 >= r.failAt {
		return errWrite
	}
	r.chunks = append(r.chunks, describeChunk(c))
	return nil
}

func (r *recorder) Close(e End) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closings = append(r.closings, e)
	return r.closeErr
}

func (r *recorder) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.chunks)
}

func (r *recorder) check(t *testing.T, end End, chunks ...string) {
	t.Helper()
	if !slices.Equal(r.chunks, chunks) {
		t.Errorf("got the chunks %q, want %q", r.chunks, chunks)
	}
	if len(r.closings) != 1 || r.closings[0] != end {
		t.Errorf("was closed with %v, want once with %v", r.closings, end)
	}
}

func write(t *testing.T, w Writer, chunks ...Chunk) {
	t.Helper()
	for _, c := range chunks {
		if err := w.Write(c); err != nil {
			t.Fatal(err)
		}
	}
}

func piece(kind Kind, s string) Chunk { return Chunk{Kind: kind, Data: []byte(s)} }

func TestTee(t *testing.T) {
	end := End{Reason: chat.FinishStop}
	if Tee() != Nop() {
		t.Error("no arm is not a nop")
	}
	a, b, c := &recorder{}, &recorder{failAt: 2}, &recorder{closeErr: errClose}
	if Tee(a) != Sink(a) {
		t.Error("one arm is not itself")
	}
	s := Tee(a, b, c)
	write(t, s, piece(Text, "x"))
	if err := s.Write(piece(Text, "y")); !errors.Is(err, errWrite) {
		t.Errorf("the second arm's error came out as %v", err)
	}
	end.Err = errWrite
	if err := s.Close(end); !errors.Is(err, errClose) {
		t.Errorf("the third arm's closing error came out as %v", err)
	}
	a.check(t, end, text("x"), text("y"))
	b.check(t, end, text("x"))
	c.check(t, end, text("x"))
}

func TestNop(t *testing.T) {
	write(t, Nop(), piece(Text, "x"))
	if err := Nop().Close(End{}); err != nil {
		t.Error(err)
	}
}

// TestQuiet checks that a failing recorder neither stops the answer nor takes
// an answer with a hole for a whole one.
func TestQuiet(t *testing.T) {
	end := End{Reason: chat.FinishStop}
	shown, kept := &recorder{}, &recorder{failAt: 2, closeErr: errClose}
	s := Tee(Quiet(kept), shown)
	write(t, s, piece(Text, "x"), piece(Text, "y"), piece(Text, "z"))
	if err := s.Close(end); err != nil {
		t.Error(err)
	}
	shown.check(t, end, text("x"), text("y"), text("z"))
	kept.check(t, End{Reason: chat.FinishStop, Err: errWrite}, text("x"))
}

func TestCoalescerPassesTheFirstChunkAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		c := Coalesce(r)
		for i := range 3 { // each of them finds next idle
			write(t, c, piece(Text, "x"))
			synctest.Wait()
			if len(r.got()) != i+1 {
				t.Fatalf("chunk %d waits", i)
			}
		}
		if err := c.Close(End{}); err != nil {
			t.Error(err)
		}
		r.check(t, End{}, text("x"), text("x"), text("x"))
	})
}

// TestCoalescerJoins checks what happens to chunks that come while next is busy.
func TestCoalescerJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{delay: time.Second}
		c := Coalesce(r)
		call := func(index int, id, arguments string) Chunk {
			return Chunk{Kind: Tool, Tool: ToolCall{Index: index, ID: id}, Data: []byte(arguments)}
		}
		write(t, c, piece(Text, "a"))
		synctest.Wait()
		began := time.Now()
		write(t, c, piece(Text, "b"), piece(Text, "c"), piece(Thinking, "d"), piece(Thinking, "e"), piece(Text, "f"),
			call(0, "one", ""), call(0, "", "1"), call(0, "one", "2"), call(1, "two", "3"), call(1, "three", "4"), piece(Text, "g"), piece(Text, "h"))
		if time.Since(began) != 0 {
			t.Error("Write waited for next")
		}
		if err := c.Close(End{Reason: chat.FinishTool}); err != nil {
			t.Error(err)
		}
		r.check(t, End{Reason: chat.FinishTool}, text("a"), text("bc"), thinking("de"), text("f"),
			tool(0, "one", "", "12"), tool(1, "two", "", "3"), tool(1, "three", "", "4"), text("gh"))
	})
}

// TestCoalescerBurst is a fast model and a slow client: writes as fast as the
// client takes them, each with all that came meanwhile.
func TestCoalescerBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{delay: 10 * time.Millisecond}
		c := Coalesce(r)
		for range 1000 {
			write(t, c, piece(Text, "x"))
			time.Sleep(time.Millisecond)
		}
		if err := c.Close(End{}); err != nil {
			t.Error(err)
		}
		if n := len(r.chunks); n < 99 || n > 102 {
			t.Errorf("1,000 chunks in a second left in %d writes of 10 ms", n)
		}
		if n := len(strings.Join(r.chunks, "")) - len(r.chunks)*len(text("")); n != 1000 {
			t.Errorf("%d of 1,000 bytes arrived", n)
		}
	})
}

func TestCoalescerReturnsTheErrorOfNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{failAt: 2}
		c := Coalesce(r)
		write(t, c, piece(Text, "x"))
		synctest.Wait()
		write(t, c, piece(Text, "y"))
		synctest.Wait()
		if err := c.Write(piece(Text, "z")); !errors.Is(err, errWrite) {
			t.Errorf("Write returned %v", err)
		}
		if err := c.Close(End{Err: context.Canceled}); !errors.Is(err, errWrite) {
			t.Errorf("Close returned %v", err)
		}
		r.check(t, End{Err: context.Canceled}, text("x"))
	})
}

// TestCoalescerTellsNextOfALateError is a failure the producer never saw.
func TestCoalescerTellsNextOfALateError(t *testing.T) {
	r := &recorder{failAt: 1}
	c := Coalesce(r)
	_ = c.Write(piece(Text, "x")) // returns before the write fails
	if err := c.Close(End{Reason: chat.FinishStop}); !errors.Is(err, errWrite) {
		t.Errorf("Close returned %v", err)
	}
	r.check(t, End{Reason: chat.FinishStop, Err: errWrite})
}

// brittle is a sink that panics.
type brittle struct{ recorder }

func (*brittle) Write(Chunk) error { panic("index out of range") }

func TestCoalescerTurnsAPanicIntoAnError(t *testing.T) {
	r := &brittle{}
	c := Coalesce(r)
	_ = c.Write(piece(Text, "x")) // returns before next is called
	err := c.Close(End{Reason: chat.FinishStop})
	if err == nil || len(r.closings) != 1 || r.closings[0].Err == nil {
		t.Errorf("Close returned %v, next was closed with %v", err, r.closings)
	}
}

func TestCoalescerWithoutAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{closeErr: errClose}
		c := Coalesce(r)
		if err := c.Close(End{Err: ErrNoEnd}); !errors.Is(err, errClose) {
			t.Errorf("Close returned %v", err)
		}
		if err := c.Close(End{}); err != nil {
			t.Errorf("a second Close returned %v", err)
		}
		if err := c.Write(piece(Text, "x")); err == nil {
			t.Error("a Write after Close is taken")
		}
		r.check(t, End{Err: ErrNoEnd})
	})
}

// TestCoalescerKeepsOrder writes random chunks to a client of random speed and
// compares what was said, chunk borders aside.
func TestCoalescerKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(5, 5))
		r := &recorder{delay: 3 * time.Millisecond}
		c := Coalesce(r)
		want := &batch{}
		for i := range 2000 {
			chunk := piece(Kind(random.IntN(3)), fmt.Sprintf("%d.", i))
			if chunk.Kind == Tool {
				chunk.Tool.Index = random.IntN(2)
			}
			want.add(chunk)
			write(t, c, chunk)
			clear(chunk.Data) // the producer uses it again
			if random.IntN(4) == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		if err := c.Close(End{}); err != nil {
			t.Error(err)
		}
		if got, want := joined(r.chunks), joined(described(want)); got != want {
			t.Error("what came out is not what went in")
		}
	})
}

// described returns the chunks of a batch.
func described(b *batch) []string {
	var r recorder
	_ = b.writeTo(&r)
	return r.chunks
}

// joined joins neighbours that have all but their data in common.
func joined(chunks []string) string {
	var b strings.Builder
	last := ""
	for _, c := range chunks {
		cut := strings.LastIndexByte(c, '|') + 1
		if c[:cut] != last {
			last = c[:cut]
			b.WriteString("\n" + last)
		}
		b.WriteString(c[cut:])
	}
	return b.String()
}

// TestCoalescerAllocatesNothing measures the steady state, when both batches
// have grown to what a burst needs.
func TestCoalescerAllocatesNothing(t *testing.T) {
	c := Coalesce(&counter{})
	chunk := piece(Text, " token")
	c.waiting.text = make([]byte, 0, 1<<20)
	burst := func() {
		for range 1000 {
			if err := c.Write(chunk); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 50 {
		burst()
	}
	if allocs := testing.AllocsPerRun(100, burst); allocs >= 1 {
		t.Errorf("%v allocations in 1,000 chunks", allocs)
	}
	if err := c.Close(End{}); err != nil {
		t.Error(err)
	}
}

func TestCopy(t *testing.T) {
	whole := learnedNDJSON + `{"done":true,"done_reason":"stop"}` + "\n"
	reset := errors.New("connection reset")
	for name, c := range map[string]struct {
		body io.Reader
		w    Writer
		err  error
	}{
		"a whole answer":                 {strings.NewReader(whole), &recorder{}, nil},
		"data and EOF in one read":       {iotest.DataErrReader(strings.NewReader(whole)), &recorder{}, nil},
		"a broken connection":            {io.MultiReader(strings.NewReader(learnedNDJSON+"{"), iotest.ErrReader(reset)), &recorder{}, reset},
		"a connection broken at the end": {io.MultiReader(strings.NewReader(whole), iotest.ErrReader(reset)), &recorder{}, nil},
		"a cancelled one":                {iotest.ErrReader(context.Canceled), &recorder{}, context.Canceled},
		"no end":                         {strings.NewReader(learnedNDJSON), &recorder{}, ErrNoEnd},
		"a reader that never reads":      {emptyReader{}, &recorder{}, io.ErrNoProgress},
		"a failing writer":               {io.MultiReader(strings.NewReader(learnedNDJSON), neverRead{t}), &recorder{failAt: 1}, errWrite},
		"a failing writer in End":        {strings.NewReader(strings.TrimSpace(learnedNDJSON)), &recorder{failAt: 1}, errWrite},
	} {
		end, err := Copy(c.body, NewNDJSON(), c.w)
		if !errors.Is(err, c.err) || end.Err != err {
			t.Errorf("%s: %+v, %v", name, end, err)
		}
		if (end.Reason == chat.FinishStop) != (c.err == nil) {
			t.Errorf("%s: the reason is %q", name, end.Reason)
		}
	}
}

type emptyReader struct{}

func (emptyReader) Read([]byte) (int, error) { return 0, nil }

// neverRead is a reader that must not be reached.
type neverRead struct{ t *testing.T }

func (r neverRead) Read([]byte) (int, error) {
	r.t.Error("the body was read on after the writer failed")
	return 0, io.EOF
}

// TestCopyReadsTheRest checks that a connection can be used again, but that a
// server cannot keep an answer from ending.
func TestCopyReadsTheRest(t *testing.T) {
	body := strings.NewReader(`{"done":true}` + "\n" + strings.Repeat("x", maxRest/2))
	if _, err := Copy(body, NewNDJSON(), Nop()); err != nil || body.Len() != 0 {
		t.Errorf("%d bytes are left: %v", body.Len(), err)
	}
	endless := &endlessReader{r: bytes.NewReader([]byte("data: [DONE]\n\n"))}
	if _, err := Copy(endless, NewSSE(), Nop()); err != nil {
		t.Error(err)
	}
}

// endlessReader goes on for ever behind what it has to say.
type endlessReader struct{ r *bytes.Reader }

func (e *endlessReader) Read(p []byte) (int, error) {
	if n, err := e.r.Read(p); err == nil {
		return n, nil
	}
	return len(p), nil
}
