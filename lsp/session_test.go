package lsp_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/outline"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// wholeSession are messages that an editor may send without waiting for anything.
var wholeSession = []string{
	`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`,
	`{"jsonrpc":"2.0","method":"initialized","params":{}}`,
	`{"jsonrpc":"2.0","id":2,"method":"rigrun/conversations/list","params":{}}`,
	`{"jsonrpc":"2.0","id":3,"method":"nobody/knows"}`,
	`{"jsonrpc":"2.0","id":4,"method":"rigrun/conversations/get","params":{"conversationId":"nobody"}}`,
	`{"jsonrpc":"2.0","id":5,"method":"shutdown"}`,
}

// TestAnswersBeforeTheEnd sends a whole session at once, and its end with it: by
// exit, by the end of the input, or both. Every request is answered before the
// server goes.
func TestAnswersBeforeTheEnd(t *testing.T) {
	exit := `{"jsonrpc":"2.0","method":"exit"}`
	for name, messages := range map[string][]string{"end of input": wholeSession, "exit": append(wholeSession[:len(wholeSession):len(wholeSession)], exit)} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			for range 50 {
				var in strings.Builder
				for _, m := range messages {
					in.WriteString(body(m))
				}
				out := serveOnce(t, in.String())
				for _, id := range []string{"1", "2", "3", "4", "5"} {
					if !strings.Contains(out, `"id":`+id+`,`) {
						t.Fatalf("the request %s was not answered:\n%s", id, out)
					}
				}
			}
		})
	}
}

// TestTraceFollowsTheSettings switches the trace on and off again, and on by the client's own
// request, which other settings leave as it is.
func TestTraceFollowsTheSettings(t *testing.T) {
	noLeaks(t)
	e := lsptest.Start(t, lsptest.Options{Profile: "vscode"})
	traced := func() bool { // whether any of some calls was
		before := len(e.Received("$/logTrace"))
		for range 5 {
			e.Call("rigrun/stats", map[string]any{})
		}
		return len(e.Received("$/logTrace")) > before
	}
	until := func(what string, is func() bool) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); !is(); {
			if time.Now().After(end) {
				t.Fatal(what)
			}
		}
	}
	silent := func() bool { return !traced() }
	until("calls are traced at first", silent)
	e.Configure(map[string]any{"trace": "messages"})
	until("the setting does not begin it", traced)
	e.Configure(map[string]any{"trace": "off"})
	until("the setting does not end it", silent)
	e.Notify("$/setTrace", map[string]any{"value": "verbose"})
	until("the client cannot begin it", traced)
	e.Configure(map[string]any{"trace": "off", "routing": map[string]any{"offline": true}})
	until("offline is not in force", func() bool {
		return routeOf(t, e, map[string]any{"message": "why?"}).ForcedBy == "offline"
	})
	until("another setting has ended it", traced)
}

// recordedOutput is a connection whose input is known and whose output is kept.
type recordedOutput struct {
	io.Reader
	strings.Builder
}

func (*recordedOutput) Close() error { return nil }

// patient is a recordedOutput whose input goes on until a request is answered.
type patient struct {
	recordedOutput
	last     string        // the beginning of the answer it waits for
	answered chan struct{} // closed by that answer
}

func (p *patient) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(p.last)) {
		close(p.answered)
	}
	return p.recordedOutput.Write(b)
}

// waiting is an input that ends when a channel is closed.
type waiting <-chan struct{}

func (w waiting) Read([]byte) (int, error) {
	<-w
	return 0, io.EOF
}

// serveOnce runs a session on an input and returns its output.
func serveOnce(t *testing.T, in string) string {
	t.Helper()
	conn := &recordedOutput{Reader: strings.NewReader(in)}
	serveOver(t, conn)
	return conn.String()
}

// serveUntil is serveOnce with an editor that stays until the request last is answered.
func serveUntil(t *testing.T, last, in string) string {
	t.Helper()
	conn := &patient{last: `"id":` + last + `,`, answered: make(chan struct{})}
	conn.Reader = io.MultiReader(strings.NewReader(in), waiting(conn.answered))
	serveOver(t, conn)
	return conn.String()
}

