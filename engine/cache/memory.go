package cache

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
)

// Memory is the exact cache of this process. Any number of goroutines read
// without a lock, and without waiting for whoever adds, removes or cleans up:
// those take turns on a mutex that no reader takes, and what readers see is a
// table of atomic pointers.
//
// Keys are hashes already, so the table uses their first bytes as they are. It
// is open addressed and at most half full.
type Memory struct {
	ttl        time.Duration
	maxEntries int
	maxBytes   int

	live atomic.Pointer[table]

	mu     sync.Mutex // held by whoever changes the table
	filled int        // slots of live that are not nil, removed ones included; guarded by mu
	count  int        // items; guarded by mu
	bytes  int        // of items; guarded by mu
	nearby nearby     // guarded by mu for changes; searches lock nothing
}

// table is a hash table. Its length is a power of two.
type table struct{ slots []atomic.Pointer[item] }

// item is an entry in memory. All but the atomic fields never change.
type item struct {
	Entry
	bucket  Key          // of the entry, zero where it may match exactly only
	asked   *Lookup      // embeds the question of an entry that has no vector yet; else nil
	expires int64        // microseconds since 1970
	bytes   int          // about what it takes
	used    atomic.Int64 // microseconds since 1970, a second behind at most
	backed  atomic.Bool  // the backing has it too
	told    atomic.Int64 // when the backing was last told of a use, in microseconds since 1970
	removed atomic.Bool  // it is out of the table; its slot is kept for those who probe past it
	dropped atomic.Bool  // somebody wants it gone for good: it must not be written any more
}

// NewMemory returns an empty exact cache. Limits that are 0 are none: ttl is an
// entry's life from its creation, maxBytes counts texts and vectors and a little
// for the rest.
func NewMemory(ttl time.Duration, maxEntries, maxBytes int) *Memory {
	m := &Memory{ttl: ttl, maxEntries: maxEntries, maxBytes: maxBytes}
	m.live.Store(&table{make([]atomic.Pointer[item], firstSlots)})
	return m
}

// Get returns the entry with this key, nil where there is none that is alive at
// now (microseconds since 1970), and notes its use. Nobody may change what it
// returns. It takes no lock and allocates nothing.
func (m *Memory) Get(k *Key, now int64) *Entry {
	if it := m.get(k, now); it != nil {
		return &it.Entry
	}
	return nil
}

// Put adds an entry in place of the one with its key, and makes room where that
// takes more than the limits allow: what has outlived its time goes first, and
// then what was used longest ago.
func (m *Memory) Put(e Entry, now int64) { m.put(e, false, now) }

// usedStep is how far behind an item's time of use may be: a hot entry is read
// by many and should not be written by all of them.
const usedStep = int64(time.Second / time.Microsecond)

const firstSlots = 64

// itemOverhead is what an item takes besides its texts and its vector.
const itemOverhead = 640

// slot is where the search for a key begins.
func (t *table) slot(k *Key) int {
	return int(binary.LittleEndian.Uint64(k[:8]) & uint64(len(t.slots)-1))
}

// get is Get for this package.
func (m *Memory) get(k *Key, now int64) *item {
	t := m.live.Load()
	for i := t.slot(k); ; i = (i + 1) & (len(t.slots) - 1) {
		it := t.slots[i].Load()
		if it == nil {
			return nil
		}
		if it.Key != *k || it.removed.Load() {
			continue
		}
		if it.expires <= now {
			return nil
		}
		if now-it.used.Load() >= usedStep {
			it.used.Store(now)
		}
		return it
	}
}

// put is Put for this package. backed says that the backing has the entry too.
func (m *Memory) put(e Entry, backed bool, now int64) *item {
	it := m.newItem(e, backed)
	m.keep(it, now)
	return it
}

// keep puts an item.
func (m *Memory) keep(it *item, now int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.findLocked(&it.Key)
	m.insertLocked(it)
	if old != nil {
		m.removeLocked(old)
	}
	if m.overLocked() {
		m.sweepLocked(now)
	}
}

func (m *Memory) newItem(e Entry, backed bool) *item {
	it := &item{Entry: e, bucket: e.Bucket(), bytes: e.size() + itemOverhead}
	it.expires = int64(1) << 62
	if m.ttl > 0 {
		it.expires = e.Created.Add(m.ttl).UnixMicro()
	}
	it.used.Store(max(e.Used.UnixMicro(), e.Created.UnixMicro()))
	it.backed.Store(backed)
	return it
}

func (m *Memory) overLocked() bool {
	return m.maxEntries > 0 && m.count > m.maxEntries || m.maxBytes > 0 && m.bytes > m.maxBytes
}

