package engine

import (
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
	"github.com/rigrun/rigrun-lsp/engine/tools"
)

// maxCalls is how many calls of one round are answered.
const maxCalls = 16

// calls takes the tool calls out of a round and keeps what the model wrote beside
// them, before secrets are put back.
type calls struct {
	next           stream.Writer
	text, thinking strings.Builder
	list           []wanted
}

// wanted is a call as it arrives, in pieces.
type wanted struct {
	tool      stream.ToolCall
	arguments []byte
}

// before puts the calls in front of a writer. Nil calls are none.
func (c *calls) before(w stream.Writer) stream.Writer {
	if c == nil {
		return w
	}
	c.next = w
	return c
}

func (c *calls) Write(chunk stream.Chunk) error {
	switch chunk.Kind {
	case stream.Tool:
		c.add(chunk)
		return nil
	case stream.Text:
		c.text.Write(chunk.Data)
	case stream.Thinking:
		c.thinking.Write(chunk.Data)
	case stream.Step: // never a backend's
	}
	return c.next.Write(chunk)
}

// add takes a piece of a call. Arguments that are too long are kept just long
// enough to be refused.
func (c *calls) add(chunk stream.Chunk) {
	i := slices.IndexFunc(c.list, func(w wanted) bool { return w.tool.Index == chunk.Tool.Index })
	if i < 0 {
		if len(c.list) == maxCalls {
			return
		}
		i = len(c.list)
		c.list = append(c.list, wanted{tool: stream.ToolCall{Index: chunk.Tool.Index}})
	}
	w := &c.list[i]
	if w.tool.ID == "" {
		w.tool.ID = chunk.Tool.ID
	}
	if w.tool.Name == "" {
		w.tool.Name = chunk.Tool.Name
	}
	w.arguments = append(w.arguments, chunk.Data[:min(len(chunk.Data), tools.MaxArguments+1-len(w.arguments))]...)
}

// call is the whole call, under an ID that no other of the round has.
func (w *wanted) call(otherwise string, ids map[string]bool) chat.ToolCall {
	id := w.tool.ID
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	if id == "" || len(id) > 256 || ids[id] || strings.ContainsFunc(id, odd) {
		id = otherwise
	}
	ids[id] = true
	return chat.ToolCall{ID: id, Name: w.tool.Name, Arguments: string(w.arguments)}
}

// name is a call's name as it is sent back: servers refuse any other than this.
func name(called string) string {
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	}
	if called == "" || len(called) > 64 || strings.ContainsFunc(called, odd) {
		return "unknown"
	}
	return called
}
