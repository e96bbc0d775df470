package engine

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// transcript is an append-only record of chunks. Neighbours of one kind are joined.
type transcript struct {
	data   []byte
	pieces []piece
}

// piece is a run of chunks of one kind and one tool call; it ends at data[end].
type piece struct {
	kind stream.Kind
	tool stream.ToolCall
	end  int
}

func (t *transcript) add(c stream.Chunk) {
	t.data = append(t.data, c.Data...)
	if n := len(t.pieces); n > 0 && t.pieces[n-1].kind == c.Kind && t.pieces[n-1].tool == c.Tool {
		t.pieces[n-1].end = len(t.data)
		return
	}
	t.pieces = append(t.pieces, piece{c.Kind, c.Tool, len(t.data)})
}

func (t *transcript) replay(w stream.Writer) error {
	start := 0
	for _, p := range t.pieces {
		if err := w.Write(stream.Chunk{Kind: p.kind, Tool: p.tool, Data: t.data[start:p.end]}); err != nil {
			return err
		}
		start = p.end
	}
	return nil
}

// after returns what was written after the first n bytes.
func (t *transcript) after(n int) (more []stream.Chunk) {
	start := 0
	for _, p := range t.pieces {
		if start = max(start, n); start < p.end {
			more = append(more, stream.Chunk{Kind: p.kind, Tool: p.tool, Data: t.data[start:p.end]})
		}
		start = p.end
	}
	return more
}

// texts returns what was written, the answer and the thinking apart.
func (t *transcript) texts() (text, thinking string) {
	var parts [2]strings.Builder
	start := 0
	for _, p := range t.pieces {
		switch p.kind {
		case stream.Text:
			parts[0].Write(t.data[start:p.end])
		case stream.Thinking:
			parts[1].Write(t.data[start:p.end])
		case stream.Tool, stream.Step:
			// What a model asked for on its way to the answer is no part of it.
		}
		start = p.end
	}
	return parts[0].String(), parts[1].String()
}
