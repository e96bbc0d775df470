package frame

import (
	"context"
	"errors"
	"strings"

	"go.lsp.dev/jsonrpc2"
)

// ErrInputEnded is why a session ends whose peer has closed its end or is gone.
var ErrInputEnded = errors.New("the input ended")

// UntilEnd is a stream that ends its session when the input ends: calls that are
// under way would otherwise go on for a peer that is gone. jsonrpc2 writes nothing
// more once it knows of the end, so it is told when the last responses are written.
type UntilEnd struct {
	jsonrpc2.Stream
	End     context.CancelCauseFunc // called with [ErrInputEnded]
	Drained <-chan struct{}         // closed by the session after its last response, which follows every end
}

// Read reads the next message. At the end of the input it returns once the session
// is drained.
func (u UntilEnd) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	msg, n, err := u.Stream.Read(ctx)
	if err != nil {
		u.End(ErrInputEnded)
		<-u.Drained
	}
	return msg, n, err
}

// Shorten is the beginning of what a peer has sent, for a message about it: at most
// n bytes, cut at a character's start and marked as cut.
func Shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
