package lsp

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/doctor"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
	"github.com/rigrun/rigrun-lsp/lsp/progress"
)

// Options are what a server is made of.
type Options struct {
	Engine *engine.Engine
	Setup  func(config.Config) engine.Setup // makes the parts of the engine that depend on the configuration
	Layers func() ([]config.Layer, []config.Problem)
	// Workspaces are the files that a question may bring in, by rules that whoever
	// starts the server sets.
	Workspaces *workspace.Pool
	Overlay    *document.Overlay // kept in step with the open documents, for readers of files
	Log        *zap.Logger
	Version    string
	// Probes are what the doctor looks at besides the editor.
	Probes func(SettingsFound) []doctor.Probe
	// StateDir is where answers are written for clients that can show a file
	// and nothing better; "" where there is no such place.
	StateDir string
}

// Server is one session with one editor. Make it with [New], run it with [Server.Serve].
type Server struct {
	opts   Options
	log    *zap.Logger
	engine *engine.Engine
	now    func() time.Time

	conn   jsonrpc2.Conn
	stream *frame.Stream
	tokens progress.Tokens
	trace  atomic.Value // protocol.TraceValue

	// ctx is the session's life; end cancels it with the reason.
	ctx     context.Context
	end     context.CancelCauseFunc
	running sync.WaitGroup // what the server started besides the calls
	calls   calls          // those that are not answered yet

	// The fields down to status belong to the read loop until state is running,
	// and are only read after it.
	client   client
	folders  folders
	docs     *document.Store
	markings *markings // nil where the client shows no diagnostics
	status   *status   // nil where the client does not want to know

	state    atomic.Int32 // a lifecycle state
	settings settings
	answers  answers
	newest   *shelf  // what is open now
	sending  sending // chat documents that an answer is written into
	inline   inline
}

// New returns a session that is not yet connected.
func New(o Options) *Server {
	s := &Server{opts: o, log: o.Log, engine: o.Engine, now: time.Now, docs: document.NewStore()}
	s.newest = newShelf(s.docs.Snapshot())
	s.trace.Store(protocol.TraceValueOff)
	s.settings.ready = make(chan struct{})
	return s
}

// Serve runs the session over rwc, which it closes, and returns when it has
// ended. The error is [ErrNoShutdown] where the editor ended it by exit without
// shutdown, nil for every other regular end.
func (s *Server) Serve(ctx context.Context, rwc io.ReadWriteCloser) error {
	s.ctx, s.end = context.WithCancelCause(ctx)
	defer s.end(nil)
	drained := make(chan struct{})
	s.stream = frame.New(rwc, func(err error) { s.log.Warn("a malformed message was refused", zap.Error(err)) })
	s.conn = jsonrpc2.NewConn(frame.UntilEnd{Stream: s.stream, End: s.end, Drained: drained}, jsonrpc2.WithCodec(codec{}))
	// The connection outlives the session's context by the last responses.
	s.conn.Go(context.WithoutCancel(s.ctx), s.handler())
	<-s.ctx.Done()
	reason := context.Cause(s.ctx)
	s.log.Info("session ends", zap.String("reason", reason.Error()))
	s.drain()
	close(drained)
	_ = rwc.Close()              // a pipe whose other end is gone cannot be closed twice or better
	if reason == ErrNoShutdown { //nolint:errorlint // the cause is set by this package and never wrapped
		return reason
	}
	return nil
}

// grace is how long the end of a session waits for its last responses to be
// written. An editor that is gone does not read them; one that hangs must not
// keep the process.
const grace = time.Second

// drain waits for the work of the session to end and for its responses to be written.
func (s *Server) drain() {
	done := make(chan struct{})
	go func() { // ends when the last call and the last of s.running has ended
		s.running.Wait()
		<-s.calls.answered()
		close(done)
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		s.log.Warn("work was still under way when the session ended")
	}
}

// start runs work on a goroutine that ends with the session.
func (s *Server) start(work func(ctx context.Context)) {
	s.running.Go(func() {
		defer s.recovered("background work")
		work(s.ctx)
	})
}

// codec encodes parameters and results with the protocol's own functions, which
// know its unions. jsonrpc2's default does not.
type codec struct{}

func (codec) Marshal(v any) ([]byte, error) {
	if raw, ok := v.(jsonrpc2.RawMessage); ok {
		return raw, nil
	}
	return protocol.Marshal(v)
}

func (codec) Unmarshal(data []byte, v any) error {
	if raw, ok := v.(*jsonrpc2.RawMessage); ok {
		*raw = append((*raw)[:0:0], data...)
		return nil
	}
	return protocol.Unmarshal(data, v)
}
