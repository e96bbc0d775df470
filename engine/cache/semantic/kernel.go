package semantic

// kernel multiplies a query with rows: out[i] is the sum of query[j]·rows[i][j].
// All kernels return the same integers. No sum overflows: 512 products of at most
// 32,767 and 127 stay below 2³¹.
type kernel func(query *[Dim]int16, rows [][Dim]int8, out []int32)

// dotsScalar runs everywhere, and is what the other kernels are tested against.
func dotsScalar(query *[Dim]int16, rows [][Dim]int8, out []int32) {
	for i := range rows {
		row := &rows[i]
		var a, b int32
		for j := 0; j < Dim; j += 2 {
			a += int32(query[j]) * int32(row[j])
			b += int32(query[j+1]) * int32(row[j+1])
		}
		out[i] = a + b
	}
}
