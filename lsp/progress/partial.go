package progress

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Wire takes complete JSON-RPC message bodies. It keeps no reference to them.
type Wire interface {
	WriteBody(body []byte) error
}

// Partial writes an answer as partial results under a client's token. It is a
// [stream.Sink] for one goroutine at a time.
type Partial struct {
	wire Wire
	head []byte // the message up to the value, the same for each
	body []byte // the message being composed, reused
	seq  int64  // of the next value: 0 for the route, then 1, 2, 3 … without gaps

	conversation string // told with the first value, then ""
}

// NewPartial returns a sink that writes to wire under token, which is JSON.
func NewPartial(wire Wire, token protocol.LSPAny) *Partial {
	head := append([]byte(`{"jsonrpc":"2.0","method":"$/progress","params":{"token":`), token...)
	return &Partial{wire: wire, head: append(head, `,"value":{"seq":`...)}
}

var _ stream.Sink = (*Partial)(nil)

// Name has the first value name the conversation: a client that does not read the
// response of a request that it cancelled learns of it there.
func (p *Partial) Name(conversationID string) { p.conversation = conversationID }

// Route writes where the answer comes from; cache is nil where a fallback changed it.
func (p *Partial) Route(d chat.RouteDecision, cache *chat.CacheInfo) error {
	p.begin()
	if err := p.member("route", d); err != nil {
		return err
	}
	if cache != nil {
		if err := p.member("cache", cache); err != nil {
			return err
		}
	}
	if p.conversation != "" {
		if err := p.member("conversationId", p.conversation); err != nil {
			return err
		}
		p.conversation = ""
	}
	return p.send()
}

// Write writes one piece of the answer or of its thinking, or a step. A piece of
// a tool call is none of them and is not written.
func (p *Partial) Write(c stream.Chunk) error {
	if c.Kind == stream.Step {
		return p.step(c)
	}
	if c.Kind == stream.Tool || len(c.Data) == 0 {
		return nil
	}
	p.begin()
	name := `,"text":`
	if c.Kind == stream.Thinking {
		name = `,"thinking":`
	}
	p.body = append(p.body, name...)
	// The data is valid UTF-8 by the sink's contract; were it not, AppendQuote
	// would still write a valid string and only report it.
	p.body, _ = jsontext.AppendQuote(p.body, c.Data)
	return p.send()
}

// step writes what a tool was used for.
func (p *Partial) step(c stream.Chunk) error {
	p.begin()
	if err := p.member("step", stream.StepOf(c)); err != nil {
		return err
	}
	return p.send()
}

// Close writes nothing: the response to the request is the end.
func (p *Partial) Close(stream.End) error { return nil }

func (p *Partial) begin() {
	p.body = append(p.body[:0], p.head...)
	p.body = strconv.AppendInt(p.body, p.seq, 10)
	p.seq++
}

func (p *Partial) member(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	p.body = append(p.body, `,"`+name+`":`...)
	p.body = append(p.body, text...)
	return nil
}

func (p *Partial) send() error {
	p.body = append(p.body, "}}}"...)
	return p.wire.WriteBody(p.body)
}
