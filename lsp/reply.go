package lsp

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// end is where an answer leaves for the editor.
type end = engine.Listener

// reply is the editor's listener: it counts tokens and hands them to a
// coalescer, behind which the widget and the end write to the wire. An editor
// that does not read blocks what is behind the coalescer, never the model server.
type reply struct {
	*stream.Coalescer
	back *back
}

// reporter is a progress widget; one that is nil inside reports nothing.
type reporter interface {
	Report(ctx context.Context, message func() string)
}

// back is the part of a reply that writes to the wire.
type back struct {
	end
	ctx      context.Context
	progress reporter
	now      func() time.Time
	activity *activity    // nil where the client does not want to know
	tokens   atomic.Int64 // counted in front of the coalescer, read behind it

	begun atomic.Int64 // when the first was written, in nanoseconds since 1970; 0 before

	conversation string             // set before the route, "" where there is none
	decision     chat.RouteDecision // set before the first write
}

func newReply(ctx context.Context, e end, w reporter, a *activity, now func() time.Time) reply {
	b := &back{end: e, ctx: ctx, progress: w, activity: a, now: now}
	return reply{stream.Coalesce(b), b}
}

// Begun notes which conversation it is, and tells an end that wants to know.
func (r reply) Begun(conversationID string) {
	r.back.conversation = conversationID
	if b, ok := r.back.end.(engine.Begun); ok {
		b.Begun(conversationID)
	}
}

// Write counts a chunk, which is a token for every server in use, and passes it on.
func (r reply) Write(c stream.Chunk) error {
	if c.Kind != stream.Step {
		r.back.tokens.Add(1)
	}
	return r.Coalescer.Write(c)
}

// Route passes the route on at once: it comes before any text, when nothing is
// waiting in the coalescer.
func (r reply) Route(d chat.RouteDecision, cache *chat.CacheInfo) error {
	r.back.decision = d
	r.back.activity.routed(d, r.back.speed)
	return r.back.Route(d, cache)
}

// Write passes a chunk on, and then tells what is told about it: the words wait
// for nothing.
func (b *back) Write(c stream.Chunk) error {
	first := b.begun.Load() == 0 && c.Kind != stream.Step
	if first {
		b.begun.Store(b.now().UnixNano())
	}
	err := b.end.Write(c)
	if first {
		b.activity.streaming()
	}
	b.progress.Report(b.ctx, b.message)
	return err
}

// message is the widget's text: tier, model, tokens and speed.
func (b *back) message() string {
	return progressText(b.decision, b.tokens.Load(), b.speed())
}

// progressText is what a widget says of an answer. A speed of 0 is left out.
func progressText(d chat.RouteDecision, tokens int64, speed float64) string {
	text := fmt.Sprintf("%s · %s · %d tokens", d.Tier, d.Model, tokens)
	if speed > 0 {
		text += fmt.Sprintf(" · %.0f tok/s", speed)
	}
	return text
}

// warmUp is how long an answer runs before it has a speed: the first pieces come
// in one read, and a rate of them would be thousands of tokens a second.
const warmUp = 200 * time.Millisecond

// speed is how many tokens a second have come since the first one, 0 before that
// can be told. It may be called from any goroutine.
func (b *back) speed() float64 {
	begun := b.begun.Load()
	took := time.Duration(b.now().UnixNano() - begun)
	if begun == 0 || took < warmUp {
		return 0
	}
	return float64(b.tokens.Load()) / took.Seconds()
}
