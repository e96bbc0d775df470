//go:build unix

package embed

import (
	"syscall"
	"testing"
	"unsafe"
)

// fenced returns n values that end where a page begins which nobody may touch,
// or start where such a page ends.
func fenced[T any](t *testing.T, n int, atEnd bool) []T {
	t.Helper()
	const page = 64 << 10 // a whole number of pages on every system
	size := n * int(unsafe.Sizeof(*new(T)))
	room := (size + page - 1) / page * page
	all, err := syscall.Mmap(-1, 0, room+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(all) })
	for _, fence := range [][]byte{all[:page], all[page+room:]} {
		if err := syscall.Mprotect(fence, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	start := page
	if atEnd {
		start += room - size
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&all[start])), n)
}

// TestKernelsStayInside runs them next to forbidden pages: one byte too many ends
// the test with a fault.
func TestKernelsStayInside(t *testing.T) {
	for name, k := range kernels() {
		for _, atEnd := range []bool{false, true} {
			for _, width := range []int{laneSteps, Dim, innerWidth} {
				from, by := tile(2, blockRows, width)
				inputs, weights := fenced[int16](t, len(from), atEnd), fenced[int8](t, len(by), atEnd)
				sums := fenced[int32](t, tileRows*blockRows, atEnd)
				copy(inputs, from)
				copy(weights, by)
				k(sums, inputs, weights, width)
				for i, want := range exactSums(from, by, width) {
					if int64(sums[i]) != want {
						t.Fatalf("%s, width %d: sum %d is %d, want %d", name, width, i, sums[i], want)
					}
				}
			}
		}
	}
}
