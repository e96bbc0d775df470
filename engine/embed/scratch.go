package embed

import "slices"

// scratch is the memory of one embed call, kept for the next. Its slices grow to
// what the longest text so far needed: 2 MB for maxPieces.
type scratch struct {
	kernel kernel

	// The tokeniser's.
	bytes  []byte
	runes  []rune
	ways   []best
	pieces []uint16

	// The network's, for count pieces. Rows lie one after another.
	count   int
	state   []float32 // count × the layer's width: what the layers change
	normed  []float32 // count × Dim
	mixed   []float32 // count × Dim: what attention gives
	wide    []float32 // count × innerWidth: queries, keys and values, then the feed-forward net's middle
	weights []float32 // count: attention's, of one piece in one head

	// A product's, see multiply.
	steps  []int16   // count, rounded up to whole tiles, × innerWidth
	scales []float32 // one for each row of steps
	sums   [tileRows * blockRows]int32
}

// fit makes room for count pieces, at least one.
func (s *scratch) fit(count int) {
	s.count = count
	n := max(count, 1)
	tiled := (n + tileRows - 1) / tileRows * tileRows
	s.state, s.normed = sized(s.state, n*Dim), sized(s.normed, n*Dim)
	s.mixed, s.wide = sized(s.mixed, n*Dim), sized(s.wide, n*innerWidth)
	s.weights = sized(s.weights, n)
	s.steps, s.scales = sized(s.steps, tiled*innerWidth), sized(s.scales, tiled)
}

func sized[T any](v []T, n int) []T { return slices.Grow(v[:0], n)[:n] }
