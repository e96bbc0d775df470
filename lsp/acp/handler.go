package acp

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/lsp/frame"
)

// methods is the table of everything that is answered.
func (a *Agent) methods() map[string]jsonrpc2.Handler {
	return map[string]jsonrpc2.Handler{
		methodInitialize:    inOrder(a.initialize),
		methodSessionCancel: inOrder(a.cancel),

		methodSessionPrompt: a.prompt, // begins in order, goes on beside

		methodAuthenticate:    beside(a.authenticate),
		methodSessionNew:      beside(a.newSession),
		methodSessionLoad:     beside(a.loadSession),
		methodSessionResume:   beside(a.resumeSession),
		methodSessionClose:    beside(a.closeSession),
		methodSessionDelete:   beside(a.deleteSession),
		methodSetMode:         beside(a.setMode),
		methodSetConfigOption: beside(a.setConfigOption),
	}
}

// inOrder makes a row for what must be over before the next message is looked at.
func inOrder[P, R any](f func(ctx context.Context, p *P) (R, error)) jsonrpc2.Handler {
	return func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		p := new(P)
		err := decode(req.Params(), p)
		var r R
		if err == nil {
			r, err = f(ctx, p)
		}
		// jsonrpc2 recycles the request of a call that was never released while the
		// cancel handler may still look at it, so every call is released.
		if req.IsCall() {
			jsonrpc2.Async(ctx)
		}
		return r, err
	}
}

// beside makes a row for a call that is answered beside whatever comes next.
func beside[P, R any](f func(ctx context.Context, p *P) (R, error)) jsonrpc2.Handler {
	return func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		p := new(P)
		err := decode(req.Params(), p)
		if req.IsCall() {
			jsonrpc2.Async(ctx)
		}
		if err != nil {
			return nil, err
		}
		return f(ctx, p)
	}
}

// handler returns the chain that every message goes through: guard, then
// cancelling by id, then the table.
func (a *Agent) handler() jsonrpc2.Handler {
	table := a.methods()
	handle, cancel := jsonrpc2.CancelHandler(func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		m, ok := table[req.Method()]
		if err := a.mayHandle(req, ok); err != nil {
			if req.IsCall() {
				jsonrpc2.Async(ctx)
			}
			return nil, err
		}
		if !ok { // a notification that nobody knows may be ignored
			return nil, nil
		}
		return m(ctx, req)
	})
	return a.guard(func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		if req.Method() == methodCancelRequest {
			return nil, cancelByID(req.Params(), cancel)
		}
		return handle(ctx, req)
	})
}

// mayHandle holds a message against the table and the state of the connection.
func (a *Agent) mayHandle(req *jsonrpc2.Request, known bool) error {
	switch began := a.client.Load() != nil; {
	case !known && req.IsCall():
		return jsonrpc2.Errorf(jsonrpc2.MethodNotFound, "method not found: %s", frame.Shorten(req.Method(), 100))
	case !known || req.Method() == methodInitialize && !began:
		return nil
	case !began:
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "initialize must be the first request")
	case req.Method() == methodInitialize:
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the connection is initialized already")
	}
	return nil
}

// cancelByID cancels the request that a $/cancel_request names.
func cancelByID(params []byte, cancel func(jsonrpc2.ID)) error {
	var p struct {
		RequestID json.RawMessage `json:"requestId"`
	}
	if err := decode(params, &p); err != nil {
		return err
	}
	id, ok := frame.ParseID(p.RequestID)
	if !ok {
		return invalid("requestId", "a number or a string was expected")
	}
	cancel(id)
	return nil
}

// aftermath is what is to be done once a call's response has been written: what
// an editor could not make sense of before it.
type aftermath struct{ list []func() }

type aftermathKey struct{}

// afterwards has f run once the response of ctx's call has been written. It is
// called before the call's method returns.
func afterwards(ctx context.Context, f func()) {
	if after, ok := ctx.Value(aftermathKey{}).(*aftermath); ok {
		after.list = append(after.list, f)
	}
}

// answering counts a call until its response has been written and what is to
// follow it is done, and gives it a context that ends with the connection, too.
// jsonrpc2 ends the context it made for the call right after it has written the
// response; it does not reuse that context, since every call is released.
func (a *Agent) answering(ctx context.Context) (_ context.Context, release func()) {
	after := &aftermath{}
	done := a.count()
	context.AfterFunc(ctx, func() {
		defer done()
		defer a.recovered("after a response")
		for _, f := range after.list {
			f()
		}
	})
	ctx, cancel := context.WithCancel(context.WithValue(ctx, aftermathKey{}, after))
	stop := context.AfterFunc(a.ctx, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// guard is the outermost handler: it keeps a failure in one message from ending
// the connection. jsonrpc2 closes it on a panic and on a notification's error; so
// neither reaches it.
func (a *Agent) guard(next jsonrpc2.Handler) jsonrpc2.Handler {
	return func(ctx context.Context, req *jsonrpc2.Request) (result any, err error) {
		isCall, name := req.IsCall(), strings.Clone(req.Method())
		whole := ctx
		if isCall {
			var release func()
			ctx, release = a.answering(ctx)
			defer release()
		}
		defer func() {
			if r := recover(); r != nil {
				a.log.Error("a handler panicked", zap.String("method", name), zap.Any("panic", r), zap.ByteString("stack", debug.Stack()))
				if isCall {
					frame.ReleaseAfterPanic(whole)
				}
				result, err = nil, jsonrpc2.Errorf(jsonrpc2.InternalError, "%s failed inside the agent; see its log", name)
			}
			if err != nil {
				a.log.Info("a message failed", zap.String("method", name), zap.String("error", fmt.Sprint(err)))
				result, err = nil, wireError(err)
			}
			if !isCall {
				err = nil
			}
		}()
		return next(ctx, req)
	}
}

// recovered ends a panic of work beside the calls, so that it costs that work alone.
func (a *Agent) recovered(what string) {
	if r := recover(); r != nil {
		a.log.Error("panic", zap.String("in", what), zap.Any("panic", r), zap.ByteString("stack", debug.Stack()))
	}
}
