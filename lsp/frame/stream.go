package frame

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"go.lsp.dev/jsonrpc2"
)

// MaxBody is the largest message accepted, in bytes. A longer one is read past
// and answered with an error: 256 MiB is far above any document an editor opens.
const MaxBody = 256 << 20

const (
	// maxHeaderLine bounds one header line, so that a peer that sends no line
	// ends cannot make the reader grow without limit.
	maxHeaderLine = 4 << 10

	// keepBuffer is the largest buffer kept between messages.
	keepBuffer = 1 << 20

	contentLength = "content-length"
)

// Stream is a [jsonrpc2.Stream] with LSP framing that survives malformed frames.
type Stream struct {
	conn io.ReadWriteCloser

	in   *bufio.Reader
	body bytes.Buffer // the message being read; a decoded request borrows it until the next Read

	writeMu sync.Mutex
	out     []byte // header and body of the message being written; guarded by writeMu

	malformed func(error) // told about each frame that was skipped or refused
}

// New returns a stream over conn, which it owns. malformed is called from the
// reading goroutine for each frame that was not a message; it must not block.
func New(conn io.ReadWriteCloser, malformed func(error)) *Stream {
	return &Stream{conn: conn, in: bufio.NewReaderSize(conn, 64<<10), malformed: malformed}
}

var _ jsonrpc2.Stream = (*Stream)(nil)

// Read returns the next message. It returns io.EOF when the peer is gone, in
// the middle of a frame too: there is nobody left to answer.
func (s *Stream) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		n, err := s.readBody()
		if err != nil {
			return nil, 0, err
		}
		msg, err := decode(s.body.Bytes())
		if err == nil {
			return msg, n, nil
		}
		s.malformed(err)
		if _, err := s.Write(ctx, refusal(err, s.body.Bytes())); err != nil {
			return nil, 0, err
		}
	}
}

// readBody reads frames until it has a body within the limit, and returns the
// number of bytes of that frame.
func (s *Stream) readBody() (int64, error) {
	s.body.Reset()
	if s.body.Cap() > keepBuffer {
		s.body = bytes.Buffer{}
	}
	for {
		length, header, err := s.readHeader()
		if err != nil {
			return 0, err
		}
		if length > MaxBody {
			s.malformed(fmt.Errorf("message of %d bytes is over the limit of %d and was skipped", length, MaxBody))
			if _, err := io.CopyN(io.Discard, s.in, length); err != nil {
				return 0, io.EOF
			}
			continue
		}
		// CopyN grows the buffer with what really arrives, so that a header
		// alone cannot make the process allocate.
		if _, err := io.CopyN(&s.body, s.in, length); err != nil {
			return 0, io.EOF
		}
		return header + length, nil
	}
}

// readHeader reads header blocks until one declares a length. Lines that are no
// header fields are skipped: they are what is left of a frame whose declared
// length was wrong, and the next Content-Length line is where sense returns.
func (s *Stream) readHeader() (length, size int64, err error) {
	length = -1
	for {
		line, err := s.readLine()
		if err != nil {
			return 0, 0, err
		}
		size += int64(len(line))
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case len(line) > 0:
			if n, ok := parseLength(line); ok {
				length = n
			}
		case length > 0:
			return length, size, nil
		default:
			s.malformed(errors.New("header without a positive Content-Length was skipped"))
		}
	}
}

// readLine returns the next line with its end. Of a line over the limit it
// returns the last part, which is where a header would stand after a body
// whose length was declared too short.
func (s *Stream) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := s.in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxHeaderLine {
			line = append(line[:0], line[len(line)-maxHeaderLine:]...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return nil, io.EOF
		}
		return line, nil
	}
}

// parseLength finds "Content-Length: n" at the end of line. The field need not
// begin the line: after a frame that was longer than it said, the next header
// follows the surplus directly.
func parseLength(line []byte) (int64, bool) {
	at := bytes.LastIndexByte(line, ':')
	if at < len(contentLength) || !bytes.EqualFold(line[at-len(contentLength):at], []byte(contentLength)) {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(line[at+1:])), 10, 64)
	return n, err == nil && n > 0
}

// decode reads one message. A batch is refused: LSP has none.
func decode(body []byte) (jsonrpc2.Message, error) {
	msg, err := jsonrpc2.DecodeMessage(body)
	if err != nil {
		return nil, err
	}
	switch msg.(type) {
	case *jsonrpc2.Call, *jsonrpc2.Notification, *jsonrpc2.Response:
		return msg, nil
	}
	return nil, jsonrpc2.ErrInvalidRequest
}

// refusal is the answer to a body that was no message. It has the id of a request
// whose id can be read, since somebody may wait for that answer, else null.
func refusal(cause error, body []byte) jsonrpc2.Message {
	wire := jsonrpc2.NewError(jsonrpc2.InvalidRequest, "not a JSON-RPC request: a JSON object with \"jsonrpc\": \"2.0\" and a method was expected")
	switch {
	case errors.Is(cause, jsonrpc2.ErrParse):
		wire = jsonrpc2.NewError(jsonrpc2.ParseError, "the message is not valid JSON")
	case errors.Is(cause, errOverlong):
		wire = jsonrpc2.NewError(jsonrpc2.InvalidRequest, cause.Error())
	}
	return jsonrpc2.NewResponse(requestID(body), nil, wire)
}

// requestID is the id of a body that names a method, no id where there is none.
func requestID(body []byte) jsonrpc2.ID {
	var request struct {
		ID     json.RawMessage `json:"id"`
		Method json.RawMessage `json:"method"`
	}
	if json.Unmarshal(body, &request) != nil || request.Method == nil {
		return jsonrpc2.ID{}
	}
	id, _ := ParseID(request.ID)
	return id
}

// headerRoom is what a header needs before a body of any length that fits an int.
const headerRoom = len("Content-Length: \r\n\r\n") + 20

// Write frames msg and writes it in one piece.
func (s *Stream) Write(_ context.Context, msg jsonrpc2.Message) (int64, error) {
	s.writeMu.Lock()
	defer s.writeMu.Unlock()
	s.out = jsonrpc2.AppendMessage(room(s.out), msg)
	return s.flushLocked()
}

// WriteBody frames body, which must be one complete JSON-RPC message, and
// writes it in one piece. It keeps no reference to body and does not allocate.
func (s *Stream) WriteBody(body []byte) error {
	s.writeMu.Lock()
	defer s.writeMu.Unlock()
	s.out = append(room(s.out), body...)
	_, err := s.flushLocked()
	return err
}

// room returns buf emptied, with space for a header kept free at its front.
func room(buf []byte) []byte {
	if cap(buf) < headerRoom || cap(buf) > keepBuffer {
		return make([]byte, headerRoom, 4<<10)
	}
	return buf[:headerRoom]
}

// flushLocked puts the header right before the body and writes both at once.
func (s *Stream) flushLocked() (int64, error) {
	var scratch [headerRoom]byte
	header := append(scratch[:0], "Content-Length: "...)
	header = strconv.AppendInt(header, int64(len(s.out)-headerRoom), 10)
	header = append(header, "\r\n\r\n"...)
	start := headerRoom - len(header)
	copy(s.out[start:], header)
	n, err := s.conn.Write(s.out[start:])
	return int64(n), err
}

// Close closes the underlying connection.
func (s *Stream) Close() error { return s.conn.Close() }
