package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/lsp/lsptest/metamodel"
)

// editor is the least that can be called one: it speaks LSP to the real binary
// over its standard input and output, and holds every message against the
// protocol's description.
type editor struct {
	t       *testing.T
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	session *metamodel.Session
	ended   chan struct{} // closed when the process has ended
	exit    error         // of the process; readable once ended is closed

	mu       sync.Mutex // guards what follows, and the order of writes
	nextID   int
	answers  map[string]chan response
	partials map[string]chan json.RawMessage
	breaches []error // of the specification
}

// response is the answer to one request.
type response struct {
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    struct {
			Kind, Message, Hint string
		} `json:"data"`
	} `json:"error"`
	at time.Time
}

// startEditor starts the binary and initializes it. options are the
// initializationOptions.
func startEditor(t *testing.T, options any) *editor {
	t.Helper()
	cmd := rigrun(context.WithoutCancel(t.Context()), t, "") // close ends it, in order
	return startEditorOn(t, cmd, t.TempDir(), options)
}

// startEditorOn is startEditor for a command of the binary and a workspace's folder.
func startEditorOn(t *testing.T, cmd *exec.Cmd, root string, options any) *editor {
	t.Helper()
	e := &editor{
		t:        t,
		cmd:      cmd,
		session:  metamodel.NewSession(metamodel.Load(t), "rigrun/"),
		ended:    make(chan struct{}),
		answers:  map[string]chan response{},
		partials: map[string]chan json.RawMessage{},
	}
	var stderr bytes.Buffer
	e.cmd.Stderr = &stderr
	var err error
	if e.stdin, err = e.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := e.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := e.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go e.read(stdout) // ends with the process's output, and then waits for the process
	t.Cleanup(func() { e.close(&stderr) })
	e.initialize(root, options)
	return e
}

func (e *editor) initialize(root string, options any) {
	e.t.Helper()
	started := time.Now()
	r := e.call("initialize", map[string]any{
		"processId":             os.Getpid(),
		"clientInfo":            map[string]any{"name": "e2e"},
		"rootUri":               fileURI(root),
		"workspaceFolders":      []any{map[string]any{"uri": fileURI(root), "name": "e2e"}},
		"initializationOptions": options,
		"capabilities": map[string]any{
			"window":  map[string]any{"workDoneProgress": true},
			"general": map[string]any{"positionEncodings": []string{"utf-16"}},
		},
	})
	e.t.Logf("initialize answered after %v, the process's start included or under way", r.at.Sub(started).Round(time.Microsecond))
	e.notify("initialized", map[string]any{})
}

// close ends the session as an editor does, and reports what was not as specified.
func (e *editor) close(stderr *bytes.Buffer) {
	select {
	case <-e.ended: // a test ended it
	default:
		e.call("shutdown", nil)
		e.notify("exit", nil)
	}
	select {
	case <-e.ended:
	case <-time.After(patience):
		e.t.Error("the server does not end after exit")
		_ = e.cmd.Process.Kill() // it may have ended just now
		<-e.ended
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, breach := range e.breaches {
		e.t.Errorf("against the specification: %v", breach)
	}
	if e.t.Failed() {
		e.t.Logf("the server's log:\n%s", tail(stderr.String(), 40))
	}
}

// read takes in what the server says until its output ends.
func (e *editor) read(stdout io.Reader) {
	defer close(e.ended)
	in := bufio.NewReader(stdout)
	for {
		raw, err := readFrame(in)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				e.breach(err)
			}
			break
		}
		e.take(raw)
	}
	e.exit = e.cmd.Wait()
}

// readFrame reads one message behind its header.
func readFrame(in *bufio.Reader) ([]byte, error) {
	header, err := textproto.NewReader(in).ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil || n < 0 {
		return nil, fmt.Errorf("a message with the header %v", header)
	}
	raw := make([]byte, n)
	_, err = io.ReadFull(in, raw)
	return raw, err
}

func (e *editor) breach(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.breaches = append(e.breaches, err)
}

func (e *editor) take(raw []byte) {
	now := time.Now()
	if err := e.session.FromServer(raw); err != nil {
		e.breach(fmt.Errorf("%w in %.300s", err, raw))
	}
	var msg struct {
		response
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params struct {
			Token json.RawMessage   `json:"token"`
			Value json.RawMessage   `json:"value"`
			Items []json.RawMessage `json:"items"`
		} `json:"params"`
	}
	if err := json.Unmarshal(raw, &msg); err != nil {
		e.breach(fmt.Errorf("%w in %.300s", err, raw))
		return
	}
	switch {
	case msg.Method == "":
		msg.at = now
		e.deliver(string(msg.ID), msg.response)
	case msg.Method == "$/progress":
		e.mu.Lock()
		parts := e.partials[string(msg.Params.Token)]
		e.mu.Unlock()
		if parts != nil {
			parts <- msg.Params.Value
		}
	case msg.ID != nil:
		e.answer(msg.Method, msg.ID, len(msg.Params.Items))
	}
}

func (e *editor) deliver(id string, r response) {
	e.mu.Lock()
	waiting := e.answers[id]
	delete(e.answers, id)
	e.mu.Unlock()
	if waiting != nil {
		waiting <- r
	}
}

