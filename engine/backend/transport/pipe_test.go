package transport

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipes is a network in memory, so that time in a test can be the test's own.
type pipes struct {
	conns  chan net.Conn
	done   chan struct{}
	closer sync.Once

	mu    sync.Mutex
	dials int
	fail  int // how many dials from now on are refused
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.closer.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.mu.Lock()
	p.dials++
	refuse := p.fail > 0
	if refuse {
		p.fail--
	}
	p.mu.Unlock()
	if refuse {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.done:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
}

func (p *pipes) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dials
}

// testDoor is a door to the hosts that these tests know as model servers.
func testDoor(r door.Rules) *door.Door {
	r.LocalHosts = []string{
		"model.test:80", "model.test:8080", "model.test:11434", "192.0.2.1:80", "[2001:db8::1]:443", "localhost.model.test:80",
	}
	return door.New(r, func(string) []string { return nil }, nil)
}

// rig is a client and a server joined by pipes.
type rig struct {
	*pipes
	t      *testing.T
	client *Client
	server *http.Server
	served chan struct{}
}

// newRig serves h. close must be called in the test's bubble.
func newRig(t *testing.T, o Options, h http.HandlerFunc) *rig {
	t.Helper()
	r := &rig{pipes: newPipes(), t: t, client: New(testDoor(door.Rules{}), o), server: &http.Server{Handler: readFirst(h)}, served: make(chan struct{})}
	for _, pool := range r.client.http.Transport.(*gate).pools {
		pool.DialContext = r.dial
	}
	go func() {
		defer close(r.served)
		_ = r.server.Serve(r) // ends with Close
	}()
	return r
}

// readFirst reads the request's body before anything else: only then does
// net/http notice a client that goes away.
func readFirst(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the client may have gone
		h(w, r)
	})
}

func (r *rig) close() {
	r.client.CloseIdle()
	_ = r.server.Close() // nothing is lost
	<-r.served
}

// call is a request to the rig's server.
func (r *rig) call() Call {
	r.t.Helper()
	u, err := url.Parse("http://model.test:11434/chat")
	if err != nil {
		r.t.Fatal(err)
	}
	return Call{
		URL: u, Server: "Ollama", Model: "tiny", Prefix: "data: ",
		Hint: func(k chat.ErrorKind) string { return "hint for " + string(k) },
	}
}

// ask streams one answer from the rig's server.
func (r *rig) ask(ctx context.Context, w *backendtest.Recorder) (stream.End, error) {
	return r.client.Stream(ctx, r.call(), []byte(`{"prompt":"Why?"}`), stream.NewSSE(), w)
}

// The pieces of an answer as an event stream.
const (
	piece = `data: {"choices":[{"index":0,"delta":{"content":"x"}}]}` + "\n\n"
	last  = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n"
)

// say writes pieces of an answer and flushes each.
func say(w http.ResponseWriter, pieces ...string) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "text/event-stream")
	}
	for _, p := range pieces {
		_, _ = w.Write([]byte(p)) // the client may have gone
		_ = http.NewResponseController(w).Flush()
	}
}
