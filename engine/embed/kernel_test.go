package embed

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// tile returns inputs and weights for rows of weights and a width, from a seed; every other
// seed has only the extremes.
func tile(seed uint64, rows, width int) ([]int16, []int8) {
	random := rand.New(rand.NewPCG(seed, 1))
	inputs, weights := make([]int16, tileRows*width), make([]int8, rows*width)
	for i := range inputs {
		inputs[i] = int16(random.IntN(2*largestStep+1) - largestStep)
		if seed%2 == 1 {
			inputs[i] = []int16{largestStep, -largestStep}[random.IntN(8)/7]
		}
	}
	for i := range weights {
		weights[i] = int8(random.IntN(255) - 127)
		if seed%2 == 1 {
			weights[i] = 127
		}
	}
	return inputs, weights
}

// exactSums is the product in 64 bits.
func exactSums(inputs []int16, weights []int8, width int) []int64 {
	sums := make([]int64, tileRows*len(weights)/width)
	for i := range sums {
		r, t := i/tileRows, i%tileRows
		for j := range width {
			sums[i] += int64(weights[r*width+j]) * int64(inputs[t*width+j])
		}
	}
	return sums
}

func TestKernelsAreExact(t *testing.T) {
	for name, k := range kernels() {
		for seed := range uint64(6) {
			for _, width := range []int{laneSteps, 48, pieceWidth, Dim, innerWidth} {
				for _, rows := range []int{2, 6, blockRows} {
					inputs, weights := tile(seed, rows, width)
					sums := make([]int32, tileRows*rows+4)
					guard := []int32{math.MaxInt32, 1, 2, 3}
					copy(sums[tileRows*rows:], guard)
					k(sums[:tileRows*rows], inputs, weights, width)
					for i, want := range exactSums(inputs, weights, width) {
						if int64(sums[i]) != want {
							t.Fatalf("%s, seed %d, %d × %d: sum %d is %d, want %d", name, seed, rows, width, i, sums[i], want)
						}
					}
					if !slices.Equal(sums[tileRows*rows:], guard) {
						t.Fatalf("%s, %d × %d: wrote behind the sums", name, rows, width)
					}
				}
			}
		}
	}
}

// TestKernelsRefuseShortSlices sees the check before the assembly fail, rather
// than memory being read that belongs to something else.
func TestKernelsRefuseShortSlices(t *testing.T) {
	for name, k := range kernels() {
		inputs, weights := tile(0, 2, laneSteps)
		for part, call := range map[string]func(){
			"inputs":  func() { k(make([]int32, 8), inputs[:len(inputs)-1], weights, laneSteps) },
			"weights": func() { k(make([]int32, 8), inputs, weights[:len(weights)-1], laneSteps) },
		} {
			if !panics(call) {
				t.Errorf("%s: took too few %s", name, part)
			}
		}
		k(nil, nil, nil, 0)
	}
}

func panics(call func()) (did bool) {
	defer func() { did = recover() != nil }()
	call()
	return false
}

func TestEveryWidthFitsTheKernels(t *testing.T) {
	net := builtinNetwork(t, sumTile)
	all := []dense{net.output, *net.layers[0].adjust}
	for _, l := range net.layers {
		all = append(all, l.qkv, l.merge, l.widen, l.thin)
	}
	for _, d := range all {
		if d.width%laneSteps != 0 || d.width > innerWidth || len(d.bias)%blockRows != 0 {
			t.Errorf("%d rows of %d: not whole blocks and lanes", len(d.bias), d.width)
		}
	}
	if slices.Contains(net.output.steps, math.MinInt8) {
		t.Error("a weight of -128 breaks the bound on sums")
	}
}

func TestRoundRow(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		row   []float32
		steps []int16
	}{
		{[]float32{0, 0}, []int16{0, 0}},
		{[]float32{1, -1}, []int16{largestStep, -largestStep}},
		{[]float32{-3e38, 3e38}, []int16{-largestStep, largestStep}},
		{[]float32{8191, 0.5}, []int16{8191, 0}},
		{[]float32{8191, 1.5}, []int16{8191, 2}},
		{[]float32{-8191, -1.5}, []int16{-8191, -2}},
		{[]float32{1, nan}, []int16{0, 0}},
		{[]float32{inf, 1}, []int16{0, 0}},
		{[]float32{1e-45, 0}, []int16{0, 0}},
		{[]float32{1e-40, 1e-41}, []int16{0, 0}},
	} {
		got := []int16{7, 7}
		scale := roundRow(got, c.row)
		if !slices.Equal(got, c.steps) || math.IsNaN(float64(scale)) || math.IsInf(float64(scale), 0) {
			t.Errorf("%v: steps %v × %v, want %v", c.row, got, scale, c.steps)
		}
	}
}