// answer gives the server's own requests what a plain editor answers.
func (e *editor) answer(method string, id json.RawMessage, items int) {
	var result any
	if method == "workspace/configuration" {
		result = make([]any, items)
	}
	e.send(map[string]any{"jsonrpc": "2.0", "id": id, "result": result})
}

func (e *editor) send(message any) {
	raw, err := json.Marshal(message)
	if err != nil {
		e.breach(err)
		return
	}
	if err := e.session.FromClient(raw); err != nil {
		e.breach(fmt.Errorf("the test itself: %w", err))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, err := fmt.Fprintf(e.stdin, "Content-Length: %d\r\n\r\n%s", len(raw), raw); err != nil {
		e.breaches = append(e.breaches, fmt.Errorf("write to the server: %w", err))
	}
}

func (e *editor) notify(method string, params any) {
	message := map[string]any{"jsonrpc": "2.0", "method": method}
	if params != nil {
		message["params"] = params
	}
	e.send(message)
}

// begin sends a request and returns its id and where its answer will come.
func (e *editor) begin(method string, params any) (int, chan response) {
	e.mu.Lock()
	e.nextID++
	id := e.nextID
	waiting := make(chan response, 1)
	e.answers[strconv.Itoa(id)] = waiting
	e.mu.Unlock()
	message := map[string]any{"jsonrpc": "2.0", "id": id, "method": method}
	if params != nil {
		message["params"] = params
	}
	e.send(message)
	return id, waiting
}

// call sends a request and waits for its answer.
func (e *editor) call(method string, params any) response {
	e.t.Helper()
	_, waiting := e.begin(method, params)
	return e.await(method, waiting)
}

func (e *editor) await(what string, waiting chan response) response {
	e.t.Helper()
	select {
	case r := <-waiting:
		return r
	case <-e.ended:
		e.t.Fatalf("the server ended before it answered %s: %v", what, e.exit)
	case <-time.After(patience):
		e.t.Fatalf("no answer to %s within %v", what, patience)
	}
	return response{}
}

// question is a rigrun/chat under way.
type question struct {
	e       *editor
	id      int
	work    string
	parts   chan json.RawMessage
	waiting chan response
	seq     int
	route   route
}

// route is what the tests look at in a RouteDecision.
type route struct{ Tier, Backend, Model, Reason, FallbackFrom string }

// ask sends rigrun/chat with a token for partial results and one for the work done.
func (e *editor) ask(params map[string]any) *question {
	e.t.Helper()
	e.mu.Lock()
	n := e.nextID + 1
	token, work := fmt.Sprintf("answer-%d", n), fmt.Sprintf("work-%d", n)
	q := &question{e: e, work: work, parts: make(chan json.RawMessage, 1<<16), seq: -1}
	e.partials[strconv.Quote(token)] = q.parts
	e.mu.Unlock()
	params["partialResultToken"], params["workDoneToken"] = token, work
	q.id, q.waiting = e.begin("rigrun/chat", params)
	return q
}

// part is one partial value of an answer.
type part struct {
	Seq      *int
	Route    *route
	Cache    json.RawMessage
	Text     *string
	Thinking *string
	Step     json.RawMessage
	Kind     json.RawMessage
}

// next waits for the next partial value and checks its place.
func (q *question) next() part {
	q.e.t.Helper()
	select {
	case raw := <-q.parts:
		return q.check(raw)
	case r := <-q.waiting:
		q.waiting <- r
		q.e.t.Fatalf("the answer ended before its next part: %+v %s", r.Error, r.Result)
	case <-time.After(patience):
		q.e.t.Fatalf("no part of the answer within %v", patience)
	}
	return part{}
}

func (q *question) check(raw json.RawMessage) part {
	q.e.t.Helper()
	var p part
	if err := json.Unmarshal(raw, &p); err != nil {
		q.e.t.Fatalf("a part of the answer is %s: %v", raw, err)
	}
	q.seq++
	switch {
	case p.Seq == nil || *p.Seq != q.seq:
		q.e.t.Fatalf("part %d of the answer is %s", q.seq, raw)
	case p.Kind != nil:
		q.e.t.Errorf("a part has a kind, so a progress widget takes it for a report: %s", raw)
	case q.seq == 0 && (p.Route == nil || p.Cache == nil || p.Text != nil):
		q.e.t.Errorf("the first part is not the route and the cache: %s", raw)
	case q.seq > 0 && p.Text == nil && p.Thinking == nil && p.Route == nil && p.Step == nil:
		q.e.t.Errorf("a part carries nothing: %s", raw)
	}
	if p.Route != nil {
		q.route = *p.Route
	}
	return p
}

// wait collects the rest of the answer.
func (q *question) wait() (text string, r response) {
	q.e.t.Helper()
	r = q.e.await("rigrun/chat", q.waiting)
	for {
		select {
		case raw := <-q.parts: // all parts came before the response
			if p := q.check(raw); p.Text != nil {
				text += *p.Text
			}
		default:
			return text, r
		}
	}
}
