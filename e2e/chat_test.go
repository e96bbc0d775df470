package e2e

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/e2e/gguf"
)

// code is the file that the questions are about.
const code = `package add

// Sum adds what is positive.
func Sum(values []int) (total int) {
	for _, v := range values {
		if v > 0 {
			total += v
		}
	}
	return total
}
`

// result is the outcome of rigrun/chat, as far as the tests look at it.
type result struct {
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId"`
	Text           *string
	FinishReason   string `json:"finishReason"`
	Route          route
	Cache          struct{ Hit string }
	Usage          struct {
		PromptTokens, CompletionTokens int
		Estimated                      *bool
	}
	Metrics struct{ FirstTokenMs, TotalMs, TokensPerSecond *float64 }
}

// settings are the initializationOptions that point at a server.
func settings(server *modelServer, url string) map[string]any {
	return map[string]any{"local": map[string]any{"kind": server.kind, "url": url}}
}

// open opens the file in the editor and returns a question about its function.
func (e *editor) open(name string) map[string]any {
	uri := fileURI(filepath.Join(e.t.TempDir(), name))
	e.notify("textDocument/didOpen", map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": "go", "version": 1, "text": code},
	})
	return map[string]any{
		"message": "What does it do?",
		"action":  "explain",
		"cache":   "off", // each question is to reach the model server
		"context": []any{map[string]any{"kind": "selection", "uri": uri, "range": map[string]any{
			"start": map[string]any{"line": 3, "character": 0}, "end": map[string]any{"line": 10, "character": 1},
		}}},
	}
}

// outcome reads the result of a question that went well.
func outcome(t *testing.T, r response) result {
	t.Helper()
	if r.Error != nil {
		t.Fatalf("the question failed: %+v", *r.Error)
	}
	var res result
	if err := json.Unmarshal(r.Result, &res); err != nil {
		t.Fatalf("the result is %s: %v", r.Result, err)
	}
	return res
}

// expectResult holds a result against what the model server really said.
func expectResult(t *testing.T, res result, said answer, server *modelServer) {
	t.Helper()
	if res.ConversationID == "" || res.MessageID == "" {
		t.Errorf("conversation %q, message %q", res.ConversationID, res.MessageID)
	}
	if res.FinishReason != said.reason || said.reason != "stop" && said.reason != "length" {
		t.Errorf("finishReason %q, the model server said %q", res.FinishReason, said.reason)
	}
	if res.Route.Tier != "local" || res.Route.Backend != server.kind || res.Route.Model != server.model || res.Route.Reason == "" {
		t.Errorf("route %+v, want local, %s, %s and a reason", res.Route, server.kind, server.model)
	}
	if res.Cache.Hit != "none" {
		t.Errorf("cache hit %q", res.Cache.Hit)
	}
	u := res.Usage
	if u.Estimated == nil || *u.Estimated || u.PromptTokens != said.promptTokens || u.CompletionTokens != said.completionTokens {
		t.Errorf("usage %+v, the model server counted %d and %d", u, said.promptTokens, said.completionTokens)
	}
	if m := res.Metrics; m.FirstTokenMs == nil || m.TotalMs == nil || m.TokensPerSecond == nil || *m.TotalMs <= 0 || *m.FirstTokenMs > *m.TotalMs {
		t.Errorf("metrics %+v", m)
	}
}

