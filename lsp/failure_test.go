package lsp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/door"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/lsp"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// failure is one way a model server goes wrong.
type failure struct {
	name   string
	answer backendtest.Answer
	kind   chat.ErrorKind
	text   string // what was streamed before
}

func failures() []failure {
	after := func(steps ...backendtest.Step) backendtest.Answer {
		return append(backendtest.Tokens("so far"), steps...)
	}
	return []failure{
		{"cut", after(backendtest.Cut()), chat.StreamInterrupted, "so far"},
		{"no end", after(backendtest.NoEnd()), chat.StreamInterrupted, "so far"},
		{"error line", after(backendtest.Fail("llama runner process has terminated")), chat.StreamInterrupted, "so far"},
		{"garbage", after(backendtest.Raw("data: <html>\n\n{\"a\n")), chat.BadResponse, "so far"},
		{"garbage at once", backendtest.Answer{backendtest.Raw("<html>hello</html>\n")}, chat.BadResponse, ""},
		{"401", backendtest.Answer{backendtest.Refuse(401, "no")}, chat.Auth, ""},
		{"404", backendtest.Answer{backendtest.Refuse(404, "model 'tiny' not found")}, chat.ModelNotFound, ""},
		{"429", backendtest.Answer{backendtest.Refuse(429, "slow down", "Retry-After", "3600")}, chat.RateLimited, ""},
		{"500", backendtest.Answer{backendtest.Refuse(500, "out of memory")}, chat.BadResponse, ""},
		{"context", backendtest.Answer{backendtest.Refuse(400, "the prompt of 9000 tokens exceeds the context size of 4096 tokens")}, chat.ContextTooLong, ""},
		{"stall", backendtest.Answer{backendtest.Stall()}, chat.Timeout, ""},
		{"stall in the middle", after(backendtest.Stall()), chat.Timeout, "so far"},
	}
}

// TestModelServersFail has each failure end in a typed error, and the question
// after it answered.
func TestModelServersFail(t *testing.T) {
	for kind, start := range servers() {
		for _, f := range failures() {
			t.Run(kind+" "+f.name, func(t *testing.T) {
				noLeaks(t)
				server := start(t, backendtest.Script{Answers: []backendtest.Answer{f.answer, backendtest.Tokens("fine")}})
				e := lsptest.Start(t, lsptest.Options{Setup: impatient(server.URL), URL: server.URL})
				c := e.Send("rigrun/chat", ask("question", "token"))
				if data := failed(t, c); data.Kind != f.kind {
					t.Errorf("kind %q, want %q: %s", data.Kind, f.kind, data.Message)
				}
				if got := c.Stream.Text(); got != f.text {
					t.Errorf("%q was streamed, want %q", got, f.text)
				}
				if m := latest(t, e).Messages[1]; m.Text != f.text || !m.Interrupted {
					t.Errorf("the conversation keeps %q, interrupted %v", m.Text, m.Interrupted)
				}
				wantText(t, e, "fine")
			})
		}
	}
}

// impatient makes an engine's parts with limits that a test can wait for.
func impatient(url string) func(config.Config) engine.Setup {
	return func(config.Config) engine.Setup {
		client := transport.New(door.New(door.Rules{}, nil, nil), transport.Options{FirstToken: time.Second, BetweenTokens: 300 * time.Millisecond})
		setup := enginetest.Setup(local.New(local.Config{URL: url, URLSet: true}, client))
		setup.Release = client.CloseIdle
		return setup
	}
}

func TestTokenOfThreeMiB(t *testing.T) {
	token := strings.Repeat("0123456789abcde\n", 3<<20/16)
	for kind, start := range servers() {
		t.Run(kind, func(t *testing.T) {
			noLeaks(t)
			server := start(t, backendtest.Script{Answers: []backendtest.Answer{backendtest.Tokens("a", token, "z"), backendtest.Tokens("fine")}})
			e := lsptest.Start(t, lsptest.Options{URL: server.URL})
			c := e.Send("rigrun/chat", ask("question", "token"))
			answered(t, c)
			if got := c.Stream.Text(); got != "a"+token+"z" {
				t.Errorf("%d bytes arrived, %d were sent", len(got), len(token)+2)
			}
			wantText(t, e, "fine")
		})
	}
}

