package transport

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/door"
)

// Options are the limits of a [Client]. The zero value is the default of each.
type Options struct {
	Connect       time.Duration // for connecting, and again for the TLS handshake; 3 s
	FirstToken    time.Duration // from the call to the answer's first chunk; 5 min
	BetweenTokens time.Duration // for each wait for more of a begun answer; 60 s
	Call          time.Duration // for the whole of a [Client.JSON] call; 10 s

	Retries int           // how often a request is sent again; 2, negative for never
	MaxWait time.Duration // the longest Retry-After that is waited for; 10 s

	// Proxy chooses the proxy of a request, nil for none. The default is
	// [http.ProxyFromEnvironment], which reads the environment once per process.
	// Loopback hosts never get this far, nor does what must stay on the premises.
	Proxy func(*http.Request) (*url.URL, error)
}

// withDefaults fills in what is not set.
func (o Options) withDefaults() Options {
	o.Connect = cmp.Or(o.Connect, 3*time.Second)
	o.FirstToken = cmp.Or(o.FirstToken, 5*time.Minute)
	o.BetweenTokens = cmp.Or(o.BetweenTokens, time.Minute)
	o.Call = cmp.Or(o.Call, 10*time.Second)
	o.MaxWait = cmp.Or(o.MaxWait, 10*time.Second)
	o.Retries = max(cmp.Or(o.Retries, 2), 0)
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	return o
}

// Client sends requests to model servers. It is safe for concurrent use, and
// one serves all of them, so that they share its connections.
type Client struct {
	http *http.Client
	door *door.Door
	opts Options // with defaults filled in
}

// ProxyFor returns the proxy that a request to u goes through, nil for none. That
// one must stay on the premises is decided per request, and not known here.
func (c *Client) ProxyFor(u *url.URL) (*url.URL, error) {
	if ip, err := netip.ParseAddr(u.Hostname()); u.Hostname() == "localhost" || err == nil && ip.IsLoopback() {
		return nil, nil //nolint:nilnil // as [http.ProxyFromEnvironment] has it
	}
	return c.opts.Proxy(&http.Request{URL: u})
}

// maxIdle is how long a connection that nobody uses is kept.
const maxIdle = 90 * time.Second

// New returns a client whose every request passes d. It opens nothing until it
// is used.
func New(d *door.Door, o Options) *Client {
	o = o.withDefaults()
	return &Client{door: d, http: &http.Client{Transport: newGate(d, o), CheckRedirect: checkRedirect}, opts: o}
}

// Options returns the limits in force, defaults filled in.
func (c *Client) Options() Options { return c.opts }

// Connect opens a connection to the team's shared cache, which does not speak
// HTTP. It goes through the door as every other does, and through no proxy.
func (c *Client) Connect(ctx context.Context, network, address string) (net.Conn, error) {
	reach, err := c.door.Connect(address)
	if err != nil {
		return nil, err
	}
	return newDialer(c.door, reach, c.opts).dial(ctx, network, address)
}

// CloseIdle closes the connections that no call is using.
func (c *Client) CloseIdle() { c.http.CloseIdleConnections() }

// checkRedirect follows a redirect only where the request arrives unchanged at
// the server it was meant for.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	same := next.URL.Scheme == first.URL.Scheme && next.URL.Host == first.URL.Host
	if same && next.Method == first.Method && len(via) < 5 {
		return nil
	}
	return &redirectError{to: next.URL.Scheme + "://" + next.URL.Host}
}

// redirectError is a redirect that was not followed. It keeps the scheme and
// host alone: a path or query may hold a secret.
type redirectError struct{ to string }

func (e *redirectError) Error() string { return "redirected to " + e.to }