// TestAnswerStreams asks several questions in one session. What arrived as
// progress, put together, is exactly what the model server sent.
func TestAnswerStreams(t *testing.T) {
	server := startModelServer(t, gguf.Tiny())
	tp := startTap(t, server)
	e := startEditor(t, settings(server, tp.url))
	total, parts := 0, 0
	for i := range 8 {
		q := e.ask(e.open("sum.go"))
		text, r := q.wait()
		res := outcome(t, r)
		x, n := tp.last()
		if n != i+1 {
			t.Fatalf("question %d made %d calls of the model server", i+1, n)
		}
		said := x.answer(t)
		if text != said.text {
			t.Fatalf("received %q\nthe model server sent %q", text, said.text)
		}
		if !utf8.ValidString(text) {
			t.Errorf("not UTF-8: %q", text)
		}
		if res.Text != nil {
			t.Errorf("the result repeats the text that was streamed")
		}
		if q.route != res.Route {
			t.Errorf("announced %+v, answered by %+v", q.route, res.Route)
		}
		expectResult(t, res, said, server)
		total, parts = total+len(text), parts+q.seq
	}
	if total == 0 {
		t.Error("eight answers without a single character: the model says nothing")
	}
	t.Logf("8 answers, %d bytes in %d parts", total, parts)
}

// TestAnswerWithoutToken asks as an editor that takes no partial results.
func TestAnswerWithoutToken(t *testing.T) {
	server := startModelServer(t, gguf.Tiny())
	tp := startTap(t, server)
	e := startEditor(t, settings(server, tp.url))
	for range 4 {
		res := outcome(t, e.call("rigrun/chat", e.open("sum.go")))
		x, _ := tp.last()
		said := x.answer(t)
		if res.Text == nil || *res.Text != said.text {
			t.Fatalf("the result's text is not what the model server sent, %q", said.text)
		}
		expectResult(t, res, said, server)
	}
}

// TestConversationGoesOn asks a second question in the same conversation; the
// model server is sent the first one and its answer as well.
func TestConversationGoesOn(t *testing.T) {
	server := startModelServer(t, gguf.Tiny())
	tp := startTap(t, server)
	e := startEditor(t, settings(server, tp.url))
	first := outcome(t, e.call("rigrun/chat", e.open("sum.go")))
	for *first.Text == "" { // a model that ends at once has said nothing to go on from
		first = outcome(t, e.call("rigrun/chat", e.open("sum.go")))
	}
	second := outcome(t, e.call("rigrun/chat", map[string]any{
		"conversationId": first.ConversationID, "message": "And then?", "cache": "off",
	}))
	if second.ConversationID != first.ConversationID || second.MessageID == first.MessageID {
		t.Errorf("conversation %q then %q, messages %q then %q", first.ConversationID, second.ConversationID, first.MessageID, second.MessageID)
	}
	if second.Usage.PromptTokens <= first.Usage.PromptTokens {
		t.Errorf("the second prompt has %d tokens, the first had %d: the conversation was not sent", second.Usage.PromptTokens, first.Usage.PromptTokens)
	}
}

// TestAutoFindsTheServer gives the address but not the dialect.
func TestAutoFindsTheServer(t *testing.T) {
	server := startModelServer(t, gguf.Tiny())
	e := startEditor(t, map[string]any{"local": map[string]any{"kind": "auto", "url": server.URL}})
	res := outcome(t, e.call("rigrun/chat", e.open("sum.go")))
	if res.Route.Backend != server.kind || res.Route.Model != server.model {
		t.Errorf("answered by %+v, want %s %s", res.Route, server.kind, server.model)
	}
}

// TestModels lists what the server really has.
func TestModels(t *testing.T) {
	server := startModelServer(t, gguf.Tiny())
	e := startEditor(t, settings(server, server.URL))
	r := e.call("rigrun/models", map[string]any{})
	if r.Error != nil {
		t.Fatalf("%+v", *r.Error)
	}
	var list struct {
		Models []struct {
			ID, Backend, Tier string
			ContextLength     int
		}
	}
	if err := json.Unmarshal(r.Result, &list); err != nil {
		t.Fatal(err)
	}
	for _, m := range list.Models {
		if m.ID == server.model && m.Backend == server.kind && m.Tier == "local" && m.ContextLength > 0 {
			return
		}
	}
	t.Errorf("%s is not listed with its backend, tier and context length: %s", server.model, r.Result)
}

