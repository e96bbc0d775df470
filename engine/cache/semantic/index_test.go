package semantic

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// kept is the vectors of a test, as a store would keep them.
type kept map[uint64][]float32

func (k kept) Vector(id uint64, v []float32) bool {
	return copy(v, k[id]) == Dim
}

// clustered returns n unit vectors in bunches, as questions on few topics make
// them: most cosines within a bunch lie above 0.9.
func clustered(r *rand.Rand, n, bunches int) [][]float32 {
	centres := make([][]float32, bunches)
	for i := range centres {
		centres[i] = scattered(r)
	}
	all := make([][]float32, n)
	for i := range all {
		v := scattered(r)
		centre := centres[r.IntN(bunches)]
		near := r.Float32() * 0.5
		for j := range v {
			v[j] = centre[j] + near*v[j]
		}
		all[i] = unit(v)
	}
	return all
}

func scattered(r *rand.Rand) []float32 {
	v := make([]float32, Dim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return unit(v)
}

func unit(v []float32) []float32 {
	n := float32(math.Sqrt(dot(v, v)))
	for i := range v {
		v[i] /= n
	}
	return v
}

// bruteForce is the search that Search must agree with: float64, both norms each time.
func bruteForce(all kept, v []float32, k int) []Hit {
	hits := make([]Hit, 0, len(all))
	for id, w := range all {
		var product, a, b float64
		for i := range v {
			product += float64(v[i]) * float64(w[i])
			a += float64(v[i]) * float64(v[i])
			b += float64(w[i]) * float64(w[i])
		}
		hits = append(hits, Hit{id, product / (math.Sqrt(a) * math.Sqrt(b))})
	}
	slices.SortFunc(hits, nearer)
	return hits[:min(k, len(hits))]
}

func group(n int) (g [16]byte) {
	binary.LittleEndian.PutUint64(g[:], uint64(n))
	return g
}

func filled(t testing.TB, vectors Vectors, all kept) *Index {
	t.Helper()
	x := New(vectors)
	for id, v := range all {
		if err := x.Add(id, group(1), v); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

func sameHits(a, b []Hit) bool {
	return slices.EqualFunc(a, b, func(x, y Hit) bool { return x.ID == y.ID && math.Abs(x.Cosine-y.Cosine) < 1e-12 })
}

func TestSearchFindsWhatBruteForceFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, bunches := range []int{1, 7, 100, 2000} {
		t.Run(fmt.Sprint(bunches, " bunches"), func(t *testing.T) {
			all := kept{}
			vectors := clustered(r, 2000, bunches)
			for i, v := range vectors {
				all[uint64(i)*7919] = v
			}
			x := filled(t, all, all)
			for range 8 {
				q := slices.Clone(vectors[r.IntN(len(vectors))])
				for i := range q {
					q[i] = 3*q[i] + 0.01*float32(r.NormFloat64())
				}
				want := bruteForce(all, q, 10)
				for _, k := range []int{1, 3, 10} {
					if got := x.Search(group(1), q, k); !sameHits(got, want[:k]) {
						t.Fatalf("k %d: got %v, want %v", k, got, want[:k])
					}
				}
			}
		})
	}
}

func TestSearchOnSeveralProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	r := rand.New(rand.NewPCG(5, 6))
	all := kept{}
	vectors := clustered(r, 3*1024+17, 50)
	for i, v := range vectors {
		all[uint64(i)] = v
	}
	x := filled(t, all, all)
	x.spread = 1024
	for range 20 {
		q := vectors[r.IntN(len(vectors))]
		if got, want := x.Search(group(1), q, 10), bruteForce(all, q, 10); !sameHits(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestSearchWithoutVectorsFindsTheNearestCodes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	all := kept{}
	for i, v := range clustered(r, 500, 20) {
		all[uint64(i)] = v
	}
	x := filled(t, nil, all)
	for id := range uint64(50) {
		v := all[id]
		best := x.Search(group(1), v, 1)
		if want := bruteForce(all, v, 1); len(best) != 1 || math.Abs(best[0].Cosine-want[0].Cosine) > 0.01 {
			t.Fatalf("got %v, want about %v", best, want)
		}
	}
}

func TestSearchKeepsGroupsApart(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	x := New(nil)
	v := scattered(r)
	for id := range 300 {
		if err := x.Add(uint64(id), group(id%3), v); err != nil {
			t.Fatal(err)
		}
	}
	for g := range 3 {
		hits := x.Search(group(g), v, 300)
		if len(hits) != 100 {
			t.Fatalf("group %d: %d hits, want 100", g, len(hits))
		}
		for i, h := range hits {
			if h.ID != uint64(3*i+g) {
				t.Fatalf("group %d: hit %d is %d", g, i, h.ID)
			}
		}
	}
	if hits := x.Search(group(3), v, 1); len(hits) != 0 {
		t.Fatalf("a group without entries: %v", hits)
	}
}

func TestAddAndRemoveAtRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	all := kept{}
	x := New(all)
	vectors := clustered(r, 400, 10)
	for step := range 4000 {
		id := uint64(r.IntN(300))
		if r.IntN(5) < 2 {
			x.Remove(id)
			delete(all, id)
		} else {
			all[id] = vectors[r.IntN(len(vectors))]
			if err := x.Add(id, group(1), all[id]); err != nil {
				t.Fatal(err)
			}
		}
		if x.Len() != len(all) {
			t.Fatalf("step %d: %d entries, want %d", step, x.Len(), len(all))
		}
		if step%50 == 0 {
			q := vectors[r.IntN(len(vectors))]
			if got, want := x.Search(group(1), q, 5), bruteForce(all, q, 5); !sameHits(got, want) {
				t.Fatalf("step %d: got %v, want %v", step, got, want)
			}
		}
	}
	for id := range maps.Keys(maps.Clone(all)) {
		x.Remove(id)
	}
	if x.Len() != 0 || len(x.live.Load().blocks) != 0 {
		t.Fatalf("%d entries in %d blocks after all were removed", x.Len(), len(x.live.Load().blocks))
	}
}

// TestSearchWhileOthersWrite runs searches beside additions and removals. Every
// entry's vector points where its id says, so a search that read a row half
// written would return an id with another id's cosine.
func TestSearchWhileOthersWrite(t *testing.T) {
	x := New(nil)
	axis := func(id uint64) []float32 {
		v := make([]float32, Dim)
		v[id%Dim] = 1
		return v
	}
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for w := range 2 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for range 1000 {
				id := uint64(r.IntN(200)*2 + w)
				if r.IntN(2) == 0 {
					x.Remove(id)
				} else if err := x.Add(id, group(0), axis(id)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 3 {
		readers.Go(func() {
			for i := uint64(0); ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				q := i % 400
				for _, h := range x.Search(group(0), axis(q), 2) {
					if near := h.Cosine > 0.5; near != (h.ID == q) {
						t.Errorf("looking for %d found %v", q, h)
						return
					}
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}

func TestAddRefusesWhatIsNoVector(t *testing.T) {
	nan, inf := make([]float32, Dim), make([]float32, Dim)
	nan[3], inf[3] = float32(math.NaN()), float32(math.Inf(1))
	x := New(nil)
	for _, v := range [][]float32{nil, make([]float32, Dim), make([]float32, Dim-1), nan, inf} {
		if err := x.Add(1, group(1), v); !errors.Is(err, ErrVector) {
			t.Errorf("got %v, want ErrVector", err)
		}
		if hits := x.Search(group(1), v, 1); hits != nil {
			t.Errorf("got %v for no vector", hits)
		}
	}
	if x.Len() != 0 {
		t.Errorf("%d entries", x.Len())
	}
}

// TestKernelsAgree compares the processor's kernels with the plain one, at the
// extremes too, and that they write no more than they should.
func TestKernelsAgree(t *testing.T) {
	k := fastest()
	t.Run("fine", func(t *testing.T) { kernelAgrees(t, k.fine, dots[int16], fineLimit) })
	t.Run("rough", func(t *testing.T) {
		if k.rough == nil {
			t.Skip("this processor has none")
		}
		kernelAgrees(t, k.rough, dots[int8], roughLimit)
	})
}

func kernelAgrees[number int8 | int16](t *testing.T, kernel, plain func(*[partDim]number, [][partDim]uint8, []int32), limit int) {
	r := rand.New(rand.NewPCG(11, 12))
	var query [partDim]number
	for n := range 9 {
		rows := make([][partDim]uint8, n)
		for j := range query {
			query[j] = number(r.IntN(2*limit+1) - limit)
			if n > 6 {
				query[j] = number(limit * (15 - 2*n))
			}
			for i := range rows {
				rows[i][j] = uint8(r.IntN(256))
				if n > 6 {
					rows[i][j] = uint8(255 - i%2)
				}
			}
		}
		got, want := make([]int32, n+1), make([]int32, n+1)
		got[n], want[n] = 42, 42
		kernel(&query, rows, got[:n])
		plain(&query, rows, want[:n])
		if !slices.Equal(got, want) {
			t.Errorf("%d rows: got %v, want %v", n, got, want)
		}
	}
}

// TestMemory holds an entry to 600 bytes, the vectors themselves not counted.
func TestMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	v := scattered(r)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	x := New(nil)
	const n = 20000
	for id := range uint64(n) {
		if err := x.Add(id*0x9E3779B97F4A7C15, group(int(id)), v); err != nil {
			t.Fatal(err)
		}
	}
	per := (heap() - before) / n
	t.Logf("%d bytes an entry", per)
	if per > 600 {
		t.Errorf("%d bytes an entry, want at most 600", per)
	}
	runtime.KeepAlive(x)
}
