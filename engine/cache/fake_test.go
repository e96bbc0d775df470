package cache

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// fake is a backing in memory, shared by as many caches as a test likes.
type fake struct {
	now func() time.Time

	mu      sync.Mutex
	entries map[Key]Entry
	leases  map[Key]fakeLease
	epoch   uint64
	syncs   int

	published int    // how many times something was
	dead      string // the owner of whom nothing more comes
	puts      int
	touched   map[Key]time.Time
	fail      error         // what every operation returns
	failPut   []error       // what the next Puts return
	putGate   chan struct{} // Put waits for it where it is not nil
}

type fakeLease struct {
	owner    string
	until    time.Time
	followed time.Time
	maker    *Maker // nil before the first publication
	pieces   []stream.Chunk
}

func (l fakeLease) size() (n int64) {
	for _, c := range l.pieces {
		n += int64(len(c.Data))
	}
	return n
}

func newFake() *fake {
	return &fake{now: time.Now, entries: map[Key]Entry{}, leases: map[Key]fakeLease{}, touched: map[Key]time.Time{}}
}

func (f *fake) Get(_ context.Context, k Key) (Entry, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e, ok := f.entries[k]
	return e, ok, f.fail
}

func (f *fake) Look(ctx context.Context, k, bucket Key) (Entry, bool, bool, error) {
	e, ok, err := f.Get(ctx, k)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, other := range f.entries {
		if !ok && bucket != (Key{}) && other.Bucket() == bucket {
			return e, ok, true, err
		}
	}
	return e, ok, false, err
}

func (f *fake) Near(_ context.Context, p Probe) (found []Near, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.entries {
		if e.Group != p.Group || e.Embedder != p.Embedder || len(e.Vector) != len(p.Vector) || p.Bucket != (Key{}) && p.Bucket != e.Bucket() {
			continue
		}
		if c := Cosine(e.Vector, p.Vector); c >= p.AtLeast {
			found = append(found, Near{e, c})
		}
	}
	slices.SortFunc(found, func(a, b Near) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return found[:min(len(found), p.K)], f.fail
}

func (f *fake) Put(_ context.Context, entries ...Entry) error {
	if f.putGate != nil {
		<-f.putGate
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.puts++
	if len(f.failPut) > 0 {
		err := f.failPut[0]
		f.failPut = f.failPut[1:]
		return err
	}
	for _, e := range entries {
		if e.Level > Shareable {
			return ErrLevel
		}
		if _, ok := f.entries[e.Key]; ok {
			f.epoch++
		}
		f.entries[e.Key] = e
	}
	return f.fail
}

func (f *fake) Touch(_ context.Context, used time.Time, keys ...Key) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, k := range keys {
		f.touched[k] = used
	}
	return f.fail
}

func (f *fake) Delete(_ context.Context, id string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k, _, _ := ParseID(id)
	if e, ok := f.entries[k]; !ok || e.ID != id {
		return false, f.fail
	}
	delete(f.entries, k)
	f.epoch++
	return true, f.fail
}

func (f *fake) Clear(context.Context) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(f.entries)
	clear(f.entries)
	f.epoch++
	return n, f.fail
}

func (f *fake) Epoch(context.Context) (uint64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.epoch, f.fail
}

func (f *fake) Stats(context.Context) (BackingStats, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return BackingStats{Name: "fake", Entries: len(f.entries)}, f.fail
}

func (f *fake) Sync(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.syncs++
	return f.fail
}

func (f *fake) Close() error { return nil }

func (f *fake) Lease(_ context.Context, k Key, owner string, ttl time.Duration) (bool, time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.leases[k]
	if f.dead == owner {
		return false, l.followed, errDisk
	}
	if l.owner != "" && l.owner != owner && l.until.After(f.now()) {
		return false, l.followed, f.fail
	}
	if l.owner != owner {
		l.maker, l.pieces = nil, nil
	}
	l.owner, l.until = owner, f.now().Add(ttl)
	f.leases[k] = l
	return true, l.followed, f.fail
}

func (f *fake) Release(_ context.Context, k Key, owner string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.leases[k].owner == owner && f.dead != owner {
		delete(f.leases, k)
	}
	return f.fail
}

func (f *fake) Publish(_ context.Context, k Key, owner string, by Maker, from int64, more []stream.Chunk) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.leases[k]
	if l.owner != owner || f.dead == owner {
		return 0, f.fail
	}
	f.published++
	l.maker = &by
	till := l.size()
	if till == from {
		for _, c := range more {
			l.pieces = append(l.pieces, stream.Chunk{Kind: c.Kind, Data: slices.Clone(c.Data)})
		}
	}
	f.leases[k] = l
	return l.size(), f.fail
}

func (f *fake) Attend(_ context.Context, k Key, until time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if l, ok := f.leases[k]; ok {
		l.followed = until
		f.leases[k] = l
	}
	return f.fail
}

func (f *fake) Follow(_ context.Context, k Key, from int64) (Published, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.leases[k]
	p := Published{Owner: l.owner, Alive: l.until.After(f.now()), Shared: l.maker != nil}
	if p.Shared {
		p.By = *l.maker
	}
	for _, c := range l.pieces {
		n := min(from, int64(len(c.Data)))
		if from -= n; n < int64(len(c.Data)) {
			p.More = append(p.More, stream.Chunk{Kind: c.Kind, Data: slices.Clone(c.Data[n:])})
		}
	}
	return p, f.fail
}

func (f *fake) count() (entries, leases int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.entries), len(f.leases)
}

// embedder returns the vectors it was given; every other text gets the first axis.
type embedder struct {
	dim     int
	vectors map[string][]float32
	calls   atomic.Int64
	err     error
}

func (e *embedder) Embed(ctx context.Context, _ chat.Level, text string) ([]float32, error) {
	e.calls.Add(1)
	if e.err != nil {
		return nil, e.err
	}
	v := make([]float32, e.dim)
	v[0] = 1
	if known, ok := e.vectors[text]; ok {
		clear(v)
		copy(v, known)
	}
	return v, ctx.Err()
}

func (e *embedder) Name() string       { return "fake" }
func (e *embedder) Threshold() float64 { return 0.6 }

func answer(text string) Answer {
	return Answer{Text: text, Reason: chat.FinishStop, Tier: chat.TierLocal, Backend: "ollama", Model: "m"}
}

// asking is a question that may match semantically.
func asking(wording string) *Question {
	return &Question{Backend: "ollama", Model: "m", Wording: wording}
}

func made(t *testing.T, o Options) *Cache {
	t.Helper()
	c := New(o)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

func exact(t *testing.T, c *Cache, q *Question) string {
	t.Helper()
	e, ok := c.Lookup(q).Exact(t.Context())
	if ok != (e.Answer.Text != "") {
		t.Errorf("found %v with the text %q", ok, e.Answer.Text)
	}
	return e.Answer.Text
}

func similar(t *testing.T, c *Cache, q *Question) Match {
	t.Helper()
	m, ok := c.Lookup(q).Similar(t.Context())
	if ok != (m.Answer.Text != "") {
		t.Errorf("found %v with the text %q", ok, m.Answer.Text)
	}
	return m
}

var errDisk = errors.New("no space left on the device")
