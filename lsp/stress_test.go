package lsp_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// TestEditsWhileChatsRun types fast and asks in between: each question is about
// the text as it was when it was asked.
func TestEditsWhileChatsRun(t *testing.T) {
	noLeaks(t)
	const edits, every = 20_000, 100
	random := rand.New(rand.NewPCG(3, 18)) //nolint:gosec // a fixed seed, so that a failure can be seen again
	backend := &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{enginetest.Words("a", "b")}}
	e := lsptest.Start(t, lsptest.Options{Backend: backend})
	doc := e.Open("main.go", "go", strings.Repeat("line of ünïcode 🚀 text\n", 40))
	inserts := []string{"x", "é", "漢字", "🚀", "\n", "a longer piece\nof two lines", ""}
	want := map[string]string{}
	var calls []*lsptest.Call
	for i := range edits {
		start, end := span(random, doc.Text)
		doc.Change(start, end, inserts[random.IntN(len(inserts))])
		if i%every == 0 {
			name := "question " + strconv.Itoa(i)
			want[name] = doc.Text
			p := ask(name, name)
			p["context"] = []any{map[string]any{"kind": "file", "uri": doc.URI}}
			calls = append(calls, e.Send("rigrun/chat", p))
		}
	}
	p := ask("the end", "the end")
	p["context"] = []any{map[string]any{"kind": "file", "uri": doc.URI}}
	want["the end"] = doc.Text
	for _, c := range append(calls, e.Send("rigrun/chat", p)) {
		answered(t, c)
		if got := c.Stream.Text(); got != "ab" {
			t.Fatalf("an answer is %q", got)
		}
	}
	prompts := backend.Prompts()
	if len(prompts) != len(want) {
		t.Fatalf("%d questions reached the backend, %d were asked", len(prompts), len(want))
	}
	for _, p := range prompts {
		if p.Context[0].Text != want[p.Question] {
			t.Errorf("%s was about another text than the editor showed", p.Question)
		}
	}
}

// span picks a short span of text between characters.
func span(random *rand.Rand, text string) (start, end int) {
	start = random.IntN(len(text) + 1)
	end = min(start+random.IntN(12), len(text))
	for start > 0 && start < len(text) && text[start]&0xC0 == 0x80 {
		start--
	}
	for end < len(text) && text[end]&0xC0 == 0x80 {
		end++
	}
	return start, end
}

// TestManyChatsAtOnce has two hundred answers under way at the same moment.
func TestManyChatsAtOnce(t *testing.T) {
	noLeaks(t)
	const chats, tokens = 200, 50
	release := make(chan struct{})
	backend := &enginetest.Backend{Label: "scripted"}
	want := map[string]bool{}
	var begun []chan struct{}
	for i := range chats {
		signal := make(chan struct{})
		begun = append(begun, signal)
		script := enginetest.Script{{Text: "first "}, {Signal: signal}, {Wait: release}}
		text := "first "
		for j := range tokens {
			token := fmt.Sprintf("%d-%d ", i, j)
			script, text = append(script, enginetest.Step{Text: token}), text+token
		}
		want[text] = true
		backend.Scripts = append(backend.Scripts, script)
	}
	e := lsptest.Start(t, lsptest.Options{Backend: backend})
	calls := make([]*lsptest.Call, chats)
	for i := range calls {
		var token any
		if i%2 == 0 {
			token = "token " + strconv.Itoa(i)
		}
		calls[i] = e.Send("rigrun/chat", ask("question", token))
	}
	for _, signal := range begun {
		<-signal
	}
	close(release)
	for _, c := range calls {
		result := answered(t, c)
		var text string
		if c.Stream != nil {
			text = c.Stream.Text()
		} else {
			text = *result.Text
		}
		if !want[text] {
			t.Fatalf("no script has the answer %q, or two got it", text)
		}
		delete(want, text)
	}
}

// oddTokens are tokens that are hard to carry, NUL among them.
func oddTokens() []string {
	tokens := backendtest.OddTokens(1500)
	for i := 7; i < len(tokens); i += 100 {
		tokens[i] = "\x00" + tokens[i]
	}
	return tokens
}

// servers are the two kinds of scripted model server.
func servers() map[string]func(testing.TB, backendtest.Script) *backendtest.Server {
	return map[string]func(testing.TB, backendtest.Script) *backendtest.Server{"ollama": backendtest.Ollama, "openai": backendtest.OpenAI}
}

func TestOddTokensArriveExactly(t *testing.T) {
	tokens := oddTokens()
	want := strings.Join(tokens, "")
	for kind, start := range servers() {
		t.Run(kind, func(t *testing.T) {
			noLeaks(t)
			server := start(t, backendtest.Script{Answers: []backendtest.Answer{backendtest.Tokens(tokens...)}, Split: 1000})
			e := lsptest.Start(t, lsptest.Options{URL: server.URL})
			streamed := e.Send("rigrun/chat", ask("stream", 17))
			answered(t, streamed)
			if got := streamed.Stream.Text(); got != want {
				t.Errorf("%d bytes were streamed, want %d; they differ at byte %d", len(got), len(want), difference(got, want))
			}
			if got := *answered(t, e.Send("rigrun/chat", ask("whole", nil))).Text; got != want {
				t.Errorf("the response has %d bytes, want %d; they differ at byte %d", len(got), len(want), difference(got, want))
			}
			if got := latest(t, e).Messages[1].Text; got != want {
				t.Errorf("the conversation keeps %d bytes, want %d", len(got), len(want))
			}
		})
	}
}

