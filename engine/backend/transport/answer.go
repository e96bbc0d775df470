package transport

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Stream posts body and writes the answer's chunks to w. The error, nil for a
// whole answer, is End.Err too: a *[chat.Error], the context's error where ctx
// ended the call, or w's own error as it is.
func (c *Client) Stream(ctx context.Context, call Call, body []byte, dec stream.Decoder, w stream.Writer) (stream.End, error) {
	if call.Method == "" {
		call.Method = http.MethodPost
	}
	call.body = body
	l := newLimits(ctx, c.opts)
	defer l.stop()

	out := &firstWrite{w: w, limits: l}
	end, err := c.answer(l, &call, dec, out)
	if err != nil {
		end.Err = call.verdict(ctx, l.ctx, out, err)
	}
	return end, end.Err
}

// answer sends the request and decodes the response.
func (c *Client) answer(l *limits, call *Call, dec stream.Decoder, out *firstWrite) (stream.End, error) {
	resp, err := c.send(l.ctx, call)
	if err != nil {
		return stream.End{}, err
	}
	defer func() { _ = resp.Body.Close() }() // read to its end, or given up

	l.watch(dec)
	in := bufio.NewReaderSize(&timedBody{body: resp.Body, limits: l}, 512)
	if err := call.checkAnswer(resp, in); err != nil {
		return stream.End{}, err
	}
	if isDocument(resp, in) {
		return decodeDocument(in, call.Prefix, dec, out)
	}
	return stream.Copy(in, dec, out)
}

// checkAnswer refuses a web page before it is decoded.
func (c *Call) checkAnswer(resp *http.Response, in *bufio.Reader) error {
	start, _ := in.Peek(1) // a failing body fails again when it is read
	if len(start) == 1 && start[0] == '<' || isHTML(resp.Header.Get("Content-Type"), nil) {
		return c.fail(chat.BadResponse, nil, "%s answered with %s instead of a model's answer", c.who(), htmlMessage)
	}
	return nil
}

// timedBody holds each read to the time limits.
type timedBody struct {
	body   io.Reader
	limits *limits
}

func (b *timedBody) Read(p []byte) (int, error) {
	b.limits.reading()
	n, err := b.body.Read(p)
	b.limits.idle()
	return n, err
}

// firstWrite ends the first-token limit with the first chunk, and remembers the
// writer's error: it is the caller's own and no failure of the server. Chunks
// that were already read when the call was cancelled are not written any more.
type firstWrite struct {
	w      stream.Writer
	limits *limits
	err    error
}

func (f *firstWrite) Write(c stream.Chunk) error {
	if err := f.limits.ctx.Err(); err != nil {
		return err
	}
	f.limits.begin()
	f.err = f.w.Write(c)
	return f.err
}

// verdict says what a failed answer failed of: in this order the caller's
// cancel, the caller's writer, a time limit, and what the server did.
func (c *Call) verdict(ctx, limited context.Context, out *firstWrite, err error) error {
	if ctx.Err() != nil {
		return c.ended(ctx)
	}
	if out.err != nil {
		return out.err
	}
	if e, ok := errors.AsType[*expired](context.Cause(limited)); ok {
		return c.timeout(e)
	}
	return c.broken(err, out.limits.begun.Load())
}

// ended explains a context that the caller ended: its own error for a cancel, a
// time-out for a deadline.
func (c *Call) ended(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	return c.fail(chat.Timeout, ctx.Err(), "%s did not answer in the time the caller gave it", c.who())
}

func (c *Call) timeout(e *expired) error {
	return c.fail(chat.Timeout, e, "%s sent nothing for too long: the %s passed", c.who(), e)
}

// broken explains an answer that began and did not end well. An error in the
// middle of a stream has the kind its content names; one that names none is
// stream_interrupted after the first chunk and bad_response before.
func (c *Call) broken(err error, begun bool) error {
	if e, ok := errors.AsType[*chat.Error](err); ok {
		return e
	}
	if se, ok := errors.AsType[*stream.ServerError](err); ok {
		return c.midStream(*se, begun)
	}
	if se, ok := errors.AsType[*stream.SyntaxError](err); ok {
		return c.fail(chat.BadResponse, se, "%s sent something that is not a model's answer", c.who())
	}
	return c.fail(chat.StreamInterrupted, err, "%s ended the answer before its end mark", c.who())
}

func (c *Call) midStream(se stream.ServerError, begun bool) error {
	c.scrub(&se)
	kind := kindOf(&se)
	if kind == "" && begun {
		kind = chat.StreamInterrupted
	}
	if kind == "" {
		kind = chat.BadResponse
	}
	return c.serverFailure(kind, &se)
}
