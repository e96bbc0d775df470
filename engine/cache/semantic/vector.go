package semantic

import (
	"errors"
	"math"
)

// Dim is the length of a vector.
const Dim = 512

// A vector is compared part by part: most are known not to be near after the first.
const (
	parts   = 4
	partDim = Dim / parts
)

// ErrVector is what a vector of another length, without a direction or with a
// number that is none gets.
var ErrVector = errors.New("not a vector of 512 finite numbers, one of them not 0")

// length returns v's Euclidean length, or ErrVector.
func length(v []float32) (float64, error) {
	if len(v) != Dim {
		return 0, ErrVector
	}
	n := math.Sqrt(dot(v, v))
	if n == 0 || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, ErrVector
	}
	return n, nil
}

// dot multiplies vectors whose length is a multiple of 4.
func dot(a, b []float32) float64 {
	b = b[:len(a)]
	var sum [4]float64
	for len(a) >= 4 && len(b) >= 4 {
		sum[0] += float64(a[0]) * float64(b[0])
		sum[1] += float64(a[1]) * float64(b[1])
		sum[2] += float64(a[2]) * float64(b[2])
		sum[3] += float64(a[3]) * float64(b[3])
		a, b = a[4:], b[4:]
	}
	return sum[0] + sum[1] + sum[2] + sum[3]
}

// quantised is a vector, made a unit vector, as whole numbers times scale.
type quantised[number int8 | int16] struct {
	codes [Dim]number
	estimator
}

// estimator makes cosines of a kernel's sums.
type estimator struct {
	scale float64
	miss  float64        // how far codes·scale lies from the unit vector
	shift [parts]float64 // what zero adds to the sums of a kernel, up to each part
}

// part returns the codes of one part.
func (q *quantised[number]) part(i int) *[partDim]number {
	return (*[partDim]number)(q.codes[i*partDim:])
}

// quantise fills q from v, whose length is n; limit is the greatest code.
func (q *quantised[number]) quantise(v []float32, n float64, limit number) {
	var top float64
	for _, x := range v {
		top = max(top, math.Abs(float64(x)))
	}
	q.scale = top / n / float64(limit)
	unit, inverse := 1/n, 1/(n*q.scale)
	var sum, codes float64
	for i, x := range v {
		c := float64(x) * inverse
		code := int32(c + math.Copysign(0.5, c))
		q.codes[i] = number(code)
		d := float64(x)*unit - float64(code)*q.scale
		sum += d * d
		codes += float64(code)
		q.shift[i/partDim] = zero * codes
	}
	q.miss = math.Sqrt(sum)
}

// beyond returns the lengths of what is left of v, made a unit vector, after each
// part; n is v's length.
func beyond(v []float32, n float64) (left [parts]float64) {
	var sum float64
	for i := parts - 1; i > 0; i-- {
		p := v[i*partDim : (i+1)*partDim]
		sum += dot(p, p)
		left[i-1] = math.Sqrt(sum) / n
	}
	return left
}
