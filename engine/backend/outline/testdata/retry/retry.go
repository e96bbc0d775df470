// Package retry calls things again.
package retry

import (
	"context"
	"fmt"
	"time"
)

// Retry calls f until it succeeds, ctx ends or n tries are used.
func Retry(ctx context.Context, n int, f func() error) (err error) {
	for i := range n {
		if err = f(); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(backoff(i)):
		}
	}
	return fmt.Errorf("after %d tries: %w", n, err)
}

// The bounds of the wait between two tries.
const (
	first = 50 * time.Millisecond
	most  = 5 * time.Second
)

// backoff returns how long to wait after try i: twice as long each time.
func backoff(i int) time.Duration {
	return min(first<<i, most)
}
