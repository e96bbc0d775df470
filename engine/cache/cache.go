package cache

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Embedder makes vectors of questions. Two vectors may be compared only where
// Name is the same.
type Embedder interface {
	// Embed returns the vector, of unit length and the same dimension always, of a
	// text with a level, for embedders that send it somewhere.
	Embed(ctx context.Context, level chat.Level, text string) ([]float32, error)

	// Name tells this embedder and its model from every other.
	Name() string

	// Threshold is the least cosine at which two questions may mean the same by
	// this embedder, as fitted on development pairs.
	Threshold() float64
}

// Options are what a [Cache] is made of. Zero limits are no limits.
type Options struct {
	Backing  Backing  // nil: everything stays in this process
	Embedder Embedder // nil: questions match exactly only

	// Threshold replaces the embedder's own where it is above 0.
	Threshold float64

	TTL        time.Duration // how long an answer may be given again, from when it was made
	MaxEntries int           // in memory
	MaxBytes   int           // in memory

	// NoMarked keeps nothing above [Shareable], not even in memory.
	NoMarked bool

	// MaxWait is how long [Lookup.Await] waits for the answer of another process
	// that does not say what it writes, 0 for DefaultMaxWait.
	MaxWait time.Duration

	Now func() time.Time // nil is time.Now
}

// DefaultMaxWait bounds the wait for an answer that nobody sees being written:
// longer than most answers take, shorter than most people wait without a word on
// the screen. A stream that is shared is followed for as long as it flows.
const DefaultMaxWait = 10 * time.Second

// epochEvery is how old this process's knowledge of what others deleted may be.
const epochEvery = time.Second

// Cache joins the exact cache in memory, the backing behind it, and the nearest
// questions of both. Make it with [New]. All methods are safe for concurrent use.
type Cache struct {
	o      Options
	owner  string // names this process in leases
	memory *Memory
	writer writer
	notes  notes
	recent latest[string, recentHit] // semantic hits, by their entries' IDs
	tight  latest[Key, float64]      // above the likeness that was rated bad, for when the question is answered anew
	count  counters

	// epoch is the backing's as of epochAt (microseconds since 1970), -1 where it is not known.
	epochMu sync.Mutex
	epoch   int64
	epochAt atomic.Int64

	// ctx ends with Close, and with it every goroutine that running counts.
	ctx     context.Context
	stop    context.CancelFunc
	life    sync.Mutex // held while ctx is ended and while a goroutine is started
	running sync.WaitGroup
	lookups atomic.Uint64 // numbers lookups, for their leases
}

// start runs f on a goroutine that Close waits for, unless Close was called.
func (c *Cache) start(f func()) bool {
	c.life.Lock()
	defer c.life.Unlock()
	if c.ctx.Err() != nil {
		return false
	}
	c.running.Go(f)
	return true
}

// counters are what [Cache.Stats] shows.
type counters struct{ lookups, exact, semantic atomic.Int64 }

// New returns a cache. It opens nothing before the first lookup.
func New(o Options) *Cache {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxWait == 0 {
		o.MaxWait = DefaultMaxWait
	}
	c := &Cache{o: o, owner: newOwner(), memory: NewMemory(o.TTL, o.MaxEntries, o.MaxBytes), writer: newWriter(), epoch: -1}
	c.ctx, c.stop = context.WithCancel(context.Background())
	return c
}

// newOwner names this process: process numbers are used again.
func newOwner() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return strconv.Itoa(os.Getpid()) + "-" + hex.EncodeToString(b[:])
}

// micros is the present in microseconds since 1970.
func (c *Cache) micros() int64 { return c.o.Now().UnixMicro() }

// Lookup is one question on its way through the cache. Make it with [Cache.Lookup].
type Lookup struct {
	c     *Cache
	key   Key
	group Key
	check [32]byte
	level chat.Level

	wording string // "" where the question may match exactly only
	closed  bool   // neither read nor write
	owner   string // holds this lookup's lease

	// unlike is true once Exact has seen that no question that was asked before
	// can mean the same.
	unlike atomic.Bool

	mu     sync.Mutex
	vector []float32          // of wording, once it was embedded; guarded by mu
	lease  context.CancelFunc // gives the lease back; nil where none is held; guarded by mu
	stored bool               // the writer gives the lease back; guarded by mu
	shared *publication       // what others may read of the answer; nil before Share; guarded by mu

	// followed is until when somebody in another process wants the answer, in
	// microseconds since 1970; 0 where this lookup holds no lease.
	followed atomic.Int64
}

