package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
)

// quiet is a failure that says nothing new about the server: to the cache it is
// [cache.ErrBusy], of which nobody needs to be told.
type quiet string

func (q quiet) Error() string      { return string(q) }
func (quiet) Is(target error) bool { return target == cache.ErrBusy }

const (
	// ErrPaused is returned, without the server being asked, while it is left
	// alone after a failure. The failure itself is wrapped beside it.
	ErrPaused = quiet("the shared cache is left alone for a while")

	// ErrBusy is returned where as many requests run as may at once.
	ErrBusy = quiet("the shared cache has too many requests at once")
)

var (
	// ErrClosed is returned after [Redis.Close].
	ErrClosed = errors.New("the shared cache is closed")

	// ErrTooLarge is returned for an entry that is too large to share.
	ErrTooLarge = errors.New("the entry is too large for the shared cache")

	// errProtocol is what a server does that speaks something else than RESP, or
	// more of it than is taken.
	errProtocol = errors.New("the server's reply is not one of Redis")

	// errSlow is why a server is left alone that answers, but too late to be of use.
	errSlow = errors.New("the server takes too long")
)

// ServerError is a refusal by the server. It holds the refusal's code and nothing
// of its text, in which servers repeat what they were sent.
type ServerError struct {
	Command string // "SET"
	Code    string // "NOPERM", "OOM", "MOVED", "WRONGPASS" …, "ERR" for all without a name
}

// Error says what the code means where it is a known one.
func (e *ServerError) Error() string {
	text := "Redis refuses " + e.Command + " with " + e.Code
	if why := meaning(e.Code); why != "" {
		text += ": " + why
	}
	return text
}

func meaning(code string) string {
	switch code {
	case "NOPERM":
		return "its user may not use this command or this key (docs/cache-redis.md has the ACL line)"
	case "WRONGPASS", "NOAUTH":
		return "the user or the password in cache.store is not right"
	case "OOM":
		return "its memory is full and maxmemory-policy lets nothing go"
	case "MOVED", "ASK", "CROSSSLOT", "CLUSTERDOWN":
		return "it is a cluster, and one server is needed"
	case "READONLY":
		return "it is a replica, and the primary is needed"
	case "LOADING":
		return "it is still reading its data"
	case "ERR":
		return "it may be older than Redis 8"
	}
	return ""
}

// connectError is a failure to get a connection, a refused login included.
type connectError struct{ err error }

func (e *connectError) Error() string { return e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

// isRefusal tells a server's own word on a command from a failure to reach it.
func isRefusal(err error) bool {
	if _, ok := errors.AsType[*connectError](err); ok {
		return false
	}
	_, ok := errors.AsType[*ServerError](err)
	return ok
}

// isTimeout tells that time ran out, by a deadline of ours or of the connection.
func isTimeout(err error) bool {
	if errors.Is(err, errSlow) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}

// isLost tells that a connection ended under a request: the server closed it
// while it lay idle, or has been started anew since.
func isLost(err error) bool {
	return err != nil && !isRefusal(err) && !isTimeout(err) && !errors.Is(err, errProtocol) && !errors.Is(err, context.Canceled)
}

// plain leaves out of a connection's error the addresses, which differ each time
// and would make one failure look like many.
func plain(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

// tooLong is the failure of a request that ran out of its time.
func tooLong(limit time.Duration) error {
	return fmt.Errorf("%w: more than %v", errSlow, limit)
}
