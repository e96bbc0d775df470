package semantic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		r := rand.New(rand.NewPCG(1, 1))
		all := kept{}
		vectors := clustered(r, n, n/20)
		for i, v := range vectors {
			all[uint64(i)] = v
		}
		x := filled(b, all, all)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Search(group(1), vectors[r.IntN(n)], 5)
			}
		})
	}
}

// BenchmarkScan is the way it was done before: float64, both norms every time.
func BenchmarkScan(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const n = 10000
	vectors := make([][]float64, n)
	for i, v := range clustered(r, n, n/20) {
		vectors[i] = make([]float64, Dim)
		for j := range v {
			vectors[i][j] = float64(v[j])
		}
	}
	for b.Loop() {
		q := vectors[r.IntN(n)]
		best, at := -1.0, 0
		for i, v := range vectors {
			var product, x, y float64
			for j := range q {
				product += q[j] * v[j]
				x += q[j] * q[j]
				y += v[j] * v[j]
			}
			if c := product / (math.Sqrt(x) * math.Sqrt(y)); c > best {
				best, at = c, i
			}
		}
		if at < 0 {
			b.Fatal("nothing found")
		}
	}
}

func BenchmarkAddRemove(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	x := New(nil)
	v := scattered(r)
	const n = 10000
	for id := range uint64(n) {
		if err := x.Add(id, group(1), v); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		id := uint64(r.IntN(n))
		x.Remove(id)
		if err := x.Add(id, group(1), v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	english()
	b.ReportAllocs()
	for b.Loop() {
		Compare("How do I convert a string to an integer in Go without losing its sign?", "golang: convert an int to a string, keeping the sign")
	}
}
