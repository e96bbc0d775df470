package semantic

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
)

// parallelRows is an index's spread: starting goroutines, twice, takes some ten
// microseconds, and far more on a busy machine; scanning this many takes half a millisecond.
const parallelRows = 1 << 15

// search is one search's scratch space, used again by later ones.
type search struct {
	group  [16]byte
	k      int
	rough  quantised[int8]
	fine   quantised[int16]
	exact  []float32
	maybe  []bounded
	rest   []bounded
	lowest []float64 // the k greatest lower bounds seen, the least of them first
	floor  float64   // what other goroutines know the bar to be at least

	estimator                // of the kernel that scans
	left      [parts]float64 // of the query, made a unit vector, after each part
	one       [1]int32
	more      [blockRows]int32
	sieve
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
	s.aim(x, v, n)
	parts := min(runtime.GOMAXPROCS(0), now.n/x.spread)
	if parts < 2 {
		x.survey(s, now, 0, len(now.blocks))
		x.sift(s, now, 0, len(now.blocks))
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
	s.maybe, s.lowest, s.floor = s.maybe[:0], s.lowest[:0], math.Inf(-1)
}

// aim makes s search with the kernels of x for v, whose length is n.
func (s *search) aim(x *Index, v []float32, n float64) {
	s.fine.quantise(v, n, fineLimit)
	s.estimator, s.left = s.fine.estimator, beyond(v, n)
	if x.kernels.rough != nil {
		s.rough.quantise(v, n, roughLimit)
		s.estimator = s.rough.estimator
	}
}

// scanParts scans with several goroutines, all of which end before it returns. All
// sift by the bar that all have found: the nearest lie with one of them.
func (x *Index) scanParts(s *search, now *view, parts int) {
	all := make([]*search, parts)
	for p := range all {
		if all[p] = s; p > 0 {
			all[p] = x.pool.Get().(*search)
			all[p].like(s)
		}
	}
	each := func(do func(s *search, now *view, from, to int)) {
		var wg sync.WaitGroup
		for p, o := range all {
			wg.Go(func() { do(o, now, len(now.blocks)*p/parts, len(now.blocks)*(p+1)/parts) })
		}
		wg.Wait()
	}
	each(x.survey)
	floor := floorOf(all)
	for _, o := range all {
		o.floor = floor
	}
	each(x.sift)
	for _, o := range all[1:] {
		for _, m := range o.maybe {
			s.take(m)
		}
		x.pool.Put(o)
	}
}

// like makes s search for what o searches for.
func (s *search) like(o *search) {
	s.start(o.group, o.k)
	s.rough, s.fine, s.estimator, s.left = o.rough, o.fine, o.estimator, o.left
}

// floorOf returns the k-th greatest of all lower bounds.
func floorOf(all []*search) float64 {
	var lowest []float64
	for _, o := range all {
		lowest = append(lowest, o.lowest...)
	}
	slices.Sort(lowest)
	if k := all[0].k; len(lowest) >= k {
		return lowest[len(lowest)-k]
	}
	return math.Inf(-1)
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
	bar := s.bar()
	rough := s.maybe
	s.maybe, s.rest = s.rest, rough
	s.start(s.group, s.k)
	for _, m := range rough {
		if m.estimate+m.margin < bar {
			continue
		}
		b, at := now.blocks[m.at/blockRows], m.at%blockRows
		var sum int32
		for p := range parts {
			x.kernels.fine(s.fine.part(p), b.codes[p][at:at+1], s.one[:])
			sum += s.one[0]
		}
		m.estimate = (float64(sum) - s.fine.shift[parts-1]) * s.fine.scale * float64(b.rows.scale[at])
		m.margin = margin(float64(b.rows.miss[at]), s.fine.miss)
		s.take(m)
	}
}

// bar is what the upper bound of an entry must reach for the entry to be among the
// k nearest.
func (s *search) bar() float64 {
	if len(s.lowest) < s.k {
		return s.floor
	}
	return max(s.floor, s.lowest[0])
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
		codes := now.blocks[m.at/blockRows].codes
		for i := range s.exact {
			s.exact[i] = float32(int(codes[i/partDim][m.at%blockRows][i%partDim]) - zero)
		}
	}
	length, err := length(s.exact)
	if err != nil {
		return m.estimate
	}
	return min(1, max(-1, dot(v, s.exact)/(n*length)))
}
