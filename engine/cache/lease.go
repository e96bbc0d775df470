package cache

import (
	"context"
	"time"
)

const (
	// leaseTTL is how long a lease lives without being renewed, and so about how
	// long a question waits for a process that was killed.
	leaseTTL = 1500 * time.Millisecond

	// leaseBeat is how often it is renewed: a beat or two may come late.
	leaseBeat = 400 * time.Millisecond

	// leasePoll is how often one who waits looks again.
	leasePoll = 50 * time.Millisecond
)

// Await looks whether another process is answering this very question, and if
// so waits for the answer: for Options.MaxWait at most, and no longer than that
// process lives. Without an answer it returns false, and the caller asks the
// model; other processes then wait for this one, until Store or Done is called.
//
// It writes to the backing, which takes a fraction of a millisecond, so call it
// beside the work that a model's answer needs. Where the backing knows no leases
// or fails, nobody waits.
func (l *Lookup) Await(ctx context.Context) (Entry, bool) {
	leaser, ok := l.backing().(Leaser)
	if l.closed || !ok {
		return Entry{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, l.c.o.MaxWait)
	defer cancel()
	for {
		held, err := leaser.Lease(ctx, l.key, l.owner, leaseTTL)
		l.c.note(err)
		if err != nil {
			return Entry{}, false
		}
		if held {
			l.hold(leaser)
		}
		// Also where the lease was free: its last holder may have stored the answer
		// since the first look.
		if e, ok := l.find(ctx, l.get); ok {
			l.Done()
			l.c.count.exact.Add(1)
			return e, true
		}
		if held || !pauseFor(ctx, leasePoll) {
			return Entry{}, false
		}
	}
}

// pauseFor waits, and reports whether ctx is still good.
func pauseFor(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// hold renews the lease on a goroutine of its own, until it is given back or the
// cache is closed.
func (l *Lookup) hold(leaser Leaser) {
	ctx, cancel := context.WithCancel(l.c.ctx)
	if !l.c.start(func() { l.renew(ctx, leaser) }) {
		cancel()
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lease = cancel
}

func (l *Lookup) renew(ctx context.Context, leaser Leaser) {
	for pauseFor(ctx, leaseBeat) {
		if ok, err := leaser.Lease(ctx, l.key, l.owner, leaseTTL); err == nil && !ok {
			break // it ran out, and somebody else took it
		}
	}
	l.c.note(leaser.Release(context.Background(), l.key, l.owner))
}

// handOver leaves the lease to the writer, and reports whether there is one.
func (l *Lookup) handOver() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stored = true
	return l.lease != nil
}

// giveBack ends the lease, if there is one, without waiting for that.
func (l *Lookup) giveBack() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lease != nil {
		l.lease()
		l.lease = nil
	}
}

// Done says that nothing more will come of this lookup. Call it at the end where
// Await was called; after Store it does nothing.
func (l *Lookup) Done() {
	l.mu.Lock()
	stored := l.stored
	l.mu.Unlock()
	if !stored {
		l.giveBack()
	}
}
