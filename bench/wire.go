package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"sync"

	"github.com/rigrun/rigrun-lsp/bench/stdio"
)

// wire is a connection to an editor that only listens: writing goes to out,
// reading waits until the connection is closed.
type wire struct {
	out    io.Writer
	once   *sync.Once
	closed chan struct{}
}

func newWire(out io.Writer) wire {
	return wire{out: out, once: new(sync.Once), closed: make(chan struct{})}
}

func (w wire) Write(p []byte) (int, error) { return w.out.Write(p) }

func (w wire) Read([]byte) (int, error) {
	<-w.closed
	return 0, io.EOF
}

func (w wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

// drained returns a pipe of the operating system that somebody reads to its
// end, and what closes it.
func drained() (out io.Writer, closePipe func(), err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	var reader sync.WaitGroup
	reader.Go(func() { _, _ = io.Copy(io.Discard, r) })
	return w, func() {
		_ = w.Close()
		reader.Wait()
		_ = r.Close()
	}, nil
}

// value is a partial result as the rows with a struct declare it.
type value struct {
	Seq  int64  `json:"seq"`
	Text string `json:"text"`
}

type progressParams struct {
	Token string `json:"token"`
	Value value  `json:"value"`
}

const (
	progressMethod = "$/progress"
	progressToken  = "chat-1"
)

// checkMessages reads framed messages and compares them with notifications of
// texts, numbered from first.
func checkMessages(written []byte, first int64, texts ...string) error {
	r := bufio.NewReader(bytes.NewReader(written))
	for i, text := range texts {
		body, err := stdio.ReadMessage(r)
		if err != nil {
			return err
		}
		var got, want any
		if err := json.Unmarshal(body, &got); err != nil {
			return err
		}
		message, err := json.Marshal(map[string]any{
			"jsonrpc": "2.0", "method": progressMethod,
			"params": progressParams{progressToken, value{first + int64(i), text}},
		})
		if err != nil {
			return err
		}
		if err := json.Unmarshal(message, &want); err != nil {
			return err
		}
		if !reflect.DeepEqual(got, want) {
			return fmt.Errorf("wrote %s, want %s", body, message)
		}
	}
	if r.Buffered() > 0 {
		return errors.New("wrote more than was asked for")
	}
	return nil
}
