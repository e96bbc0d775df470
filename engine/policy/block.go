package policy

import "math/bits"

// blockBytes is how much of a text is looked at at once: a bit of a word for each.
const blockBytes = 64

// blocks finds, block by block, where a text's lines end and where a "(" may
// begin a marking. The zero value begins at the text's beginning.
type blocks struct {
	ahead int    // where the next block begins
	ends  uint64 // the line ends of the block before it that were not asked for yet

	// parens is the end of the last block that has a "(" with a capital behind it.
	// No line that begins there or later, up to ahead, has one.
	parens int
}

// newline returns the place of the next line end, len(text) where there is none.
func (b *blocks) newline(text string) int {
	for b.ends == 0 {
		if b.ahead >= len(text) {
			return len(text)
		}
		b.read(text)
	}
	at := b.ahead - blockBytes + bits.TrailingZeros64(b.ends)
	b.ends &= b.ends - 1
	return at
}

// read looks at the next block, eight bytes at a time.
func (b *blocks) read(text string) {
	block := text[b.ahead:]
	b.ahead += blockBytes
	if len(block) < blockBytes {
		for i := range len(block) {
			if block[i] == '\n' {
				b.ends |= 1 << i
			}
		}
		b.parens = b.ahead
		return
	}
	var ends, parens, last uint64
	for i := 0; i < blockBytes; i += 8 {
		x := load(block[i : i+8])
		ends |= equal(x, '\n') >> 7 * gather >> 56 << i
		// Capitals, and the few signs beside them, have bit 6 and not bit 5.
		paren := equal(x, '(')
		parens |= (paren<<8 | last) & (x << 1 &^ (x << 2))
		last = paren >> 56
	}
	if b.ends = ends; parens|last != 0 {
		b.parens = b.ahead
	}
}

// The constants of working on eight bytes at once.
const (
	each   = 0x01010101_01010101 // times a byte: that byte, eight times
	low    = each * 0x7f
	gather = 0x01020408_10204080 // times the lowest bits of eight bytes: these as the top byte
)

// equal returns a word with the top bit set of each byte of x that is c.
func equal(x uint64, c uint64) uint64 {
	x ^= each * c
	return ^((x & low) + low | x | low)
}

// load reads eight bytes; the compiler makes one instruction of it.
func load(b string) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
