package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/rigrun/rigrun-lsp/engine/door"
)

// gate asks the door before each attempt, and sends what may pass over a
// connection that goes no further than the door allows. Retries and redirects
// come through it like first attempts. When net/http itself repeats a request,
// on a kept connection that turned out to be closed, it is with the same bytes
// in the same pool.
type gate struct {
	door *door.Door

	// pools are by reach, so that a connection that was opened for an open question
	// never carries a confined one.
	pools [door.Anywhere + 1]*http.Transport
}

func newGate(d *door.Door, o Options) *gate {
	g := &gate{door: d}
	for reach := range g.pools {
		g.pools[reach] = newPool(newDialer(d, door.Reach(reach), o), o)
	}
	return g
}

// newPool keeps the connections of one reach.
func newPool(d *dialer, o Options) *http.Transport {
	return &http.Transport{
		Proxy:                  d.proxy,
		DialContext:            d.dial,
		ForceAttemptHTTP2:      true, // a custom dialer would turn HTTP/2 off
		TLSHandshakeTimeout:    o.Connect,
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    256, // 200 chats at once against one server, with room for lists
		IdleConnTimeout:        maxIdle,
		MaxResponseHeaderBytes: 1 << 20,
		DisableCompression:     true, // a compressed stream arrives in lumps
	}
}

// errUnjudged is a request that did not come from this package's own calls. It
// is not sent, since nobody can say what it is.
var errUnjudged = errors.New("a request without a call")

// RoundTrip sends a request once. What it sends is the call's body, whatever the
// request came with: the bytes that are judged are the bytes that are sent.
func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	closeBody(r)
	call, ok := r.Context().Value(callKey{}).(*Call)
	if !ok {
		return nil, errUnjudged
	}
	r = r.WithContext(r.Context()) // a copy: a round trip must not change what it is given
	setBody(r, call.body)
	reach, err := g.door.Pass(r.Context(), door.Outgoing{
		Role: call.Role, URL: r.URL, Level: call.Level, Model: call.Model, Body: call.body, Header: r.Header,
	})
	if err != nil {
		return nil, err
	}
	return g.pools[reach].RoundTrip(r)
}

// setBody gives a request its body, and another of it for each repetition. Only
// of a plain bytes.Reader does net/http know that it can write it together with
// the header, and so in one packet.
func setBody(r *http.Request, body []byte) {
	if len(body) == 0 {
		r.Body, r.GetBody, r.ContentLength = nil, nil, 0
		return
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
}

// closeBody ends the body that a request came with, which is not read.
func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close() // of bytes in memory
	}
}

// CloseIdleConnections is what http.Client looks for.
func (g *gate) CloseIdleConnections() {
	for _, pool := range g.pools {
		pool.CloseIdleConnections()
	}
}

// callKey is the key under which a request's context has its *Call: redirected
// requests inherit the context of the first.
type callKey struct{}

func withCall(ctx context.Context, call *Call) context.Context {
	return context.WithValue(ctx, callKey{}, call)
}
