package transport

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a fetch of a second that counts itself.
func slow(n *int) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		*n++
		if !pause(ctx, time.Second) {
			return 0, ctx.Err()
		}
		return *n, nil
	}
}

func TestShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Shared[int]
		if _, ok := s.Peek(); ok {
			t.Error("there is a value before the first fetch")
		}
		fetches := 0
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if v, err := s.Get(t.Context(), slow(&fetches)); v != 1 || err != nil {
					t.Errorf("%d, %v", v, err)
				}
			})
		}
		wg.Wait()
		if v, ok := s.Peek(); v != 1 || !ok {
			t.Errorf("%d, %v", v, ok)
		}
		s.Forget()
		if v, err := s.Get(t.Context(), slow(&fetches)); v != 2 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
	})
}

// TestSharedAbandoned holds that a caller who gives up does not fail the others,
// and that one who waits can give up too.
func TestSharedAbandoned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Shared[int]
		fetches := 0
		first, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := s.Get(first, slow(&fetches)); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if v, err := s.Get(t.Context(), slow(&fetches)); v != 2 || err != nil {
				t.Errorf("%d, %v", v, err)
			}
		})
		wg.Go(func() {
			short, stop := context.WithTimeout(t.Context(), time.Millisecond)
			defer stop()
			if _, err := s.Get(short, slow(&fetches)); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		})
		<-time.After(2 * time.Millisecond) // the short one has given up
		cancel()
		wg.Wait()
	})
}

// TestSharedError holds that an error is not kept.
func TestSharedError(t *testing.T) {
	var s Shared[int]
	bad := errors.New("bad")
	if _, err := s.Get(t.Context(), func(context.Context) (int, error) { return 0, bad }); !errors.Is(err, bad) {
		t.Error(err)
	}
	if v, err := s.Get(t.Context(), func(context.Context) (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("%d, %v", v, err)
	}
}