func serveOver(t *testing.T, conn io.ReadWriteCloser) {
	t.Helper()
	overlay := document.NewOverlay(outline.Disk())
	house := assemble.Open("")
	e := house.Engine(config.Default(), overlay)
	defer e.Close()
	server := lsp.New(lsp.Options{
		Engine: e, Setup: house.Setup, Overlay: overlay, Log: zap.NewNop(), Workspaces: workspace.NewPool(workspace.Options{Files: overlay}),
		Layers: func() ([]config.Layer, []config.Problem) { return nil, nil },
	})
	if err := server.Serve(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
}

// TestAnEditorThatIsNeverInitialized leaves out the notification initialized: the
// settings of initialize hold all the same, from the first request on.
func TestAnEditorThatIsNeverInitialized(t *testing.T) {
	noLeaks(t)
	out := serveUntil(t, "2", body(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{},`+
		`"initializationOptions":{"routing":{"offline":true},"local":{"kind":"ollama","url":"http://127.0.0.1:1"}}}}`)+
		body(`{"jsonrpc":"2.0","id":2,"method":"rigrun/route","params":{"message":"why"}}`))
	if !strings.Contains(out, `"forcedBy":"offline"`) {
		t.Errorf("the settings do not hold:\n%s", out)
	}
}

// TestRequestsOutOfPlace sends requests before initialize and after shutdown: what
// they come too early or too late for is said of unknown ones, too. What is no
// request but has a request's id is answered under it: somebody waits for that.
func TestRequestsOutOfPlace(t *testing.T) {
	noLeaks(t)
	out := serveOnce(t, body(`{"jsonrpc":"2.0","id":11,"method":"nobody/knows"}`)+body(`{"jsonrpc":"2.0","id":12,"method":"rigrun/stats"}`)+
		body(wholeSession[0])+body(`{"id":13,"method":"rigrun/stats"}`)+body(`{"jsonrpc":"2.0","id":"14","method":7}`)+
		body(`{"jsonrpc":"1.0","id":15,"result":{}}`)+body(`{"jsonrpc":"2.0","id":16,"method":"nobody/knows"}`)+
		body(wholeSession[5])+body(`{"jsonrpc":"2.0","id":17,"method":"nobody/knows"}`)+body(`{"jsonrpc":"2.0","id":18,"method":"rigrun/stats"}`))
	for id, code := range map[string]string{"11": "-32002", "12": "-32002", "13": "-32600", `"14"`: "-32600", "null": "-32600", "16": "-32601", "17": "-32600", "18": "-32600"} {
		if !strings.Contains(out, `"id":`+id+`,"error":{"code":`+code) {
			t.Errorf("%s was not answered with %s:\n%s", id, code, out)
		}
	}
	if strings.Contains(out, `"id":15,`) {
		t.Errorf("a response was answered:\n%s", out)
	}
}

// TestNullIsAbsent sends null where a member may be left out, as some clients do.
func TestNullIsAbsent(t *testing.T) {
	noLeaks(t)
	session := body(wholeSession[0]) + body(wholeSession[1]) + body(`{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{"settings":{"rigrun":{"local":{"kind":"ollama","url":"http://127.0.0.1:1"}}}}}`)
	out := serveUntil(t, "2", session+body(`{"jsonrpc":"2.0","id":2,"method":"rigrun/chat","params":{"message":"a","partialResultToken":null,"workDoneToken":null,"context":null}}`))
	if !strings.Contains(out, `"text":"`) {
		t.Errorf("null tokens are not absent ones:\n%s", out)
	}
	out = serveUntil(t, "2", session+
		body(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:a","languageId":"go","version":1,"text":"stale"}}}`)+
		body(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:a","version":null},"contentChanges":[{"range":null,"text":"new"}]}}`)+
		body(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:a","version":3},"contentChanges":[{"text":null}]}}`)+
		body(`{"jsonrpc":"2.0","id":2,"method":"rigrun/context/preview","params":{"message":"why","context":[{"kind":"file","uri":"untitled:a"}]}}`))
	if !strings.Contains(out, `\nnew\n`) || strings.Contains(out, "stale") {
		t.Errorf("a change of the range null is not one of the whole text:\n%s", out)
	}
}

// TestMuteEditor never answers what the server asks. That holds up no question
// and not the end.
func TestMuteEditor(t *testing.T) {
	noLeaks(t)
	server := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{backendtest.Tokens("fine")}})
	e := lsptest.Start(t, lsptest.Options{URL: server.URL, Mute: []string{
		"client/registerCapability", "window/workDoneProgress/create", "window/showDocument", "workspace/textDocumentContent/refresh",
	}})
	explainFirstLine(e)
	e.Until("the server's request", func() bool { return len(e.Received("window/workDoneProgress/create")) == 1 })
	wantText(t, e, "fine")
	start := time.Now()
	e.Close()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the end took %v", took)
	}
}

// TestLostWidget has an editor lose what comes together with a command's response,
// as lsp-mode does: it is asked for a widget again, and the answer is shown.
func TestLostWidget(t *testing.T) {
	noLeaks(t)
	backend := &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{enginetest.Words("shown")}}
	e := lsptest.Start(t, lsptest.Options{Backend: backend, Loses: []string{"window/workDoneProgress/create"}})
	explainFirstLine(e)
	e.Until("a widget", func() bool { return len(e.Widgets()) > 0 })
	e.WaitWork(e.Widgets()[0])
	if n := len(e.Received("window/workDoneProgress/create")); n != 2 {
		t.Errorf("the editor was asked for a widget %d times", n)
	}
	if page := e.Page(e.Shown()[0]); !strings.Contains(page, "shown") {
		t.Errorf("the page holds %q", page)
	}
}

