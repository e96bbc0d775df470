package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/philippgille/chromem-go"

	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
)

// searchTable looks for the nearest of 10,000 cached questions.
func searchTable() (*table, error) {
	s, err := openSearch(10_000)
	if err != nil {
		return nil, err
	}
	t := &table{title: "The nearest of 10,000 vectors of 512, in bunches of 20", unit: "search", ops: 1}
	t.add("engine/cache/semantic", s.ours)
	t.add("philippgille/chromem-go, exhaustive too, all processors", s.chromem)
	t.add("a scan in float64, both norms every time", s.scan)
	return t, nil
}

// bigSearchTable does it among 100,000. The vectors themselves, of which a search
// asks for a few, would be 200 MB here, so the index does with what it keeps.
func bigSearchTable() (*table, error) {
	s := &search{random: rand.New(rand.NewPCG(3, 4)), index: semantic.New(nil)}
	for id := range uint64(100_000) {
		v := spread512(s.random, nil)
		if err := s.index.Add(id, [16]byte{}, v); err != nil {
			return nil, err
		}
		if id%400 == 0 {
			s.asked = append(s.asked, asked{int(id), s.near(v)})
		}
	}
	t := &table{title: "The nearest of 100,000 vectors of 512", unit: "search", ops: 1}
	t.add("engine/cache/semantic", s.ours)
	return t, nil
}

// search is the same vectors in every library's hands.
type search struct {
	random  *rand.Rand
	vectors questionVectors
	asked   []asked     // made beforehand: asking costs no row anything
	doubles [][]float64 // the same, as the scan kept them
	index   *semantic.Index
	others  *chromem.Collection
}

// questionVectors keeps the vectors as a store would; the id is the place.
type questionVectors [][]float32

func (v questionVectors) Vector(id uint64, to []float32) bool {
	return id < uint64(len(v)) && copy(to, v[id]) == semantic.Dim
}

func openSearch(n int) (*search, error) {
	s := &search{random: rand.New(rand.NewPCG(1, 2))}
	s.vectors = bunches(s.random, n, 20)
	s.index = semantic.New(s.vectors)
	var err error
	if s.others, err = chromem.NewDB().CreateCollection("questions", nil, nil); err != nil {
		return nil, err
	}
	for range 256 {
		s.asked = append(s.asked, s.question())
	}
	for i, v := range s.vectors {
		s.doubles = append(s.doubles, widened(v))
		if err := s.index.Add(uint64(i), [16]byte{}, v); err != nil {
			return nil, err
		}
		if err := s.others.AddDocument(context.Background(), chromem.Document{ID: strconv.Itoa(i), Embedding: v}); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// bunches returns n unit vectors, always size of them about the same thing, as
// the questions of one project are.
func bunches(r *rand.Rand, n, size int) [][]float32 {
	all := make([][]float32, n)
	var centre []float32
	for i := range all {
		if i%size == 0 {
			centre = spread512(r, nil)
		}
		all[i] = spread512(r, centre)
	}
	return all
}

// spread512 returns a unit vector: any, or one about the centre.
func spread512(r *rand.Rand, centre []float32) []float32 {
	v := make([]float32, semantic.Dim)
	var sum float64
	for j := range v {
		v[j] = float32(r.NormFloat64())
		if centre != nil {
			v[j] = centre[j] + 0.02*v[j]
		}
		sum += float64(v[j]) * float64(v[j])
	}
	for j := range v {
		v[j] /= float32(math.Sqrt(sum))
	}
	return v
}

// asked is a query, and the vector that it is a little off.
type asked struct {
	want  int
	query []float32
}

func (s *search) question() asked {
	want := s.random.IntN(len(s.vectors))
	return asked{want, s.near(s.vectors[want])}
}

// near returns a query that is a little off v.
func (s *search) near(v []float32) []float32 {
	q := make([]float32, len(v))
	for i, x := range v {
		q[i] = x + 0.005*float32(s.random.NormFloat64())
	}
	return q
}

// next returns one of the queries.
func (s *search) next() (int, []float32) {
	a := s.asked[s.random.IntN(len(s.asked))]
	return a.want, a.query
}

func found(got, want int) error {
	if got != want {
		return fmt.Errorf("found %d, the nearest is %d", got, want)
	}
	return nil
}

func (s *search) ours() error {
	want, q := s.next()
	hits := s.index.Search([16]byte{}, q, 1)
	if len(hits) != 1 {
		return fmt.Errorf("%d hits", len(hits))
	}
	return found(int(hits[0].ID), want)
}

func (s *search) chromem() error {
	want, q := s.next()
	hits, err := s.others.QueryEmbedding(context.Background(), q, 1, nil, nil)
	if err != nil {
		return err
	}
	got, err := strconv.Atoi(hits[0].ID)
	if err != nil {
		return err
	}
	return found(got, want)
}

func widened(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

// scan is what this replaced.
func (s *search) scan() error {
	want, query := s.next()
	q := widened(query)
	best, at := -1.0, 0
	for i, v := range s.doubles {
		var product, a, b float64
		for j := range q {
			product += q[j] * v[j]
			a += q[j] * q[j]
			b += v[j] * v[j]
		}
		if cosine := product / (math.Sqrt(a) * math.Sqrt(b)); cosine > best {
			best, at = cosine, i
		}
	}
	return found(at, want)
}

// guardTable compares two questions that share their words.
func guardTable() (*table, error) {
	t := &table{title: "May one answer serve both questions?", unit: "comparison", ops: 1}
	t.add("semantic.Compare, twelve words each", func() error {
		v := semantic.Compare("How do I convert a string to an integer in Go without losing its sign?", "golang: convert an integer to a string without losing its sign")
		if v.OK {
			return fmt.Errorf("the questions are not the same")
		}
		return nil
	})
	return t, nil
}
