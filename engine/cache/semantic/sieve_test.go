package semantic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// lopsided returns a vector whose parts have very different lengths, of any length
// itself: what the bounds by parts are worst at.
func lopsided(r *rand.Rand, like []float32) []float32 {
	v := make([]float32, Dim)
	for p := range parts {
		size := float32(math.Pow(10, float64(r.IntN(7)-5)))
		if r.IntN(4) == 0 {
			size = 0
		}
		for i := p * partDim; i < (p+1)*partDim; i++ {
			v[i] = size * float32(r.NormFloat64())
			if like != nil {
				v[i] = like[i] + 0.1*v[i]
			}
		}
	}
	if dot(v, v) == 0 {
		v[r.IntN(Dim)] = -1
	}
	scale := float32(math.Pow(10, float64(r.IntN(9)-4)))
	for i := range v {
		v[i] *= scale
	}
	return v
}

// eachKernel runs a test with the processor's kernels and without the rough one,
// which not every processor has.
func eachKernel(t *testing.T, test func(t *testing.T, x *Index)) {
	for _, rough := range []bool{true, false} {
		t.Run(fmt.Sprint("rough ", rough), func(t *testing.T) {
			x := New(nil)
			if !rough {
				x.kernels.rough = nil
			}
			test(t, x)
		})
	}
}

// TestBoundsHold compares every bound that a search dismisses entries by with the
// cosine itself, for vectors that were made to be difficult.
func TestBoundsHold(t *testing.T) {
	eachKernel(t, func(t *testing.T, x *Index) {
		r := rand.New(rand.NewPCG(31, 32))
		var all [][]float32
		for id := range uint64(300) {
			v := lopsided(r, nil)
			if len(all) > 0 && id%3 > 0 {
				v = lopsided(r, all[r.IntN(len(all))])
			}
			all = append(all, v)
			if err := x.Add(id, group(1), v); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 {
			q := lopsided(r, all[r.IntN(len(all))])
			checkBounds(t, x, all, q)
		}
	})
}

func checkBounds(t *testing.T, x *Index, all [][]float32, q []float32) {
	t.Helper()
	n, err := length(q)
	if err != nil {
		t.Fatal(err)
	}
	now, s := x.live.Load(), new(search)
	s.start(group(1), 5)
	s.aim(x, q, n)
	x.survey(s, now, 0, len(now.blocks))
	holds := func(what string, id uint64, low, high float64) {
		c := dot(q, all[id]) / n / math.Sqrt(dot(all[id], all[id]))
		if c < low-1e-12 || c > high+1e-12 {
			t.Errorf("%s: the cosine %g of %d is not in %g to %g", what, c, id, low, high)
		}
	}
	for at, u := range s.upper[:now.n] {
		if !math.IsNaN(float64(u)) {
			holds("the first part", now.blocks[at/blockRows].rows.id[at%blockRows], math.Inf(-1), float64(u))
		}
	}
	for p := range parts - 1 {
		checkReaching(t, x, s, p, func(id uint64, bar float64) { holds(fmt.Sprint("parts to ", p), id, math.Inf(-1), bar) })
	}
	x.sift(s, now, 0, len(now.blocks))
	x.refine(s, now)
	for _, m := range s.maybe {
		holds("all parts", m.id, m.estimate-m.margin, m.estimate+m.margin)
	}
}

// checkReaching adds part p to the sums of all entries, and reports for each the bar
// that it was found not to reach.
func checkReaching(t *testing.T, x *Index, s *search, p int, below func(id uint64, bar float64)) {
	t.Helper()
	now := x.live.Load()
	for i, b := range now.blocks {
		n := min(blockRows, now.n-i*blockRows)
		alive := make([]uint8, 0, n)
		for at := range n {
			alive = append(alive, uint8(at))
		}
		sums := make([]int32, blockRows)
		for earlier := range p + 1 {
			x.addPart(s, b, earlier, alive, sums)
		}
		for _, bar := range []float64{-0.5, 0, 0.3, 0.7, 0.99} {
			reach := s.reaching(b.rows, p, slices.Clone(alive), sums, bar)
			for _, at := range alive {
				if !slices.Contains(reach, at) {
					below(b.rows.id[at], bar)
				}
			}
		}
	}
}

// TestSearchOfDifficultVectors has several groups in every block.
func TestSearchOfDifficultVectors(t *testing.T) {
	eachKernel(t, func(t *testing.T, x *Index) {
		r := rand.New(rand.NewPCG(33, 34))
		vectors, groups := kept{}, [3]kept{{}, {}, {}}
		x.vectors = vectors
		for id := range uint64(400) {
			v := lopsided(r, nil)
			if id > 10 && id%3 > 0 {
				v = lopsided(r, vectors[uint64(r.IntN(int(id)))])
			}
			g := r.IntN(len(groups))
			vectors[id], groups[g][id] = v, v
			if err := x.Add(id, group(g), v); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 24 {
			q := lopsided(r, vectors[uint64(r.IntN(400))])
			g := i % len(groups)
			for _, k := range []int{1, 7, 1000} {
				if got, want := x.Search(group(g), q, k), bruteForce(groups[g], q, k); !nearlySame(got, want) {
					t.Fatalf("k %d: got %v, want %v", k, got[:min(7, len(got))], want[:min(7, len(want))])
				}
			}
		}
	})
}

// nearlySame allows two entries at one cosine, to rounding, to change places.
func nearlySame(got, want []Hit) bool {
	return slices.EqualFunc(got, want, func(a, b Hit) bool { return math.Abs(a.Cosine-b.Cosine) < 1e-12 })
}
