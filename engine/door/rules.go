package door

import (
	"net/http"
	"net/url"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Role is what the settings call a server, never what its address looks like.
type Role int

// The roles.
const (
	Local Role = iota // the section rigrun.local names it
	Cloud             // the section rigrun.cloud names it, wherever it runs
)

// String returns "local" or "cloud". A value outside the list is treated, and
// so called, as the cloud.
func (r Role) String() string {
	if r == Local {
		return "local"
	}
	return "cloud"
}

// Rules are what the configuration says about sending.
type Rules struct {
	Offline  bool // connections to this machine alone, and none to the cloud
	Paranoid bool // nothing to the cloud, and nothing beyond the premises

	// Level is the least level of everything, from settings and .rigrun.toml.
	Level chat.Level

	// Secrets is security.redactSecrets: whether secrets were replaced before. One
	// that is still found is refused either way; only the hint differs.
	Secrets bool

	CloudHost  string   // "host:port" of the one cloud server, "" for none
	CacheHost  string   // "host:port" of the team's shared cache, "" for none
	LocalHosts []string // "host:port" of local servers; this machine's own need not be listed
}

// Outgoing is a request as it is about to be sent.
type Outgoing struct {
	Role   Role
	URL    *url.URL
	Level  chat.Level // of the question, as the engine knows it
	Model  string     // for the witness
	Body   []byte     // the JSON really sent, nil for none
	Header http.Header
}

// Reach is how far a connection may go. A larger one includes the smaller.
type Reach int

// The reaches.
const (
	Loopback Reach = iota // this machine: 127.0.0.0/8, ::1
	Premises              // and private, unique local, link-local and shared addresses (RFC 1918, 4193, 3927, 4291, 6598)
	Anywhere
)

// String returns the reach's name in lower case.
func (r Reach) String() string {
	switch r {
	case Loopback:
		return "loopback"
	case Premises:
		return "premises"
	}
	return "anywhere"
}
