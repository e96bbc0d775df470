package complete

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestTrim(t *testing.T) {
	for name, c := range map[string]struct{ raw, before, after, want string }{
		"the rest of a line":               {"a + b\n}\n", "func add(a, b int) int {\n\treturn ", "\n}\n", "a + b"},
		"what follows is not repeated":     {"x, y)", "f(", ")\n", "x, y"},
		"nor a longer rest":                {"a, b int) error {", "func f(", ") error {\n", "a, b int"},
		"one letter may be chance":         {"count", "co", "t()\n", "count"},
		"in the middle of a line, no more": {"a,\nb", "f(", ")\n", "a,"},
		"a block with its end":             {"if err != nil {\n\t\treturn err\n\t}\n\tgo()\n", "func f() {\n\t", "\n}\n", "if err != nil {\n\t\treturn err\n\t}"},
		"a block ends at a blank line":     {"x = 1\ny = 2\n\nz", "", "", "x = 1"},
		"python's block":                   {"if x:\n        return 1\n    y = 2\n", "def f(x):\n    ", "\n", "if x:\n        return 1"},
		"indentation is there already":     {"    return 1", "def f():\n    ", "\n", "return 1"},
		"the line below is not repeated":   {"a := 1\n\t\treturn a\n", "func f() int {\n\t", "\n\t\treturn a\n}\n", "a := 1"},
		"nothing but space":                {" \n\t\n", "x", "\n", ""},
		"a chat's answer":                  {"```go\nx := 1\n```", "func f() {\n\t", "\n}\n", ""},
		"a fence in Markdown":              {"```\n", "```sh\nls\n", "\n", "```"},
		"a byte of zero":                   {"a\x00b", "x", "\n", ""},
		"line ends of Windows":             {"a {\r\n\tb\r\n}", "", "\n", "a {\n\tb\n}"},
		"an end that repeats is cut":       {"}\n", "func f() {\n\tx()\n", "}\n", ""},
	} {
		if got := Trim(c.raw, c.before, c.after); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	long := "for {\n" + strings.Repeat("\tx()\n", 40)
	if got := Trim(long, "", "\n"); strings.Count(got, "\n") != maxLines-1 {
		t.Errorf("a block of %d lines is suggested", strings.Count(got, "\n")+1)
	}
}

// TestWindow wants whole lines, a bound, and a beginning that stays for a while
// as someone types.
func TestWindow(t *testing.T) {
	var text strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&text, "line %d of a long file\n", i)
	}
	doc := text.String()
	moves, last := 0, ""
	for at := 50_000; at < 54_000; at++ {
		before, after := Window(doc, at)
		if len(before) > maxBefore || len(before) < maxBefore-step-100 || len(after) > maxAfter || len(after) < maxAfter-100 {
			t.Fatalf("at %d: %d bytes before, %d after", at, len(before), len(after))
		}
		if !strings.HasPrefix(before, "line ") || !strings.HasSuffix(after, "\n") || !strings.HasSuffix(doc[:at], before) || !strings.HasPrefix(doc[at:], after) {
			t.Fatalf("at %d: %.20q … %q", at, before, after[len(after)-20:])
		}
		if first := before[:40]; first != last {
			moves, last = moves+1, first
		}
	}
	if moves > 4 {
		t.Errorf("the window's beginning moved %d times while 4,000 letters were typed", moves)
	}
	if before, after := Window("ab", 99); before != "ab" || after != "" {
		t.Errorf("%q, %q", before, after)
	}
}

func FuzzTrim(f *testing.F) {
	f.Add("a\n\tb\n}", "func f() {\n\t", "\n}\n")
	f.Add("", "", "")
	f.Fuzz(func(t *testing.T, raw, before, after string) {
		if got := Trim(raw, before, after); len(got) > len(raw) || strings.Count(got, "\n") >= maxLines {
			t.Errorf("%q from %q", got, raw)
		}
		for at := range 5 {
			b, a := Window(raw+before+after, at*7)
			Trim(after, b, a)
		}
	})
}

