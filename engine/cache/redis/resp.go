package redis

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// What a server may send, so that none can fill this process's memory: the
// longest line, the longest text, the items of one list, lists within lists, and
// all replies to one request together.
const (
	maxLine  = 1 << 10
	maxText  = MaxEntryBytes + 1<<10
	maxItems = 1 << 16
	maxDepth = 3
	maxReply = maxCandidates*maxText + 1<<20
)

// command is one command with its arguments.
type command []string

// append writes the command as a list of texts, the form in which servers take them.
func (c command) append(out []byte) []byte {
	out = append(out, '*')
	out = strconv.AppendInt(out, int64(len(c)), 10)
	out = append(out, "\r\n"...)
	for _, arg := range c {
		out = append(out, '$')
		out = strconv.AppendInt(out, int64(len(arg)), 10)
		out = append(out, "\r\n"...)
		out = append(out, arg...)
		out = append(out, "\r\n"...)
	}
	return out
}

// reply is one value of RESP, version 2 of the protocol: it has all that is
// needed here, and a server that speaks it sends nothing unasked.
type reply struct {
	kind   byte   // '+' status, '-' refusal, ':' number, '$' text, '*' list, as on the wire
	null   bool   // a text or a list that is not there
	text   []byte // of a status, a refusal or a text
	number int64
	items  []reply
}

// reader reads replies and counts what it read. Use next for each, and allow
// before those of a request.
type reader struct {
	in   *bufio.Reader
	left int // bytes that the current request may still take
}

func newReader(r io.Reader) *reader { return &reader{in: bufio.NewReaderSize(r, 4<<10)} }

// allow begins a request.
func (r *reader) allow(bytes int) { r.left = bytes }

// next reads one reply. Its error is errProtocol for what is not RESP or too
// large, else the connection's.
func (r *reader) next() (reply, error) { return r.value(0) }

func (r *reader) value(depth int) (reply, error) {
	line, err := r.line()
	if err != nil {
		return reply{}, err
	}
	v := reply{kind: line[0]}
	switch v.kind {
	case '+', '-':
		v.text = append(v.text, line[1:]...)
		return v, nil
	case ':':
		v.number, err = strconv.ParseInt(string(line[1:]), 10, 64)
		if err != nil {
			return reply{}, fmt.Errorf("%w: a number was expected", errProtocol)
		}
		return v, nil
	case '$', '*':
		return r.sized(v, line[1:], depth)
	}
	return reply{}, fmt.Errorf("%w: unknown type", errProtocol)
}

// sized reads what follows a length: a text or a list.
func (r *reader) sized(v reply, length []byte, depth int) (reply, error) {
	n, err := strconv.ParseInt(string(length), 10, 64)
	limit := int64(maxText)
	if v.kind == '*' {
		limit = maxItems
	}
	switch {
	case err != nil || n < -1:
		return reply{}, fmt.Errorf("%w: a length was expected", errProtocol)
	case n == -1:
		v.null = true
		return v, nil
	case n > limit || depth >= maxDepth:
		return reply{}, fmt.Errorf("%w: it is too large", errProtocol)
	case v.kind == '*':
		return r.list(v, int(n), depth)
	}
	v.text, err = r.textOf(int(n))
	return v, err
}

// list reads n values. Its memory grows with what really arrives.
func (r *reader) list(v reply, n, depth int) (reply, error) {
	for range n {
		item, err := r.value(depth + 1)
		if err != nil {
			return reply{}, err
		}
		v.items = append(v.items, item)
	}
	return v, nil
}

// piece is how much memory is taken at a time for a text that is still to come.
const piece = 64 << 10

// textOf reads n bytes and the line's end behind them.
func (r *reader) textOf(n int) ([]byte, error) {
	if err := r.take(n + 2); err != nil {
		return nil, err
	}
	text := make([]byte, 0, min(n, piece)+2)
	for want := n + 2; len(text) < want; {
		have := len(text)
		text = append(text, make([]byte, min(want-have, piece))...)
		if _, err := io.ReadFull(r.in, text[have:]); err != nil {
			return nil, err
		}
	}
	if text[n] != '\r' || text[n+1] != '\n' {
		return nil, fmt.Errorf("%w: a text has another length than it says", errProtocol)
	}
	return text[:n], nil
}

// line reads a line that begins with a type, without its end. It is valid until
// the next read.
func (r *reader) line() ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	if err != nil && err != bufio.ErrBufferFull { //nolint:errorlint // ReadSlice returns it bare
		return nil, err
	}
	n := len(line)
	if err != nil || n < 3 || n > maxLine || line[n-2] != '\r' {
		return nil, fmt.Errorf("%w: a line is empty or too long", errProtocol)
	}
	if err := r.take(n); err != nil {
		return nil, err
	}
	return line[:n-2], nil
}

func (r *reader) take(n int) error {
	if r.left -= n; r.left < 0 {
		return fmt.Errorf("%w: it is too large", errProtocol)
	}
	return nil
}

// refusal returns a '-' reply as an error that holds its code alone.
func (v *reply) refusal(c command) error {
	code := "ERR"
	for i, b := range v.text {
		if b == ' ' || i == 16 {
			break
		}
		if b < 'A' || b > 'Z' {
			return &ServerError{c[0], "ERR"}
		}
		code = string(v.text[:i+1])
	}
	return &ServerError{c[0], code}
}
