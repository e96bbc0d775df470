package lsptest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"sync"
)

// outbox holds what is to be written. Its writers never wait.
type outbox struct {
	mu     sync.Mutex
	filled sync.Cond
	frames [][]byte // guarded by mu
	closed bool     // guarded by mu
}

func (o *outbox) add(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.frames = append(o.frames, frame)
	o.filled.Signal()
}

func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.filled.Signal()
}

// take waits for frames; it returns none when there will be no more.
func (o *outbox) take() [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.frames) == 0 && !o.closed {
		o.filled.Wait()
	}
	frames := o.frames
	o.frames = nil
	return frames
}

// write writes what is queued until there will be no more or the server is gone.
func (e *Editor) write() {
	for frames := e.out.take(); len(frames) > 0; frames = e.out.take() {
		for _, f := range frames {
			if _, err := e.wire.Write(f); err != nil {
				return
			}
		}
	}
}

func frame(body []byte) []byte {
	return append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body)), body...)
}

// Raw sends bytes as they are. They are neither recorded nor checked.
func (e *Editor) Raw(bytes []byte) { e.out.add(bytes) }

// gate holds up a reader. The zero value is open.
type gate struct {
	mu     sync.Mutex
	closed chan struct{} // guarded by mu; nil is open
}

func (g *gate) pass() {
	g.mu.Lock()
	closed := g.closed
	g.mu.Unlock()
	if closed != nil {
		<-closed
	}
}

// gated reads only while the gate is open.
type gated struct {
	io.Reader
	gate *gate
}

func (g gated) Read(p []byte) (int, error) {
	g.gate.pass()
	return g.Reader.Read(p)
}

// Pause makes the editor read nothing more. A read that waits already still
// takes what the server writes next.
func (e *Editor) Pause() {
	e.gate.mu.Lock()
	defer e.gate.mu.Unlock()
	if e.gate.closed == nil {
		e.gate.closed = make(chan struct{})
	}
}

// Resume makes the editor read again.
func (e *Editor) Resume() {
	e.gate.mu.Lock()
	defer e.gate.mu.Unlock()
	if e.gate.closed != nil {
		close(e.gate.closed)
		e.gate.closed = nil
	}
}

// read takes what the server writes until there is no more.
func (e *Editor) read() {
	in := bufio.NewReaderSize(gated{e.wire, &e.gate}, 64<<10)
	for {
		body, err := readFrame(in)
		if err != nil {
			if err != io.EOF && !e.Ended() && err != io.ErrClosedPipe { //nolint:errorlint // io's own readers never wrap these
				e.breach("the server's output: %v", err)
			}
			e.change(func() {}) // whoever waits for a message looks again
			return
		}
		e.received(body)
	}
}

// readFrame reads one message. Unlike the server, an editor forgives nothing:
// whatever stands between two messages is an error.
func readFrame(in *bufio.Reader) (json.RawMessage, error) {
	if _, err := in.Peek(1); err != nil {
		return nil, err
	}
	header, err := textproto.NewReader(in).ReadMIMEHeader()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	length, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil || length <= 0 || len(header) != 1 {
		return nil, fmt.Errorf("header: one Content-Length was expected, not %v", header)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, fmt.Errorf("body of %d bytes: %w", length, err)
	}
	return body, nil
}
