package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// link is one connection that has been greeted. It is used by one request at a time.
type link struct {
	conn net.Conn
	in   *reader
	out  []byte // reused for what is sent, where that is small

	// broken is set when the stream's state is unknown: the link is of no further use.
	broken bool
	idle   time.Time // since when it has lain unused
}

func newLink(conn net.Conn) *link { return &link{conn: conn, in: newReader(conn)} }

func (l *link) close() { _ = l.conn.Close() } // nothing is buffered, so nothing is lost

// ask sends the commands at once and returns a reply for each. A refusal is a
// reply, not an error: see [link.must]. It ends when ctx does.
func (l *link) ask(ctx context.Context, cmds ...command) ([]reply, error) {
	if len(cmds) == 0 {
		return nil, nil
	}
	if err := l.arm(ctx); err != nil {
		return nil, err
	}
	expired := context.AfterFunc(ctx, func() { _ = l.conn.SetDeadline(time.Unix(1, 0)) })
	replies, err := l.exchange(cmds)
	if !expired() || err != nil {
		l.broken = true
	}
	if err == nil {
		return replies, nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		<-ctx.Done() // whose deadline it is: the connection may notice a moment before
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, plain(err)
}

// arm sets the connection's deadline to that of ctx, which is reached also where
// nobody is scheduled to notice that ctx has ended.
func (l *link) arm(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	until, ok := ctx.Deadline()
	if !ok {
		return errors.New("a request needs a time limit")
	}
	if err := l.conn.SetDeadline(until); err != nil {
		l.broken = true
		return fmt.Errorf("set the deadline of a connection: %w", err)
	}
	return nil
}

func (l *link) exchange(cmds []command) ([]reply, error) {
	if l.out = l.out[:0]; cap(l.out) > piece {
		l.out = nil
	}
	for _, c := range cmds {
		l.out = c.append(l.out)
	}
	if _, err := l.conn.Write(l.out); err != nil {
		return nil, err
	}
	l.in.allow(maxReply)
	replies := make([]reply, 0, len(cmds))
	for range cmds {
		v, err := l.in.next()
		if err != nil {
			return nil, err
		}
		replies = append(replies, v)
	}
	if l.in.in.Buffered() > 0 {
		return nil, fmt.Errorf("%w: it is longer than what was asked", errProtocol)
	}
	return replies, nil
}

// must is ask, with the first refusal as the error.
func (l *link) must(ctx context.Context, cmds ...command) ([]reply, error) {
	replies, err := l.ask(ctx, cmds...)
	if err != nil {
		return nil, err
	}
	for i := range replies {
		if replies[i].kind == '-' {
			return nil, replies[i].refusal(cmds[i])
		}
	}
	return replies, nil
}
