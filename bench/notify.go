package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"
	sourcegraph "github.com/sourcegraph/jsonrpc2"
	lspdev "go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	exp "golang.org/x/exp/jsonrpc2"

	"github.com/rigrun/rigrun-lsp/engine/stream"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
	"github.com/rigrun/rigrun-lsp/lsp/progress"
)

// notifications is how many are sent in one run.
const notifications = 500

// notifier is one library's way to send the next notification on a wire.
type notifier struct {
	name string
	open func(w wire) (notify func(text string) error, closeConn func(), err error)
}

func notifiers() []notifier {
	return []notifier{
		{"lsp/progress over lsp/frame", openOurs},
		{"go.lsp.dev/jsonrpc2 Conn.Notify", openLSPDev},
		{"golang.org/x/exp/jsonrpc2 Notify", openExp},
		{"sourcegraph/jsonrpc2 Notify", openSourcegraph},
		{"creachadair/jrpc2 Client.Notify", openJRPC2},
		{"floor: one write of ready bytes", openFloor},
	}
}

func openOurs(w wire) (func(string) error, func(), error) {
	s := frame.New(w, func(error) {})
	p := progress.NewPartial(s, protocol.LSPAny(`"`+progressToken+`"`))
	var data []byte
	return func(text string) error {
		data = append(data[:0], text...)
		return p.Write(stream.Chunk{Data: data})
	}, func() { _ = s.Close() }, nil
}

// numbered calls notify with params numbered from 0.
func numbered(notify func(params *progressParams) error) func(string) error {
	var seq int64
	return func(text string) error {
		params := &progressParams{progressToken, value{seq, text}}
		seq++
		return notify(params)
	}
}

func openLSPDev(w wire) (func(string) error, func(), error) {
	ctx := context.Background()
	conn := lspdev.NewConn(lspdev.NewHeaderStream(w))
	conn.Go(ctx, lspdev.MethodNotFoundHandler)
	return numbered(func(params *progressParams) error { return conn.Notify(ctx, progressMethod, params) }),
		func() { _ = conn.Close() }, nil
}

// dialer hands out a connection that is there.
type dialer struct{ conn io.ReadWriteCloser }

func (d dialer) Dial(context.Context) (io.ReadWriteCloser, error) { return d.conn, nil }

func openExp(w wire) (func(string) error, func(), error) {
	ctx := context.Background()
	conn, err := exp.Dial(ctx, dialer{w}, exp.ConnectionOptions{Framer: exp.HeaderFramer()})
	if err != nil {
		return nil, nil, err
	}
	return numbered(func(params *progressParams) error { return conn.Notify(ctx, progressMethod, params) }),
		func() { _ = w.Close(); _ = conn.Close() }, nil
}

func openSourcegraph(w wire) (func(string) error, func(), error) {
	ctx := context.Background()
	handler := sourcegraph.HandlerWithError(func(context.Context, *sourcegraph.Conn, *sourcegraph.Request) (any, error) { return nil, nil })
	conn := sourcegraph.NewConn(ctx, sourcegraph.NewBufferedStream(w, sourcegraph.VSCodeObjectCodec{}), handler)
	return numbered(func(params *progressParams) error { return conn.Notify(ctx, progressMethod, params) }),
		func() { _ = conn.Close() }, nil
}

func openJRPC2(w wire) (func(string) error, func(), error) {
	ctx := context.Background()
	client := jrpc2.NewClient(channel.Header("")(w, w), nil)
	return numbered(func(params *progressParams) error { return client.Notify(ctx, progressMethod, params) }),
		func() { _ = client.Close() }, nil
}

// openFloor writes a message that was composed before. Its number is always 0.
func openFloor(w wire) (func(string) error, func(), error) {
	var ready []byte
	return func(text string) error {
		if ready == nil {
			body, err := json.Marshal(map[string]any{
				"jsonrpc": "2.0", "method": progressMethod, "params": progressParams{progressToken, value{0, text}},
			})
			if err != nil {
				return err
			}
			ready = fmt.Appendf(nil, "Content-Length: %d\r\n\r\n%s", len(body), body)
		}
		_, err := w.Write(ready)
		return err
	}, func() {}, nil
}

// checkNotifier lets a notifier write to memory and reads it back.
func checkNotifier(n notifier) error {
	var written bytes.Buffer
	notify, closeConn, err := n.open(newWire(&written))
	if err != nil {
		return err
	}
	defer closeConn()
	if err := notify(" wri\"te\n"); err != nil {
		return err
	}
	return checkMessages(written.Bytes(), 0, " wri\"te\n")
}

// notifyTable measures every notifier on wires that end in out.
func notifyTable(title string, out io.Writer) (*table, error) {
	t := &table{title: title, unit: "notification", ops: notifications}
	for _, n := range notifiers() {
		if err := checkNotifier(n); err != nil {
			return t, fmt.Errorf("%s: %w", n.name, err)
		}
		notify, closeConn, err := n.open(newWire(out))
		if err != nil {
			return t, fmt.Errorf("%s: %w", n.name, err)
		}
		t.onClose(closeConn)
		t.add(n.name, func() error {
			for range notifications {
				if err := notify(" write"); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return t, nil
}

func notifyMemoryTable() (*table, error) {
	return notifyTable("A $/progress notification, written to nowhere", io.Discard)
}

func notifyPipeTable() (*table, error) {
	out, closePipe, err := drained()
	if err != nil {
		return nil, err
	}
	t, err := notifyTable("A $/progress notification, written to a pipe", out)
	if t != nil {
		// The pipe goes last: closers run from the last to the first.
		t.closers = append([]func(){closePipe}, t.closers...)
	}
	return t, err
}
