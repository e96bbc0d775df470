package engine

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// flights are the answers that are running and may be shared.
type flights struct {
	mu    sync.Mutex
	byKey map[key]*flight // guarded by mu; a flight that has ended or was abandoned is not in it
}

// key identifies everything an answer depends on.
type key [sha256.Size]byte

// flight is one call to a backend and everyone who listens to it.
type flight struct {
	cancel context.CancelFunc
	done   chan struct{} // closed once end is set

	mu     sync.Mutex
	riders []*rider            // guarded by mu
	chunks int                 // guarded by mu: how many were written
	log    transcript          // guarded by mu: what has been written so far, for those who join later
	moved  *chat.RouteDecision // guarded by mu: the route a fallback changed to
	asked  string              // guarded by mu: the question as the model is sent it, "" before
	closed bool                // guarded by mu: nobody can join any more
	end    stream.End          // set before done is closed
	spent  float64             // what the call cost in cents; set before done is closed
	fell   bool                // another backend took over; belongs to the flight's goroutine
	entry  string              // under which the answer is kept, "" where it is not; set before done is closed
	taken  *kept               // the answer of another process that was waited for; set before done is closed
	said   bool                // guarded by mu: text or thinking was written
	level  chat.Level          // guarded by mu: the highest of what tools have read
	sealed string              // guarded by mu: why the conversation may not go to a cloud any more
	looked bool                // a tool was used; belongs to the flight's goroutine
	others func() bool         // whether another process follows the answer, nil where none can; guarded by mu
	cut    []chat.Left         // what of the prompt did not fit; set before done is closed

	redactions []chat.Redaction // of what tools have read; set before done is closed
}

// landing is how an answer ended for one who listened to it.
type landing struct {
	end   stream.End
	spent float64 // cents; 0 for those who joined an answer that another had asked for
	entry string  // under which the answer is kept, "" where it is not
	saved float64 // what it cost when it was made; 0 where it was made now

	redactions []chat.Redaction // of what tools have read for it
	cut        []chat.Left      // what of the prompt did not fit into the model's window

	cache *chat.CacheInfo // of another process's answer that was waited for; else the route said it
}

// rider is one listener of a flight.
type rider struct {
	out  line
	gone chan struct{} // closed when out failed
	err  error         // why; set before gone is closed
}

// ride starts the flight of a plan, or joins the one that is already under way,
// and returns when it has ended or ctx is done. After it returns, nothing more
// is written to out.
func (e *Engine) ride(ctx context.Context, p *plan, out line) landing {
	r := &rider{out: out, gone: make(chan struct{})}
	f, first := e.board(p, r)
	select {
	case <-f.done:
		return f.landing(first)
	case <-ctx.Done():
		f.leave(r)
		return landing{end: stream.End{Err: context.Cause(ctx)}}
	case <-r.gone:
		f.leave(r)
		return landing{end: stream.End{Err: fmt.Errorf("write the answer: %w", r.err)}}
	}
}

// landing is how a flight ended for one of its riders. The first one paid for it.
func (f *flight) landing(first bool) landing {
	l := landing{end: f.end, entry: f.entry, redactions: f.redactions, cut: f.cut}
	if first {
		l.spent = f.spent
	}
	if f.taken != nil {
		l.entry, l.saved, l.cache = f.taken.ID, f.taken.Answer.CostCents, &f.taken.info
	}
	return l
}

// board joins the running flight of an identical plan, or starts one.
func (e *Engine) board(p *plan, r *rider) (f *flight, first bool) {
	if !p.shared {
		f := newFlight(r)
		e.launch(f, p, nil)
		return f, true
	}
	k := p.key()
	e.flights.mu.Lock()
	defer e.flights.mu.Unlock()
	if f, ok := e.flights.byKey[k]; ok && f.join(r) {
		return f, false
	}
	if e.flights.byKey == nil {
		e.flights.byKey = map[key]*flight{}
	}
	f = newFlight(r)
	e.flights.byKey[k] = f
	e.launch(f, p, func() { e.flights.remove(k, f) })
	return f, true
}

