package frame

import (
	"io"
	"strings"
	"testing"

	"go.lsp.dev/jsonrpc2"
)

// checkLines reads all lines of an input.
func checkLines(t *testing.T, limit int, input io.Reader, methods string, refusals int) {
	t.Helper()
	l := &loop{Reader: input}
	reported := 0
	s := NewLines(l, func(error) { reported++ })
	s.limit = limit
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
	if strings.Join(got, " ") != methods {
		t.Errorf("messages %q, want %q", got, methods)
	}
	if n := strings.Count(l.out.String(), `"error"`); n != refusals || reported != refusals || strings.Count(l.out.String(), "\n") != refusals {
		t.Errorf("%d refusals, %d reported, want %d: %s", n, reported, refusals, l.out.String())
	}
}

func TestLines(t *testing.T) {
	for name, tc := range map[string]struct {
		input, methods string
		refusals       int
	}{
		"two messages":            {good + "\n" + other + "\n", "good other", 0},
		"carriage returns":        {good + "\r\n" + other + "\r\n", "good other", 0},
		"empty lines":             {"\n\r\n  \n" + good + "\n\n", "good", 0},
		"a response":              {`{"jsonrpc":"2.0","id":1,"result":null}` + "\n", "response", 0},
		"not JSON":                {"{oops\n" + good + "\n", "good", 1},
		"a batch":                 {"[" + good + "]\n" + good + "\n", "good", 1},
		"LSP's framing":           {framed(good) + "\n", "good", 1},
		"two messages on a line":  {good + good + "\n" + other + "\n", "other", 1},
		"a message on two lines":  {`{"jsonrpc":"2.0",` + "\n" + `"method":"x"}` + "\n" + good + "\n", "good", 2},
		"longer than the buffer":  {strings.Replace(good, `"good"`, `"good","params":{"x":"`+strings.Repeat("x", 200<<10)+`"}`, 1) + "\n", "good", 0},
		"end in a line":           {good + "\n" + other, "good", 0},
		"nothing":                 {"", "", 0},
		"zeros and other garbage": {"\x00\xff\n" + good + "\n", "good", 1},
	} {
		t.Run(name, func(t *testing.T) { checkLines(t, MaxBody, strings.NewReader(tc.input), tc.methods, tc.refusals) })
	}
}

func TestOverlongLineIsSkipped(t *testing.T) {
	const limit = 200 << 10 // above the buffer's size
	long := strings.Repeat("x", limit)
	checkLines(t, limit, strings.NewReader(long+"\n"+good+"\n"+long+long+long+"\n"+other+"\n"), "good other", 2)
}
