package lsp

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
	"github.com/rigrun/rigrun-lsp/lsp/progress"
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

// back is the part of a reply that writes to the wire.
type back struct {
	end
	ctx      context.Context
	progress *progress.WorkDone // nil where there is no widget
	now      func() time.Time
	tokens   atomic.Int64 // counted in front of the coalescer, read behind it

	decision chat.RouteDecision // set before the first write
	first    time.Time
}

func newReply(ctx context.Context, e end, w *progress.WorkDone, now func() time.Time) reply {
	b := &back{end: e, ctx: ctx, progress: w, now: now}
	return reply{stream.Coalesce(b), b}
}

// Write counts a chunk, which is a token for every server in use, and passes it on.
func (r reply) Write(c stream.Chunk) error {
	r.back.tokens.Add(1)
	return r.Coalescer.Write(c)
}

// Route passes the route on at once: it comes before any text, when nothing is
// waiting in the coalescer.
func (r reply) Route(d chat.RouteDecision, cache *chat.CacheInfo) error {
	r.back.decision = d
	return r.back.Route(d, cache)
}

func (b *back) Write(c stream.Chunk) error {
	if b.first.IsZero() {
		b.first = b.now()
	}
	b.progress.Report(b.ctx, b.message)
	return b.end.Write(c)
}

// message is the widget's text: tier, model, tokens and speed.
func (b *back) message() string {
	n := b.tokens.Load()
	text := fmt.Sprintf("%s · %s · %d tokens", b.decision.Tier, b.decision.Model, n)
	if took := b.now().Sub(b.first).Seconds(); took > 0 {
		text += fmt.Sprintf(" · %.0f tok/s", float64(n)/took)
	}
	return text
}
