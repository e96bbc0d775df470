package transport

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

const (
	backoffBase  = 100 * time.Millisecond // the first pause is half to whole of it, each next one twice as long
	loadingPause = 500 * time.Millisecond // between attempts while the server says it loads its model
	maxErrorBody = 64 << 10
)

// failure is an attempt that brought no answer.
type failure struct {
	err   error         // the *chat.Error to return
	again bool          // sending the request once more is safe and may help
	load  bool          // the server is loading its model: more attempts cost nothing
	wait  time.Duration // Retry-After, 0 where the server named none
}

// send sends a request until a response with a 2xx status begins, as often as
// the retry rules allow. The caller closes the response's body.
func (c *Client) send(ctx context.Context, call *Call) (*http.Response, error) {
	tries := c.opts.Retries
	if call.Once {
		tries = 0
	}
	for n := 0; ; n++ {
		resp, fail := c.attempt(ctx, call)
		if fail == nil {
			return resp, nil
		}
		if !fail.again || call.Once || (n >= tries && !fail.load) {
			return nil, fail.err
		}
		if !pause(ctx, fail.delay(n)) {
			return nil, fail.err
		}
	}
}

// delay is how long to wait after attempt n, counted from 0.
func (f *failure) delay(n int) time.Duration {
	switch {
	case f.wait > 0:
		return f.wait
	case f.load:
		return loadingPause
	}
	whole := backoffBase << min(n, 6)
	return whole/2 + rand.N(whole/2+1)
}

// pause waits, and reports false where ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// attempt sends a request once.
func (c *Client) attempt(ctx context.Context, call *Call) (*http.Response, *failure) {
	var answered atomic.Bool // set by the connection's own goroutine
	trace := &httptrace.ClientTrace{GotFirstResponseByte: func() { answered.Store(true) }}
	req, err := newRequest(httptrace.WithClientTrace(ctx, trace), call)
	if err != nil {
		return nil, &failure{err: err}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		err = withoutURL(err)
		again := !answered.Load() && ctx.Err() == nil && neverAnswered(err)
		return nil, &failure{err: call.sendFailure(err), again: again}
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, c.refused(call, resp)
	}
	return resp, nil
}

func newRequest(ctx context.Context, call *Call) (*http.Request, error) {
	req, err := http.NewRequestWithContext(withCall(ctx, call), call.Method, call.URL.String(), nil)
	if err != nil {
		return nil, call.fail(chat.BadResponse, nil, "the address of %s is not valid", call.who())
	}
	if call.Header != nil {
		req.Header = call.Header.Clone()
	}
	setBody(req, call.body) // a redirect is followed only with one
	if call.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", "rigrun-lsp")
	// A nil value is not sent. It tells net/http that the request may go out again
	// where a kept connection turns out to be closed before anything was written
	// or answered: a chat changes nothing on the server.
	req.Header["Idempotency-Key"] = nil
	return req, nil
}

// withoutURL strips the wrapping that repeats the whole URL.
func withoutURL(err error) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err
	}
	return err
}

// neverAnswered reports whether a connection was refused or broke. The door's
// refusal and an unknown name stay what they are.
func neverAnswered(err error) bool {
	if chat.KindOf(err) != "" {
		return false
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return false
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && !op.Timeout() && (op.Op == "dial" || op.Op == "read" || op.Op == "write")
}

// refused reads a response with an error status and closes it.
func (c *Client) refused(call *Call, resp *http.Response) *failure {
	defer func() { _ = resp.Body.Close() }() // only read
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	se := parseError(resp.StatusCode, text)
	call.scrub(se)

	wait := retryAfter(resp.Header.Get("Retry-After"), time.Now())
	if wait > c.opts.MaxWait {
		return &failure{err: call.waitFailure(se, wait)}
	}
	return &failure{
		err:   call.statusFailure(se, wait),
		again: retryStatus(se),
		load:  stillLoading(se),
		wait:  wait,
	}
}

// retryAfter reads the header's two forms, seconds and a date. 0 means none.
func retryAfter(value string, now time.Time) time.Duration {
	if s, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(s) * time.Second
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}
