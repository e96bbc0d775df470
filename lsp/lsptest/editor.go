package lsptest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest/metamodel"
)

// patience is how long a test waits for something that must happen.
const patience = time.Minute

// Options say which editor is started and what it is connected to. The zero
// value is VS Code on an empty folder, without a model server.
type Options struct {
	Profile string // a name of [Profiles], "vscode" where it is empty

	// Where answers come from: a scripted backend inside the process (not with
	// [Spawn]), or a model server's URL. Without both, a port that refuses.
	Backend *enginetest.Backend
	URL     string

	Folders               []string       // the workspace's, as paths; a fresh one where it is nil
	StateDir              string         // a fresh one where it is empty
	Settings              map[string]any // what the editor's user has set for "rigrun"
	FolderSettings        map[string]any // what "rigrun" has in a workspace folder, where it is other than that
	InitializationOptions map[string]any
	ProcessID             int  // 0 leaves initialize's processId null
	Status                bool // the client asks for rigrun/status
	ConversationID        bool // the client asks for the conversation in the first partial result

	// Layers are settings from outside the editor, such as config.toml's. They
	// are read in addition to the URL, and not with [Spawn].
	Layers func() ([]config.Layer, []config.Problem)

	// Setup replaces what makes the engine's parts for a configuration, where a
	// test needs other time limits. It is not for [Spawn].
	Setup func(config.Config) engine.Setup

	// BeforeEdit sees every workspace/applyEdit before the editor does, on the
	// goroutine that reads. What it returns is why the editor refuses it, "" where
	// it does not.
	BeforeEdit func(AppliedEdit) (refuse string)

	// Mute are the methods of requests the editor never answers, and Loses those of
	// which it loses the first.
	Mute, Loses []string
}

// Editor is one running session. Its methods are safe for concurrent use, as far
// as the package comment does not reserve them for the test's own goroutine.
type Editor struct {
	Profile  Profile
	Engine   *engine.Engine // nil with [Spawn]
	Process  *os.Process    // nil without [Spawn]
	StateDir string
	Folders  []string

	t       testing.TB
	opts    Options
	house   *assemble.House
	able    abilities
	session *metamodel.Session

	wire io.ReadWriteCloser
	out  outbox
	gate gate
	done sync.WaitGroup // the reader and the writer

	ended  chan struct{} // closed when the server has ended
	err    error         // how; set before ended is closed
	stop   context.CancelFunc
	stderr *syncBuffer // the server's log
	close  sync.Once

	closing atomic.Bool // the editor is ending the session: what it asks for now may be refused

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced whenever anything below changes; guarded by mu, as are the others
	log      []Message
	breaches []string
	lastID   int
	calls    map[string]*Call   // open requests of the editor's, by id
	streams  map[string]*Stream // by token
	work     map[string]*Work   // by token
	widgets  []*Work            // that the server created, in order
	settings map[string]any
	setups   int // configurations put in force
	encoding string
	pages    map[string]page // shown documents of our own scheme, by URI
	reading  int             // requests for such texts that are under way
	shown    []string        // URIs of window/showDocument, in order
	open     map[string]*Document
	edits    []AppliedEdit // that the server asked for, in order
}

// Start connects an editor to a server in this process and initializes it.
func Start(t testing.TB, o Options) *Editor {
	t.Helper()
	e := Connect(t, o)
	e.Initialize()
	return e
}

// Connect is [Start] without initialize.
func Connect(t testing.TB, o Options) *Editor {
	t.Helper()
	e := newEditor(t, o)
	e.serve()
	e.run()
	return e
}

// Spawn starts a binary as an editor does and initializes it over its standard
// input and output. The environment is this process's, with folders of the
// test's own for configuration, state and home, and env after it.
func Spawn(t testing.TB, binary string, o Options, env ...string) *Editor {
	t.Helper()
	e := newEditor(t, o)
	home := t.TempDir()
	e.StateDir = filepath.Join(home, "state", "rigrun")
	writeConfiguration(t, filepath.Join(home, "config", "rigrun"), e.opts.URL)
	command := exec.Command(binary, "--stdio", "--log-level=debug")
	command.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, "config"), "XDG_STATE_HOME="+filepath.Join(home, "state"))
	command.Env = append(command.Env, env...)
	command.Stderr = e.stderr
	in, errIn := command.StdinPipe()
	out, errOut := command.StdoutPipe()
	if errIn != nil || errOut != nil {
		t.Fatalf("lsptest: connect to the server: %v %v", errIn, errOut)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("lsptest: start the server: %v", err)
	}
	e.Process = command.Process
	e.wire = pipes{out, in}
	e.stop = func() { _ = command.Process.Kill() } // it may have ended just now
	e.run()
	go func() { // ends with the process
		e.done.Wait() // Wait closes the pipe, so everything must have been read
		e.err = command.Wait()
		close(e.ended)
	}()
	e.Initialize()
	return e
}

func writeConfiguration(t testing.TB, dir, url string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), fmt.Appendf(nil, "[local]\nurl = %q\n", url), 0o600); err != nil {
		t.Fatal(err)
	}
}

// pipes are a child's output and input as one connection.
type pipes struct {
	io.ReadCloser
	io.WriteCloser
}