// TestEveryKindOfError has a backend fail with each kind, after some text.
func TestEveryKindOfError(t *testing.T) {
	noLeaks(t)
	kinds := []chat.ErrorKind{
		chat.NoBackend, chat.Unreachable, chat.ModelNotFound, chat.Auth, chat.RateLimited, chat.ContextTooLong,
		chat.Timeout, chat.Policy, chat.BadResponse, chat.QueryTooLong, chat.StreamInterrupted,
	}
	backend := &enginetest.Backend{Label: "scripted"}
	for _, k := range kinds {
		err := &chat.Error{Kind: k, Message: "it failed with " + string(k), Hint: "do something", Err: errors.New("the cause")}
		backend.Scripts = append(backend.Scripts, enginetest.Script{{Text: "so far"}, {Fail: fmt.Errorf("in a stage: %w", err)}})
	}
	backend.Scripts = append(backend.Scripts, enginetest.Words("fine"))
	e := lsptest.Start(t, lsptest.Options{Backend: backend})
	for _, k := range kinds {
		c := e.Send("rigrun/chat", ask("question", "token "+string(k)))
		if data := failed(t, c); data.Kind != k || data.Message != "it failed with "+string(k) || data.Hint != "do something" {
			t.Errorf("%q came as %+v", k, data)
		}
	}
	if data := failed(t, e.Send("rigrun/chat", ask(strings.Repeat("x", chat.MaxQuestionBytes+1), nil))); data.Kind != chat.QueryTooLong {
		t.Errorf("a question over the limit is refused as %q", data.Kind)
	}
	wantText(t, e, "fine")
}

func TestPolicyForbidsTheCall(t *testing.T) {
	noLeaks(t)
	e := lsptest.Start(t, lsptest.Options{
		URL: "http://192.0.2.1:11434", Settings: map[string]any{"routing": map[string]any{"offline": true}},
	})
	if data := failed(t, e.Send("rigrun/chat", ask("question", nil))); data.Kind != chat.Policy {
		t.Errorf("kind %q, want policy: %s", data.Kind, data.Message)
	}
}

// TestPanicsCostOneMessage has a backend panic, before and in the middle of an answer.
func TestPanicsCostOneMessage(t *testing.T) {
	noLeaks(t)
	backend := &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{
		{{Panic: "at once"}}, {{Text: "so far"}, {Panic: "in the middle"}}, enginetest.Words("fine"),
	}}
	e := lsptest.Start(t, lsptest.Options{Backend: backend})
	for range 2 {
		if data := failed(t, e.Send("rigrun/chat", ask("question", nil))); data.Kind != chat.BadResponse {
			t.Errorf("a panic came as %q", data.Kind)
		}
	}
	wantText(t, e, "fine")
}

// brokenLocal panics in the handler of whoever asks it.
type brokenLocal struct{ enginetest.Local }

func (*brokenLocal) Pick(context.Context, string) (local.Target, error) { panic("no local server") }

// TestHandlersThatPanic has a handler panic, on the goroutine of its call.
func TestHandlersThatPanic(t *testing.T) {
	noLeaks(t)
	e := lsptest.Start(t, lsptest.Options{Setup: func(config.Config) engine.Setup {
		return enginetest.Setup(&brokenLocal{})
	}})
	for _, method := range []string{"rigrun/chat", "rigrun/route", "rigrun/chat"} {
		if err := e.Refuse(method, ask("question", nil)); err.Code != -32603 || strings.Contains(err.Message, "no local server") {
			t.Errorf("%s: %v, want -32603 without the panic's own words", method, err)
		}
	}
	e.Call("rigrun/stats", map[string]any{})
	e.Close()
	if log := e.ServerLog(); !strings.Contains(log, "no local server") {
		t.Errorf("the log does not tell of the panic: %s", log)
	}
}

