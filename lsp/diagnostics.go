package lsp

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/policy"
	"github.com/rigrun/rigrun-lsp/lsp/document"
)

// diagnosticSource is shown beside each of our diagnostics.
const diagnosticSource = "rigrun"

// settle is how long a document must rest before its markings are looked for again.
const settle = 200 * time.Millisecond

// maxDiagnostics is the most that is published for one document. Where each of
// thousands of paragraphs is marked, the first ones say it.
const maxDiagnostics = 1000

// markings shows the classification markings of open documents as diagnostics.
//
// The read loop only notes what changed. One goroutine, run, looks at it and is
// the only one that publishes, so that what an editor gets about a document is
// in order and its end, an empty list, comes last. An editor that does not read
// stops that goroutine and nothing else.
//
// A nil *markings does nothing: it stands for a client that shows no diagnostics.
type markings struct {
	publish func(*protocol.PublishDiagnosticsParams)
	wake    chan struct{} // has room for one; a value says that due may hold something earlier than before

	mu  sync.Mutex
	due map[uri.URI]look // guarded by mu
}

// look is a document to be looked at, and not before when. doc is nil where the
// document was closed.
type look struct {
	doc  *document.Doc
	when time.Time
}

func newMarkings(publish func(*protocol.PublishDiagnosticsParams)) *markings {
	return &markings{publish: publish, wake: make(chan struct{}, 1), due: map[uri.URI]look{}}
}

// opened notes a document to be looked at now.
func (m *markings) opened(doc *document.Doc) { m.note(doc.URI, doc, 0) }

// changed notes a document to be looked at when it has come to rest.
func (m *markings) changed(doc *document.Doc) { m.note(doc.URI, doc, settle) }

// closed notes a document whose diagnostics are to be taken away.
func (m *markings) closed(u uri.URI) { m.note(u, nil, 0) }

// note replaces what was noted of a document. While one is typed in, the
// goroutine sleeps on and finds out when it wakes that it may go on sleeping.
func (m *markings) note(u uri.URI, doc *document.Doc, wait time.Duration) {
	if m == nil {
		return
	}
	m.mu.Lock()
	_, noted := m.due[u]
	m.due[u] = look{doc, time.Now().Add(wait)}
	m.mu.Unlock()
	if noted && wait > 0 {
		return
	}
	select {
	case m.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// run publishes until ctx is done.
func (m *markings) run(ctx context.Context) {
	shown := map[uri.URI]bool{} // documents of which the editor shows something
	timer := time.NewTimer(settle)
	defer timer.Stop()
	for {
		ready, wait := m.take(time.Now())
		for u, doc := range ready {
			m.show(u, doc, shown)
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
		case <-timer.C:
		}
	}
}

// take removes and returns the documents that are due, and how long the next one has to wait.
func (m *markings) take(now time.Time) (ready map[uri.URI]*document.Doc, wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wait = time.Hour
	for u, l := range m.due {
		if left := l.when.Sub(now); left > 0 {
			wait = min(wait, left)
			continue
		}
		if ready == nil {
			ready = map[uri.URI]*document.Doc{}
		}
		ready[u] = l.doc
		delete(m.due, u)
	}
	return ready, wait
}

// show publishes what a document is marked with, unless it has changed
// meanwhile. Where there is nothing to show and nothing was shown, it is silent.
func (m *markings) show(u uri.URI, doc *document.Doc, shown map[uri.URI]bool) {
	p := &protocol.PublishDiagnosticsParams{URI: u, Diagnostics: []protocol.Diagnostic{}}
	if doc != nil {
		p.Version = protocol.NewOptional(doc.Version)
		p.Diagnostics = diagnostics(doc)
	}
	if len(p.Diagnostics) == 0 && !shown[u] || m.stale(u) {
		return
	}
	if shown[u] = len(p.Diagnostics) > 0; !shown[u] {
		delete(shown, u)
	}
	m.publish(p)
}

// stale reports whether something newer is noted of a document.
func (m *markings) stale(u uri.URI) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, newer := m.due[u]
	return newer
}

// diagnostics returns a hint for each marking that something follows from.
func diagnostics(doc *document.Doc) []protocol.Diagnostic {
	found := policy.Scan(doc.Text)
	highest := chat.Unclassified
	for _, marking := range found {
		highest = max(highest, marking.Level)
	}
	hints := []protocol.Diagnostic{}
	for _, marking := range found {
		if marking.Level == chat.Unclassified || len(hints) == maxDiagnostics {
			continue
		}
		hints = append(hints, protocol.Diagnostic{
			Range:    doc.Range(marking.Start, marking.End),
			Severity: protocol.DiagnosticSeverityHint,
			Code:     protocol.String(marking.Level.String()),
			Source:   protocol.NewOptional(diagnosticSource),
			Message:  protocol.String(consequence(marking.Level, highest)),
		})
	}
	return hints
}

// consequence says what follows from a marking in a file whose highest is another.
func consequence(marked, highest chat.Level) string {
	return fmt.Sprintf("marked %v: questions about this file are %v; they go only to the configured local model server", marked, highest)
}
