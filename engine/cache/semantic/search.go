package semantic

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
)

// parallelRows is from how many entries on a search uses a second processor:
// starting goroutines takes some microseconds, scanning this many ten times that.
const parallelRows = 1 << 12

// search is one search's scratch space, used again by later ones.
type search struct {
	group  [16]byte
	k      int
	rough  quantised[int8]
	fine   quantised[int16]
	sums   [blockRows]int32
	exact  []float32
	maybe  []bounded
	left   []bounded
	lowest []float64 // the k greatest lower bounds seen, the least of them first
}

// bounded is an entry whose cosine lies within margin of estimate.
type bounded struct {
	id               uint64
	at               int // its slot
	estimate, margin float64
}

// Search returns the k entries of the group that are nearest to v, best first,
// of equal ones the one with the lesser id; fewer if there are not as many, none
// if v is no vector. It does not keep v.
func (x *Index) Search(group [16]byte, v []float32, k int) []Hit {
	n, err := length(v)
	now := x.live.Load()
	if err != nil || k <= 0 || now.n == 0 {
		return nil
	}
	s := x.pool.Get().(*search)
	defer x.pool.Put(s)
	s.start(group, k)
	if x.kernels.rough != nil {
		s.rough.quantise(v, n, roughLimit)
	}
	s.fine.quantise(v, n, fineLimit)
	parts := min(runtime.GOMAXPROCS(0), now.n/parallelRows)
	if parts < 2 {
		x.scan(s, now, 0, len(now.blocks))
	} else {
		x.scanParts(s, now, parts)
	}
	if x.kernels.rough != nil {
		x.refine(s, now)
	}
	return x.rank(s, now, v, n)
}

func (s *search) start(group [16]byte, k int) {
	s.group, s.k = group, k
	s.maybe, s.lowest = s.maybe[:0], s.lowest[:0]
}

// scanParts scans with several goroutines, all of which end before it returns.
func (x *Index) scanParts(s *search, now *view, parts int) {
	others := make([]*search, parts)
	var wg sync.WaitGroup
	for p := 1; p < parts; p++ {
		o := x.pool.Get().(*search)
		o.start(s.group, s.k)
		o.rough, o.fine = s.rough, s.fine
		others[p] = o
		wg.Go(func() { x.scan(o, now, len(now.blocks)*p/parts, len(now.blocks)*(p+1)/parts) })
	}
	x.scan(s, now, 0, len(now.blocks)/parts)
	wg.Wait()
	for _, o := range others[1:] {
		for _, m := range o.maybe {
			s.take(m)
		}
		x.pool.Put(o)
	}
}

// scan bounds the cosines of the group's entries in blocks from to to.
func (x *Index) scan(s *search, now *view, from, to int) {
	for i := from; i < to; i++ {
		b := now.blocks[i]
		n := min(blockRows, now.n-i*blockRows)
		for at := 0; at < n; at++ {
			first := at
			for at < n && b.rows.group[at] == s.group {
				at++
			}
			if at == first {
				continue
			}
			x.bound(s, b, first, at, i*blockRows)
		}
	}
}

// bound bounds the cosines of the block's rows from first to end; base is the
// slot of the block's first.
func (x *Index) bound(s *search, b *block, first, end, base int) {
	codes, sums := b.codes[first:end], s.sums[:end-first]
	scale, shift, miss := s.fine.scale, s.fine.shift, s.fine.miss
	if x.kernels.rough != nil {
		x.kernels.rough(&s.rough.codes, codes, sums)
		scale, shift, miss = s.rough.scale, s.rough.shift, s.rough.miss
	} else {
		x.kernels.fine(&s.fine.codes, codes, sums)
	}
	scales, misses := b.rows.scale[first:end], b.rows.miss[first:end]
	for i, sum := range sums {
		estimate := (float64(sum) - shift) * scale * float64(scales[i])
		off := margin(float64(misses[i]), miss)
		if len(s.lowest) < s.k || estimate+off >= s.lowest[0] {
			s.take(bounded{b.rows.id[first+i], base + first + i, estimate, off})
		}
	}
}

