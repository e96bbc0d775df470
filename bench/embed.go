package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"github.com/rigrun/rigrun-lsp/engine/embed"
)

// question has 12 words, which the model reads as 16 pieces.
const (
	question = "How do I convert a string to an integer in Go safely?"
	pieces   = 16
)

// products are the matrix products of one embedding: rows of inputs, their width,
// the width of what comes out. They are 95 % of its arithmetic.
func products() [][3]int {
	return [][3]int{
		{pieces, 256, 512},
		{pieces, 256, 768},
		{pieces, 256, 512},
		{pieces, 512, 1536},
		{pieces, 1536, 512},
		{pieces, 512, 1536},
		{pieces, 512, 512},
		{pieces, 512, 1536},
		{pieces, 1536, 512},
		{1, 512, 512},
	}
}

// multiplier does one product with inputs, weights (one row for each output) and
// results of a shape.
type multiplier func(inputs, weights, results []float32, shape [3]int)

// embedTable embeds a question. Nothing else in Go runs this model, so what stands
// beside it is what a port with float32 weights could not do without: the products
// alone, by gonum and by plain loops. The floor reads the int8 weights' bytes once.
func embedTable() (*table, error) {
	t := &table{title: "Embedding a question of 12 words", unit: "question", ops: 1}
	m := embed.Open()
	t.onClose(m.Release)
	t.add("engine/embed", func() error { return embedQuestion(m) })
	t.add("engine/embed, the first question", func() error {
		first := embed.Open()
		defer first.Release()
		return embedQuestion(first)
	})
	weights := 0
	for _, p := range products() {
		weights += p[1] * p[2]
	}
	t.add("its products alone in float32 (gonum, all processors)", multiplyAll(weights, byGonum))
	t.add("its products alone in float32 (plain loops)", multiplyAll(weights, byLoops))
	read := make([]byte, weights)
	t.add("floor: read the weights (memchr)", func() error {
		if bytes.IndexByte(read, 1) >= 0 {
			return errors.New("found a byte that is not there")
		}
		return nil
	})
	return t, nil
}

func embedQuestion(m *embed.Model) error {
	v, err := m.Embed(context.Background(), question)
	if err != nil {
		return err
	}
	var sum float32
	for _, x := range v {
		sum += x * x
	}
	if len(v) != embed.Dim || sum < 0.999 || sum > 1.001 {
		return fmt.Errorf("%d numbers whose squares sum to %v", len(v), sum)
	}
	return nil
}

// multiplyAll does an embedding's products with weights of their own, all 1, so
// that a result is its inputs' sum.
func multiplyAll(weights int, by multiplier) func() error {
	all := make([]float32, weights)
	for i := range all {
		all[i] = 1
	}
	const most = pieces * 1536
	inputs, results := make([]float32, most), make([]float32, most)
	for i := range inputs {
		inputs[i] = 1
	}
	return func() error {
		rest := all
		for _, p := range products() {
			n := p[1] * p[2]
			by(inputs[:p[0]*p[1]], rest[:n], results[:p[0]*p[2]], p)
			if got := results[p[0]*p[2]-1]; got != float32(p[1]) {
				return fmt.Errorf("a product of %v is %v", p, got)
			}
			rest = rest[n:]
		}
		return nil
	}
}

func byGonum(inputs, weights, results []float32, shape [3]int) {
	general := func(rows, width int, data []float32) blas32.General {
		return blas32.General{Rows: rows, Cols: width, Stride: width, Data: data}
	}
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, general(shape[0], shape[1], inputs),
		general(shape[2], shape[1], weights), 0, general(shape[0], shape[2], results))
}

func byLoops(inputs, weights, results []float32, shape [3]int) {
	for r := range shape[0] {
		input := inputs[r*shape[1]:][:shape[1]]
		for o := range shape[2] {
			var sum float32
			for i, w := range weights[o*shape[1]:][:shape[1]] {
				sum += w * input[i]
			}
			results[r*shape[2]+o] = sum
		}
	}
}