func (p pipes) Close() error { return p.WriteCloser.Close() }

func newEditor(t testing.TB, o Options) *Editor {
	t.Helper()
	if o.Profile == "" {
		o.Profile = "vscode"
	}
	if o.Folders == nil {
		o.Folders = []string{t.TempDir()}
	}
	if o.StateDir == "" {
		o.StateDir = t.TempDir()
	}
	if o.URL == "" && o.Backend == nil {
		o.URL = Refused(t)
	}
	p := ProfileOf(t, o.Profile)
	e := &Editor{
		Profile: p, StateDir: o.StateDir, Folders: o.Folders,
		t: t, opts: o, able: p.abilities(t),
		session:  metamodel.NewSession(metamodel.Load(t), "rigrun/"),
		ended:    make(chan struct{}),
		stderr:   &syncBuffer{},
		changed:  make(chan struct{}),
		calls:    map[string]*Call{},
		streams:  map[string]*Stream{},
		work:     map[string]*Work{},
		settings: maps.Clone(o.Settings),
		pages:    map[string]page{},
		open:     map[string]*Document{},
		encoding: "utf-16",
	}
	e.out.filled.L = &e.out.mu
	t.Cleanup(e.Close)
	return e
}

// run starts the reader and the writer. The reader ends with the server's
// output, the writer when the outbox or the wire is closed.
func (e *Editor) run() {
	e.done.Go(e.read)
	go e.write()
}

// capabilities are the profile's, and what the test asks for besides.
func (e *Editor) capabilities() any {
	if !e.opts.Status && !e.opts.ConversationID {
		return e.Profile.Capabilities
	}
	var all map[string]any
	if err := json.Unmarshal(e.Profile.Capabilities, &all); err != nil {
		e.t.Fatal(err)
	}
	all["experimental"] = map[string]any{"rigrun": map[string]any{"status": e.opts.Status, "conversationId": e.opts.ConversationID}}
	return all
}

// Initialize shakes hands and returns initialize's result.
func (e *Editor) Initialize() json.RawMessage {
	e.t.Helper()
	folders := make([]any, len(e.Folders))
	for i, f := range e.Folders {
		folders[i] = map[string]any{"uri": uri.File(f), "name": filepath.Base(f)}
	}
	params := map[string]any{
		"processId": nil, "rootUri": nil, "clientInfo": e.Profile.ClientInfo,
		"capabilities": e.capabilities(), "workspaceFolders": folders,
	}
	if e.opts.ProcessID != 0 {
		params["processId"] = e.opts.ProcessID
	}
	if e.opts.InitializationOptions != nil {
		params["initializationOptions"] = e.opts.InitializationOptions
	}
	result := e.Call("initialize", params)
	var agreed struct {
		Capabilities struct{ PositionEncoding string }
	}
	e.decode(result, &agreed)
	e.mu.Lock()
	if agreed.Capabilities.PositionEncoding != "" {
		e.encoding = agreed.Capabilities.PositionEncoding
	}
	e.mu.Unlock()
	e.Notify("initialized", map[string]any{})
	return result
}

// Close ends the session as an editor does, unless it has ended, waits for the
// server and fails the test for every breach of the protocol.
func (e *Editor) Close() {
	e.close.Do(e.closeOnce)
}

func (e *Editor) closeOnce() {
	e.Resume()
	e.closing.Store(true)
	if !e.Ended() {
		last := e.Send("shutdown", nil)
		e.until("shutdown's response", func() bool { return last.Over() || e.Ended() }, func() {})
		e.Notify("exit", nil)
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-e.ended:
	case <-timer.C:
		e.t.Errorf("the server does not end")
		e.stop()
		<-e.ended
	}
	e.out.close()
	_ = e.wire.Close() // the other end may have closed it
	e.done.Wait()
	for _, breach := range e.Breaches() {
		e.t.Errorf("against the protocol: %s", breach)
	}
	if e.t.Failed() {
		e.t.Logf("the server's log:\n%s", e.stderr)
	}
}

// Hangup closes the editor's end of the connection, as a crash does.
func (e *Editor) Hangup() {
	e.out.close()
	_ = e.wire.Close() // the other end may have closed it
}

// Ended reports whether the server has ended.
func (e *Editor) Ended() bool {
	select {
	case <-e.ended:
		return true
	default:
		return false
	}
}

// WaitEnd waits until the server has ended and returns how.
func (e *Editor) WaitEnd() error {
	e.t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-e.ended:
	case <-timer.C:
		e.t.Fatal("the server does not end")
	}
	return e.err
}

// ServerLog is what the server has logged.
func (e *Editor) ServerLog() string { return e.stderr.String() }

// Breaches are the messages that were against the protocol, or unexpected.
func (e *Editor) Breaches() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.breaches)
}

// Forgive takes away and returns the breaches so far, for a test that provoked them.
func (e *Editor) Forgive() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	breaches := e.breaches
	e.breaches = nil
	return breaches
}

func (e *Editor) decode(raw json.RawMessage, into any) {
	e.t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		e.t.Fatalf("decode %.200s: %v", raw, err)
	}
}

// syncBuffer is a buffer for several goroutines.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer // guarded by mu
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
