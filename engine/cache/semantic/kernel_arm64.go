package semantic

// fastest returns the fastest kernels: every arm64 processor has NEON.
func fastest() kernels { return kernels{fine: dotsVector} }

// dotsVector is dots in NEON.
func dotsVector(query *[partDim]int16, rows [][partDim]uint8, out []int32) {
	if len(rows) > 0 {
		_ = out[len(rows)-1]
		dotsNEON(&query[0], &rows[0][0], len(rows), &out[0])
	}
}

// dotsNEON reads partDim numbers of the query and n·partDim of rows, and writes n sums;
// n is above 0.
//
//go:noescape
func dotsNEON(query *int16, rows *uint8, n int, out *int32)
