package embed

import (
	"context"
	"math"
)

const (
	heads = 4
	// flat keeps a layer norm's divisor and the last vector's length from 0.
	flat       = 1e-6
	flatLength = 1e-12
)

// spares is how many calls' scratch memory is kept. Further calls at the same time
// take new memory and leave it to the collector.
const spares = 2

// network is the unpacked model. Nothing in it is written after load, so any
// number of embed calls may run at once.
type network struct {
	kernel kernel
	trie   trie
	timing []float32 // maxPieces × pieceWidth
	pieces matrix
	layers [2]layer
	output dense
	spare  chan *scratch // holds at most spares
}

// embed runs the network over a text.
func (n *network) embed(ctx context.Context, text string) ([]float32, error) {
	s := n.borrow()
	defer n.giveBack(s)
	pieces := s.tokenise(&n.trie, text)
	s.fit(len(pieces))
	n.look(s, pieces)
	for i := range n.layers {
		if s.count == 0 {
			break // nothing to attend to; the pooled vector is 0
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n.layers[i].run(s)
	}
	return n.finish(s), nil
}

func (n *network) borrow() *scratch {
	select {
	case s := <-n.spare:
		return s
	default:
		return &scratch{kernel: n.kernel}
	}
}

func (n *network) giveBack(s *scratch) {
	select {
	case n.spare <- s:
	default:
	}
}

// look puts each piece's embedding, twice, and its position's signal into s.state.
// The original adds the embedding to itself in its first layer, and this is its sum.
func (n *network) look(s *scratch, pieces []uint16) {
	for i, p := range pieces {
		steps, scale := n.pieces.row(int(p))
		signal := n.timing[i*pieceWidth:][:pieceWidth]
		to := s.state[i*pieceWidth:][:pieceWidth]
		for j := range to {
			to[j] = float32(2*scale*float32(steps[j])) + signal[j]
		}
	}
}

// finish pools s.state and returns the vector.
func (n *network) finish(s *scratch) []float32 {
	pooled := s.normed[:Dim]
	clear(pooled)
	for i := range s.count {
		for j, v := range s.state[i*Dim:][:Dim] {
			pooled[j] += v
		}
	}
	share := 1 / float32(max(s.count, 1))
	for j := range pooled {
		pooled[j] *= share
	}
	out := make([]float32, Dim)
	s.multiply(out, pooled, 1, &n.output)
	unit(out)
	return out
}

// unit takes the hyperbolic tangent of each number and then gives the vector length 1.
func unit(v []float32) {
	var sum float64
	for i := range v {
		t := math.Tanh(float64(v[i]))
		v[i] = float32(t)
		sum += float64(t * t)
	}
	scale := 1 / math.Sqrt(max(sum, flatLength))
	for i := range v {
		v[i] = float32(float64(v[i]) * scale)
	}
}

// run takes s.state through the layer.
func (l *layer) run(s *scratch) {
	in := l.qkv.width
	count := s.count
	wide, mixed := s.wide[:count*3*in], s.mixed[:count*in]

	normalise(s.normed, s.state[:count*in], l.attend)
	s.multiply(wide, s.normed, count, &l.qkv)
	s.attend(mixed, wide, in)
	if l.adjust != nil {
		s.multiply(s.normed, s.state, count, l.adjust)
		copy(s.state, s.normed[:count*Dim])
	}
	s.multiply(s.normed, mixed, count, &l.merge)
	add(s.state[:count*Dim], s.normed)

	normalise(s.normed, s.state[:count*Dim], l.feed)
	wide = s.wide[:count*innerWidth]
	s.multiply(wide, s.normed, count, &l.widen)
	rectify(wide)
	s.multiply(s.normed, wide, count, &l.thin)
	add(s.state[:count*Dim], s.normed)
}

// normalise writes each row of from, brought to mean 0 and variance 1 and then to
// the norm's scale and bias.
func normalise(to, from []float32, n layerNorm) {
	width := len(n.scale)
	for ; len(from) >= width; to, from = to[width:], from[width:] {
		row, out := from[:width], to[:width]
		var sum, squares float64
		for _, v := range row {
			sum += float64(v)
		}
		mean := float32(sum / float64(width))
		for _, v := range row {
			d := float64(v - mean)
			squares += float64(d * d)
		}
		scale := float32(1 / math.Sqrt(squares/float64(width)+flat))
		for i, v := range row {
			out[i] = float32(float32(v-mean)*scale*n.scale[i]) + n.bias[i]
		}
	}
}

func add(to, more []float32) {
	more = more[:len(to)]
	for i, v := range more {
		to[i] += v
	}
}

// rectify makes negative numbers 0. It clears all bits where the sign's is set: a
// branch would be guessed wrong every other time.
func rectify(v []float32) {
	for i, x := range v {
		bits := math.Float32bits(x)
		v[i] = math.Float32frombits(bits &^ uint32(int32(bits)>>31))
	}
}
