package lsp

import (
	"context"
	"sync"

	"github.com/rigrun/rigrun-lsp/lsp/document"
)

// shelf holds what is open now, for work that goes on while the person types. A
// call's own view stays what it was when the call came. Make it with [newShelf].
type shelf struct {
	mu      sync.Mutex
	now     document.Snapshot // guarded by mu
	changed chan struct{}     // guarded by mu: closed and replaced by put
}

func newShelf(now document.Snapshot) *shelf {
	return &shelf{now: now, changed: make(chan struct{})}
}

// put replaces what is open. Only the read loop calls it, so that the newest is
// what the editor said last.
func (s *shelf) put(now document.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
	close(s.changed)
	s.changed = make(chan struct{})
}

// get returns what is open now.
func (s *shelf) get() document.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// wait returns once what is open satisfies cond, or the error of ctx.
func (s *shelf) wait(ctx context.Context, cond func(document.Snapshot) bool) error {
	for {
		s.mu.Lock()
		now, changed := s.now, s.changed
		s.mu.Unlock()
		if cond(now) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
