package transport

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/door"
)

// dialer opens the connections of one reach.
type dialer struct {
	net    net.Dialer
	door   *door.Door
	reach  door.Reach
	choose func(*http.Request) (*url.URL, error)
}

func newDialer(rules *door.Door, reach door.Reach, o Options) *dialer {
	d := &dialer{door: rules, reach: reach, choose: o.Proxy}
	d.net = net.Dialer{Timeout: o.Connect, KeepAlive: 30 * time.Second, ControlContext: d.connecting}
	if reach == door.Loopback {
		d.net.Resolver = &net.Resolver{PreferGo: true, Dial: refuseLookup}
	}
	return d
}

// proxy returns the proxy for a request. None is used where the reach ends
// before it, since a proxy carries requests further, nor for a loopback host.
func (d *dialer) proxy(r *http.Request) (*url.URL, error) {
	if d.reach != door.Anywhere || door.IsLoopback(r.URL.Hostname()) {
		return nil, nil
	}
	return d.choose(r)
}

// dial connects to addr, which is "host:port".
func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if d.reach == door.Loopback {
		return d.dialSelf(ctx, network, addr)
	}
	return d.net.DialContext(ctx, network, addr)
}

// dialSelf connects to this machine. A name under localhost is this machine
// without asking anyone (RFC 6761); another may stand in the hosts file.
func (d *dialer) dialSelf(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if _, err := netip.ParseAddr(host); err != nil && door.IsLoopback(host) {
		return d.dialLocalhost(ctx, network, port)
	}
	conn, err := d.net.DialContext(ctx, network, addr)
	if _, unknown := errors.AsType[*net.DNSError](err); !unknown {
		return conn, err
	}
	// The resolver does not keep the cause of a refused lookup.
	if refused := d.door.Lookup(d.reach, addr); refused != nil {
		return nil, refused
	}
	return nil, err
}

// dialLocalhost tries both of this machine's addresses.
func (d *dialer) dialLocalhost(ctx context.Context, network, port string) (net.Conn, error) {
	conn, err := d.net.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err == nil {
		return conn, nil
	}
	if conn, err6 := d.net.DialContext(ctx, network, net.JoinHostPort("::1", port)); err6 == nil {
		return conn, nil
	}
	return nil, err
}

// connecting is called with the resolved address before each connection.
func (d *dialer) connecting(_ context.Context, _, address string, _ syscall.RawConn) error {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		addr = netip.AddrPort{} // which the door refuses
	}
	return d.door.Dial(d.reach, addr)
}

// errLookup keeps the resolver of the smallest reach to the hosts file.
var errLookup = errors.New("no name server is asked")

func refuseLookup(context.Context, string, string) (net.Conn, error) { return nil, errLookup }