func (m *Memory) findLocked(k *Key) *item {
	t := m.live.Load()
	for i := t.slot(k); ; i = (i + 1) & (len(t.slots) - 1) {
		it := t.slots[i].Load()
		if it == nil || it.Key == *k && !it.removed.Load() {
			return it
		}
	}
}

// insertLocked puts an item into the table. What it replaces is removed after
// that, so that those who read meanwhile find the one, the other, or both.
func (m *Memory) insertLocked(it *item) {
	if 2*(m.filled+1) > len(m.live.Load().slots) {
		m.rebuildLocked(m.itemsLocked())
	}
	m.live.Load().add(it)
	m.filled++
	m.count++
	m.bytes += it.bytes
	m.nearby.add(it)
}

func (t *table) add(it *item) {
	i := t.slot(&it.Key)
	for t.slots[i].Load() != nil {
		i = (i + 1) & (len(t.slots) - 1)
	}
	t.slots[i].Store(it)
}

func (m *Memory) removeLocked(it *item) {
	it.removed.Store(true)
	m.count--
	m.bytes -= it.bytes
	m.nearby.remove(it)
}

// rebuildLocked puts the items into a new table with room for as many again.
func (m *Memory) rebuildLocked(items []*item) {
	n := firstSlots
	for n < 4*len(items) {
		n *= 2
	}
	t := &table{make([]atomic.Pointer[item], n)}
	for _, it := range items {
		t.add(it)
	}
	m.live.Store(t)
	m.filled = len(items)
}

func (m *Memory) itemsLocked() []*item {
	items := make([]*item, 0, m.count)
	t := m.live.Load()
	for i := range t.slots {
		if it := t.slots[i].Load(); it != nil && !it.removed.Load() {
			items = append(items, it)
		}
	}
	return items
}

// sweepLocked drops what has outlived its time, and then what was used longest
// ago until the limits hold with a sixteenth to spare, so that not every put sweeps.
func (m *Memory) sweepLocked(now int64) {
	items := m.itemsLocked()
	slices.SortFunc(items, func(a, b *item) int { return int(a.used.Load() - b.used.Load()) })
	kept := items[:0]
	for _, it := range items {
		if it.expires <= now {
			m.removeLocked(it)
			continue
		}
		kept = append(kept, it)
	}
	drop := 0
	for drop < len(kept) && m.crowdedLocked() {
		m.removeLocked(kept[drop])
		drop++
	}
	m.rebuildLocked(kept[drop:])
}

// crowdedLocked tells whether less than a sixteenth of the limits is free.
func (m *Memory) crowdedLocked() bool {
	return m.maxEntries > 0 && m.count > m.maxEntries-m.maxEntries/16 ||
		m.maxBytes > 0 && m.bytes > m.maxBytes-m.maxBytes/16
}

// exchange puts e in the place of old, where old is still there; else the new
// item is as gone as the old one.
func (m *Memory) exchange(old *item, e Entry) *item {
	it := m.newItem(e, old.backed.Load())
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.findLocked(&e.Key) != old {
		it.removed.Store(true)
		it.dropped.Store(old.dropped.Load())
		return it
	}
	m.insertLocked(it)
	m.removeLocked(old)
	return it
}

// forgetBacked drops the copies of what the backing has.
func (m *Memory) forgetBacked() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, it := range m.itemsLocked() {
		if it.backed.Load() {
			m.removeLocked(it)
		}
	}
	m.rebuildLocked(m.itemsLocked())
}

// clear drops every item for good, and returns how many of them the backing
// does not have.
func (m *Memory) clear() (private int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, it := range m.itemsLocked() {
		it.dropped.Store(true)
		m.removeLocked(it)
		if !it.backed.Load() {
			private++
		}
	}
	m.rebuildLocked(nil)
	return private
}

// remove drops the item with this key and ID for good.
func (m *Memory) remove(k Key, id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	it := m.findLocked(&k)
	if it == nil || it.ID != id {
		return false
	}
	it.dropped.Store(true)
	m.removeLocked(it)
	return true
}

// private counts the items that the backing does not have.
func (m *Memory) private() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, it := range m.itemsLocked() {
		if !it.backed.Load() {
			n++
		}
	}
	return n
}

// nearby finds items by their vectors and by their buckets. It holds those whose
// vectors this process knows or can make, which are those it made itself.
type nearby struct {
	index atomic.Pointer[semantic.Index] // of vectors of semantic.Dim numbers; nil until the first
	items sync.Map                       // uint64 → *item, whatever the dimension
	ids   map[*item]uint64               // guarded by Memory.mu
	alike sync.Map                       // Key, a bucket → []*item, which never changes
	last  uint64                         // guarded by Memory.mu
}

