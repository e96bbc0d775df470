package engine

import (
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/store"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// line is one asker's end of a flight: where its text goes, and where a change
// of route is announced.
type line struct {
	stream.Sink
	route func(chat.RouteDecision, *chat.CacheInfo) error
	raise func(chat.Level)  // a tool has read something of this level
	seal  func(why string)  // the text quotes what may not go to a cloud
	asked func(text string) // takes the question as a model is really sent it
}

// sent passes on what a model is sent as the question, where there is a model.
func (l *line) sent(asked string) {
	if l.asked != nil && asked != "" {
		l.asked(asked)
	}
}

// meter passes an answer on and measures it. It is used by one goroutine at a
// time; the flight's lock orders them.
type meter struct {
	next  stream.Sink
	now   func() time.Time
	start time.Time

	decision chat.RouteDecision
	cache    chat.CacheInfo
	first    time.Time // of the first chunk, zero before it
	chunks   int
	bytes    int // of text and thinking
	steps    []chat.Step
}

func (m *meter) Write(c stream.Chunk) error {
	if c.Kind == stream.Step {
		m.steps = append(m.steps, stream.StepOf(c))
		return m.next.Write(c)
	}
	if m.chunks == 0 {
		m.first = m.now()
	}
	m.chunks++
	m.bytes += len(c.Data)
	return m.next.Write(c)
}

func (m *meter) Close(e stream.End) error { return m.next.Close(e) }

// usage fills in an estimate where the server did not count: a chunk of a
// stream is a token for every server in use, so chunks are the better count of
// the answer than bytes.
func (m *meter) usage(u chat.Usage) chat.Usage {
	if u.CompletionTokens == 0 && m.chunks > 0 {
		u.CompletionTokens = m.chunks
		u.Estimated = true
	}
	return u
}

// metrics returns the times of an answer that ends now.
func (m *meter) metrics(u chat.Usage) chat.Metrics {
	end := m.now()
	out := chat.Metrics{TotalMs: milliseconds(end.Sub(m.start))}
	if m.chunks == 0 {
		return out
	}
	out.FirstTokenMs = milliseconds(m.first.Sub(m.start))
	if took := end.Sub(m.first).Seconds(); took > 0 {
		out.TokensPerSecond = float64(u.CompletionTokens) / took
	}
	return out
}

func (m *meter) result(t *store.Turn, e stream.End) *chat.Result {
	text := t.Text()
	return &chat.Result{
		ConversationID: t.ConversationID,
		MessageID:      t.MessageID,
		Text:           &text,
		FinishReason:   e.Reason,
		Route:          m.decision,
		Cache:          m.cache,
		Usage:          e.Usage,
		Metrics:        m.metrics(e.Usage),
		Redactions:     []chat.Redaction{},
		Steps:          m.steps,
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