// slowly starts a model server whose answers never end, and an editor in front of it.
func slowly(t *testing.T) (*modelServer, *tap, *editor) {
	t.Helper()
	server := startModelServer(t, gguf.Slow())
	tp := startTap(t, server)
	return server, tp, startEditor(t, settings(server, tp.url))
}

// flowing waits until the answer's text is coming in.
func (q *question) flowing() {
	q.e.t.Helper()
	for texts := 0; texts < 3; {
		if p := q.next(); p.Text != nil {
			texts++
		}
	}
}

// TestCancel stops an endless answer both ways an editor can. The model server's
// connection closes and its slot is free; the session goes on.
func TestCancel(t *testing.T) {
	server, tp, e := slowly(t)
	for _, c := range []struct {
		name   string
		cancel func(q *question)
	}{
		{"$/cancelRequest", func(q *question) { e.notify("$/cancelRequest", map[string]any{"id": q.id}) }},
		{"window/workDoneProgress/cancel", func(q *question) {
			e.notify("window/workDoneProgress/cancel", map[string]any{"token": q.work})
		}},
	} {
		q := e.ask(e.open("sum.go"))
		q.flowing()
		if busy, ok := server.busy(t); ok && !busy {
			t.Errorf("%s: the model server's slot is idle while it streams", c.name)
		}
		x, _ := tp.last()
		cancelled := time.Now()
		c.cancel(q)
		_, r := q.wait()
		if r.Error == nil || r.Error.Code != -32800 {
			t.Fatalf("%s: answered %+v %s, want error -32800", c.name, r.Error, r.Result)
		}
		within(t, patience, "the model server's connection closes", func() bool { return !x.closedAt().IsZero() })
		if took := x.closedAt().Sub(cancelled); took > time.Second {
			t.Errorf("%s: the model server's connection closed after %v", c.name, took)
		} else {
			t.Logf("%s: connection closed after %v, answered after %v", c.name, took.Round(10*time.Microsecond), r.at.Sub(cancelled).Round(10*time.Microsecond))
		}
		within(t, 5*time.Second, "the model server's slot is free", func() bool {
			busy, _ := server.busy(t)
			return !busy
		})
	}
	if r := e.call("rigrun/models", map[string]any{}); r.Error != nil {
		t.Errorf("after two cancels: %+v", *r.Error)
	}
}

// TestServerDies kills the model server in mid-answer. That is an error that says
// what to do; the next question is answered without the server.
func TestServerDies(t *testing.T) {
	server := startModelServer(t, gguf.Slow())
	e := startEditor(t, settings(server, server.URL)) // no tap between them: it would live on
	q := e.ask(e.open("sum.go"))
	q.flowing()
	server.Kill()
	_, r := q.wait()
	if r.Error == nil || r.Error.Code != -32803 || r.Error.Data.Kind != "stream_interrupted" || r.Error.Data.Hint == "" {
		t.Fatalf("answered %+v %s, want error -32803 of kind stream_interrupted with a hint", r.Error, r.Result)
	}
	res := outcome(t, e.call("rigrun/chat", e.open("sum.go")))
	if res.Route.Backend != "outline" || res.Text == nil || *res.Text == "" {
		t.Errorf("after the server's death the answer came from %+v", res.Route)
	}
}

// TestEndOfInput closes the server's input in mid-answer, as a crashed editor
// does: the process ends and takes the answer with it.
func TestEndOfInput(t *testing.T) {
	server, tp, e := slowly(t)
	q := e.ask(e.open("sum.go"))
	q.flowing()
	x, _ := tp.last()
	closed := time.Now()
	if err := e.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-e.ended:
		t.Logf("ended after %v", time.Since(closed).Round(time.Millisecond))
	case <-time.After(10 * time.Second):
		t.Fatal("the process lives on without its editor")
	}
	within(t, patience, "the model server's connection closes", func() bool { return !x.closedAt().IsZero() })
	within(t, 5*time.Second, "the model server's slot is free", func() bool {
		busy, _ := server.busy(t)
		return !busy
	})
}
