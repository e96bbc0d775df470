package cache

import (
	"context"
	"time"
)

const (
	// leaseTTL is how long a lease lives without being renewed, and so about how
	// long a question waits for a process that was killed. It is as well how long a
	// follower counts after it was last heard of.
	leaseTTL = 1500 * time.Millisecond

	// leaseBeat is how often it is renewed: several beats may come late. Followers
	// say as often that they are there, and that is when their holder hears of it.
	leaseBeat = 250 * time.Millisecond

	// leasePoll is how often one who waits or follows looks again. It is a read,
	// which takes microseconds and waits for nobody.
	leasePoll = 25 * time.Millisecond
)

// Await looks whether another process is answering this very question, and if so
// follows it: what that process writes goes to f at once, for as long as it lives,
// and the answer is returned once it is stored. Where it does not say what it
// writes, Await waits for Options.MaxWait at most. f may be nil: then nothing is
// followed and the answer is only waited for.
//
// Without an answer Await returns false, and the caller asks the model; other
// processes then follow this one, until Store or Done is called. Where something
// was written to f and no answer will come it returns an error: ErrBrokenOff, that
// of f, or that of ctx.
//
// It writes to the backing, which takes a fraction of a millisecond, so call it
// beside the work that a model's answer needs. Where the backing knows no leases
// or fails, nobody waits.
func (l *Lookup) Await(ctx context.Context, f Follower) (Entry, bool, error) {
	leaser, ok := l.backing().(Leaser)
	if l.closed || !ok {
		return Entry{}, false, nil
	}
	w := following{l: l, leaser: leaser, to: f, began: time.Now()}
	for {
		held, followed, err := leaser.Lease(ctx, l.key, l.owner, leaseTTL)
		l.c.note(err)
		if err != nil {
			return Entry{}, false, nil
		}
		if held {
			l.followed.Store(followed.UnixMicro())
			l.hold(leaser)
		}
		// Also where the lease was free: its last holder may have stored the answer
		// since the first look.
		if e, ok := l.find(ctx, l.get); ok {
			return l.answered(e), true, nil
		}
		if held {
			return Entry{}, false, nil
		}
		switch e, end, err := w.follow(ctx); end {
		case ended:
			return l.answered(e), true, nil
		case hopeless:
			return Entry{}, false, err
		case free:
		}
	}
}

// answered gives a lease that is not needed back.
func (l *Lookup) answered(e Entry) Entry {
	l.Done()
	l.c.count.exact.Add(1)
	return e
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
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.c.start(func() { l.keep(ctx, leaser) }) {
		cancel()
		return
	}
	l.lease = cancel
}

// keep is the lease's goroutine. While somebody follows, it publishes between two
// renewals; a process that answers for itself alone does nothing but renew.
func (l *Lookup) keep(ctx context.Context, leaser Leaser) {
	renewed := time.Now()
	for {
		wait := leaseBeat
		if l.Followed() {
			wait = publishEvery
		}
		if !pauseFor(ctx, wait) || time.Since(renewed) >= leaseBeat && !l.renew(ctx, leaser, &renewed) {
			break
		}
		if l.Followed() {
			l.publish(ctx, leaser)
		} else {
			l.alone()
		}
	}
	l.followed.Store(0)
	l.alone()
	l.c.note(leaser.Release(context.Background(), l.key, l.owner))
}

// renew reports whether the lease is still ours: where it ran out, somebody else
// may have taken it.
func (l *Lookup) renew(ctx context.Context, leaser Leaser, renewed *time.Time) bool {
	*renewed = time.Now()
	held, followed, err := leaser.Lease(ctx, l.key, l.owner, leaseTTL)
	if err != nil {
		return true // a follower counts until its time is up
	}
	l.followed.Store(followed.UnixMicro())
	return held
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
// Await was called, or once it is known that the answer will not be kept; after
// Store it does nothing.
func (l *Lookup) Done() {
	l.mu.Lock()
	stored := l.stored
	l.mu.Unlock()
	if !stored {
		l.giveBack()
	}
}
