package workspace

import (
	"math/bits"
	"strings"
)

// filter says which words a text may hold: a Bloom filter of the text's letters
// in threes, without case. It never denies a word that is there; a word of n
// letters that is not there is taken for there with less than a chance of
// 0.25^(n-2). A filter of no bits holds nothing.
type filter []uint64

// scratchBits is the size of the set that a filter is first made in, as a power
// of two; it holds the threes of the largest file with few collisions.
const scratchBits = 18

// scratch is room to make filters in, reused from file to file.
type scratch struct {
	set  [1 << (scratchBits - 6)]uint64
	seen []uint32
}

// newFilter makes the filter of a text in lower case.
func (s *scratch) newFilter(lower string) filter {
	s.seen = s.seen[:0]
	for h := range threes(lower) {
		at := h >> (32 - scratchBits)
		if word, bit := at>>6, uint64(1)<<(at&63); s.set[word]&bit == 0 {
			s.set[word] |= bit
			s.seen = append(s.seen, h)
		}
	}
	for _, h := range s.seen {
		s.set[h>>(32-scratchBits)>>6] = 0
	}
	if len(s.seen) == 0 {
		return nil
	}
	size := max(bits.Len(uint(len(s.seen)*4-1)), 6) // at least 4 bits for each
	f := make(filter, 1<<(min(size, scratchBits)-6))
	for _, h := range s.seen {
		f.set(h)
	}
	return f
}

func (f filter) set(h uint32)      { at := f.at(h); f[at>>6] |= 1 << (at & 63) }
func (f filter) has(h uint32) bool { at := f.at(h); return f[at>>6]&(1<<(at&63)) != 0 }

// at is the bit of a three: the hash's upper bits, of which a smaller filter takes fewer.
func (f filter) at(h uint32) uint32 {
	return h >> (32 - bits.Len(uint(len(f)*64-1)))
}

// mayHold reports whether a text may hold a word in lower case. Words of fewer
// than three bytes cannot be told.
func (f filter) mayHold(lower string) bool {
	if len(f) == 0 {
		return len(lower) < 3
	}
	for h := range threes(lower) {
		if !f.has(h) {
			return false
		}
	}
	return true
}

// threes yields a hash of every three bytes of a text. The hash is Knuth's
// multiplicative one: its upper bits depend on all of the three.
func threes(s string) func(yield func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for i := 0; i+3 <= len(s); i++ {
			three := uint32(s[i])<<16 | uint32(s[i+1])<<8 | uint32(s[i+2])
			if !yield(three * 2654435769) {
				return
			}
		}
	}
}

// lowered is a text without case. Line ends keep their place.
func lowered(text string) string { return strings.ToLower(text) }
