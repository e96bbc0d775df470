//go:build !linux

package embed

// pageOut does nothing where the system takes no advice: it evicts clean pages
// of a binary by itself when memory is short.
func pageOut(string) {}
