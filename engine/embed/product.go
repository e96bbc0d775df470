package embed

import "math"

const (
	// tileRows is how many inputs a kernel takes at a time: each weight that it
	// loads is used that often.
	tileRows = 4
	// blockRows is how many rows of weights one call of a kernel takes, so that they
	// stay in the first-level cache for all inputs. Every matrix here has a multiple of it.
	blockRows = 16
	// laneSteps is what the widths of all matrices are multiples of.
	laneSteps = 16
	// largestStep is the largest magnitude of a rounded input. A sum has at most
	// innerWidth products with magnitudes up to 127, so that
	// 8191 × 127 × 1536 < 2³¹ holds and no sum overflows.
	largestStep = 8191
)

// kernel sums products: sums[r·4+t] becomes the dot product of row t of inputs and
// row r of weights, for the tileRows inputs and for len(sums)/tileRows rows of
// weights, width numbers each, which lie one after another. width is a multiple of laneSteps
// and at most innerWidth, the number of weights' rows is even. No other memory is touched.
type kernel func(sums []int32, inputs []int16, weights []int8, width int)

// sumTile is the kernel in plain Go, which the others must equal in every bit. A
// multiplication of 64 bits does the work of two: with the inputs of two rows in the
// upper and lower half of a word, their sums grow in the halves of another. The
// lower one's sign has lent from the upper one in the end.
func sumTile(sums []int32, inputs []int16, weights []int8, width int) {
	rows := len(sums) / tileRows
	if rows == 0 || width == 0 {
		return
	}
	_, _ = inputs[tileRows*width-1], weights[rows*width-1]
	var spaceA, spaceB [innerWidth]int64
	a, b := spaceA[:width], spaceB[:width]
	pack(a, inputs, inputs[width:])
	pack(b, inputs[2*width:], inputs[3*width:])
	for r := range rows {
		var s0, s1 int64
		row := weights[r*width:][:width]
		for i, p := range a {
			w := int64(row[i])
			s0 += w * p
			s1 += w * b[i]
		}
		to := sums[r*tileRows:][:tileRows]
		to[0], to[1] = int32(s0), int32((s0-int64(int32(s0)))>>32)
		to[2], to[3] = int32(s1), int32((s1-int64(int32(s1)))>>32)
	}
}

// pack puts two inputs into the halves of each word.
func pack(to []int64, low, high []int16) {
	low, high = low[:len(to)], high[:len(to)]
	for i, v := range low {
		to[i] = int64(v) + int64(high[i])<<32
	}
}

// multiply sends count rows of from through d and writes the results' rows to to.
func (s *scratch) multiply(to, from []float32, count int, d *dense) {
	width, out := d.width, len(d.bias)
	tiles := s.round(from, count, width)
	for r := 0; r < out; r += blockRows {
		weights := d.steps[r*width : (r+blockRows)*width]
		for t := 0; t < tiles; t += tileRows {
			s.kernel(s.sums[:], s.steps[t*width:(t+tileRows)*width], weights, width)
			for i := t; i < min(t+tileRows, count); i++ {
				s.scaled(to[i*out+r:], i, d.scale[r:], d.bias[r:])
			}
		}
	}
}

// scaled turns the block's sums for input row i into numbers.
func (s *scratch) scaled(to []float32, i int, scale, bias []float32) {
	to, scale, bias = to[:blockRows], scale[:blockRows], bias[:blockRows]
	step, lane := s.scales[i], i%tileRows
	for r := range to {
		to[r] = float32(float32(s.sums[r*tileRows+lane])*(step*scale[r])) + bias[r]
	}
}

// round writes count rows of from as int16 steps, each with its own scale, and
// rows of zeroes up to a whole number of tiles. It returns the number of rows.
func (s *scratch) round(from []float32, count, width int) int {
	for i := range count {
		s.scales[i] = roundRow(s.steps[i*width:][:width], from[i*width:][:width])
	}
	tiles := (count + tileRows - 1) / tileRows * tileRows
	clear(s.steps[count*width : tiles*width])
	return tiles
}

// roundRow fills steps and returns the scale that turns them back into numbers. A
// row with a number that is none, or so small that its inverse is none, becomes 0.
func roundRow(steps []int16, row []float32) float32 {
	scale := largest(row) / largestStep
	inverse := 1 / scale
	if !(scale <= math.MaxFloat32/2 && inverse <= math.MaxFloat32) {
		clear(steps)
		return 0
	}
	steps = steps[:len(row)]
	for i, v := range row {
		steps[i] = nearest(float32(v * inverse))
	}
	return scale
}

// largest returns the largest magnitude. Without their signs, floats are ordered
// as their bits are, and comparing these is twice as fast; what is not a number
// comes after all that are.
func largest(row []float32) float32 {
	const magnitude = 1<<31 - 1
	var a, b uint32
	for len(row) >= 2 {
		a = max(a, math.Float32bits(row[0])&magnitude)
		b = max(b, math.Float32bits(row[1])&magnitude)
		row = row[2:]
	}
	return math.Float32frombits(max(a, b))
}

// nearest rounds to the nearest whole number, halves to even, for magnitudes
// below 2¹⁵: after adding 1.5·2²³ the last bits of a float32 are the whole number.
func nearest(v float32) int16 {
	return int16(math.Float32bits(v + 3<<22))
}