// difference is the first byte at which two texts differ.
func difference(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// TestCancelClosesTheConnection measures how long after the editor's cancel the
// model server sees its client go. A machine that stops for a while in all of
// three sets of tries would have to stop for a reason of ours.
func TestCancelClosesTheConnection(t *testing.T) {
	ways := map[string]func(*lsptest.Editor, *lsptest.Call){
		"$/cancelRequest":                func(_ *lsptest.Editor, c *lsptest.Call) { c.Cancel() },
		"window/workDoneProgress/cancel": func(e *lsptest.Editor, c *lsptest.Call) { e.CancelWork(c.Work) },
	}
	for kind, start := range servers() {
		for name, cancel := range ways {
			t.Run(kind+" "+name, func(t *testing.T) {
				noLeaks(t)
				const tries, sets, limit = 100, 3, 100 * time.Millisecond
				answers := slices.Repeat([]backendtest.Answer{append(backendtest.Tokens("kept"), backendtest.Stall())}, sets*tries)
				server := start(t, backendtest.Script{Answers: answers})
				e := lsptest.Start(t, lsptest.Options{URL: server.URL})
				p99 := limit + 1
				for set := 0; set < sets && p99 > limit; set++ {
					took := make([]time.Duration, tries)
					for i := range took {
						took[i] = cancelOne(t, e, server, set*tries+i, cancel)
					}
					slices.Sort(took)
					p99 = took[tries*99/100-1]
					t.Logf("%d cancels until the model server saw the connection close: p50 %v, p99 %v, max %v",
						tries, took[tries/2], p99, took[tries-1])
				}
				if p99 > limit {
					t.Errorf("p99 is over %v in each of %d sets", limit, sets)
				}
			})
		}
	}
}

// cancelOne asks, waits for the first text, cancels, and returns how long the
// model server kept its client.
func cancelOne(t *testing.T, e *lsptest.Editor, server *backendtest.Server, i int, cancel func(*lsptest.Editor, *lsptest.Call)) time.Duration {
	t.Helper()
	p := ask("question "+strconv.Itoa(i), "partial "+strconv.Itoa(i))
	p["workDoneToken"] = "work " + strconv.Itoa(i)
	c := e.Send("rigrun/chat", p)
	e.Until("the first text", func() bool { return c.Stream.Text() == "kept" })
	sent := time.Now()
	cancel(e, c)
	closed := <-server.Closed()
	if _, err := c.Wait(); err == nil || err.Code != -32800 {
		t.Fatalf("the cancelled request ended with %v, want -32800", err)
	}
	e.WaitWork(c.Work)
	if i%20 == 0 {
		answer := latest(t, e).Messages[1]
		if answer.Text != "kept" || !answer.Interrupted {
			t.Fatalf("the conversation keeps %q, interrupted %v", answer.Text, answer.Interrupted)
		}
	}
	return closed.Sub(sent)
}

// TestSlowEditor does not read while the model server sends everything it has:
// more than all buffers between the two can hold.
func TestSlowEditor(t *testing.T) {
	tokens := append(oddTokens(), slices.Repeat([]string{strings.Repeat("0123456789abcdef", 512)}, 640)...)
	want := "first " + strings.Join(tokens, "")
	for kind, start := range servers() {
		t.Run(kind, func(t *testing.T) {
			noLeaks(t)
			hold, sent := make(chan struct{}), make(chan struct{})
			answer := append(backendtest.Tokens("first "), backendtest.Hold(hold))
			answer = append(answer, backendtest.Tokens(tokens...)...)
			server := start(t, backendtest.Script{Answers: []backendtest.Answer{append(answer, backendtest.Hold(sent))}})
			e := lsptest.Start(t, lsptest.Options{URL: server.URL})
			c := e.Send("rigrun/chat", ask("question", "slow"))
			e.Until("the first text", func() bool { return c.Stream.Text() == "first " })
			e.Pause()
			close(hold)
			sent <- struct{}{} // taken when the server has sent everything before it
			if got := len(c.Stream.Values()); got > 4 {
				t.Errorf("the editor has %d values while it does not read", got)
			}
			e.Resume()
			answered(t, c)
			if got := c.Stream.Text(); got != want {
				t.Errorf("the answer differs at byte %d", difference(got, want))
			}
			n := len(c.Stream.Values())
			t.Logf("%d tokens, %d bytes, arrived as %d values", len(tokens), len(want), n)
			if n > len(tokens)/10 {
				t.Errorf("%d values for %d tokens: what waited was not merged", n, len(tokens))
			}
		})
	}
}
