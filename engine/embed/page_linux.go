package embed

import (
	"os"
	"syscall"
	"unsafe"
)

// madvPageOut is Linux's MADV_PAGEOUT (5.4): the pages are read from the file again
// when they are needed. It never changes what is in them, unlike MADV_DONTNEED,
// which would lose the contents of a binary that unpacked itself into memory.
const madvPageOut = 21

// pageOut tells the system that the pages which lie wholly within s are not needed
// soon. A system that does not know the advice, or does not follow it, keeps them until
// it needs the memory; both are as good.
func pageOut(s string) {
	page := uintptr(os.Getpagesize())
	start := uintptr(unsafe.Pointer(unsafe.StringData(s)))
	skip := -start & (page - 1)
	if uintptr(len(s)) < skip+page {
		return
	}
	size := (uintptr(len(s)) - skip) &^ (page - 1)
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, start+skip, size, madvPageOut)
}
