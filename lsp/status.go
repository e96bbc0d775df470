package lsp

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// beat is how often the speed of a running answer is told.
const beat = 500 * time.Millisecond

// maxPending is how many states wait for an editor that does not read. Beyond
// them the oldest go: what counts in the end is the last.
const maxPending = 64

// status tells a client that asked for it what the server is doing. Every change
// of state is told, in order; the speed of a running answer now and then.
//
// Answers note what they do and go on. One goroutine, run, writes to the wire, so
// that an editor that does not read holds up nothing else.
//
// A nil *status does nothing: it stands for a client that did not ask.
type status struct {
	send    func(ext.Status)
	figures func() (costToday, hitRate float64)
	wake    chan struct{} // has room for one; a value says that pending may hold something

	mu      sync.Mutex
	offline bool         // guarded by mu, as are the others
	active  []*activity  // answers that are under way, the latest last
	pending []ext.Status // not yet sent
	last    ext.Status   // the last that was noted
}

// activity is one answer under way. Its methods do nothing on nil.
type activity struct {
	of     *status
	speed  func() float64      // tokens a second
	state  string              // guarded by of.mu
	chosen *chat.RouteDecision // guarded by of.mu; nil before the route is known
}

func newStatus(send func(ext.Status), figures func() (costToday, hitRate float64)) *status {
	return &status{send: send, figures: figures, wake: make(chan struct{}, 1)}
}

// begin notes that an answer is asked for.
func (s *status) begin() *activity {
	if s == nil {
		return nil
	}
	a := &activity{of: s, state: ext.StateRouting, speed: func() float64 { return 0 }}
	s.change(func() { s.active = append(s.active, a) })
	return a
}

// routed notes where the answer will come from, and how to learn its speed.
func (a *activity) routed(d chat.RouteDecision, speed func() float64) {
	if a != nil {
		a.of.change(func() { a.chosen, a.speed = &d, speed })
	}
}

// streaming notes that the answer's text comes.
func (a *activity) streaming() {
	if a != nil {
		a.of.change(func() { a.state = ext.StateStreaming })
	}
}

// end notes that the answer has ended.
func (a *activity) end() {
	if a != nil {
		a.of.change(func() {
			a.of.active = slices.DeleteFunc(a.of.active, func(other *activity) bool { return other == a })
		})
	}
}

// setOffline notes whether the settings allow nothing but this machine.
func (s *status) setOffline(offline bool) {
	if s != nil {
		s.change(func() { s.offline = offline })
	}
}

// change makes a change and queues the state that follows, where it differs.
func (s *status) change(change func()) {
	s.mu.Lock()
	change()
	s.queueLocked(s.nowLocked())
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// nowLocked is the state of the whole: that of the latest answer that streams,
// else of the latest.
func (s *status) nowLocked() ext.Status {
	now := ext.Status{State: ext.StateIdle}
	if s.offline {
		now.State = ext.StateOffline
	}
	for _, a := range s.active {
		if now.State == ext.StateStreaming && a.state != ext.StateStreaming {
			continue
		}
		now = ext.Status{State: a.state}
		if a.chosen != nil {
			now.Tier, now.Model = a.chosen.Tier, a.chosen.Model
		}
		if a.state == ext.StateStreaming {
			now.TokensPerSecond = a.speed()
		}
	}
	return now
}

// queueLocked adds a state that a client can tell from the last one.
func (s *status) queueLocked(now ext.Status) {
	if now.State == s.last.State && now.Tier == s.last.Tier && now.Model == s.last.Model {
		return
	}
	s.last = now
	if len(s.pending) == maxPending {
		s.pending = s.pending[1:]
	}
	s.pending = append(s.pending, now)
}

// run writes to the wire until ctx is done.
func (s *status) run(ctx context.Context) {
	s.setOffline(false) // the first state is told, too
	pulse := time.NewTicker(beat)
	defer pulse.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
			s.flush()
		case <-pulse.C:
			s.flush()
			s.speed()
		}
	}
}

// flush sends what is pending.
func (s *status) flush() {
	s.mu.Lock()
	pending := s.pending
	s.pending = nil
	s.mu.Unlock()
	for _, now := range pending {
		s.tell(now)
	}
}

// speed sends the state once more where an answer is running.
func (s *status) speed() {
	s.mu.Lock()
	now := s.nowLocked()
	s.mu.Unlock()
	if now.State == ext.StateStreaming {
		s.tell(now)
	}
}

func (s *status) tell(now ext.Status) {
	now.CostTodayCents, now.CacheHitRate = s.figures()
	s.send(now)
}
