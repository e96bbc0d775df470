package semantic

import "golang.org/x/sys/cpu"

// fastest returns the fastest kernels that this processor can run.
func fastest() kernels {
	if cpu.X86.HasAVX2 {
		return kernels{rough: roughVector, fine: dotsVector}
	}
	return kernels{fine: dots[int16]}
}

// dotsVector is dots in AVX2.
func dotsVector(query *[partDim]int16, rows [][partDim]uint8, out []int32) {
	if len(rows) > 0 {
		_ = out[len(rows)-1]
		dotsAVX2(&query[0], &rows[0][0], len(rows), &out[0])
	}
}

// roughVector is dots of a query in int8 in AVX2, which takes half as long.
func roughVector(query *[partDim]int8, rows [][partDim]uint8, out []int32) {
	if len(rows) > 0 {
		_ = out[len(rows)-1]
		roughAVX2(&query[0], &rows[0][0], len(rows), &out[0])
	}
}

// dotsAVX2 reads partDim numbers of the query and n·partDim of rows, and writes n sums;
// n is above 0.
//
//go:noescape
func dotsAVX2(query *int16, rows *uint8, n int, out *int32)

// roughAVX2 does the same.
//
//go:noescape
func roughAVX2(query *int8, rows *uint8, n int, out *int32)