// TestAnswerWithoutTheEditorsHelp has editors that never make a widget, and never say
// whether they have shown the answer, or that they have not: the answer comes as a
// message.
func TestAnswerWithoutTheEditorsHelp(t *testing.T) {
	for _, profile := range []string{"vscode", "eglot-30"} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			backend := &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{enginetest.Words("shown")}}
			e := lsptest.Start(t, lsptest.Options{Profile: profile, Backend: backend, Mute: []string{
				"window/workDoneProgress/create", "window/showDocument", "workspace/textDocumentContent/refresh",
			}})
			explainFirstLine(e)
			e.Until("a message", func() bool { return len(e.WindowMessages()) > 0 })
			if got := e.WindowMessages()[0]; !strings.Contains(got, "shown") {
				t.Errorf("the message is %q", got)
			}
		})
	}
}

// explainFirstLine opens a file and has its first line explained.
func explainFirstLine(e *lsptest.Editor) {
	doc := e.Open("main.go", "go", "package main\n")
	e.Call("workspace/executeCommand", map[string]any{
		"command": "rigrun.explain", "arguments": []any{map[string]any{"uri": doc.URI, "range": doc.Lines(1, 1)}},
	})
}

// TestConfigurationThatNeverComes has an editor that announces
// workspace/configuration and never answers it: the first question waits for its
// settings, but not for ever, and then for those of initialize alone.
func TestConfigurationThatNeverComes(t *testing.T) {
	noLeaks(t)
	backend := &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{enginetest.Words("fine")}}
	e := lsptest.Start(t, lsptest.Options{
		Backend: backend, Mute: []string{"workspace/configuration"},
		InitializationOptions: map[string]any{"routing": map[string]any{"offline": true}},
	})
	start := time.Now()
	if result := answered(t, e.Send("rigrun/chat", ask("why", nil))); *result.Text != "fine" || result.Route.ForcedBy != "offline" {
		t.Errorf("%q by %+v, want an answer under the settings that are known", *result.Text, result.Route)
	}
	if took := time.Since(start); took < 2500*time.Millisecond || took > 10*time.Second {
		t.Errorf("the question waited %v for the settings, want 3s", took)
	}
}