func newFlight(r *rider) *flight {
	return &flight{done: make(chan struct{}), riders: []*rider{r}}
}

// remove forgets a flight unless another has taken its place.
func (s *flights) remove(k key, f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey[k] == f {
		delete(s.byKey, k)
	}
}

// launch runs a plan on a goroutine of its own, which ends when the backend returns.
func (e *Engine) launch(f *flight, p *plan, ended func()) {
	ctx, cancel := context.WithCancel(e.ctx)
	f.cancel = cancel
	e.running.Go(func() {
		defer cancel()
		end := e.fly(ctx, f, p)
		end.Usage = p.counted(end.Usage, f.chunks)
		f.entry = p.keep(f, end)
		if ended != nil {
			ended()
		}
		f.land(end)
	})
}

// fly runs the plan's attempts, one after the other while none has written
// anything. Where another process is answering the same question, its answer is
// followed instead.
func (e *Engine) fly(ctx context.Context, f *flight, p *plan) stream.End {
	kept, ok, err := p.await(ctx, f)
	if err != nil {
		return stream.End{Err: err}
	}
	if ok {
		f.taken = &kept
		return p.finish(kept, f)
	}
	p.share(f)
	a := p.first
	if a.decision.Tier == chat.TierLocal {
		e.running.Go(func() { p.setup.Local.Renew(e.ctx) }) // beside the answer, which does not wait for it
	}
	for {
		f.send(a.asked())
		end, err := p.try(ctx, f, &a)
		if err == nil {
			e.learn(&a, end.Usage.PromptTokens)
			f.cut = a.sent.Left(p.question.Context)
			return end
		}
		if a.decision.Tier == chat.TierLocal && (replaceable(err) || chat.KindOf(err) == chat.ModelNotFound) {
			p.setup.Local.Forget() // what was known of the server is no longer true
		}
		end.Err = err
		if ctx.Err() != nil || !f.silent() {
			return end
		}
		next, ok := e.shorter(p, &a, err)
		if !ok {
			next, ok = e.next(p, a, err)
		}
		if !ok {
			return end
		}
		a = next
		f.fell = true
		p.unshare()
		f.reroute(a.told(p))
	}
}

// try runs one attempt.
func (p *plan) try(ctx context.Context, f *flight, a *attempt) (stream.End, error) {
	if len(a.prompt.Tools) > 0 {
		return p.rounds(ctx, f, a)
	}
	return p.call(ctx, f, a, f, nil)
}

// call makes one call of an attempt, paid for where it has a price, and puts the
// secrets back into what is written to w. Where c is not nil it gets the tool calls.
func (p *plan) call(ctx context.Context, f *flight, a *attempt, w stream.Writer, c *calls) (stream.End, error) {
	if a.hidden == nil {
		return run(ctx, a.backend, &a.prompt, c.before(w))
	}
	paid, err := p.reserve(a)
	if err != nil {
		return stream.End{}, err
	}
	counted := &counter{next: w}
	out := a.hidden.writer(counted)
	end, err := run(ctx, a.backend, &a.prompt, c.before(out))
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	f.spent += p.pay(a, paid, end.Usage, counted.chunks)
	return end, err
}

// run calls a backend. A panic in it costs this answer, not the process.
func run(ctx context.Context, b Backend, p *chat.Prompt, w stream.Writer) (end stream.End, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(b.Name()+" backend", r)
		}
	}()
	return b.Chat(ctx, p, w)
}

// panicked is the error of an answer that a panic with the value r ended.
func panicked(where string, r any) error {
	return &chat.Error{
		Kind:    chat.BadResponse,
		Message: "the " + where + " failed inside the server",
		Hint:    "see the server's log, and report this with it",
		Err:     fmt.Errorf("panic: %v\n%s", r, debug.Stack()),
	}
}

