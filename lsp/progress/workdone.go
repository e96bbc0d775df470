package progress

import (
	"context"
	"time"

	"go.lsp.dev/protocol"
)

// interval is the least time between two reports: a widget shows no more.
const interval = 250 * time.Millisecond

// Notifier sends notifications to the client.
type Notifier interface {
	Notify(ctx context.Context, method string, params any) error
}

// WorkDone reports on one piece of work. It is used by one goroutine. A nil
// *WorkDone reports nothing.
type WorkDone struct {
	client Notifier
	token  protocol.ProgressToken
	now    func() time.Time
	last   time.Time // of the last report
}

// Begin shows that work has begun and can be cancelled. Where token is absent it
// returns nil, which is a WorkDone that reports nothing.
func Begin(ctx context.Context, client Notifier, token protocol.LSPAny, title string, now func() time.Time) *WorkDone {
	var t protocol.ProgressToken
	if !Valid(token) || protocol.Unmarshal(token, &t) != nil {
		return nil
	}
	w := &WorkDone{client: client, token: t, now: now, last: now()}
	cancellable := true
	w.send(ctx, &protocol.WorkDoneProgressBegin{Kind: "begin", Title: title, Cancellable: &cancellable})
	return w
}

// Report shows how the work goes, unless it just did.
func (w *WorkDone) Report(ctx context.Context, message func() string) {
	if w == nil || w.now().Sub(w.last) < interval {
		return
	}
	w.last = w.now()
	text := message()
	w.send(ctx, &protocol.WorkDoneProgressReport{Kind: "report", Message: &text})
}

// End shows that the work is over. It is sent even when ctx is cancelled: a
// widget without an end would turn for ever.
func (w *WorkDone) End(ctx context.Context, message string) {
	if w == nil {
		return
	}
	w.send(context.WithoutCancel(ctx), &protocol.WorkDoneProgressEnd{Kind: "end", Message: &message})
}

// send writes one value. That the client is gone is noticed by the connection
// itself, so an error here needs no second report.
func (w *WorkDone) send(ctx context.Context, value any) {
	raw, err := protocol.Marshal(value)
	if err != nil {
		return
	}
	_ = w.client.Notify(ctx, protocol.MethodProgress, &protocol.ProgressParams{Token: w.token, Value: raw})
}
