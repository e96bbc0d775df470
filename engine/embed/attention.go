package embed

import "math"

// attend mixes the values of all pieces into each, weighted by how well the
// piece's query meets their keys: softmax(Q·Kᵀ/√d)·V in every head. A row of qkv
// is query, key and value, width numbers each, the heads' parts one after another.
func (s *scratch) attend(to, qkv []float32, width int) {
	size := width / heads
	scale := float32(1 / math.Sqrt(float64(size)))
	weights := s.weights[:s.count]
	for head := range heads {
		part := qkv[head*size:]
		for i := range s.count {
			query := part[i*3*width:][:size]
			for j := range weights {
				weights[j] = dot(query, part[j*3*width+width:]) * scale
			}
			softmax(weights)
			mix(to[i*width+head*size:][:size], weights, part[2*width:], 3*width)
		}
	}
}

// softmax turns logits into weights that sum to 1.
func softmax(v []float32) {
	most := v[0]
	for _, x := range v[1:] {
		most = max(most, x)
	}
	var sum float32
	for i, x := range v {
		v[i] = float32(math.Exp(float64(x - most)))
		sum += v[i]
	}
	for i := range v {
		v[i] /= sum
	}
}

// dot sums in eight lanes, whose order is fixed. len(a) is a multiple of 8 and b
// is no shorter.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	for len(a) >= 8 && len(b) >= 8 {
		s0 += float32(a[0] * b[0])
		s1 += float32(a[1] * b[1])
		s2 += float32(a[2] * b[2])
		s3 += float32(a[3] * b[3])
		s4 += float32(a[4] * b[4])
		s5 += float32(a[5] * b[5])
		s6 += float32(a[6] * b[6])
		s7 += float32(a[7] * b[7])
		a, b = a[8:], b[8:]
	}
	return ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7))
}

// mix writes the weighted sum of rows, of which one starts every stride numbers. Four
// at a time: what is written is then read back a quarter as often.
func mix(to, weights, rows []float32, stride int) {
	clear(to)
	for len(weights) >= 4 {
		w0, w1, w2, w3 := weights[0], weights[1], weights[2], weights[3]
		a, b := rows[:len(to)], rows[stride:][:len(to)]
		c, d := rows[2*stride:][:len(to)], rows[3*stride:][:len(to)]
		for i, v := range to {
			v += float32(w0 * a[i])
			v += float32(w1 * b[i])
			v += float32(w2 * c[i])
			to[i] = v + float32(w3*d[i])
		}
		weights, rows = weights[4:], rows[min(4*stride, len(rows)):]
	}
	for j, w := range weights {
		for i, v := range rows[j*stride:][:len(to)] {
			to[i] += float32(w * v)
		}
	}
}
