package semantic

import "golang.org/x/sys/cpu"

// fastest returns the fastest kernel that this processor can run.
func fastest() kernel {
	if cpu.X86.HasAVX2 {
		return dotsVector
	}
	return dotsScalar
}

// dotsVector is dotsScalar in AVX2.
func dotsVector(query *[Dim]int16, rows [][Dim]int8, out []int32) {
	if len(rows) > 0 {
		_ = out[len(rows)-1]
		dotsAVX2(&query[0], &rows[0][0], len(rows), &out[0])
	}
}

// dotsAVX2 reads Dim numbers of the query and n·Dim of rows, and writes n sums;
// n is above 0.
//
//go:noescape
func dotsAVX2(query *int16, rows *int8, n int, out *int32)
