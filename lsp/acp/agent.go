package acp

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
)

// Options are the parts of an agent. All of them are needed.
type Options struct {
	Engine     *engine.Engine
	Setup      func(c config.Config) engine.Setup
	Layers     func() ([]config.Layer, []config.Problem) // the settings of the person, read anew each time
	Buffers    *Buffers                                  // what the engine and Workspaces read files through
	Workspaces *workspace.Pool
	Log        *zap.Logger
	Version    string
}

// Agent is one connection with one editor. Make it with [New], run it with
// [Agent.Serve].
type Agent struct {
	opts     Options
	log      *zap.Logger
	engine   *engine.Engine
	conn     jsonrpc2.Conn
	settings settings
	sessions sessions

	calls    sync.WaitGroup // the requests whose responses have not been written
	mu       sync.Mutex
	draining bool // guarded by mu: calls is waited for, so nothing is added to it any more

	// ctx is the connection's life; end cancels it with the reason.
	ctx context.Context
	end context.CancelCauseFunc

	// client is what the editor can do, set by initialize, nil before.
	client atomic.Pointer[clientCapabilities]
}

// New returns an agent that is not yet connected.
func New(o Options) *Agent {
	return &Agent{opts: o, log: o.Log, engine: o.Engine}
}

// Serve runs the agent over rwc, which it closes, and returns when the input has
// ended or ctx is cancelled.
func (a *Agent) Serve(ctx context.Context, rwc io.ReadWriteCloser) error {
	a.ctx, a.end = context.WithCancelCause(ctx)
	defer a.end(nil)
	drained := make(chan struct{})
	lines := frame.NewLines(rwc, func(err error) { a.log.Warn("a malformed message was refused", zap.Error(err)) })
	a.conn = jsonrpc2.NewConn(frame.UntilEnd{Stream: lines, End: a.end, Drained: drained}, jsonrpc2.WithCodec(codec{}))
	a.opts.Buffers.connect(a.readTextFile)
	// The connection outlives the agent's context by the last responses.
	a.conn.Go(context.WithoutCancel(a.ctx), a.handler())
	<-a.ctx.Done()
	a.log.Info("the connection ends", zap.Error(context.Cause(a.ctx)))
	a.drain()
	close(drained)
	_ = rwc.Close() // a pipe whose other end is gone cannot be closed twice or better
	return nil
}

// grace is how long the end waits for the last responses to be written. An editor
// that is gone does not read them; one that hangs must not keep the process.
const grace = time.Second

// drain waits for the requests to end and for their responses to be written.
func (a *Agent) drain() {
	a.mu.Lock()
	a.draining = true
	a.mu.Unlock()
	done := make(chan struct{})
	go func() { // ends when the last request has
		a.calls.Wait()
		close(done)
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		a.log.Warn("work was still under way when the connection ended")
	}
}

// count counts a request that has come, and returns what is to be called once it is
// over. Those that come while the connection ends are not waited for.
func (a *Agent) count() (done func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.draining {
		return func() {}
	}
	a.calls.Add(1)
	return a.calls.Done
}

// send sends an update of a session. That the editor is gone is noticed by the
// read loop.
func (a *Agent) send(session string, u update) error {
	return a.conn.Notify(a.ctx, methodSessionUpdate, &notification{session, u})
}

// tell sends an update whose loss costs nothing but itself.
func (a *Agent) tell(session string, u update) {
	if err := a.send(session, u); err != nil {
		a.log.Debug("an update could not be sent", zap.String("kind", u.Kind), zap.Error(err))
	}
}