// rounding is more than what the float64 sums of 512 products can be off by.
const rounding = 1e-12

// margin returns how far the estimate of a cosine may be off, if lost is what
// quantising took away of the entry and miss what it took of the query. With q
// the unit query, e the entry, and ^ for what quantising left of them,
// q·e − q^·e^ = q·(e − e^) + (q − q^)·e^, so its size is at most
// |e − e^| + |q − q^|·|e^|, and |e^| is at most 1 + |e − e^|.
func margin(lost, miss float64) float64 { return lost + miss*(1+lost) + rounding }

// refine bounds the cosines of what the rough kernel left over once more, nearer.
func (x *Index) refine(s *search, now *view) {
	rough := s.maybe
	s.maybe, s.left = s.left, rough
	bar := math.Inf(-1)
	if len(s.lowest) == s.k {
		bar = s.lowest[0]
	}
	s.start(s.group, s.k)
	for _, m := range rough {
		if m.estimate+m.margin < bar {
			continue
		}
		b, at := now.blocks[m.at/blockRows], m.at%blockRows
		x.kernels.fine(&s.fine.codes, b.codes[at:at+1], s.sums[:1])
		m.estimate = (float64(s.sums[0]) - s.fine.shift) * s.fine.scale * float64(b.rows.scale[at])
		m.margin = margin(float64(b.rows.miss[at]), s.fine.miss)
		s.take(m)
	}
}

// take keeps an entry if it may be among the k nearest of those seen so far.
func (s *search) take(b bounded) {
	low := b.estimate - b.margin
	if len(s.lowest) == s.k {
		if b.estimate+b.margin < s.lowest[0] {
			return
		}
		if low <= s.lowest[0] {
			s.maybe = append(s.maybe, b)
			return
		}
		s.lowest = slices.Delete(s.lowest, 0, 1)
	}
	i, _ := slices.BinarySearch(s.lowest, low)
	s.lowest = slices.Insert(s.lowest, i, low)
	s.maybe = append(s.maybe, b)
}

// rank computes the cosines of all that may be among the nearest, and returns
// the nearest. Best estimates go first: what they turn out to be raises the bar
// for the rest, which often need not be asked for at all.
func (x *Index) rank(s *search, now *view, v []float32, n float64) []Hit {
	slices.SortFunc(s.maybe, func(a, b bounded) int { return cmp.Compare(b.estimate+b.margin, a.estimate+a.margin) })
	hits := make([]Hit, 0, min(s.k, len(s.maybe))+1)
	for _, m := range s.maybe {
		if len(hits) == s.k && m.estimate+m.margin < hits[s.k-1].Cosine {
			break
		}
		h := Hit{m.id, x.cosine(s, now, m, v, n)}
		i, _ := slices.BinarySearchFunc(hits, h, nearer)
		if hits = slices.Insert(hits, i, h); len(hits) > s.k {
			hits = hits[:s.k]
		}
	}
	return hits
}

func nearer(a, b Hit) int {
	return cmp.Or(cmp.Compare(b.Cosine, a.Cosine), cmp.Compare(a.ID, b.ID))
}

// cosine computes an entry's cosine from its vector, or from its codes where
// there is no vector to be had.
func (x *Index) cosine(s *search, now *view, m bounded, v []float32, n float64) float64 {
	if s.exact == nil {
		s.exact = make([]float32, Dim)
	}
	if x.vectors == nil || !x.vectors.Vector(m.id, s.exact) {
		codes := &now.blocks[m.at/blockRows].codes[m.at%blockRows]
		for i, c := range codes {
			s.exact[i] = float32(int(c) - zero)
		}
	}
	length, err := length(s.exact)
	if err != nil {
		return m.estimate
	}
	return min(1, max(-1, dot(v, s.exact)/(n*length)))
}