// key hashes what the answer depends on. JSON is an unambiguous encoding of it.
func (p *plan) key() key {
	a := &p.first
	paths := make([]string, len(p.question.Context))
	for i, item := range p.question.Context {
		paths[i] = item.Path
	}
	h := sha256.New()
	// Encoding plain strings and numbers into a hash cannot fail.
	_ = json.NewEncoder(h).Encode([]any{
		a.decision.Tier, a.decision.Backend, a.prompt.Model, a.prompt.Action, a.decision.Classification,
		p.rules.Mode, p.rules.MaxTier, p.turns, a.prompt.Options, paths, p.question.Folders,
	})
	return key(h.Sum(nil))
}

// Write passes a chunk to every rider. It fails when nobody listens any more, here
// or in another process.
func (f *flight) Write(c stream.Chunk) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.emptyLocked() {
		return context.Canceled
	}
	f.log.add(c)
	if c.Kind != stream.Step {
		f.said = true
		f.chunks++
	}
	for i := 0; i < len(f.riders); {
		if r := f.riders[i]; r.try(r.out.Write(c)) {
			i++
			continue
		}
		f.riders = slices.Delete(f.riders, i, i+1)
	}
	return nil
}

// try notes the first failure of a rider's listener and reports whether it still listens.
func (r *rider) try(err error) bool {
	if err == nil {
		return true
	}
	r.err = err
	close(r.gone)
	return false
}

// silent reports whether nothing has been written yet but steps, which any other
// backend's answer may follow.
func (f *flight) silent() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.said
}

// raise tells every rider's conversation that the answer has read something of a
// level.
func (f *flight) raise(level chat.Level) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.level = max(f.level, level)
	for _, r := range f.riders {
		r.out.raise(level)
	}
}

// seal tells every rider's conversation why it may not go to a cloud any more.
func (f *flight) seal(why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sealed = why
	for _, r := range f.riders {
		r.out.seal(why)
	}
}

// reroute tells every rider that another backend answers.
func (f *flight) reroute(d chat.RouteDecision) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.moved = &d
	f.riders = slices.DeleteFunc(f.riders, func(r *rider) bool { return !r.try(r.out.route(d, nil)) })
}

// send tells every rider what the model is sent as its question.
func (f *flight) send(asked string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = asked
	for _, r := range f.riders {
		r.out.sent(asked)
	}
}

// join adds a rider and gives it what was written before it came. It reports
// false where the flight has ended or everyone has left it.
func (f *flight) join(r *rider) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	if f.moved != nil && !r.try(r.out.route(*f.moved, nil)) {
		return true
	}
	if f.level > chat.Unclassified {
		r.out.raise(f.level)
	}
	if f.sealed != "" {
		r.out.seal(f.sealed)
	}
	r.out.sent(f.asked)
	if r.try(f.log.replay(r.out)) {
		f.riders = append(f.riders, r)
	}
	return true
}

// leave removes a rider; the last one to leave cancels the call, unless another
// process follows the answer.
func (f *flight) leave(r *rider) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.riders = slices.DeleteFunc(f.riders, func(other *rider) bool { return other == r })
	f.abandonLocked()
}

// follow has the flight go on for other processes while they say so.
func (f *flight) follow(others func() bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.others = others
}

// emptyLocked reports whether nobody listens any more.
func (f *flight) emptyLocked() bool {
	return len(f.riders) == 0 && (f.others == nil || !f.others())
}

// abandon cancels the call where nobody listens any more.
func (f *flight) abandon() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.abandonLocked()
}

func (f *flight) abandonLocked() {
	if f.emptyLocked() && !f.closed {
		f.closed = true
		f.cancel()
	}
}

// written returns what was written so far by kind, which kind is being written, and
// how many bytes all of it has.
func (f *flight) written() (all [stream.Thinking + 1]string, writing stream.Kind, size int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.log.pieces); n > 0 {
		writing = f.log.pieces[n-1].kind
	}
	all[stream.Text], all[stream.Thinking] = f.log.texts()
	return all, writing, len(f.log.data)
}

// land ends the flight.
func (f *flight) land(end stream.End) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.end = end
	close(f.done)
}