// TestBackgroundWorkThatPanics has the reading of settings panic, which runs on a
// goroutine of the server's own.
func TestBackgroundWorkThatPanics(t *testing.T) {
	noLeaks(t)
	e := lsptest.Start(t, lsptest.Options{
		Backend: &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{enginetest.Words("fine")}},
		Layers:  func() ([]config.Layer, []config.Problem) { panic("cannot read") },
	})
	wantText(t, e, "fine")
	e.Close() // everything has been logged
	if log := e.ServerLog(); !strings.Contains(log, "cannot read") {
		t.Errorf("the log does not tell of the panic: %s", log)
	}
}

// TestMalformedMessages sends what is no message, no request or no params. None
// of it ends the session, and what has an id is answered.
func TestMalformedMessages(t *testing.T) {
	noLeaks(t)
	e := lsptest.Start(t, lsptest.Options{Backend: &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{enginetest.Words("fine")}}})
	answeredWithNull := []string{
		"Content-Length: 9\r\n\r\nnot json!", "Content-Length: 2\r\n\r\n{}", "Content-Length: 2\r\n\r\n[]",
		"Content-Length: 4\r\n\r\nnull", "Content-Length: 1\r\n\r\n7",
		"Content-Length: 27\r\n\r\n" + `{"jsonrpc":"2.0","id":true}`,
	}
	for _, raw := range answeredWithNull {
		e.Raw([]byte(raw))
	}
	silent := []string{
		"garbage\r\n\r\n", "Content-Length: nine\r\n\r\n", "Content-Length: -1\r\n\r\n", "\r\n\r\n", "X-Other: 1\r\n\r\n",
		body(`{"jsonrpc":"2.0","method":"nobody/knows"}`), body(`{"jsonrpc":"2.0","method":"$/nobody"}`),
		body(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":7}`),
		body(`{"jsonrpc":"2.0","method":"textDocument/didOpen"}`),
		body(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///x","version":1},"contentChanges":"no"}}`),
		body(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///unopened","version":1},"contentChanges":[]}}`),
		body(`{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"file:///unopened"}}}`),
		body(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":{}}}`), body(`{"jsonrpc":"2.0","method":"$/cancelRequest"}`),
		body(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":4711}}`),
		body(`{"jsonrpc":"2.0","method":"window/workDoneProgress/cancel","params":{"token":{}}}`),
		body(`{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"loud"}}`),
		body(`{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":[]}`),
		body(`{"jsonrpc":"2.0","method":"workspace/didChangeWorkspaceFolders","params":{"event":7}}`),
		body(`{"jsonrpc":"2.0","id":"nobody asked","result":1}`),
	}
	for _, raw := range silent {
		e.Raw([]byte(raw))
	}
	wantText(t, e, "fine")
	nulls := 0
	for _, m := range e.Messages() {
		if m.FromServer && m.Method == "" && string(m.ID) == "null" {
			nulls++
		}
	}
	if nulls != len(answeredWithNull) {
		t.Errorf("%d of %d unreadable messages were answered", nulls, len(answeredWithNull))
	}
}

func body(json string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(json), json) }

// endings are the ways a session can end in the middle of an answer.
func endings(t *testing.T) map[string]func(e *lsptest.Editor) {
	return map[string]func(e *lsptest.Editor){
		"end of input": func(e *lsptest.Editor) { e.Hangup() },
		"exit without shutdown": func(e *lsptest.Editor) {
			e.Notify("exit", nil)
			if err := e.WaitEnd(); !errors.Is(err, lsp.ErrNoShutdown) {
				t.Errorf("the session ended with %v", err)
			}
		},
		"shutdown and exit": func(e *lsptest.Editor) {
			e.Call("shutdown", nil)
			e.Notify("exit", nil)
			if err := e.WaitEnd(); err != nil {
				t.Errorf("the session ended with %v", err)
			}
		},
	}
}

// TestEndsTakeTheStreamsAlong ends sessions while an answer streams: the model
// server must see its client go.
func TestEndsTakeTheStreamsAlong(t *testing.T) {
	for name, end := range endings(t) {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			server := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{append(backendtest.Tokens("a"), backendtest.Stall())}})
			e := lsptest.Start(t, lsptest.Options{URL: server.URL})
			c := e.Send("rigrun/chat", ask("question", "token"))
			e.Until("the first text", func() bool { return c.Stream.Text() == "a" })
			end(e)
			<-server.Closed()
			_ = e.WaitEnd() // each ending judges its own error
			if strings.Contains(e.ServerLog(), "still under way") {
				t.Error("the answer went on until the session had no more time for it")
			}
		})
	}
}

