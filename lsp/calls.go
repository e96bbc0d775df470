package lsp

import (
	"context"
	"sync"
)

// calls counts the requests whose responses have not been written. The zero
// value is ready.
type calls struct {
	mu   sync.Mutex
	open int           // guarded by mu
	none chan struct{} // guarded by mu: closed when open becomes 0; nil while nobody waits
}

func (c *calls) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open++
}

func (c *calls) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	if c.open == 0 && c.none != nil {
		close(c.none)
		c.none = nil
	}
}

// answered returns a channel that is closed once no request is open.
func (c *calls) answered() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == 0 {
		closed := make(chan struct{})
		close(closed)
		return closed
	}
	if c.none == nil {
		c.none = make(chan struct{})
	}
	return c.none
}

// answering counts a call until its response has been written, and gives it a
// context that ends with the session, too. jsonrpc2 ends the context it made for
// the call right after it has written the response; it does not reuse that
// context, since every call is released.
func (s *Server) answering(ctx context.Context) (_ context.Context, release func()) {
	s.calls.begin()
	context.AfterFunc(ctx, s.calls.done)
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.ctx, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}