// model answers with what it is told, and counts.
type model struct {
	text  string
	calls int
	last  chat.Gap
}

func (m *model) fill(_ context.Context, g chat.Gap) (string, error) {
	m.calls++
	m.last = g
	return m.text, nil
}

func TestTypingAlongASuggestionAsksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Completer
		m := &model{text: "turn a + b\n"}
		doc := "func add(a, b int) int {\n\tre\n}\n"
		at := strings.Index(doc, "re\n") + 2
		start := time.Now()
		got, err := c.Suggest(t.Context(), Question{Document: "d", Text: doc, At: at}, m.fill)
		if err != nil || got != "turn a + b" || time.Since(start) != Debounce {
			t.Fatalf("%q, %v, after %s", got, err, time.Since(start))
		}
		for typed := range len(got) {
			now := doc[:at] + got[:typed] + doc[at:]
			left, err := c.Suggest(t.Context(), Question{Document: "d", Text: now, At: at + typed}, m.fill)
			if err != nil || left != got[typed:] {
				t.Fatalf("after %q: %q, %v", got[:typed], left, err)
			}
		}
		if m.calls != 1 {
			t.Errorf("the model was asked %d times", m.calls)
		}
		other := doc[:at] + "x" + doc[at:]
		if _, err := c.Suggest(t.Context(), Question{Document: "d", Text: other, At: at + 1, Invoked: true}, m.fill); err != nil || m.calls != 2 {
			t.Errorf("another letter: %v, %d calls", err, m.calls)
		}
		if _, err := c.Suggest(t.Context(), Question{Document: "e", Text: doc, At: at}, m.fill); err != nil || m.calls != 3 {
			t.Errorf("another document: %v, %d calls", err, m.calls)
		}
		if _, err := c.Suggest(t.Context(), Question{Document: "d", Text: doc[:at] + doc[at+1:], At: at}, m.fill); err != nil || m.calls != 4 {
			t.Errorf("another text behind the cursor: %v, %d calls", err, m.calls)
		}
	})
}

func TestTheMenusChoiceBeginsTheSuggestion(t *testing.T) {
	var c Completer
	m := &model{text: "(x)\n"}
	doc := "fmt.Pri\n"
	got, err := c.Suggest(t.Context(), Question{Document: "d", Text: doc, From: 4, At: 7, Chosen: "Println", Invoked: true}, m.fill)
	if err != nil || got != "Println(x)" || m.last.Prefix != "fmt.Println" {
		t.Errorf("%q, %v, asked after %q", got, err, m.last.Prefix)
	}
}

// TestANewerQuestionEndsTheOlder has the older one at the model, and one that
// still waits for typing to rest.
func TestANewerQuestionEndsTheOlder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Completer
		ended := make(chan error, 2)
		ask := func(text string, invoked bool, fill Fill) {
			go func() { // ends with its question
				_, err := c.Suggest(t.Context(), Question{Document: "d", Text: text, At: len(text), Invoked: invoked}, fill)
				ended <- err
			}()
			synctest.Wait()
		}
		hangs := func(ctx context.Context, _ chat.Gap) (string, error) {
			<-ctx.Done()
			return "", fmt.Errorf("the connection: %w", ctx.Err())
		}
		m := &model{text: "!"}
		ask("a", true, hangs)
		ask("ab", false, m.fill)
		if err := <-ended; !errors.Is(err, ErrStale) {
			t.Errorf("at the model: %v", err)
		}
		ask("abc", true, m.fill)
		for range 2 {
			if err := <-ended; err != nil && !errors.Is(err, ErrStale) {
				t.Errorf("waiting: %v", err)
			}
		}
		if m.calls != 1 {
			t.Errorf("the model was asked %d times", m.calls)
		}
	})
}

func TestCancelIsNotStale(t *testing.T) {
	var c Completer
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Suggest(ctx, Question{Document: "d"}, (&model{}).fill); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