// TestDeathOfTheEditor ends the process that initialize named.
func TestDeathOfTheEditor(t *testing.T) {
	noLeaks(t)
	parent := exec.Command(os.Args[0]) //nolint:gosec // this test's own binary
	in, err := parent.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	parent.Env = append(os.Environ(), lsp.WaitEnv+"=1")
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	server := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{append(backendtest.Tokens("a"), backendtest.Stall())}})
	e := lsptest.Start(t, lsptest.Options{URL: server.URL, ProcessID: parent.Process.Pid})
	c := e.Send("rigrun/chat", ask("question", "token"))
	e.Until("the first text", func() bool { return c.Stream.Text() == "a" })
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := parent.Wait(); err != nil {
		t.Fatal(err)
	}
	<-server.Closed()
	if err := e.WaitEnd(); err != nil {
		t.Errorf("the session ended with %v", err)
	}
}

// TestBadParamsNameTheField sends each parameter wrongly once.
func TestBadParamsNameTheField(t *testing.T) {
	noLeaks(t)
	e := lsptest.Start(t, lsptest.Options{Backend: &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{enginetest.Words("fine")}}})
	doc := e.Open("main.go", "go", "package main\n")
	selection := fmt.Sprintf(`{"uri":%q,"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":3}}}`, doc.URI)
	for _, c := range []struct{ method, params, field string }{
		{"rigrun/chat", `{}`, "message"},
		{"rigrun/chat", `{"message":""}`, "message"},
		{"rigrun/chat", `{"message":" \n\t"}`, "message"},
		{"rigrun/chat", `{"message":7}`, "message"},
		{"rigrun/chat", `{"message":"a","action":"dance"}`, "action"},
		{"rigrun/chat", `{"message":"a","mode":"far"}`, "mode"},
		{"rigrun/chat", `{"message":"a","cache":"maybe"}`, "cache"},
		{"rigrun/chat", `{"message":"a","classification":"PRIVATE"}`, "classification"},
		{"rigrun/chat", `{"message":"a","conversationId":"nobody"}`, "conversationId"},
		{"rigrun/chat", `{"message":"a","partialResultToken":{}}`, "partialResultToken"},
		{"rigrun/chat", `{"message":"a","partialResultToken":1.5}`, "partialResultToken"},
		{"rigrun/chat", `{"message":"a","workDoneToken":[]}`, "workDoneToken"},
		{"rigrun/chat", `{"message":"a","context":7}`, "context"},
		{"rigrun/chat", `{"message":"a","context":[{"kind":"dream"}]}`, "context.0: kind"},
		{"rigrun/chat", `{"message":"a","context":[{"kind":"text","text":"x"},{"kind":"file","uri":"no uri"}]}`, "context.1: uri"},
		{"rigrun/chat", `{"message":"a","context":[{"kind":"file","uri":"file:///etc/hostname"}]}`, "context.0: uri"},
		{"rigrun/chat", `{"message":"a","context":[{"kind":"file","uri":"untitled:a"}]}`, "context.0: uri"},
		{"rigrun/chat", `{"message":"a","context":[{"kind":"selection","uri":"file:///x","range":{"start":{"line":-1,"character":0},"end":{"line":0,"character":0}}}]}`, "context.0.range"},
		{"rigrun/route", `{"message":7}`, "message"},
		{"rigrun/conversations/list", `{"limit":-1}`, "limit"},
		{"rigrun/conversations/list", `{"cursor":"x"}`, "cursor"},
		{"rigrun/conversations/get", `{"conversationId":"nobody"}`, "conversationId"},
		{"rigrun/cache/entry", `{"entryId":"00000000000000000000000000000000-0"}`, "entryId"},
		{"rigrun/cache/entry", `{}`, "entryId"},
		{"rigrun/conversations/get", `{}`, "conversationId"},
		{"rigrun/conversations/rename", `{"conversationId":"nobody","title":""}`, "title"},
		{"rigrun/conversations/rename", `{"conversationId":"nobody","title":"x"}`, "conversationId"},
		{"rigrun/conversations/delete", `{"conversationId":"nobody"}`, "conversationId"},
		{"rigrun/conversations/delete", `{"conversationId":7}`, "conversationId"},
		{"rigrun/conversations/search", `{"query":"a","limit":-1}`, "limit"},
		{"rigrun/conversations/search", `{"query":7}`, "query"},
		{"rigrun/conversations/search", `{}`, "query"},
		{"textDocument/hover", `{"textDocument":7}`, "textDocument"},
		{"textDocument/hover", `{"textDocument":{"uri":"file:///x"},"position":{"line":"1","character":0}}`, "position.line"},
		{"textDocument/codeAction", `{"textDocument":{"uri":"file:///x"},"context":{"diagnostics":[{"message":"a"},{"message":7}]}}`, "context.diagnostics.1.message"},
		{"workspace/executeCommand", `{"command":7}`, "command"},
		{"rigrun/conversations/export", `{"conversationId":"nobody","format":"html"}`, "conversationId"},
		{"rigrun/conversations/export", `{"conversationId":"../x","format":"pdf"}`, "format"},
		{"workspace/executeCommand", `{"command":"rigrun.dance"}`, "command"},
		{"workspace/executeCommand", `{"command":"rigrun.explain"}`, "arguments"},
		{"workspace/executeCommand", `{"command":"rigrun.explain","arguments":[7]}`, "arguments.0"},
		{"workspace/executeCommand", `{"command":"rigrun.explain","arguments":[{}]}`, "arguments.0.uri"},
		{"workspace/executeCommand", `{"command":"rigrun.explain","arguments":[{"uri":"file:///x"}]}`, "arguments.0.range"},
		{"workspace/executeCommand", `{"command":"rigrun.explain","arguments":[` + selection + `,7]}`, "arguments"},
		{"workspace/executeCommand", `{"command":"rigrun.ask","arguments":[{}]}`, "arguments.0.message"},
		{"workspace/executeCommand", `{"command":"rigrun.ask","arguments":[{"message":7}]}`, "message"},
		{"workspace/textDocumentContent", `{"uri":"rigrun:/answers/nobody/x.md"}`, "uri"},
	} {
		err := e.Refuse(c.method, json.RawMessage(c.params))
		if err.Code != -32602 || !strings.HasPrefix(err.Message, c.field+":") {
			t.Errorf("%s %s: %v, want -32602 naming %s", c.method, c.params, err, c.field)
		}
	}
	e.Forgive() // some of the editor's own messages were against LSP on purpose
	wantText(t, e, "fine")
}

// TestNothingSecretIsLogged asks a question with a key in it, successfully and in
// vain, and looks for it in the log.
func TestNothingSecretIsLogged(t *testing.T) {
	noLeaks(t)
	const secret = "sk-live-4242424242424242" //nolint:gosec // no credential: made up to be looked for
	server := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{
		backendtest.Tokens("fine"), {backendtest.Refuse(500, "echo "+secret)}, {backendtest.Raw(secret)},
	}})
	e := lsptest.Start(t, lsptest.Options{URL: server.URL})
	doc := e.Open("main.go", "go", "// "+secret)
	p := ask(secret, nil)
	p["context"] = []any{map[string]any{"kind": "file", "uri": doc.URI}}
	answered(t, e.Send("rigrun/chat", p))
	failed(t, e.Send("rigrun/chat", p))
	failed(t, e.Send("rigrun/chat", p))
	e.Close() // everything has been logged
	if log := e.ServerLog(); strings.Contains(log, secret) {
		t.Errorf("the log tells the question: %s", log)
	}
}
