package frame

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"go.lsp.dev/jsonrpc2"
)

// loop is a connection whose input is fixed and whose output is kept.
type loop struct {
	io.Reader
	mu  sync.Mutex
	out bytes.Buffer
}

func (l *loop) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

func (l *loop) Close() error { return nil }

func framed(body string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

const (
	good  = `{"jsonrpc":"2.0","method":"good"}`
	other = `{"jsonrpc":"2.0","id":7,"method":"other","params":{}}`
)

// check feeds input and expects the methods of the messages found in it, and
// the given number of error responses.
func check(t *testing.T, input string, methods []string, refusals int) {
	t.Helper()
	l := &loop{Reader: strings.NewReader(input)}
	s := New(l, func(error) {})
	var got []string
	for {
		msg, _, err := s.Read(t.Context())
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		switch m := msg.(type) {
		case *jsonrpc2.Notification:
			got = append(got, strings.Clone(m.Method()))
		case *jsonrpc2.Call:
			got = append(got, strings.Clone(m.Method()))
		case *jsonrpc2.Response:
			got = append(got, "response")
		}
	}
	if strings.Join(got, " ") != strings.Join(methods, " ") {
		t.Errorf("messages %q, want %q", got, methods)
	}
	if n := strings.Count(l.out.String(), `"error"`); n != refusals {
		t.Errorf("%d refusals, want %d: %s", n, refusals, l.out.String())
	}
}

func TestRead(t *testing.T) {
	for name, tc := range map[string]struct {
		input    string
		methods  []string
		refusals int
	}{
		"two messages":             {framed(good) + framed(other), []string{"good", "other"}, 0},
		"a response":               {framed(`{"jsonrpc":"2.0","id":1,"result":null}`), []string{"response"}, 0},
		"other fields, any case":   {"content-type: x\r\nCONTENT-LENGTH:" + fmt.Sprint(len(good)) + "\r\n\r\n" + good, []string{"good"}, 0},
		"bare newlines":            {fmt.Sprintf("Content-Length: %d\n\n%s", len(good), good), []string{"good"}, 0},
		"not JSON":                 {framed("{oops") + framed(good), []string{"good"}, 1},
		"not an object":            {framed("42") + framed(good), []string{"good"}, 1},
		"a batch":                  {framed("["+good+"]") + framed(good), []string{"good"}, 1},
		"no method":                {framed(`{"jsonrpc":"2.0","id":3}`) + framed(good), []string{"good"}, 1},
		"wrong version":            {framed(`{"jsonrpc":"1.0","id":3,"method":"x"}`) + framed(good), []string{"good"}, 1},
		"no length":                {"Content-Type: x\r\n\r\n" + framed(good), []string{"good"}, 0},
		"length zero":              {"Content-Length: 0\r\n\r\n" + framed(good), []string{"good"}, 0},
		"length negative":          {"Content-Length: -5\r\n\r\n" + framed(good), []string{"good"}, 0},
		"length not a number":      {"Content-Length: many\r\n\r\n" + framed(good), []string{"good"}, 0},
		"length over 64 bits":      {"Content-Length: 99999999999999999999\r\n\r\n" + framed(good), []string{"good"}, 0},
		"garbage before a header":  {"garbage\n\x00\xff\nmore\r\n" + framed(good), []string{"good"}, 0},
		"garbage without an end":   {strings.Repeat("x", 3*maxHeaderLine) + framed(good), []string{"good"}, 0},
		"declared too short":       {"Content-Length: 5\r\n\r\n" + good + framed(other), []string{"other"}, 1},
		"end in a header":          {"Content-Le", nil, 0},
		"end in a body":            {"Content-Length: 500\r\n\r\n{", nil, 0},
		"nothing":                  {"", nil, 0},
		"body of blanks":           {framed("   ") + framed(good), []string{"good"}, 1},
		"very deep nesting":        {framed(strings.Repeat("[", 1<<20)) + framed(good), []string{"good"}, 1},
		"deep nesting inside":      {framed(`{"jsonrpc":"2.0","method":"m","params":`+strings.Repeat("[", 1<<20)) + framed(good), []string{"good"}, 1},
		"text after the object":    {framed(good+"x") + framed(good), []string{"good"}, 1},
		"id of a wrong type":       {framed(`{"jsonrpc":"2.0","id":{},"method":"x"}`) + framed(good), []string{"good"}, 1},
		"method of a wrong type":   {framed(`{"jsonrpc":"2.0","id":1,"method":4}`) + framed(good), []string{"good"}, 1},
		"null id is notification":  {framed(`{"jsonrpc":"2.0","id":null,"method":"n"}`), []string{"n"}, 0},
		"invalid UTF-8 in a param": {framed("{\"jsonrpc\":\"2.0\",\"method\":\"n\",\"params\":{\"a\":\"\xff\"}}"), []string{"n"}, 0},
	} {
		t.Run(name, func(t *testing.T) { check(t, tc.input, tc.methods, tc.refusals) })
	}
}

func TestOverlongMessageIsSkipped(t *testing.T) {
	long := io.MultiReader(
		strings.NewReader(fmt.Sprintf("Content-Length: %d\r\n\r\n", int64(MaxBody)+1)),
		io.LimitReader(zeros{}, MaxBody+1),
		strings.NewReader(framed(good)))
	l := &loop{Reader: long}
	var skipped int
	s := New(l, func(error) { skipped++ })
	msg, _, err := s.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := msg.(*jsonrpc2.Notification); !ok || n.Method() != "good" {
		t.Errorf("got %v, want the message after the overlong one", msg)
	}
	if skipped != 1 {
		t.Errorf("%d frames reported as malformed, want 1", skipped)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestWriteBodyIsOneWriteWithoutAllocation(t *testing.T) {
	w := &countingWriter{}
	s := New(w, func(error) {})
	body := []byte(good)
	if err := s.WriteBody(body); err != nil {
		t.Fatal(err)
	}
	if got := w.last; got != framed(good) {
		t.Errorf("wrote %q", got)
	}
	w.quiet = true
	if n := testing.AllocsPerRun(100, func() { _ = s.WriteBody(body) }); n != 0 {
		t.Errorf("%v allocations per body, want 0", n)
	}
	if w.writes != 102 {
		t.Errorf("%d writes for 102 bodies", w.writes)
	}
}

type countingWriter struct {
	io.Reader
	writes int
	last   string
	quiet  bool
}

func (w *countingWriter) Write(p []byte) (int, error) {
	w.writes++
	if !w.quiet {
		w.last = string(p)
	}
	return len(p), nil
}

func (w *countingWriter) Close() error { return nil }

func TestConcurrentWritersDoNotMix(t *testing.T) {
	l := &loop{Reader: strings.NewReader("")}
	s := New(l, func(error) {})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				_ = s.WriteBody([]byte(good))
				_, _ = s.Write(t.Context(), jsonrpc2.NewNotification("other", jsonrpc2.RawMessage(`{}`)))
			}
		})
	}
	wg.Wait()
	back := New(&loop{Reader: bytes.NewReader(l.out.Bytes())}, func(err error) { t.Errorf("malformed: %v", err) })
	for i := range 8 * 400 {
		if _, _, err := back.Read(t.Context()); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(framed(good)))
	f.Add([]byte("Content-Length: 5\r\n\r\n" + good + framed(other)))
	f.Add([]byte("Content-Length: 0\r\n\r\n\r\n\xff"))
	f.Fuzz(func(t *testing.T, input []byte) {
		s := New(&loop{Reader: bytes.NewReader(append(input, "\r\n\r\n"+framed(good)...))}, func(error) {})
		for {
			if _, _, err := s.Read(t.Context()); err != nil {
				if err != io.EOF {
					t.Fatalf("Read: %v", err)
				}
				return
			}
		}
	})
}
