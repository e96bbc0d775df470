package gguf

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// tensor is one matrix of weights: rows of cols values, made row by row.
type tensor struct {
	name string
	cols int // GGUF's first dimension, the contiguous one
	rows int // 0 for a vector
	fill func(row int, out []float32, rng *rand.Rand)
}

// size is the tensor's length in bytes, a multiple of 128 for every [Shape].
func (t tensor) size() uint64 { return uint64(t.cols) * uint64(max(t.rows, 1)) * 4 }

// tensors lists a model's weights under llama.cpp's names.
//
// Column 0 of the residual stream is kept constant: every token's embedding has
// 1 there and no layer writes to it. So column 0 of the output matrix works as a
// bias per piece, which the llama architecture does not have, and decides which
// pieces a random model says at all.
func (s Shape) tensors() []tensor {
	inner := 1 / math.Sqrt(float64(s.Dim))
	list := []tensor{
		{"token_embd.weight", s.Dim, VocabularySize, normal(1, 1)},
		{"output_norm.weight", s.Dim, 0, ones},
		{"output.weight", s.Dim, VocabularySize, s.output()},
	}
	for i := range s.Layers {
		add := func(name string, cols, rows int, fill func(int, []float32, *rand.Rand)) {
			list = append(list, tensor{fmt.Sprintf("blk.%d.%s.weight", i, name), cols, rows, fill})
		}
		add("attn_norm", s.Dim, 0, ones)
		add("attn_q", s.Dim, s.Dim, normal(inner, 0))
		add("attn_k", s.Dim, s.Dim, normal(inner, 0))
		add("attn_v", s.Dim, s.Dim, normal(inner, 0))
		add("attn_output", s.Dim, s.Dim, sparingFirstRow(normal(inner, 0)))
		add("ffn_norm", s.Dim, 0, ones)
		add("ffn_gate", s.Dim, s.FFN, normal(inner, 0))
		add("ffn_up", s.Dim, s.FFN, normal(inner, 0))
		add("ffn_down", s.FFN, s.Dim, sparingFirstRow(normal(inner/2, 0)))
	}
	return list
}

// Logits, as column 0 of the output matrix sets them. Words are normally
// distributed around 0 with a deviation of 4; their best is near 11.
const (
	wordDeviation = 4.0
	neverSaid     = -40.0
	endBias       = 8.8 // ends an answer after some dozens of words
	newlineBias   = 8.0
)

// output fills the matrix that scores the pieces.
func (s Shape) output() func(int, []float32, *rand.Rand) {
	pieces := vocabulary()
	word := normal(wordDeviation/math.Sqrt(float64(s.Dim)), 0)
	return func(row int, out []float32, rng *rand.Rand) {
		clear(out)
		switch p := pieces[row]; {
		case row == endID && !s.Endless:
			out[0] = endBias
		case p.text == newline:
			out[0] = newlineBias
		case p.said:
			word(row, out, rng)
			out[0] = 0
		default:
			out[0] = neverSaid
		}
	}
}

// normal fills a row with normally distributed values; first, where it is not 0,
// takes column 0.
func normal(deviation, first float64) func(int, []float32, *rand.Rand) {
	return func(_ int, out []float32, rng *rand.Rand) {
		for i := range out {
			out[i] = float32(deviation * rng.NormFloat64())
		}
		if first != 0 {
			out[0] = float32(first)
		}
	}
}

// sparingFirstRow keeps a layer from writing to column 0 of the residual stream.
func sparingFirstRow(fill func(int, []float32, *rand.Rand)) func(int, []float32, *rand.Rand) {
	return func(row int, out []float32, rng *rand.Rand) {
		fill(row, out, rng)
		if row == 0 {
			clear(out)
		}
	}
}

// ones fills a norm's weights.
func ones(_ int, out []float32, _ *rand.Rand) {
	for i := range out {
		out[i] = 1
	}
}

// source is the random source of one tensor: its own, so that the order in which
// tensors are written does not matter.
func (s Shape) source(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name)) // a hash.Hash never returns an error
	return rand.New(rand.NewPCG(s.Seed, h.Sum64()))
}
