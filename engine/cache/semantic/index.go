package semantic

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// Vectors gives back the vectors that were added, as they were. An index keeps
// eight bits of every number; the few entries for which that does not decide are
// asked for here, during a search, by many goroutines at once.
type Vectors interface {
	// Vector writes the vector of id into v, which has Dim numbers, and tells
	// whether it has one. Without it the index does with its eight bits.
	Vector(id uint64, v []float32) bool
}

// Hit is an entry near a query.
type Hit struct {
	ID     uint64
	Cosine float64 // −1 to 1; of the vectors as added, to float64's precision
}

// Index finds the nearest entries of a group. Any number of goroutines may
// search while others add and remove; changes wait for each other, searches wait
// for nothing. A search sees the entries of the moment it began.
//
// How: an entry is its vector in int8, one scale, and the length of what rounding
// took away. By the inequality of Cauchy and Schwarz, a query's cosine with the
// entry lies within that length of its cosine with the int8 vector, which vector
// instructions compute in some nanoseconds. By the same inequality the first 128
// numbers bound it already: what the others add is at most the product of their
// lengths. So every entry is bounded by its first part; the k that look best then
// are bounded by all four, and the k-th greatest lower bound is a bar. Only entries
// whose upper bound reaches it can be among the k nearest, and most are dismissed
// there, after a quarter of their bytes. The others are looked at part by part, for
// as long as they reach the bar.
//
// Where there are instructions for it, that is done with the query in seven bits,
// and in fourteen for those that are left. The cosines of what is left then are
// computed from the vectors themselves. Nothing is approximate.
type Index struct {
	vectors Vectors // nil: the int8 vectors are taken for the vectors
	kernels kernels
	spread  int // from how many entries on a search uses a second processor
	live    atomic.Pointer[view]
	pool    sync.Pool // of *search

	mu    sync.Mutex        // held by Add and Remove
	slots map[uint64]uint32 // where an id's entry lies; under mu
}

// blockRows is how many entries lie together: a block is what one removal copies.
const blockRows = 64

// block holds entries. What a view shows of a block never changes; rows beyond
// any view may be written.
type block struct {
	codes *[parts][blockRows][partDim]uint8 // a part of all rows lies together: most are read no further
	rows  *rows
	high  int // how many rows any view has ever shown; under Index.mu
}

// rows is what a block's entries have besides their codes.
type rows struct {
	id    [blockRows]uint64
	group [blockRows][16]byte
	scale [blockRows]float32
	miss  [blockRows]float32 // the distance from the unit vector, rounded up

	// beyond is the length of what is left of the unit vector after a part, rounded up.
	beyond [parts - 1][blockRows]float32
}

// put copies entry j of from to i.
func (b *block) put(i int, from *block, j int) {
	for p := range b.codes {
		b.codes[p][i] = from.codes[p][j]
	}
	r, f := b.rows, from.rows
	r.id[i], r.group[i], r.scale[i], r.miss[i] = f.id[j], f.group[j], f.scale[j], f.miss[j]
	for p := range r.beyond {
		r.beyond[p][i] = f.beyond[p][j]
	}
}

// fill makes row i of v, whose length is n.
func (b *block) fill(i int, v []float32, n float64) {
	var q quantised[int8]
	q.quantise(v, n, 127)
	for j, c := range &q.codes {
		b.codes[j/partDim][i][j%partDim] = uint8(int(c) + zero)
	}
	b.rows.scale[i], b.rows.miss[i] = float32(q.scale), roundUp(q.miss, q.scale)
	left := beyond(v, n)
	for p := range b.rows.beyond {
		b.rows.beyond[p][i] = math.Nextafter32(float32(left[p]+rounding), 2)
	}
}

// view is the index at one moment: the first n rows of blocks.
type view struct {
	blocks []*block
	n      int
}

// New returns an empty index. vectors may be nil: then the nearest are found
// among the vectors as int8 keeps them, whose cosines differ from the true ones
// by 0.01 at most for vectors like an embedder's.
func New(vectors Vectors) *Index {
	x := &Index{vectors: vectors, kernels: fastest(), spread: parallelRows, slots: map[uint64]uint32{}}
	x.live.Store(&view{})
	x.pool.New = func() any { return new(search) }
	return x
}

// Len returns the number of entries.
func (x *Index) Len() int { return x.live.Load().n }

// Add adds an entry, in the place of the one that has the same id. v has Dim
// numbers and any length but 0; it is not kept.
func (x *Index) Add(id uint64, group [16]byte, v []float32) error {
	n, err := length(v)
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if at, ok := x.slots[id]; ok {
		x.remove(id, int(at))
	}
	now := x.live.Load()
	next := &view{blocks: now.blocks, n: now.n + 1}
	b := next.writable(now.n / blockRows)
	at := now.n % blockRows
	b.fill(at, v, n)
	b.rows.id[at], b.rows.group[at] = id, group
	b.high = max(b.high, at+1)
	x.slots[id] = uint32(now.n)
	x.live.Store(next)
	return nil
}

// roundUp makes room in the bound for what float32 loses of it and of the scale:
// the codes' length is at most 1 + miss in units of scale.
func roundUp(miss, scale float64) float32 {
	lost := math.Abs(scale-float64(float32(scale))) / scale * (1 + miss)
	return math.Nextafter32(float32(miss+lost), 1)
}

// Remove removes an entry. An id that is not there is no error.
func (x *Index) Remove(id uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if at, ok := x.slots[id]; ok {
		x.remove(id, int(at))
	}
}

// remove puts the last entry in the place of the one at slot at. The blocks that
// searches may be reading are copied, not changed.
func (x *Index) remove(id uint64, at int) {
	now := x.live.Load()
	last := now.n - 1
	next := &view{blocks: now.blocks, n: last}
	if at != last {
		next.blocks = slices.Clone(now.blocks)
		to := now.blocks[at/blockRows].copied()
		next.blocks[at/blockRows] = to
		to.put(at%blockRows, now.blocks[last/blockRows], last%blockRows)
		x.slots[to.rows.id[at%blockRows]] = uint32(at)
	}
	if last%blockRows == 0 {
		next.blocks = slices.Clone(next.blocks[:last/blockRows])
	}
	delete(x.slots, id)
	x.live.Store(next)
}

// writable returns block i of the view, in which the row after the view's last
// may be written: a new one, or a copy if some search may still read that row.
func (v *view) writable(i int) *block {
	if i == len(v.blocks) {
		b := &block{codes: new([parts][blockRows][partDim]uint8), rows: new(rows)}
		v.blocks = append(slices.Clone(v.blocks), b)
		return b
	}
	b := v.blocks[i]
	if (v.n-1)%blockRows >= b.high {
		return b
	}
	b = b.copied()
	b.high = (v.n - 1) % blockRows
	v.blocks = slices.Clone(v.blocks)
	v.blocks[i] = b
	return b
}

func (b *block) copied() *block {
	codes, rows := *b.codes, *b.rows
	return &block{&codes, &rows, b.high}
}
