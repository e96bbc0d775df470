package frame

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"go.lsp.dev/jsonrpc2"
)

// Lines is a [jsonrpc2.Stream] with one message on each line. Like [Stream], it
// survives whatever is no message: a line of something else is answered with an
// error, one over [MaxBody] is read past.
type Lines struct {
	conn io.ReadWriteCloser

	in   *bufio.Reader
	line bytes.Buffer // the message being read; a decoded request borrows it until the next Read

	limit int // the longest line that is read; [MaxBody]

	writeMu sync.Mutex
	out     []byte // the message being written; guarded by writeMu

	malformed func(error) // told about each line that was skipped or refused
}

// NewLines returns a stream over conn, which it owns. malformed is called from
// the reading goroutine for each line that was not a message; it must not block.
func NewLines(conn io.ReadWriteCloser, malformed func(error)) *Lines {
	return &Lines{conn: conn, in: bufio.NewReaderSize(conn, 64<<10), limit: MaxBody, malformed: malformed}
}

var _ jsonrpc2.Stream = (*Lines)(nil)

// Read returns the next message. It returns io.EOF when the peer is gone, in the
// middle of a line too. Empty lines are no messages.
func (l *Lines) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		whole, err := l.readLine()
		if err != nil {
			return nil, 0, err
		}
		body := bytes.TrimSpace(l.line.Bytes())
		if whole && len(body) == 0 {
			continue
		}
		var msg jsonrpc2.Message
		if err = errOverlong; whole {
			msg, err = decode(body)
		}
		if err == nil {
			return msg, int64(l.line.Len()), nil
		}
		l.malformed(err)
		if _, err := l.Write(ctx, refusal(err, body)); err != nil {
			return nil, 0, err
		}
	}
}

// errOverlong is what is wrong with a line over the limit.
var errOverlong = errors.New("the message is too long and was skipped")

// readLine reads the next line. whole is false for one over the limit, whose
// bytes are not kept.
func (l *Lines) readLine() (whole bool, err error) {
	l.line.Reset()
	if l.line.Cap() > keepBuffer {
		l.line = bytes.Buffer{}
	}
	whole = true
	for {
		part, err := l.in.ReadSlice('\n')
		if whole = whole && l.line.Len()+len(part) <= l.limit; whole {
			l.line.Write(part)
		} else {
			l.line = bytes.Buffer{}
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return false, io.EOF
		}
		return whole, nil
	}
}

// Write writes a message and its line end at once.
func (l *Lines) Write(_ context.Context, msg jsonrpc2.Message) (int64, error) {
	l.writeMu.Lock()
	defer l.writeMu.Unlock()
	if cap(l.out) > keepBuffer {
		l.out = nil
	}
	l.out = append(jsonrpc2.AppendMessage(l.out[:0], msg), '\n')
	n, err := l.conn.Write(l.out)
	return int64(n), err
}

// Close closes the connection.
func (l *Lines) Close() error { return l.conn.Close() }