// TestCancelByAnyID cancels requests whose ids are strings and numbers beyond 32 bits.
func TestCancelByAnyID(t *testing.T) {
	noLeaks(t)
	for _, id := range []string{`"a request"`, `"7"`, `7`, `0`, `-1`, `9007199254740993`} {
		server := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{append(backendtest.Tokens("a"), backendtest.Stall())}})
		e := lsptest.Start(t, lsptest.Options{URL: server.URL})
		e.Raw([]byte(body(`{"jsonrpc":"2.0","id":` + id + `,"method":"rigrun/chat","params":{"message":"Why?"}}`)))
		<-server.Started()
		e.Raw([]byte(body(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":` + id + `}}`)))
		<-server.Closed()
		e.Until("the response to "+id, func() bool {
			for _, m := range e.Messages() {
				if m.FromServer && string(m.ID) == id && strings.Contains(string(m.Body), `"code":-32800`) {
					return true
				}
			}
			return false
		})
		e.Forgive() // the requests were sent past the record
	}
}

// TestEmptyAnswer asks a model that ends at once: the response of a question
// without a token has the text all the same, and it is empty.
func TestEmptyAnswer(t *testing.T) {
	noLeaks(t)
	e := lsptest.Start(t, lsptest.Options{Backend: &enginetest.Backend{Scripts: []enginetest.Script{{}}}})
	if r := answered(t, e.Send("rigrun/chat", ask("question", nil))); r.Text == nil || *r.Text != "" {
		t.Errorf("the text is %v, want an empty one", r.Text)
	}
}

// TestTheConversationOfNoAnswer wants a client told where a question is kept that
// it stopped, or that failed, before any result named the conversation; and not
// where there is none.
func TestTheConversationOfNoAnswer(t *testing.T) {
	noLeaks(t)
	server := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{
		append(backendtest.Tokens("begun"), backendtest.Stall()),
		append(backendtest.Tokens("broken"), backendtest.Cut()),
		backendtest.Tokens("whole"),
	}})
	e := lsptest.Start(t, lsptest.Options{URL: server.URL})
	for i, want := range []string{"begun", "broken"} {
		c := e.Send("rigrun/chat", ask("Why? "+want, "partial "+want))
		if i == 0 {
			e.Until("the first text", func() bool { return c.Stream.Text() == want })
			c.Cancel()
		}
		_, err := c.Wait()
		var data ext.ErrorData
		if unread := lsptest.Strict(err.Data, &data); unread != nil || data.ConversationID == "" || (data.Error == nil) != (i == 0) {
			t.Fatalf("%v with data %s: %v", err, err.Data, unread)
		}
		if kept := conversation(t, e, data.ConversationID).Messages; len(kept) != 2 || kept[1].Text != want || !kept[1].Interrupted {
			t.Errorf("it keeps %+v", kept)
		}
	}
	p := ask("And now?", nil)
	p["conversationId"] = "QQQQQQQQQQQQQQQQQQQQQQQQQQ"
	if err := e.Refuse("rigrun/chat", p); err.Code != -32602 || err.Data != nil {
		t.Errorf("without a conversation: %v %s", err, err.Data)
	}
}

// TestConversationNamedEarly has the first partial result name the conversation for
// a client that asks for that, and for no other: the contract has no such member.
func TestConversationNamedEarly(t *testing.T) {
	for _, asked := range []bool{false, true} {
		backend := &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{enginetest.Words("fine")}}
		e := lsptest.Start(t, lsptest.Options{Backend: backend, ConversationID: asked})
		c := e.Send("rigrun/chat", map[string]any{"message": "why?", "partialResultToken": "t"})
		raw, wrong := c.Wait()
		if wrong != nil {
			t.Fatal(wrong)
		}
		var result struct{ ConversationID string }
		if err := json.Unmarshal(raw, &result); err != nil {
			t.Fatal(err)
		}
		want := ""
		if asked {
			want = result.ConversationID
		}
		if got := c.Stream.Values()[0].ConversationID; got != want || result.ConversationID == "" {
			t.Errorf("asked for: %v; named %q, want %q", asked, got, want)
		}
	}
}
