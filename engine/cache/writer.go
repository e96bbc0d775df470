package cache

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

const (
	// gather is how long the writer waits for more before it writes.
	gather = 50 * time.Millisecond

	// syncAfter is how long after the last write the backing is synced.
	syncAfter = 5 * time.Second

	// maxPending is how many entries may wait to be written. Beyond that the
	// backing is not keeping up, and new ones stay in memory only.
	maxPending = 256
)

// writer writes behind the answers. Its goroutine is started by the first thing
// to write, and ends when the backing was synced after the last one.
type writer struct {
	mu      sync.Mutex
	pending []waiting         // guarded by mu
	touched map[Key]time.Time // guarded by mu
	awake   bool              // whether the goroutine runs; guarded by mu

	// committing is held while entries are in the backing and not yet marked as
	// such, so that whoever counts counts each once. Nothing else waits for it.
	committing sync.Mutex

	// Both have room for one; they are made with the cache.
	work  chan struct{} // there is an entry to write
	hurry chan struct{} // somebody waits for it
}

func newWriter() writer {
	return writer{work: make(chan struct{}, 1), hurry: make(chan struct{}, 1)}
}

// waiting is an entry to be written.
type waiting struct {
	it     *item
	lookup *Lookup
	hurry  bool // another process may be waiting for it
}

// Store keeps an answer to this question: in memory at once, and in the backing
// in the background, some 50 ms later. Only an answer whose Reason is stop and
// that has a text is kept; the caller gives none that was cut, interrupted or
// changed on its way. It returns the entry's ID, "" where it is not kept.
//
// A lease that [Lookup.Await] got is given back once the answer can be found.
func (l *Lookup) Store(a Answer) string {
	if l.closed || l.c.ctx.Err() != nil || a.Reason != chat.FinishStop || a.Text == "" {
		l.Done()
		return ""
	}
	c := l.c
	now := time.UnixMicro(c.micros()).UTC()
	e := Entry{
		ID: NewID(l.key, now), Key: l.key, Check: l.check, Group: l.group,
		Level: l.level, Answer: a, Created: now, Used: now, Threshold: c.tight.get(l.key),
	}
	l.describe(&e)
	it := c.memory.newItem(e, false)
	if e.Vector == nil {
		it.asked, it.bucket = l, l.bucket()
	}
	c.memory.keep(it, now.UnixMicro())
	if l.backing() == nil && (e.Vector != nil || l.wording == "" || c.o.Embedder == nil) {
		return e.ID
	}
	c.writer.add(c, waiting{it: it, lookup: l, hurry: l.handOver()})
	return e.ID
}

// describe fills in what an entry may match semantically by, where the question
// was embedded already.
func (l *Lookup) describe(e *Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.vector != nil {
		e.Question, e.Vector, e.Embedder = l.wording, l.vector, l.c.o.Embedder.Name()
	}
}

// toldEvery is how often the backing is told that an entry is in use, in
// microseconds. It only needs to know which were not used for long.
const toldEvery = int64(time.Minute / time.Microsecond)

// used notes that an item was given as an answer.
func (c *Cache) used(it *item, now int64) {
	told := it.told.Load()
	if it.backed.Load() && now-told >= toldEvery && it.told.CompareAndSwap(told, now) {
		c.writer.touch(c, it.Key)
	}
}

// touch notes an entry's use, to be written with the next entries or in a while.
func (w *writer) touch(c *Cache, k Key) {
	if c.o.Backing == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.touched == nil {
		w.touched = map[Key]time.Time{}
	}
	if len(w.touched) < maxPending {
		w.touched[k] = c.o.Now()
	}
	w.startLocked(c)
}

func (w *writer) add(c *Cache, e waiting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.pending) >= maxPending {
		e.lookup.giveBack()
		return
	}
	w.pending = append(w.pending, e)
	w.startLocked(c)
	signal(w.work)
	if e.hurry {
		signal(w.hurry)
	}
}

