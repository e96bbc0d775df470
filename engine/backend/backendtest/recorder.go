package backendtest

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Recorder is a [stream.Writer] that keeps what is written, for one answer.
type Recorder struct {
	Chunks int
	Calls  []stream.ToolCall // one for each chunk of a tool call
	Args   strings.Builder   // their data

	// After is called with the number of chunks after each write; its error is
	// returned. Nil does nothing.
	After func(chunks int) error

	text, thinking strings.Builder
}

// Text is the answer so far.
func (r *Recorder) Text() string { return r.text.String() }

// Thinking is the thinking so far.
func (r *Recorder) Thinking() string { return r.thinking.String() }

// Write keeps a copy of the chunk.
func (r *Recorder) Write(c stream.Chunk) error {
	r.Chunks++
	switch c.Kind {
	case stream.Text:
		r.text.Write(c.Data)
	case stream.Thinking:
		r.thinking.Write(c.Data)
	case stream.Tool:
		r.Calls = append(r.Calls, c.Tool)
		r.Args.Write(c.Data)
	case stream.Step:
		// Made by the engine, never by a backend.
	}
	if r.After != nil {
		return r.After(r.Chunks)
	}
	return nil
}
