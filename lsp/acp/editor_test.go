package acp

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/backend/outline"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
)

// patience is the longest a test waits for a message.
const patience = 30 * time.Second

// editor is an editor for tests. Everything it receives is held against the
// protocol's schema.
type editor struct {
	t     *testing.T
	wire  net.Conn
	house *assemble.House
	agent *Agent
	ended chan struct{}      // closed when the agent has ended
	end   context.CancelFunc // ends the agent as a signal does

	mu      sync.Mutex
	next    int
	asked   map[int]string        // guarded by mu: the methods of our requests, by id
	waiting map[int]chan response // guarded by mu
	updates []json.RawMessage     // guarded by mu: of session/update
	news    chan struct{}         // filled when something has come
	strange []response            // guarded by mu: answers to what has no id
	serve   func(method string, params json.RawMessage) (any, error)
	reading sync.WaitGroup
}

type response struct {
	ID     *int            `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
}

// world is what an editor is started in.
type world struct {
	url      string // of the model server, "" for none
	state    string // the folder that conversations are kept in, "" for none
	settings map[string]any
	serve    func(method string, params json.RawMessage) (any, error)
}

// start connects an editor with an agent over a pipe without a buffer: a write
// waits until the other side reads.
func start(t *testing.T, w world) *editor {
	t.Helper()
	before := goleak.IgnoreCurrent()
	mine, theirs := net.Pipe()
	e := &editor{
		t: t, wire: mine, ended: make(chan struct{}), asked: map[int]string{}, waiting: map[int]chan response{},
		news: make(chan struct{}, 1), serve: w.serve,
	}
	e.house = assemble.Open(w.state)
	buffers := NewBuffers(outline.Disk())
	pool := workspace.NewPool(workspace.Options{Files: buffers, Secret: secret.File})
	e.house.UseWorkspaces(pool)
	eng := e.house.Engine(config.Default(), buffers)
	url := w.url
	if url == "" {
		url = "http://127.0.0.1:1"
	}
	values := map[string]any{"local.url": url, "cache.enabled": false}
	for k, v := range w.settings {
		values[k] = v
	}
	e.agent = New(Options{
		Engine: eng, Setup: e.house.Setup, Buffers: buffers, Workspaces: pool, Log: zap.NewNop(), Version: "0.0.0-test",
		Layers: func() ([]config.Layer, []config.Problem) {
			return []config.Layer{{Source: "the test", Values: values}}, nil
		},
	})
	var ctx context.Context
	ctx, e.end = context.WithCancel(context.Background())
	go e.run(ctx, eng, theirs)
	e.reading.Go(e.read)
	t.Cleanup(func() {
		e.stop()
		goleak.VerifyNone(t, before)
	})
	return e
}

// run serves until the connection ends.
func (e *editor) run(ctx context.Context, eng *engine.Engine, conn net.Conn) {
	defer close(e.ended)
	defer func() { _ = e.house.Close() }()
	defer eng.Close()
	_ = e.agent.Serve(ctx, conn)
}

// stop ends the input and waits for the agent's end.
func (e *editor) stop() {
	e.wire.Close()
	defer e.end()
	select {
	case <-e.ended:
	case <-time.After(patience):
		e.t.Error("the agent does not end with its input")
	}
	e.reading.Wait()
}

// read takes everything the agent sends.
func (e *editor) read() {
	in := bufio.NewScanner(e.wire)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var m response
		if err := json.Unmarshal(in.Bytes(), &m); err != nil || !strings.HasPrefix(in.Text(), `{"jsonrpc":"2.0"`) {
			e.t.Errorf("no message: %s: %v", in.Text(), err)
			continue
		}
		e.take(m)
		select {
		case e.news <- struct{}{}:
		default:
		}
	}
}

func (e *editor) take(m response) {
	switch {
	case m.Method == methodSessionUpdate:
		expect(e.t, "SessionNotification", m.Params)
		e.mu.Lock()
		e.updates = append(e.updates, m.Params)
		e.mu.Unlock()
	case m.Method != "":
		expect(e.t, requestNames[m.Method], m.Params)
		id := *m.ID
		e.reading.Go(func() { e.reply(id, m) })
	case m.ID == nil:
		expect(e.t, "Error", mustJSON(m.Error))
		e.mu.Lock()
		e.strange = append(e.strange, m)
		e.mu.Unlock()
	default:
		e.mu.Lock()
		method, to := e.asked[*m.ID], e.waiting[*m.ID]
		e.mu.Unlock()
		if m.Error != nil {
			expect(e.t, "Error", mustJSON(m.Error))
		} else if name := responseNames[method]; name != "" {
			expect(e.t, name, m.Result)
		}
		if to != nil { // one that a test has begun
			to <- m
		}
	}
}

// reply answers the agent's request.
func (e *editor) reply(id int, m response) {
	answer := map[string]any{"jsonrpc": "2.0", "id": id}
	result, err := any(nil), error(nil)
	if e.serve != nil {
		result, err = e.serve(m.Method, m.Params)
	}
	if answer["result"] = result; err != nil {
		delete(answer, "result")
		answer["error"] = map[string]any{"code": -32603, "message": err.Error()}
	}
	e.write(string(mustJSON(answer)))
}

// What the schema calls the requests and the responses.
var (
	requestNames = map[string]string{
		methodReadTextFile: "ReadTextFileRequest", methodWriteTextFile: "WriteTextFileRequest", methodRequestPermission: "RequestPermissionRequest",
	}
	responseNames = map[string]string{
		methodInitialize: "InitializeResponse", methodSessionNew: "NewSessionResponse", methodSessionLoad: "LoadSessionResponse",
		methodSessionPrompt: "PromptResponse", methodSessionResume: "ResumeSessionResponse", methodSessionClose: "CloseSessionResponse",
		methodSessionDelete: "DeleteSessionResponse", methodSetMode: "SetSessionModeResponse", methodSetConfigOption: "SetSessionConfigOptionResponse",
	}
)

func mustJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

func (e *editor) write(line string) {
	_ = e.wire.SetWriteDeadline(time.Now().Add(patience))
	if _, err := e.wire.Write([]byte(line + "\n")); err != nil && err.Error() != "io: read/write on closed pipe" {
		e.t.Errorf("write: %v", err)
	}
}

func (e *editor) notify(method string, params any) {
	e.write(string(mustJSON(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})))
}

// begin sends a request and returns where its response will be.
func (e *editor) begin(method string, params any) (id int, answer chan response) {
	e.mu.Lock()
	e.next++
	id, answer = e.next, make(chan response, 1)
	e.asked[id], e.waiting[id] = method, answer
	e.mu.Unlock()
	e.write(string(mustJSON(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})))
	return id, answer
}

func (e *editor) wait(answer chan response) response {
	e.t.Helper()
	select {
	case m := <-answer:
		return m
	case <-time.After(patience):
		e.t.Fatal("no response")
		return response{}
	}
}

func (e *editor) call(method string, params any) response {
	e.t.Helper()
	_, answer := e.begin(method, params)
	return e.wait(answer)
}

// do calls and reads the result into into.
func (e *editor) do(method string, params, into any) {
	e.t.Helper()
	m := e.call(method, params)
	if m.Error != nil {
		e.t.Fatalf("%s: %+v", method, *m.Error)
	}
	if into != nil {
		if err := json.Unmarshal(m.Result, into); err != nil {
			e.t.Fatal(err)
		}
	}
}

// initialize begins the connection, as an editor that hands out files where it
// serves requests.
func (e *editor) initialize() {
	e.t.Helper()
	e.do(methodInitialize, map[string]any{
		"protocolVersion":    1,
		"clientCapabilities": map[string]any{"fs": map[string]any{"readTextFile": e.serve != nil, "writeTextFile": e.serve != nil}},
	}, nil)
}

// session begins a session in a folder.
func (e *editor) session(folder string) string {
	e.t.Helper()
	var r sessionResult
	e.do(methodSessionNew, map[string]any{"cwd": folder, "mcpServers": []any{}}, &r)
	return r.SessionID
}

// open begins the connection and a session.
func (e *editor) open(folder string) string {
	e.t.Helper()
	e.initialize()
	return e.session(folder)
}

func prompt(session string, blocks ...any) map[string]any {
	return map[string]any{"sessionId": session, "prompt": blocks}
}

func link(file string) map[string]any {
	return map[string]any{"type": "resource_link", "name": filepath.Base(file), "uri": "file://" + file}
}

// ask asks and returns why the turn ended.
func (e *editor) ask(session string, blocks ...any) string {
	e.t.Helper()
	var r promptResult
	e.do(methodSessionPrompt, prompt(session, blocks...), &r)
	return string(r.StopReason)
}

// told are the updates of a kind so far.
func (e *editor) told(kind string) (list []update) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, raw := range e.updates {
		var n struct {
			Update struct {
				update
				Content json.RawMessage `json:"content"`
			} `json:"update"`
		}
		if err := json.Unmarshal(raw, &n); err != nil {
			e.t.Error(err)
		}
		if u := n.Update.update; u.Kind == kind {
			var block textBlock
			_ = json.Unmarshal(n.Update.Content, &block) // a tool call's is a list
			if u.Content = block; block.Type == "" {
				u.Content = string(n.Update.Content)
			}
			list = append(list, u)
		}
	}
	return list
}

// text is what the updates of a kind say, put together.
func (e *editor) text(kind string) string {
	var b strings.Builder
	for _, u := range e.told(kind) {
		b.WriteString(u.Content.(textBlock).Text)
	}
	return b.String()
}

// until waits for something to come true with what arrives.
func (e *editor) until(what string, f func() bool) {
	e.t.Helper()
	deadline := time.After(patience)
	for !f() {
		select {
		case <-e.news:
		case <-deadline:
			e.t.Fatalf("not seen: %s", what)
		}
	}
}

// project is a folder with files of every sort.
func project(t *testing.T) string {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(base, "work")
	for name, text := range map[string]string{
		"sum.go":     "package add\n\n// Sum adds.\nfunc Sum(v []int) (t int) {\n\tfor _, x := range v {\n\t\tt += x\n\t}\n\treturn t\n}\n",
		".gitignore": "ignored.txt\n", "ignored.txt": canary, ".env": "KEY=" + canary, "../outside.txt": canary,
	} {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// canary stands in files that must never be in a prompt.
const canary = "THE-CANARY-SINGS"

var errNoSuchFile = fmt.Errorf("no such file")
