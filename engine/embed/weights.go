package embed

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"math"
	"unsafe"
)

// builtin is made by usegen from an Apache-2.0 package; use-lite.LICENSE and the
// NOTICE file in the repository's root go with it.
//
//go:embed use-lite.int8
var builtin string

const (
	magic       = "USELITE1"
	pieceCount  = 8002 // rows of the embedding matrix; the last two belong to no piece
	pieceWidth  = 256
	innerWidth  = 1536 // of the feed-forward nets
	timingWidth = pieceWidth / 2
)

// matrix is rows of int8, each with the scale that turns its steps into numbers.
type matrix struct {
	width int
	scale []float32 // one for each row
	steps []int8    // rows × width, in the binary's image: never written
}

func (m matrix) row(i int) ([]int8, float32) {
	return m.steps[i*m.width : (i+1)*m.width], m.scale[i]
}

// dense is x·Mᵀ + bias.
type dense struct {
	bias []float32
	matrix
}

// layerNorm is a layer normalisation's scale and bias.
type layerNorm struct{ scale, bias []float32 }

// layer is a transformer layer, normalised before each of its two parts.
type layer struct {
	attend      layerNorm
	adjust      *dense // brings the residual to the layer's width; nil where it has it
	qkv, merge  dense
	feed        layerNorm
	widen, thin dense
}

// reader takes the file apart. After its end it returns zeroes and remembers so.
type reader struct {
	rest string
	bad  bool
}

func (r *reader) take(n int) string {
	if r.bad || n < 0 || n > len(r.rest) {
		r.bad, r.rest = true, ""
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) uint32() int {
	if s := r.take(4); s != "" {
		return int(binary.LittleEndian.Uint32([]byte(s)))
	}
	return 0
}

// numbers reads n numbers of size bytes each.
func numbers[T any](r *reader, n, size int, decode func([]byte) T) []T {
	raw := []byte(r.take(n * size))
	if r.bad {
		return nil
	}
	v := make([]T, n)
	for i := range v {
		v[i] = decode(raw[i*size:])
	}
	return v
}

func (r *reader) floats(n int) []float32 {
	return numbers(r, n, 4, func(b []byte) float32 {
		return math.Float32frombits(binary.LittleEndian.Uint32(b))
	})
}

// matrix reads a matrix; its int8 stay where they are in the file.
func (r *reader) matrix(rows, width int) matrix {
	m := matrix{width: width, scale: r.floats(rows)}
	if s := r.take(rows * width); s != "" {
		m.steps = unsafe.Slice((*int8)(unsafe.Pointer(unsafe.StringData(s))), len(s))
	}
	return m
}

func (r *reader) dense(in, out int) dense {
	return dense{r.floats(out), r.matrix(out, in)}
}

func (r *reader) norm(n int) layerNorm { return layerNorm{r.floats(n), r.floats(n)} }

// layer reads a layer that takes vectors of width in and gives Dim.
func (r *reader) layer(in int) layer {
	var l layer
	l.attend = r.norm(in)
	if in != Dim {
		d := r.dense(in, Dim)
		l.adjust = &d
	}
	l.qkv, l.merge = r.dense(in, 3*in), r.dense(in, Dim)
	l.feed = r.norm(Dim)
	l.widen, l.thin = r.dense(Dim, innerWidth), r.dense(innerWidth, Dim)
	return l
}

// load unpacks a file of weights.
func load(file string, k kernel) (*network, error) {
	r := &reader{rest: file}
	if r.take(len(magic)) != magic {
		return nil, errors.New("not a file of weights of this version")
	}
	n := &network{kernel: k, spare: make(chan *scratch, spares)}
	n.trie = r.trie()
	n.timing = timing(r.floats(timingWidth))
	n.pieces = r.matrix(pieceCount, pieceWidth)
	n.layers = [2]layer{r.layer(pieceWidth), r.layer(Dim)}
	n.output = r.dense(Dim, Dim)
	if r.bad || r.rest != "" || !n.trie.sound() {
		return nil, errors.New("the file of weights is damaged")
	}
	return n, nil
}

// timing returns the position signal, maxPieces rows of pieceWidth: sines, then
// cosines, of the position over geometrically growing timescales (Vaswani et al.,
// "Attention Is All You Need", 2017, section 3.5, in tensor2tensor's order).
func timing(inverse []float32) []float32 {
	table := make([]float32, 0, maxPieces*pieceWidth)
	for position := range maxPieces {
		for _, wave := range []func(float64) float64{math.Sin, math.Cos} {
			for _, v := range inverse {
				table = append(table, float32(wave(float64(float32(position)*v))))
			}
		}
	}
	return table
}
