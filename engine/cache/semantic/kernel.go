package semantic

// Rows hold an entry's codes, −127 to 127, with zero added, so that they are
// unsigned: that is what the fastest instructions take.
const zero = 128

// Limits of a query's numbers: 255·63·2 is below 2¹⁵, where the rough kernel adds
// two products, and 255·8191·512 below 2³¹, where the sums of all parts are added.
const (
	roughLimit = 63
	fineLimit  = 8191
)

// kernels multiply a part of a query with the same part of rows: out[i] is the sum
// of query[j]·rows[i][j].
// All compute exact integers, so all agree.
type kernels struct {
	// rough takes the query in seven bits; nil where that is no faster than fine.
	rough func(query *[partDim]int8, rows [][partDim]uint8, out []int32)
	fine  func(query *[partDim]int16, rows [][partDim]uint8, out []int32)
}

// dots runs everywhere, and is what the other kernels are tested against.
func dots[number int8 | int16](query *[partDim]number, rows [][partDim]uint8, out []int32) {
	for i := range rows {
		row := &rows[i]
		var a, b int32
		for j := 0; j < partDim; j += 2 {
			a += int32(query[j]) * int32(row[j])
			b += int32(query[j+1]) * int32(row[j+1])
		}
		out[i] = a + b
	}
}
