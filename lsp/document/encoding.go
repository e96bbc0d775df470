package document

import (
	"unicode/utf8"

	"go.lsp.dev/protocol"
)

// ChooseEncoding picks the position encoding: the first of the client's that is
// known, else UTF-16, which every client must understand.
func ChooseEncoding(offered []protocol.PositionEncodingKind) protocol.PositionEncodingKind {
	for _, e := range offered {
		switch e {
		case protocol.PositionEncodingKindUTF8, protocol.PositionEncodingKindUTF16, protocol.PositionEncodingKindUTF32:
			return e
		}
	}
	return protocol.PositionEncodingKindUTF16
}

// Bytes returns how many bytes of text its first n units of an encoding take. It
// is for texts that are no documents, such as what is being typed into a chat; line
// ends count as one unit for each of their characters.
func Bytes(text string, n uint32, enc protocol.PositionEncodingKind) int {
	return unitsToBytes(text, n, enc)
}

// unitsToBytes returns how many bytes of line the first n units of an encoding
// take. n may be beyond the line's end; inside a character it means its start.
func unitsToBytes(line string, n uint32, enc protocol.PositionEncodingKind) int {
	if enc == protocol.PositionEncodingKindUTF8 {
		return runeStart(line, int(min(uint64(n), uint64(len(line)))))
	}
	var units uint32
	for at, r := range line {
		units += unitsOf(r, enc)
		if units > n {
			return at
		}
	}
	return len(line)
}

// bytesToUnits returns the length of s in units of an encoding.
func bytesToUnits(s string, enc protocol.PositionEncodingKind) uint32 {
	if enc == protocol.PositionEncodingKindUTF8 {
		return uint32(len(s)) //nolint:gosec // a line of 4 GiB cannot arrive: the longest message is far below
	}
	var units uint32
	for _, r := range s {
		units += unitsOf(r, enc)
	}
	return units
}

// unitsOf returns the length of one code point: two UTF-16 units beyond the
// Basic Multilingual Plane, one otherwise.
func unitsOf(r rune, enc protocol.PositionEncodingKind) uint32 {
	if enc == protocol.PositionEncodingKindUTF16 && r > 0xFFFF {
		return 2
	}
	return 1
}

// runeStart moves at back to the start of the character it lies in.
func runeStart(s string, at int) int {
	for back := range utf8.UTFMax {
		if i := at - back; i <= 0 || i >= len(s) || utf8.RuneStart(s[i]) {
			return max(i, 0)
		}
	}
	return at
}
