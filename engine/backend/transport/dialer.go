package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// dialer opens the connections of a client and holds the rule of where to.
type dialer struct {
	net     net.Dialer
	offline bool
	choose  func(*http.Request) (*url.URL, error)
}

func newDialer(o Options) *dialer {
	d := &dialer{offline: o.Offline, choose: o.Proxy}
	d.net = net.Dialer{Timeout: o.Connect, KeepAlive: 30 * time.Second}
	if o.Offline {
		d.net.ControlContext = requireLoopback
		d.net.Resolver = &net.Resolver{PreferGo: true, Dial: refuseLookup}
	}
	return d
}

// proxy returns the proxy for a request. A loopback host is reached directly,
// and so is every host in offline mode: a proxy on loopback would carry the
// request out.
func (d *dialer) proxy(r *http.Request) (*url.URL, error) {
	if d.offline || IsLoopback(r.URL.Hostname()) {
		return nil, nil
	}
	return d.choose(r)
}

// dial connects to addr, which is "host:port".
func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := d.net.DialContext(ctx, network, addr)
	if err == nil || !d.offline {
		return conn, err
	}
	// The resolver does not keep the cause of a refused lookup.
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return nil, offlineError(addr)
	}
	return nil, err
}

// requireLoopback is called with the resolved address before each connection.
func requireLoopback(_ context.Context, _, address string, _ syscall.RawConn) error {
	if ap, err := netip.ParseAddrPort(address); err == nil && ap.Addr().Unmap().IsLoopback() {
		return nil
	}
	return offlineError(address)
}

// refuseLookup keeps the resolver to the hosts file.
func refuseLookup(_ context.Context, _, address string) (net.Conn, error) {
	return nil, offlineError(address)
}

func offlineError(addr string) *chat.Error {
	return &chat.Error{
		Kind:    chat.Policy,
		Message: fmt.Sprintf("offline mode allows only servers on this machine, and %s is not one", addr),
		Hint:    "set rigrun.local.url to a loopback address, or rigrun.routing.offline to false",
	}
}

// IsLoopback reports whether a host name, without a port, means this machine by
// its spelling alone: localhost, a name under it, or a loopback address.
func IsLoopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
