package stream

import "github.com/rigrun/rigrun-lsp/engine/chat"

// Kind says what a [Chunk] carries.
type Kind uint8

// The kinds of chunk.
const (
	Text     Kind = iota // a piece of the answer
	Thinking             // a piece of a reasoning model's thinking, never part of the answer
	Tool                 // a piece of a tool call's arguments, with the call in Chunk.Tool
	Step                 // a tool was used for the model: Chunk.Tool says which, Data what it looked at; made by the engine, never by a decoder
)

// Chunk is one piece of an answer on its way from a model server to its sinks.
type Chunk struct {
	Kind Kind

	// Data is valid UTF-8 and never splits a character. It belongs to the
	// decoder and is valid only until Write returns: a sink that keeps it copies it.
	Data []byte

	// Tool identifies the tool call that Data continues; zero for other kinds.
	Tool ToolCall
}

// ToolCall identifies a tool call within one answer. Servers send ID and Name
// with the first piece only; later pieces carry the Index alone.
type ToolCall struct {
	Index    int
	ID, Name string
	Failed   bool // of a Step: the model did not get what it asked for
}

// StepOf is a chunk of the kind Step as a person sees it.
func StepOf(c Chunk) chat.Step {
	return chat.Step{Tool: c.Tool.Name, Detail: string(c.Data), OK: !c.Tool.Failed}
}

// End is how an answer ended. With Err nil the answer is whole.
type End struct {
	Reason chat.FinishReason
	Usage  chat.Usage // zero counts where the server did not tell

	// Err is nil for a whole answer; context.Canceled's chain for one that was
	// cancelled; else what broke it. An answer with Err set is never cached.
	Err error
}

// Writer takes the chunks of one answer, in order, from one goroutine at a time.
// An error stops the answer: the producer closes the model server's connection.
type Writer interface {
	Write(c Chunk) error
}

// Sink is a Writer that is told how the answer ended. Close is called exactly
// once, last, whatever happened before, and only by the engine.
type Sink interface {
	Writer
	Close(e End) error
}

// Decoder turns the bytes of one response body into chunks. The bytes may be
// split anywhere. A Decoder is used by one goroutine, for one body.
type Decoder interface {
	// Feed decodes p, writing a chunk for each piece of the answer found in it.
	// It keeps no reference to p. It returns w's error, a *ServerError where the
	// body holds an error object, or a *SyntaxError.
	Feed(p []byte, w Writer) error

	// End is called once, after the body's last byte. It decodes an unterminated
	// last line and returns how the answer ended; ErrNoEnd where the body held
	// no end mark.
	End(w Writer) (End, error)
}
