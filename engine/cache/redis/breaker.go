package redis

import (
	"fmt"
	"sync"
	"time"
)

// The pauses after a failure: the first, and what doubling stops at.
const (
	shortestPause = time.Second
	longestPause  = time.Minute
)

// enoughGood is how many requests in a row have to end well before a failure is
// taken for the first one again.
const enoughGood = 20

// breaker decides whether the server may be asked. It is closed (everything
// passes) until something fails; then it is open for a pause, which doubles with
// every failure that follows. When the pause is over, one probe is to be made,
// by the one caller that admit tells so, and nothing passes until it has ended well.
//
// The zero value is closed. Safe for concurrent use.
type breaker struct {
	mu      sync.Mutex
	pause   time.Duration // the last one, 0 where nothing has failed for long
	until   time.Time     // the pause's end while open
	since   time.Time     // when it closed again
	good    int           // requests that ended well since then
	open    bool
	probing bool
	reason  error // what a refused caller is told, made once for each failure
}

// admit returns nil where the server may be asked, and else why not. With probe
// the caller has to see to a probe, whose end it reports by probed.
func (b *breaker) admit(now time.Time) (probe bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open {
		return false, nil
	}
	if b.probing || now.Before(b.until) {
		return false, b.reason
	}
	b.probing = true
	return true, b.reason
}

// failed opens the breaker. Requests that ran at the same time fail together and
// count once.
func (b *breaker) failed(now time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open {
		b.trip(now, err)
	}
}

// fine notes that a request ended well. A server that has stayed so for as long
// as its last pause was, or for many requests, is trusted as if it had never
// failed: on a busy machine one request in hundreds is late, whoever is to blame.
func (b *breaker) fine(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open || b.pause == 0 {
		return
	}
	if b.good++; b.good >= enoughGood || now.Sub(b.since) >= b.pause {
		b.pause = 0
	}
}

// probed ends a probe: err is nil where the server is well again.
func (b *breaker) probed(now time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
	switch {
	case err != nil:
		b.trip(now, err)
	case b.open:
		b.open, b.since, b.good = false, now, 0
	}
}

// trip opens for the next longer pause. mu is held.
func (b *breaker) trip(now time.Time, err error) {
	b.pause = min(max(2*b.pause, shortestPause), longestPause)
	b.until, b.open = now.Add(b.pause), true
	b.reason = fmt.Errorf("%w: %w", ErrPaused, err)
}
