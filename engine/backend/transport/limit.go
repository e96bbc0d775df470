package transport

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// drainTime is how long the end of a body is waited for after its end mark. A
// server that takes longer loses the connection, and the answer is whole.
const drainTime = 250 * time.Millisecond

// expired is the cancel cause of a time limit: which one, and how long it was.
type expired struct {
	name  string // as messages name it: "first-token limit"
	after time.Duration
}

func (e *expired) Error() string { return fmt.Sprintf("%s of %s", e.name, e.after) }

// limits watches the time of one answer. Its context is cancelled, with an
// *expired as cause, when the server takes too long. All methods but the
// timer's are called by the goroutine that reads the answer.
type limits struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	first   time.Duration
	between time.Duration

	// ended reports whether the decoder has seen the end mark. What may follow it
	// is only waited for so that the connection can be used again.
	ended func() bool

	// begun is set with the first chunk. Before it the timer runs through, from
	// the call on; after it the timer runs during each read alone.
	begun atomic.Bool
}

// newLimits starts the first-token limit.
func newLimits(ctx context.Context, o Options) *limits {
	l := &limits{first: o.FirstToken, between: o.BetweenTokens, ended: func() bool { return false }}
	l.ctx, l.cancel = context.WithCancelCause(ctx)
	l.timer = time.AfterFunc(l.first, l.expire)
	return l
}

func (l *limits) expire() {
	if l.begun.Load() {
		l.cancel(&expired{"between-tokens limit", l.between})
		return
	}
	l.cancel(&expired{"first-token limit", l.first})
}

// watch has the decoder tell when the answer has ended.
func (l *limits) watch(dec stream.Decoder) {
	if d, ok := dec.(interface{ Finished() bool }); ok {
		l.ended = d.Finished
	}
}

// begin is called before each chunk is written.
func (l *limits) begin() {
	if !l.begun.Load() {
		l.timer.Stop()
		l.begun.Store(true)
	}
}

// reading and idle surround each read of a body.
func (l *limits) reading() {
	switch {
	case l.ended():
		l.begin()
		l.timer.Reset(drainTime)
	case l.begun.Load():
		l.timer.Reset(l.between)
	}
}

func (l *limits) idle() {
	if l.begun.Load() {
		l.timer.Stop()
	}
}

// stop ends the watch. The context is cancelled, which closes the connection of
// a body that was not read to its end.
func (l *limits) stop() {
	l.timer.Stop()
	l.cancel(nil)
}