func (n *nearby) add(it *item) {
	if it.bucket != (Key{}) {
		n.alike.Store(it.bucket, append(slices.Clip(n.bucket(it.bucket)), it))
	}
	if it.Question == "" || len(it.Vector) == 0 {
		return
	}
	if n.ids == nil {
		n.ids = map[*item]uint64{}
	}
	n.last++
	n.items.Store(n.last, it)
	n.ids[it] = n.last
	if len(it.Vector) != semantic.Dim {
		return
	}
	x := n.index.Load()
	if x == nil {
		x = semantic.New(n)
		n.index.Store(x)
	}
	_ = x.Add(n.last, groupOf(it.Group, it.Embedder), it.Vector) // a vector without a direction is near to nothing
}

func (n *nearby) remove(it *item) {
	n.removeAlike(it)
	id, ok := n.ids[it]
	if !ok {
		return
	}
	if x := n.index.Load(); x != nil {
		x.Remove(id)
	}
	n.items.Delete(id)
	delete(n.ids, it)
}

func (n *nearby) removeAlike(it *item) {
	items := n.bucket(it.bucket)
	at := slices.Index(items, it)
	switch {
	case at < 0:
	case len(items) == 1:
		n.alike.Delete(it.bucket)
	default:
		n.alike.Store(it.bucket, slices.Delete(slices.Clone(items), at, at+1))
	}
}

// bucket returns the items of a bucket, which nobody may change.
func (n *nearby) bucket(k Key) []*item {
	items, _ := n.alike.Load(k)
	all, _ := items.([]*item)
	return all
}

// Vector gives the index the vector it has rounded.
func (n *nearby) Vector(id uint64, v []float32) bool {
	it, ok := n.items.Load(id)
	return ok && copy(v, it.(*item).Vector) == len(v)
}

// search returns the items nearest to the probe, best first.
func (n *nearby) search(p Probe) (hits []semantic.Hit) {
	if x := n.index.Load(); x != nil && len(p.Vector) == semantic.Dim {
		return x.Search(groupOf(p.Group, p.Embedder), p.Vector, p.K)
	}
	n.items.Range(func(id, at any) bool {
		it := at.(*item)
		if it.Group == p.Group && it.Embedder == p.Embedder && len(it.Vector) == len(p.Vector) {
			hits = append(hits, semantic.Hit{ID: id.(uint64), Cosine: Cosine(p.Vector, it.Vector)})
		}
		return true
	})
	slices.SortFunc(hits, func(a, b semantic.Hit) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return hits[:min(len(hits), p.K)]
}

// alike tells whether there are items of a bucket.
func (m *Memory) alike(bucket Key) bool { return len(m.nearby.bucket(bucket)) > 0 }

// near returns items as [Backing.Near] does.
func (m *Memory) near(ctx context.Context, p Probe, now int64) (found []Near) {
	if p.Bucket != (Key{}) {
		return m.nearBucket(ctx, p, now)
	}
	for _, h := range m.nearby.search(p) {
		at, ok := m.nearby.items.Load(h.ID)
		if !ok || h.Cosine < p.AtLeast {
			continue
		}
		if it := at.(*item); it.expires > now && !it.removed.Load() {
			found = append(found, Near{Entry: it.Entry, Cosine: h.Cosine})
		}
	}
	return found
}

// nearBucket is near among the items of a bucket, of which there are a few. One
// that was answered a moment ago and is not embedded yet is embedded here. That
// takes a while, in which the writer may have put another in its place: it counts
// all the same, unless it was dropped.
func (m *Memory) nearBucket(ctx context.Context, p Probe, now int64) (found []Near) {
	for _, it := range m.nearby.bucket(p.Bucket) {
		e := it.Entry
		if it.asked != nil {
			e = it.asked.embed(ctx, e)
		}
		if it.expires <= now || it.dropped.Load() || len(e.Vector) != len(p.Vector) {
			continue
		}
		if c := Cosine(p.Vector, e.Vector); c >= p.AtLeast {
			found = append(found, Near{Entry: e, Cosine: c})
		}
	}
	slices.SortFunc(found, func(a, b Near) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return found[:min(len(found), p.K)]
}

// Cosine returns the cosine of two vectors of one length, 0 where one of them
// has no direction.
func Cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	b = b[:len(a)]
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	if c := ab / math.Sqrt(aa*bb); !math.IsNaN(c) {
		return min(max(c, -1), 1)
	}
	return 0
}
