package transport

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Base reads a server's base URL as people write it: with or without a scheme
// ("127.0.0.1:11434", as OLLAMA_HOST has it), with or without a slash at the
// end. defaultPort is for an address without a scheme and a port. The
// unspecified address, which servers use to listen on, becomes loopback. The
// error never repeats the URL, which may hold a password.
func Base(raw, defaultPort string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	scheme := strings.Contains(raw, "://")
	if !scheme {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("not an http or https URL with a host")
	}
	port := u.Port()
	if port == "" && !scheme {
		port = defaultPort
	}
	u.Host = joinHost(reachable(u.Hostname()), port)
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath, u.RawQuery, u.Fragment = "", "", ""
	return u, nil
}

// reachable turns the addresses a server listens on into one to connect to.
func reachable(host string) string {
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.IsUnspecified() {
		return host
	}
	if ip.Is4() {
		return "127.0.0.1"
	}
	return "::1"
}

func joinHost(host, port string) string {
	if port != "" {
		return net.JoinHostPort(host, port)
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// Address returns u's host and port for a message: no user, path or query.
func Address(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	if u.Scheme == "https" {
		return u.Host + ":443"
	}
	return u.Host + ":80"
}
