package redis

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"
)

// limits are how long one request may take.
type limits struct {
	cold time.Duration // where a connection has to be made first
	warm time.Duration // where one is open
	slow time.Duration // what takes longer counts as a failure of the server, even when it ends well

	// patient requests, for which no question waits, wait for a probe that is due,
	// and for a connection as long as they may take.
	patient bool
}

// A question makes three requests at most: Epoch, Get and, at last, Near. Each
// goes out only if the one before it was not slow, so that whatever the server
// does they take 20 ms together at most, and then the server is left alone.

// lookups are Epoch and Get, which take a fraction of a millisecond.
func lookups() limits {
	return limits{cold: 20 * time.Millisecond, warm: 10 * time.Millisecond, slow: 5 * time.Millisecond}
}

// searches are Near, where the server may need some milliseconds of real work.
func searches() limits {
	return limits{cold: 20 * time.Millisecond, warm: 10 * time.Millisecond, slow: 10 * time.Millisecond}
}

// writes are Put and Delete, for which no question waits.
func writes() limits {
	return limits{cold: 100 * time.Millisecond, warm: 100 * time.Millisecond, slow: 100 * time.Millisecond, patient: true}
}

// walks are single steps of what a person asked for, such as clearing everything.
func walks() limits {
	return limits{cold: time.Second, warm: time.Second, slow: time.Second, patient: true}
}

const (
	// connectLimit is how long a question waits for a connection, within its limit.
	connectLimit = 15 * time.Millisecond

	// setupLimit is how long a connection may take that no question waits for.
	setupLimit = 2 * time.Second

	// idleLimit is how long an unused connection is trusted. Firewalls forget
	// connections without a word, and finding that out costs a question its wait.
	idleLimit = time.Minute

	maxIdle   = 2 // connections kept unused
	maxActive = 8 // requests at once
)

// connect opens a connection and greets the server.
func (r *Redis) connect(ctx context.Context) (*link, error) {
	conn, err := r.dial(ctx, "tcp", r.addr.Host)
	if err != nil {
		return nil, &connectError{fmt.Errorf("connect to %s: %w", r.addr.Host, err)}
	}
	if r.tls != nil {
		conn, err = secure(ctx, conn, r.tls)
		if err != nil {
			return nil, &connectError{fmt.Errorf("set up TLS with %s: %w", r.addr.Host, err)}
		}
	}
	l := newLink(conn)
	if err := r.greet(ctx, l); err != nil {
		l.close()
		return nil, &connectError{fmt.Errorf("log in at %s: %w", r.addr.Host, err)}
	}
	return l, nil
}

// secure speaks TLS over conn, which it closes when that fails.
func secure(ctx context.Context, conn net.Conn, config *tls.Config) (net.Conn, error) {
	t := tls.Client(conn, config)
	if err := t.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // the handshake's error says more
		return nil, err
	}
	return t, nil
}

// greet logs in. The commands go out together; the first refusal counts, since
// those after it are only its consequences.
func (r *Redis) greet(ctx context.Context, l *link) error {
	_, err := l.must(ctx, r.addr.greeting()...)
	return err
}

// idleLink takes the link that was used last, and drops those that have lain too long.
func (r *Redis) idleLink(now time.Time) *link {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := len(r.idle); n > 0; n = len(r.idle) {
		l := r.idle[n-1]
		r.idle = r.idle[:n-1]
		if now.Sub(l.idle) < idleLimit {
			return l
		}
		l.close()
	}
	return nil
}

// keep puts a link by for the next request.
func (r *Redis) keep(l *link, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.broken || r.closed || len(r.idle) == maxIdle {
		l.close()
		return
	}
	l.idle = now
	r.idle = append(r.idle, l)
}

// dropIdle closes what is kept: one of them turned out to be dead.
func (r *Redis) dropIdle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.idle {
		l.close()
	}
	r.idle = nil
}

// made is the end of connecting.
type made struct {
	link *link
	err  error
}

// fresh connects in the background and waits for it at most limit: dialling
// cannot always be interrupted, and a connection that comes too late for this
// request serves the next one.
func (r *Redis) fresh(ctx context.Context, limit time.Duration) (*link, error) {
	wait, cancel := context.WithTimeoutCause(ctx, limit, tooLong(limit))
	defer cancel()
	out := make(chan made)
	if !r.start(func() { r.offer(wait.Done(), out) }) {
		return nil, ErrClosed
	}
	select {
	case m := <-out:
		return m.link, m.err
	case <-wait.Done():
		return nil, context.Cause(wait)
	}
}

// offer connects and hands the link to out, or keeps it when gone is closed
// because nobody waits for it any more. It runs in a goroutine of its own and
// ends within setupLimit, or when r is closed.
func (r *Redis) offer(gone <-chan struct{}, out chan<- made) {
	ctx, cancel := context.WithTimeout(r.life, setupLimit)
	defer cancel()
	l, err := r.connect(ctx)
	select {
	case out <- made{l, err}:
		return
	case <-gone:
	}
	if err == nil && r.quick(ctx, l) == nil {
		r.breaker.probed(time.Now(), nil)
	}
}

// probe finds out whether the server is well again. It runs in a goroutine of its
// own, like offer.
func (r *Redis) probe() {
	ctx, cancel := context.WithTimeout(r.life, setupLimit)
	defer cancel()
	l, err := r.connect(ctx)
	if err == nil {
		err = r.quick(ctx, l)
	}
	r.breaker.probed(time.Now(), err)
}

// quick keeps a link whose server answers as quickly as a question needs it, and
// closes any other.
func (r *Redis) quick(ctx context.Context, l *link) error {
	ctx, cancel := context.WithTimeoutCause(ctx, lookups().slow, tooLong(lookups().slow))
	defer cancel()
	_, err := l.must(ctx, command{"PING"})
	if err != nil {
		l.close()
		return err
	}
	r.keep(l, time.Now())
	return nil
}
