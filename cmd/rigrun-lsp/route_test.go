package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestReadBatchLine(t *testing.T) {
	long := strings.Repeat("x", maxBatchLine+1)
	in := bufio.NewReaderSize(strings.NewReader("one\n\n"+long+"\nlast"), 16)
	for _, want := range []struct {
		text string
		long bool
		err  error
	}{{"one\n", false, nil}, {"\n", false, nil}, {"", true, nil}, {"last", false, io.EOF}} {
		got, err := readBatchLine(in)
		if got.long != want.long || !errors.Is(err, want.err) || !got.long && string(got.text) != want.text {
			t.Errorf("read %.20q, long %v, %v; want %q, %v, %v", got.text, got.long, err, want.text, want.long, want.err)
		}
		if len(got.text) > maxBatchLine {
			t.Errorf("kept %d bytes", len(got.text))
		}
	}
}

// picker counts how often it is asked.
type picker struct {
	engine.Local
	asked int
	err   error
}

func (p *picker) Pick(_ context.Context, model string) (local.Target, error) {
	p.asked++
	return local.Target{Model: chat.Model{ID: model}}, p.err
}

func TestFoundOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		err   error
		asked int // for the models a, b, a
	}{
		"a server":           {nil, 2},
		"no such model":      {&chat.Error{Kind: chat.ModelNotFound}, 2},
		"no server":          {&chat.Error{Kind: chat.NoBackend}, 1},
		"an address in vain": {&chat.Error{Kind: chat.Unreachable}, 1},
	} {
		p := &picker{err: tc.err}
		l := &foundOnce{Local: p, picked: map[string]pick{}}
		for _, model := range []string{"a", "b", "a"} {
			target, err := l.Pick(t.Context(), model)
			if !errors.Is(err, tc.err) || err == nil && target.Model.ID != model {
				t.Errorf("%s: %s is %+v, %v", name, model, target, err)
			}
		}
		if p.asked != tc.asked {
			t.Errorf("%s: asked %d times, want %d", name, p.asked, tc.asked)
		}
	}
}

func TestBatchEndsWhenItIsStopped(t *testing.T) {
	in, _ := io.Pipe() // nobody writes
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := route(ctx, []string{"--batch"}, stdio{in, io.Discard, io.Discard}, func(string) string { return "" })
	if err == nil || err.Error() != "stopped by you" {
		t.Errorf("returned %v", err)
	}
	_ = in.Close()
}