func (w *writer) startLocked(c *Cache) {
	if !w.awake {
		w.awake = c.start(c.write)
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// unsignal takes a signal back that was about what is done now.
func unsignal(c chan struct{}) {
	select {
	case <-c:
	default:
	}
}

// forget drops the waiting entry with this ID, all of them for "", and reports
// whether there was one.
func (w *writer) forget(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	waited := len(w.pending)
	w.pending = slices.DeleteFunc(w.pending, func(e waiting) bool {
		if id != "" && e.it.ID != id {
			return false
		}
		e.lookup.giveBack()
		return true
	})
	return len(w.pending) < waited
}

// take returns what there is to write, and stays awake while there is something.
func (w *writer) take(last bool) (pending []waiting, touched map[Key]time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	pending, touched = w.pending, w.touched
	w.pending, w.touched = nil, nil
	unsignal(w.work)
	unsignal(w.hurry)
	if last && len(pending) == 0 && len(touched) == 0 {
		w.awake = false
	}
	return pending, touched
}

// write is the writer's goroutine.
func (c *Cache) write() {
	unsynced := false
	for {
		c.rest(gather, c.writer.hurry)
		pending, touched := c.writer.take(false)
		c.flush(pending, touched)
		unsynced = unsynced || len(pending) > 0
		if c.rest(syncAfter, c.writer.work) {
			continue
		}
		if unsynced {
			c.sync()
			unsynced = false
		}
		pending, touched = c.writer.take(true)
		if len(pending) == 0 && len(touched) == 0 {
			return
		}
		c.flush(pending, touched)
		unsynced = unsynced || len(pending) > 0
	}
}

// rest waits for a while. It is cut short by early, which it reports, and by Close.
func (c *Cache) rest(d time.Duration, early <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-early:
		return true
	case <-t.C:
	case <-c.ctx.Done():
	}
	return false
}

func (c *Cache) sync() {
	if b := c.o.Backing; b != nil {
		c.note(b.Sync(context.Background()))
	}
}

// flush writes entries and times of use. Entries that nobody embedded yet are
// embedded here, so that no question waits for that.
func (c *Cache) flush(pending []waiting, touched map[Key]time.Time) {
	var batch []*item
	for i := range pending {
		pending[i].it = c.complete(pending[i])
		if it := pending[i].it; it.Level <= Shareable && !it.dropped.Load() {
			batch = append(batch, it)
		}
	}
	if b := c.o.Backing; b != nil && len(batch) > 0 {
		c.commit(b, batch)
	}
	for _, p := range pending {
		p.lookup.giveBack()
	}
	c.writeTouched(touched)
}

// commit puts a batch, and once more where the first try found the file damaged
// or in use. What somebody dropped meanwhile is deleted again.
func (c *Cache) commit(b Backing, batch []*item) {
	entries := make([]Entry, len(batch))
	for i, it := range batch {
		entries[i] = it.Entry
	}
	c.writer.committing.Lock()
	defer c.writer.committing.Unlock()
	err := b.Put(context.Background(), entries...)
	c.note(err)
	if _, aside := errors.AsType[*SetAside](err); aside || errors.Is(err, ErrBusy) {
		err = b.Put(context.Background(), entries...)
		c.note(err)
	}
	if err != nil {
		return
	}
	for _, it := range batch {
		it.backed.Store(true)
		if it.dropped.Load() {
			_, err := b.Delete(context.Background(), it.ID)
			c.note(err)
		}
	}
}

// complete embeds the question of an entry that has no vector yet.
func (c *Cache) complete(w waiting) *item {
	l := w.lookup
	if w.it.Vector != nil || l.wording == "" || c.o.Embedder == nil {
		return w.it
	}
	e := l.embed(c.ctx, w.it.Entry)
	if e.Vector == nil {
		return w.it
	}
	return c.memory.exchange(w.it, e)
}

// embed returns the entry of this question with its vector, without where there
// is none to be had.
func (l *Lookup) embed(ctx context.Context, e Entry) Entry {
	if _, err := l.embedded(ctx); err != nil {
		l.c.note(err)
		return e
	}
	l.describe(&e)
	return e
}

func (c *Cache) writeTouched(touched map[Key]time.Time) {
	b := c.o.Backing
	if b == nil || len(touched) == 0 {
		return
	}
	var keys []Key
	var last time.Time
	for k, at := range touched {
		keys = append(keys, k)
		if at.After(last) {
			last = at
		}
	}
	c.note(b.Touch(context.Background(), last, keys...))
}
