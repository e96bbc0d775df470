package semantic

import (
	"errors"
	"math"
)

// Dim is the length of a vector.
const Dim = 512

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

func dot(a, b []float32) float64 {
	b = b[:len(a)]
	var even, odd float64
	for i := 0; i+1 < len(a); i += 2 {
		even += float64(a[i]) * float64(b[i])
		odd += float64(a[i+1]) * float64(b[i+1])
	}
	return even + odd
}

// quantise writes v, made a unit vector, as codes that scale makes numbers of
// again, and returns how far codes·scale lies from that unit vector. n is v's
// length; limit is the greatest code.
func quantise[code int8 | int16](codes *[Dim]code, v []float32, n float64, limit code) (scale, miss float64) {
	var top float64
	for _, x := range v {
		top = max(top, math.Abs(float64(x)))
	}
	scale = top / n / float64(limit)
	var sum float64
	for i, x := range v {
		u := float64(x) / n
		codes[i] = code(math.Round(u / scale))
		d := u - float64(codes[i])*scale
		sum += d * d
	}
	return scale, math.Sqrt(sum)
}
