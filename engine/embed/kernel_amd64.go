package embed

import "golang.org/x/sys/cpu"

// fastest returns the fastest kernel that this processor can run.
func fastest() kernel {
	if cpu.X86.HasAVX2 {
		return sumTileVector
	}
	return sumTile
}

// sumTileVector is sumTile in AVX2: 16 products an instruction, of int16 pairs
// that are added in int32.
func sumTileVector(sums []int32, inputs []int16, weights []int8, width int) {
	rows := len(sums) / tileRows
	if rows == 0 || width == 0 {
		return
	}
	_, _ = inputs[tileRows*width-1], weights[rows*width-1]
	sumTileAVX2(&sums[0], &inputs[0], &weights[0], rows, width)
}

// sumTileAVX2 reads tileRows·width inputs and rows·width weights and writes
// rows·tileRows sums; rows is even and above 0, width a multiple of 16 above 0.
//
//go:noescape
func sumTileAVX2(sums *int32, inputs *int16, weights *int8, rows, width int)
