package semantic

import (
	"math"
	"slices"
)

// sieve is the scratch space for bounding the entries of some blocks. It belongs
// to one goroutine.
type sieve struct {
	sums  []int32   // what the kernels made of the parts seen so far, for every slot
	upper []float32 // no cosine is above it; NaN for slots that are not looked at again
	best  []seed    // the k greatest estimates by the first part, the least of them first
	alive []uint8   // the rows of one block that are still looked at
}

// seed is an entry that looks near by its first part.
type seed struct {
	estimate float64
	at       int // its slot
}

// upperRounding is more than what float32 takes off a bound, which is below 4.
const upperRounding = 1e-6

// survey bounds the group's entries in blocks from to to by their first part, and
// those that look best by all.
func (x *Index) survey(s *search, now *view, from, to int) {
	slots := (to - from) * blockRows
	s.sums = slices.Grow(s.sums[:0], slots)[:slots]
	s.upper = slices.Grow(s.upper[:0], slots)[:slots]
	s.best = s.best[:0]
	for i := from; i < to; i++ {
		x.glance(s, now, i, (i-from)*blockRows)
	}
	for _, b := range s.best {
		x.settle(s, now, b.at, from*blockRows)
	}
}

// sift keeps those of the blocks surveyed that may be among the k nearest.
func (x *Index) sift(s *search, now *view, from, to int) {
	for i := from; i < to; i++ {
		x.siftBlock(s, now, i, (i-from)*blockRows)
	}
}

// glance bounds the group's entries in a block by their first part. base is where
// the block's slots begin in the sieve.
func (x *Index) glance(s *search, now *view, i, base int) {
	b := now.blocks[i]
	n := min(blockRows, now.n-i*blockRows)
	upper := s.upper[base : base+blockRows]
	for at := 0; at < blockRows; at++ {
		first := at
		for at < n && b.rows.group[at] == s.group {
			at++
		}
		if at > first {
			x.multiply(s, 0, b.codes[0][first:at], s.sums[base+first:base+at])
			s.first(b.rows, i*blockRows, base, first, at)
		}
		if at < blockRows {
			upper[at] = float32(math.NaN())
		}
	}
}

// first makes bounds of the first part's sums of rows from to to, and notes what
// looks best. slot is that of the block's first row.
func (s *search) first(r *rows, slot, base, from, to int) {
	sums, upper := s.sums[base+from:base+to], s.upper[base+from:base+to]
	scales, misses, lefts := r.scale[from:to], r.miss[from:to], r.beyond[0][from:to]
	least := s.leastSeed()
	for i, sum := range sums {
		estimate := (float64(sum) - s.shift[0]) * s.scale * float64(scales[i])
		upper[i] = float32(estimate + margin(float64(misses[i]), s.miss) + s.left[0]*float64(lefts[i]) + upperRounding)
		if estimate > least {
			least = s.note(seed{estimate, slot + from + i})
		}
	}
}

func (s *search) leastSeed() float64 {
	if len(s.best) < s.k {
		return math.Inf(-1)
	}
	return s.best[0].estimate
}

// note keeps one of the k best, and returns what a better one must exceed.
func (s *search) note(b seed) float64 {
	if len(s.best) == s.k {
		s.best = slices.Delete(s.best, 0, 1)
	}
	i, _ := slices.BinarySearchFunc(s.best, b.estimate, func(o seed, e float64) int {
		if o.estimate < e {
			return -1
		}
		return 1
	})
	s.best = slices.Insert(s.best, i, b)
	return s.leastSeed()
}

// settle bounds one entry by all its parts; the sieve's first slot is start.
func (x *Index) settle(s *search, now *view, slot, start int) {
	b, at := now.blocks[slot/blockRows], slot%blockRows
	sum := s.sums[slot-start]
	s.upper[slot-start] = float32(math.NaN())
	for p := 1; p < parts; p++ {
		x.multiply(s, p, b.codes[p][at:at+1], s.one[:])
		sum += s.one[0]
	}
	s.takeSum(b.rows, slot, at, sum)
}

// takeSum keeps an entry by the sum of all its parts if it may be near.
func (s *search) takeSum(r *rows, slot, at int, sum int32) {
	estimate := (float64(sum) - s.shift[parts-1]) * s.scale * float64(r.scale[at])
	s.take(bounded{r.id[at], slot, estimate, margin(float64(r.miss[at]), s.miss)})
}

// siftBlock looks at what the first part left of a block, part by part.
func (x *Index) siftBlock(s *search, now *view, i, base int) {
	bar := s.bar()
	alive := s.alive[:0]
	for at, u := range s.upper[base : base+blockRows] {
		if float64(u) >= bar {
			alive = append(alive, uint8(at))
		}
	}
	s.alive = alive
	if len(alive) == 0 {
		return
	}
	b, sums := now.blocks[i], s.sums[base:base+blockRows]
	for p := 1; p < parts; p++ {
		x.addPart(s, b, p, alive, sums)
		if p < parts-1 {
			alive = s.reaching(b.rows, p, alive, sums, bar)
		}
	}
	for _, at := range alive {
		s.takeSum(b.rows, i*blockRows+int(at), int(at), sums[at])
	}
}

// addPart adds a part's sums for the rows that are alive: row by row where they are
// few, else all between them at once, which costs less a row.
func (x *Index) addPart(s *search, b *block, p int, alive []uint8, sums []int32) {
	if len(alive) == 0 {
		return
	}
	first, end := int(alive[0]), int(alive[len(alive)-1])+1
	if 3*len(alive) < end-first {
		for _, at := range alive {
			x.multiply(s, p, b.codes[p][at:at+1], s.one[:])
			sums[at] += s.one[0]
		}
		return
	}
	x.multiply(s, p, b.codes[p][first:end], s.more[:end-first])
	for _, at := range alive {
		sums[at] += s.more[int(at)-first]
	}
}

// reaching returns those of the rows whose bound by the parts up to p reaches bar.
func (s *search) reaching(r *rows, p int, alive []uint8, sums []int32, bar float64) []uint8 {
	left := alive[:0]
	for _, at := range alive {
		estimate := (float64(sums[at]) - s.shift[p]) * s.scale * float64(r.scale[at])
		if estimate+margin(float64(r.miss[at]), s.miss)+s.left[p]*float64(r.beyond[p][at]) >= bar {
			left = append(left, at)
		}
	}
	return left
}

// multiply runs the fastest kernel there is over one part of rows.
func (x *Index) multiply(s *search, part int, rows [][partDim]uint8, out []int32) {
	if x.kernels.rough != nil {
		x.kernels.rough(s.rough.part(part), rows, out)
		return
	}
	x.kernels.fine(s.fine.part(part), rows, out)
}
