package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
)

// method is one row of the table of methods.
type method struct {
	place  place
	handle func(ctx context.Context, req *jsonrpc2.Request) (any, error)
}

// place says where a method runs.
type place string

const (
	inOrder    place = "in order"   // on the read loop, before anything that was sent later
	concurrent place = "concurrent" // snapshot on the read loop, then on its own goroutine
)

// view is what the editor showed at one moment: its documents and its folders.
type view struct {
	document.Snapshot
	folders folders

	// files are the workspace's, nil where questions bring in nothing of it;
	// actions are the configuration's own, as they are when it is called.
	files   *workspace.Workspace
	actions func() []config.Action
}

// view is what the editor shows now. It is called on the read loop.
func (s *Server) view() view {
	return view{s.docs.Snapshot(), s.folders, s.opts.Workspaces.Of(s.folders), s.customActions}
}

// notify makes a row for a notification.
func notify[P any](f func(ctx context.Context, p *P) error) method {
	return method{inOrder, func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		p := new(P)
		if err := decode(req.Params(), p); err != nil {
			return nil, err
		}
		return nil, f(ctx, p)
	}}
}

// callInOrder makes a row for a call that must be over before the next message is looked at.
func callInOrder[P, R any](f func(ctx context.Context, p *P) (R, error)) method {
	return method{inOrder, func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		p := new(P)
		err := decode(req.Params(), p)
		var r R
		if err == nil {
			r, err = f(ctx, p)
		}
		// jsonrpc2 recycles the request of a call that was never released while
		// the cancel handler may still look at it, so every call is released.
		jsonrpc2.Async(ctx)
		return r, err
	}}
}

// call makes a row for a call that is answered beside whatever comes next.
func call[P, R any](s *Server, f func(ctx context.Context, p *P, v view) (R, error)) method {
	return method{concurrent, func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		p := new(P)
		err := decode(req.Params(), p)
		v := s.view() // what the client means is what is open now, before Async
		jsonrpc2.Async(ctx)
		if err != nil {
			return nil, err
		}
		r, err := f(ctx, p, v)
		if err != nil {
			return nil, err
		}
		return r, nil
	}}
}

// handler returns the chain that every message goes through: guard, then
// cancelling by id, then the table.
func (s *Server) handler() jsonrpc2.Handler {
	table := s.methods()
	handle, cancel := jsonrpc2.CancelHandler(func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		m, ok := table[req.Method()]
		err := s.mayHandle(req)
		if ok && err == nil {
			return m.handle(ctx, req)
		}
		if !req.IsCall() {
			if !ok {
				err = nil // one that nobody knows may be ignored, by LSP's rules
			}
			return nil, err
		}
		jsonrpc2.Async(ctx)
		if err == nil {
			err = jsonrpc2.Errorf(jsonrpc2.MethodNotFound, "method not found: %s", frame.Shorten(req.Method(), 100))
		}
		return nil, err
	})
	return s.guard(func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		if req.Method() == protocol.MethodCancelRequest {
			return nil, cancelByID(req.Params(), cancel)
		}
		return handle(ctx, req)
	})
}

// cancelByID cancels the call with the id a $/cancelRequest names. The
// protocol package's own handler reads ids of 32 bits only.
func cancelByID(params jsonrpc2.RawMessage, cancel func(jsonrpc2.ID)) error {
	var p struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return invalid("id", "a number or a string was expected")
	}
	id, ok := frame.ParseID(p.ID)
	if !ok {
		return invalid("id", "a number or a string was expected")
	}
	cancel(id)
	return nil
}

// guard is the outermost handler: it keeps a failure in one message from ending
// the session. jsonrpc2 closes the connection on a panic and on a
// notification's error; so neither reaches it.
func (s *Server) guard(next jsonrpc2.Handler) jsonrpc2.Handler {
	return func(ctx context.Context, req *jsonrpc2.Request) (result any, err error) {
		isCall, name, start := req.IsCall(), strings.Clone(req.Method()), s.now()
		whole := ctx
		if isCall {
			var release func()
			ctx, release = s.answering(ctx)
			defer release()
		}
		defer func() {
			if r := recover(); r != nil {
				s.log.Error("a handler panicked", zap.String("method", name), zap.Any("panic", r), zap.ByteString("stack", debug.Stack()))
				if isCall {
					frame.ReleaseAfterPanic(whole)
				}
				result, err = nil, jsonrpc2.Errorf(jsonrpc2.InternalError, "%s failed inside the server; see its log", name)
			}
			if isCall {
				s.traceCall(name, s.now().Sub(start), err)
			}
			if err != nil {
				s.report(isCall, name, err)
				result, err = nil, wireError(err)
			}
			if !isCall {
				err = nil
			}
		}()
		return next(ctx, req)
	}
}

// report logs the failure of one message, once, at the edge. The cause that an
// error for a client leaves out is in its chain.
func (s *Server) report(isCall bool, name string, err error) {
	if isCall {
		s.log.Info("a request failed", zap.String("method", name), zap.String("error", fmt.Sprint(err)), zap.NamedError("cause", cause(err)))
		return
	}
	s.log.Warn("a notification failed", zap.String("method", name), zap.Error(err))
}

// cause returns the innermost error of a chain, nil where err is not wrapped.
func cause(err error) error {
	inner := err
	for {
		u, ok := inner.(interface{ Unwrap() error })
		if !ok || u.Unwrap() == nil {
			break
		}
		inner = u.Unwrap()
	}
	if inner == err { //nolint:errorlint // asks whether there was anything to unwrap
		return nil
	}
	return inner
}

// recovered ends a panic of background work, so that it costs that work alone.
func (s *Server) recovered(what string) {
	if r := recover(); r != nil {
		s.log.Error("panic", zap.String("in", what), zap.Any("panic", r), zap.ByteString("stack", debug.Stack()))
	}
}

// traceCall tells a client that asked for a trace about one call.
func (s *Server) traceCall(name string, took time.Duration, err error) {
	level := s.trace.Load()
	if level == protocol.TraceValueOff {
		return
	}
	p := &protocol.LogTraceParams{Message: fmt.Sprintf("%s took %s", name, took.Round(time.Microsecond))}
	if level == protocol.TraceValueVerbose && err != nil {
		verbose := err.Error()
		p.Verbose = &verbose
	}
	s.notify(protocol.MethodLogTrace, p)
}

// notify sends a notification. That the editor is gone is noticed by the read
// loop, so a failure to write is only logged.
func (s *Server) notify(name string, params any) {
	if err := s.conn.Notify(s.ctx, name, params); err != nil {
		s.log.Debug("a notification could not be sent", zap.String("method", name), zap.Error(err))
	}
}
