package enginetest

import (
	"sync"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Recorder is a listener that keeps what it was told. Where the engine breaks
// the order it promises, the test fails.
type Recorder struct {
	T testing.TB

	// FailAt makes the write with this number, counted from 1, fail; 0 is never.
	FailAt int
	// Err is what the failing write returns.
	Err error
	// First is closed by the first write, where it is set.
	First chan struct{}

	mu       sync.Mutex
	routes   []chat.RouteDecision // guarded by mu, as are the others
	text     []byte
	thinking []byte
	steps    []chat.Step
	writes   int // of text and thinking
	ends     []stream.End
}

// Route keeps the decision. It must come before any text, and only the first has a cache.
func (r *Recorder) Route(d chat.RouteDecision, cache *chat.CacheInfo) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.writes > 0 || len(r.ends) > 0 {
		r.T.Errorf("Route after %d writes and %d ends", r.writes, len(r.ends))
	}
	if (cache == nil) != (len(r.routes) > 0) {
		r.T.Errorf("Route number %d has the cache %v", len(r.routes), cache)
	}
	r.routes = append(r.routes, d)
	return nil
}

// Write keeps a chunk.
func (r *Recorder) Write(c stream.Chunk) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.routes) == 0 || len(r.ends) > 0 {
		r.T.Errorf("Write after %d routes and %d ends", len(r.routes), len(r.ends))
	}
	if c.Kind == stream.Step {
		r.steps = append(r.steps, stream.StepOf(c))
		return nil
	}
	r.writes++
	if r.writes == r.FailAt {
		return r.Err
	}
	if c.Kind == stream.Thinking {
		r.thinking = append(r.thinking, c.Data...)
	} else {
		r.text = append(r.text, c.Data...)
	}
	if r.writes == 1 && r.First != nil {
		close(r.First)
	}
	return nil
}

// Close keeps the end. It must come once.
func (r *Recorder) Close(e stream.End) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ends = append(r.ends, e)
	if len(r.ends) > 1 {
		r.T.Errorf("Close was called %d times", len(r.ends))
	}
	return nil
}

// Text returns the answer so far.
func (r *Recorder) Text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.text)
}

// Thinking returns the thinking so far.
func (r *Recorder) Thinking() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.thinking)
}

// Steps returns the steps so far.
func (r *Recorder) Steps() []chat.Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]chat.Step(nil), r.steps...)
}

// Routes returns the decisions so far.
func (r *Recorder) Routes() []chat.RouteDecision {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]chat.RouteDecision(nil), r.routes...)
}

// Ended returns the end, and whether there was one.
func (r *Recorder) Ended() (stream.End, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ends) == 0 {
		return stream.End{}, false
	}
	return r.ends[0], true
}
