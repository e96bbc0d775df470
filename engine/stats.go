package engine

import (
	"slices"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// recent is how many answers the percentiles look back on.
const recent = 256

// stats counts answers. Its zero value is ready for use.
type stats struct {
	mu         sync.Mutex
	requests   int     // guarded by mu, as are the others
	firstToken history // milliseconds
	speed      history // tokens a second
}

// history is a ring of the last values.
type history struct {
	values []float64
	next   int
}

func (h *history) add(v float64) {
	if len(h.values) < recent {
		h.values = append(h.values, v)
		return
	}
	h.values[h.next] = v
	h.next = (h.next + 1) % recent
}

// percentile returns the nearest-rank percentile, 0 for no values.
func (h *history) percentile(p int) float64 {
	if len(h.values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(h.values))
	return sorted[(len(sorted)*p+99)/100-1]
}

// record counts one answer. Only whole answers count towards the times.
func (s *stats) record(m *meter, e stream.End) {
	metrics := m.metrics(e.Usage)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	if e.Err != nil || m.chunks == 0 {
		return
	}
	s.firstToken.add(metrics.FirstTokenMs)
	if metrics.TokensPerSecond > 0 {
		s.speed.add(metrics.TokensPerSecond)
	}
}

func (s *stats) summary() chat.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return chat.Stats{
		Requests:        s.requests,
		TokensPerSecond: s.speed.percentile(50),
		FirstTokenMs:    chat.Percentiles{P50: s.firstToken.percentile(50), P95: s.firstToken.percentile(95)},
	}
}