// backing returns the backing for a question's level, nil where it may not leave the process.
func (l *Lookup) backing() Backing {
	if l.level > Shareable {
		return nil
	}
	return l.c.o.Backing
}

// Closed reports whether the cache was closed: it finds and keeps nothing then.
func (c *Cache) Closed() bool { return c.ctx.Err() != nil }

// Lookup begins a lookup. It reads q once and does not keep it.
func (c *Cache) Lookup(q *Question) *Lookup {
	l := &Lookup{c: c, level: q.Level, closed: c.ctx.Err() != nil || c.o.NoMarked && q.Level > Shareable}
	if l.closed {
		return l
	}
	l.key, l.group, l.check = q.Keys()
	l.wording = wordingOf(q)
	l.owner = c.owner + "-" + strconv.FormatUint(c.lookups.Add(1), 36)
	return l
}

// Exact returns the answer to this very question: from memory, else from the
// backing. It contacts no model server and embeds nothing.
func (l *Lookup) Exact(ctx context.Context) (Entry, bool) {
	if l.closed {
		return Entry{}, false
	}
	l.c.count.lookups.Add(1)
	e, ok := l.find(ctx, l.look)
	if ok {
		l.c.count.exact.Add(1)
	}
	return e, ok
}

// find is Exact without the count; ask asks the backing.
func (l *Lookup) find(ctx context.Context, ask func(context.Context) (Entry, bool, error)) (Entry, bool) {
	c, now := l.c, l.c.micros()
	c.refresh(ctx, now)
	if it := c.memory.get(&l.key, now); it != nil {
		if it.Check != l.check {
			return Entry{}, false
		}
		c.used(it, now)
		return it.Entry, true
	}
	e, ok, err := ask(ctx)
	c.note(err)
	if !ok || err != nil || !l.fits(&e) || e.Check != l.check {
		return Entry{}, false
	}
	c.used(c.memory.put(e, true, now), now)
	return e, true
}

// look asks the backing, and notes whether any question can mean the same.
func (l *Lookup) look(ctx context.Context) (e Entry, found bool, err error) {
	bucket, alike := l.bucket(), false
	if b := l.backing(); b != nil {
		e, found, alike, err = b.Look(ctx, l.key, bucket)
	}
	l.unlike.Store(!found && !alike && !l.c.memory.alike(bucket))
	return e, found, err
}

// get asks the backing again, without that.
func (l *Lookup) get(ctx context.Context) (Entry, bool, error) {
	return l.backing().Get(ctx, l.key)
}

// fits tells whether an entry that came from outside may answer this question's
// group: a backing is shared, and what comes from it is checked.
func (l *Lookup) fits(e *Entry) bool {
	ttl := l.c.o.TTL
	return e.Group == l.group && e.Level == l.level && (ttl <= 0 || e.Created.Add(ttl).After(l.c.o.Now()))
}

// refresh drops copies in memory where the backing says that someone deleted or
// replaced something, at most once a second.
func (c *Cache) refresh(ctx context.Context, now int64) {
	b := c.o.Backing
	if b == nil || now-c.epochAt.Load() < epochEvery.Microseconds() {
		return
	}
	c.epochMu.Lock()
	defer c.epochMu.Unlock()
	if now-c.epochAt.Load() < epochEvery.Microseconds() {
		return
	}
	c.epochAt.Store(now)
	epoch, err := b.Epoch(ctx)
	c.note(err)
	if err != nil {
		return
	}
	if c.epoch != int64(epoch) && c.epoch >= 0 {
		c.memory.forgetBacked()
	}
	c.epoch = int64(epoch)
}

