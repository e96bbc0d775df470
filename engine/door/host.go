package door

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// target is where a URL leads, as far as its spelling tells.
type target struct {
	host     string // "host:port" in one spelling: lower case, no dot at the end, addresses in their short form
	loopback bool   // named as this machine
	valid    bool   // something HTTP can be asked of
}

// targetOf reads a URL. User, path and fragment have no say in it.
func targetOf(u *url.URL) target {
	if u == nil || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https" {
		return target{}
	}
	name, port := u.Hostname(), u.Port()
	if name == "" {
		return target{}
	}
	loopback := IsLoopback(name)
	if loopback && port != "" {
		return target{host: u.Host, loopback: true, valid: true} // compared with nothing
	}
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	return target{host: spelling(name, port), loopback: loopback, valid: true}
}

// IsLoopback reports whether a host name, without a port, means this machine by
// its spelling alone: localhost, a name under it (RFC 6761), or a loopback
// address in the notation that Go's dialer reads. Anything else that a system's
// resolver might take for one ("0x7f.1", "2130706433", "127.1") is a name.
func IsLoopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsLoopback()
	}
	name := lower(strings.TrimSuffix(host, "."))
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// spelling is the one spelling of a host and port that hosts are compared in.
// Letters outside ASCII are left as they are: the configuration's own spelling
// of such a name is the only one that is taken for it.
func spelling(name, port string) string {
	if addr, err := netip.ParseAddr(name); err == nil {
		return net.JoinHostPort(addr.Unmap().String(), port)
	}
	short := lower(strings.TrimSuffix(name, "."))
	if _, err := netip.ParseAddr(short); err == nil {
		short = name // a name that looks like an address is not that address
	}
	return net.JoinHostPort(short, port)
}

// configured brings a "host:port" of the settings into the one spelling, ""
// where it is none.
func configured(hostport string) string {
	name, port, err := net.SplitHostPort(hostport)
	if err != nil || name == "" || port == "" {
		return ""
	}
	return spelling(name, port)
}

// lower lowers ASCII letters alone: strings.ToLower would turn the Kelvin sign
// into a k. It allocates only where there is something to do.
func lower(s string) string {
	if !strings.ContainsFunc(s, isUpper) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isUpper(r) {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func isUpper(r rune) bool { return 'A' <= r && r <= 'Z' }

// reachOf is the smallest reach that includes an address.
func reachOf(addr netip.Addr) Reach {
	addr = addr.Unmap()
	switch {
	case addr.IsLoopback():
		return Loopback
	case addr.IsPrivate(), addr.IsLinkLocalUnicast(), isShared(addr):
		return Premises
	}
	return Anywhere
}

// isShared reports whether an address is of 100.64.0.0/10 (RFC 6598), which
// carriers and overlay networks use inside.
func isShared(addr netip.Addr) bool {
	if !addr.Is4() {
		return false
	}
	b := addr.As4()
	return b[0] == 100 && b[1]&0xc0 == 64
}
