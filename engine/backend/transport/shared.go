package transport

import (
	"context"
	"errors"
	"sync"
)

// Shared is a value that many ask for and one fetches. The zero value is empty
// and ready for use.
//
// The first caller fetches with its own context while later ones wait for it;
// there is no goroutine. A caller that gives up does not fail the others: the
// next of them fetches. A value is kept until Forget; an error is handed to those
// who waited for it and then dropped.
type Shared[T any] struct {
	mu      sync.Mutex
	current *fetch[T] // nil, under way, or done with a value
}

type fetch[T any] struct {
	done  chan struct{} // closed when value and err are final
	value T
	err   error
}

// Get returns the value, fetching it where nobody has. It waits no longer than
// ctx allows.
func (s *Shared[T]) Get(ctx context.Context, get func(context.Context) (T, error)) (T, error) {
	for {
		f, mine := s.claim()
		if mine {
			s.settle(ctx, f, get)
			return f.value, f.err
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			var zero T
			return zero, ctx.Err()
		}
		if !errors.Is(f.err, errAbandoned) {
			return f.value, f.err
		}
	}
}

// Peek returns the value where it is there.
func (s *Shared[T]) Peek() (value T, ok bool) {
	s.mu.Lock()
	f := s.current
	s.mu.Unlock()
	if f == nil {
		return value, false
	}
	select {
	case <-f.done:
		return f.value, f.err == nil
	default:
		return value, false
	}
}

// Forget drops the value: the next Get fetches again. A fetch under way goes on
// for those who wait for it, and its value is not kept.
func (s *Shared[T]) Forget() {
	s.mu.Lock()
	s.current = nil
	s.mu.Unlock()
}

func (s *Shared[T]) claim() (f *fetch[T], mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil {
		return s.current, false
	}
	s.current = &fetch[T]{done: make(chan struct{})}
	return s.current, true
}

// errAbandoned tells the waiting that the caller who fetched has given up.
var errAbandoned = errors.New("given up by the caller who fetched")

// abandoned is what that caller itself returns: the context's error.
type abandoned struct{ error }

func (abandoned) Is(target error) bool { return target == errAbandoned }
func (a abandoned) Unwrap() error      { return a.error }

func (s *Shared[T]) settle(ctx context.Context, f *fetch[T], get func(context.Context) (T, error)) {
	defer close(f.done)
	defer func() {
		if f.err != nil {
			s.drop(f)
		}
	}()
	f.err = abandoned{errors.New("the fetch panicked")} // holds where get does not return
	f.value, f.err = get(ctx)
	if f.err != nil && ctx.Err() != nil {
		f.err = abandoned{f.err}
	}
}

func (s *Shared[T]) drop(f *fetch[T]) {
	s.mu.Lock()
	if s.current == f {
		s.current = nil
	}
	s.mu.Unlock()
}
