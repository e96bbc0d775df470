package redis

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Dial opens a connection to "host:port", network being "tcp". It must end when
// ctx does. It decides whether the connection may be at all.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Config says which server to use, and how.
type Config struct {
	Address Address        // of ParseURL
	Dial    Dial           // the only way to the network
	TTL     time.Duration  // of entries, from their making; 0 is [DefaultTTL]
	RootCAs *x509.CertPool // that may sign the server's certificate, nil for the system's
}

// DefaultTTL is how long an entry is kept where the configuration does not say.
const DefaultTTL = 30 * 24 * time.Hour

// Redis is a [cache.Backing] on a Redis server. Use [Open].
type Redis struct {
	addr Address
	dial Dial
	ttl  time.Duration
	tls  *tls.Config // nil for a connection without

	breaker breaker
	slots   chan struct{} // one element for each running request

	life context.Context // of what runs in the background; ends with Close
	end  context.CancelFunc

	mu     sync.Mutex
	closed bool
	idle   []*link // the one used last is at the end
	wg     sync.WaitGroup
}

// Open returns a Backing. It connects to nothing: the first request does.
func Open(c Config) (*Redis, error) {
	if c.Address.Host == "" || c.Dial == nil {
		return nil, errors.New("open the shared cache: the address or the way to dial is missing")
	}
	r := &Redis{addr: c.Address, dial: c.Dial, ttl: c.TTL, slots: make(chan struct{}, maxActive)}
	if r.ttl <= 0 {
		r.ttl = DefaultTTL
	}
	if c.Address.TLS {
		host, _, err := net.SplitHostPort(c.Address.Host)
		if err != nil {
			return nil, fmt.Errorf("open the shared cache: %w", err)
		}
		r.tls = &tls.Config{ServerName: host, RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12}
	}
	r.life, r.end = context.WithCancel(context.Background())
	return r, nil
}

// Close closes the connections and waits for what runs in the background.
// Requests that are under way end within their time; later ones return ErrClosed.
func (r *Redis) Close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.end()
	r.dropIdle()
	r.wg.Wait()
	return nil
}

// start runs f in a goroutine that Close waits for. It is false after Close.
func (r *Redis) start(f func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.wg.Go(f)
	return true
}

// work is what a request does with a link. It may be done twice, on two links.
type work func(ctx context.Context, l *link) error

// request runs w within the limits, unless the server is being left alone, and
// has the breaker judge how it went.
func (r *Redis) request(ctx context.Context, within limits, w work) error {
	if err := r.admit(ctx, within.patient); err != nil {
		return err
	}
	select {
	case r.slots <- struct{}{}:
	default:
		return ErrBusy
	}
	defer func() { <-r.slots }()
	began := time.Now()
	err := r.attempt(ctx, began, within, w)
	r.judge(ctx, err, time.Since(began), within.slow)
	return err
}

// admit asks the breaker, and sees to the probe when it is time for one. A patient
// caller waits for the probe and goes on where it ended well.
func (r *Redis) admit(ctx context.Context, patient bool) error {
	if r.life.Err() != nil {
		return ErrClosed
	}
	probe, err := r.breaker.admit(time.Now())
	if !probe {
		return err
	}
	done := make(chan struct{})
	started := r.start(func() {
		defer close(done)
		r.probe()
	})
	if !started || !patient {
		return err
	}
	select {
	case <-done:
		_, err = r.breaker.admit(time.Now())
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// attempt runs w on a link. One that had lain idle may have been closed by the
// server meanwhile, or the server started anew: then it is tried once more on a
// new link.
func (r *Redis) attempt(ctx context.Context, now time.Time, within limits, w work) error {
	l := r.idleLink(now)
	if l == nil {
		return r.attemptFresh(ctx, within, w)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, within.warm, tooLong(within.warm))
	defer cancel()
	err := w(ctx, l)
	r.keep(l, time.Now())
	if !isLost(err) {
		return err
	}
	r.dropIdle()
	return r.attemptFresh(ctx, within, w)
}

func (r *Redis) attemptFresh(ctx context.Context, within limits, w work) error {
	ctx, cancel := context.WithTimeoutCause(ctx, within.cold, tooLong(within.cold))
	defer cancel()
	wait := connectLimit
	if within.patient {
		wait = within.cold
	}
	l, err := r.fresh(ctx, wait)
	if err != nil {
		return err
	}
	err = w(ctx, l)
	r.keep(l, time.Now())
	return err
}

// judge tells the breaker how a request went. A caller that soon gave up says
// nothing about the server.
func (r *Redis) judge(ctx context.Context, err error, took, slow time.Duration) {
	now := time.Now()
	switch {
	case r.life.Err() != nil:
	case took > slow:
		r.breaker.failed(now, cmp.Or(err, tooLong(slow)))
	case err == nil, isRefusal(err):
		r.breaker.fine(now)
	case ctx.Err() == nil:
		r.breaker.failed(now, err)
	}
}
