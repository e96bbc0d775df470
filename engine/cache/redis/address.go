package redis

import (
	"errors"
	"net"
	"net/url"
	"strconv"
)

// Address is a Redis server and who asks it. Use [ParseURL].
type Address struct {
	Host string // "host:port"
	TLS  bool   // rediss://
	DB   int    // the database's number, 0 where the URL names none

	user, password string // never in a text
}

// defaultPort is the port Redis has registered.
const defaultPort = "6379"

// errURL says what is expected. It never quotes what was given, which may hold a
// password.
var errURL = errors.New("the address of the shared cache has to be redis://user:password@host:port/db, or rediss:// for TLS; the user, the port and the database may be left out")

// ParseURL reads "redis://[user[:password]@]host[:port][/db]", or rediss:// for
// TLS. Anything else, options behind a question mark included, is an error that
// does not repeat the URL.
func ParseURL(raw string) (Address, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "redis" && u.Scheme != "rediss" {
		return Address{}, errURL
	}
	if u.Hostname() == "" || u.Opaque != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return Address{}, errURL
	}
	a := Address{TLS: u.Scheme == "rediss"}
	if a.Host, err = hostPort(u); err != nil {
		return Address{}, err
	}
	if a.DB, err = database(u.Path); err != nil {
		return Address{}, err
	}
	if u.User != nil {
		a.user = u.User.Username()
		a.password, _ = u.User.Password()
	}
	if a.user != "" && a.password == "" {
		return Address{}, errURL // a user without a password cannot log in
	}
	return a, nil
}

func hostPort(u *url.URL) (string, error) {
	port := u.Port()
	if port == "" {
		return net.JoinHostPort(u.Hostname(), defaultPort), nil
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", errURL
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

func database(path string) (int, error) {
	if path == "" || path == "/" {
		return 0, nil
	}
	n, err := strconv.ParseUint(path[1:], 10, 16)
	if err != nil {
		return 0, errURL
	}
	return int(n), nil
}

// String returns the URL without the user and the password.
func (a Address) String() string {
	scheme := "redis://"
	if a.TLS {
		scheme = "rediss://"
	}
	return scheme + a.Host + "/" + strconv.Itoa(a.DB)
}

// GoString returns what [Address.String] does, so that %#v shows no password either.
func (a Address) GoString() string { return a.String() }

// greeting returns the commands a new connection begins with.
func (a Address) greeting() []command {
	var cmds []command
	switch {
	case a.user != "":
		cmds = append(cmds, command{"AUTH", a.user, a.password})
	case a.password != "":
		cmds = append(cmds, command{"AUTH", a.password})
	}
	if a.DB != 0 {
		cmds = append(cmds, command{"SELECT", strconv.Itoa(a.DB)})
	}
	return append(cmds, command{"PING"})
}