// Feedback tells what a person thought of a hit: its [Entry.ID], and whether it
// was good. A bad one is removed everywhere; where it had matched semantically,
// the entries around the question that was asked are given thresholds above
// their likeness to it, so that they are not served to it in turn; so are the two
// questions' own, when they are answered anew. Feedback
// reports whether an entry was removed; an ID that is not known is no error.
func (c *Cache) Feedback(ctx context.Context, id string, good bool) (removed bool, err error) {
	k, created, ok := ParseID(id)
	if !ok || good {
		return false, nil
	}
	waited := c.writer.forget(id)
	removed = c.memory.remove(k, id)
	if b := c.o.Backing; b != nil {
		stored := id
		if waited { // what it was to replace must not answer in its place
			if old, found, e := b.Get(ctx, k); e == nil && found && old.Created.Before(created) {
				stored = old.ID
			}
		}
		deleted, e := b.Delete(ctx, stored)
		removed, err = removed || deleted, e
	}
	if hit, ok := c.recent.take(id); ok {
		above := func(old float64) float64 { return max(old, min(hit.cosine+tightenBy, 1)) }
		c.tight.put(k, above)
		c.tight.put(hit.asked, above)
		err = errors.Join(err, c.tighten(ctx, hit))
	}
	return removed, err
}

// Entry returns the entry with this ID, from memory, else from the backing. It is
// false for one that was removed, replaced or has outlived its time, and for an ID
// that no [NewID] makes. To be looked at is a use.
func (c *Cache) Entry(ctx context.Context, id string) (e Entry, found bool, err error) {
	k, _, ok := ParseID(id)
	if !ok || c.Closed() {
		return Entry{}, false, nil
	}
	now := c.micros()
	c.refresh(ctx, now)
	if it := c.memory.get(&k, now); it != nil {
		e = it.Entry
		if it.asked != nil && it.bucket != (Key{}) { // it matches semantically, and is described when it is written
			e.Question = it.asked.wording
		}
		return e, it.ID == id, nil
	}
	if c.o.Backing == nil {
		return Entry{}, false, nil
	}
	e, ok, err = c.o.Backing.Get(ctx, k)
	if err != nil || !ok || e.ID != id {
		return Entry{}, false, err
	}
	return e, true, nil
}

// Clear removes every entry, here and in the backing, and returns how many there were.
func (c *Cache) Clear(ctx context.Context) (int, error) {
	c.writer.forget("")
	n := c.memory.clear()
	if c.o.Backing == nil {
		return n, nil
	}
	stored, err := c.o.Backing.Clear(ctx)
	return n + stored, err
}

// Stats counts what was looked up since the cache was made, and what it holds.
// It asks the backing.
func (c *Cache) Stats(ctx context.Context) (chat.CacheStats, error) {
	c.writer.committing.Lock()
	defer c.writer.committing.Unlock()
	exact, similar, lookups := c.count.exact.Load(), c.count.semantic.Load(), c.count.lookups.Load()
	s := chat.CacheStats{
		ExactHits: int(exact), SemanticHits: int(similar), Misses: int(lookups - exact - similar),
		Entries: c.memory.private(),
	}
	s.HitRate = c.HitRate()
	if c.o.Backing == nil {
		return s, nil
	}
	b, err := c.o.Backing.Stats(ctx)
	s.Entries += b.Entries
	return s, err
}

// Stored is what the backing holds, and zero where there is none.
func (c *Cache) Stored(ctx context.Context) (BackingStats, error) {
	if c.o.Backing == nil {
		return BackingStats{}, nil
	}
	return c.o.Backing.Stats(ctx)
}

// HitRate is the share of the lookups so far that found an answer, 0…1. It asks
// nobody.
func (c *Cache) HitRate() float64 {
	lookups := c.count.lookups.Load()
	if lookups == 0 {
		return 0
	}
	return float64(c.count.exact.Load()+c.count.semantic.Load()) / float64(lookups)
}

// Err returns what has gone wrong with the backing since it was last called, and
// nil where nothing has or it was all said before: each message is said once in
// the life of the cache.
func (c *Cache) Err() error { return c.notes.take() }

// Close stores what is waiting to be stored, ends every goroutine of the cache
// and closes the backing. Lookups after it find nothing.
func (c *Cache) Close() error {
	c.life.Lock()
	c.stop()
	c.life.Unlock()
	c.running.Wait()
	if c.o.Backing == nil {
		return nil
	}
	return c.o.Backing.Close()
}
