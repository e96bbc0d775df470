package stream

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// This file is the shortcut of both decoders. A server writes the same line
// around every token; only the token, and for some servers a time stamp or
// padding, differs. A template is a line that the parser has read, cut at those
// strings:
//
//	{"model":"m","created_at":"  …  ","message":{"role":"assistant","content":"  …  "},"done":false}
//	└──────── literals[0] ────┘    └─────────────── literals[1] ─────────────┘     └─ literals[2] ┘
//
// A line that has the same literals, and between them any valid JSON strings,
// has the same structure, so it means the same except for the token. Comparing
// literals is one memory comparison each.

// maxTemplate is the longest line worth remembering.
const maxTemplate = 4 << 10

// template is a line to recognise. The zero value recognises nothing.
type template struct {
	kind     Kind
	holes    int // 1 or 2; 0 for a template that recognises nothing
	token    int // which hole holds the token
	width    int // how long the other hole was last: a time stamp hardly changes its length
	literals [3][]byte
}

// learn makes t recognise lines like line, in which the strings token and, where
// it is a string, noise may differ. The chunk of such a line has the given kind.
func (t *template) learn(line []byte, kind Kind, token, noise value) {
	t.holes = 0
	if token.kind != '"' || len(line)-(token.end-token.start) > maxTemplate {
		return
	}
	first, second := token, noise
	t.kind, t.token = kind, 0
	if noise.kind == '"' && noise.start < token.start {
		first, second, t.token = noise, token, 1
	}
	t.literals[0] = append(t.literals[0][:0], line[:first.start+1]...)
	rest := first.end - 1
	t.holes = 1
	if second.kind == '"' {
		t.literals[1] = append(t.literals[1][:0], line[rest:second.start+1]...)
		rest = second.end - 1
		t.holes = 2
	}
	t.literals[t.holes] = append(t.literals[t.holes][:0], bytes.TrimRight(line[rest:], "\r\n")...)
}

// match recognises the line at the start of text. It returns the line's length
// with its line end, 0 where the line is another or not all there, the token's
// text as it is written, and whether that is odd: holds an escape or a byte that
// is not ASCII.
func (t *template) match(text []byte) (n int, token []byte, odd bool) {
	if t.holes == 0 || !bytes.HasPrefix(text, t.literals[0]) {
		return 0, nil, false
	}
	at := len(t.literals[0])
	if t.token == 1 {
		if at = t.skip(text, at); at < 0 {
			return 0, nil, false
		}
	}
	token, odd, ok := hole(text, at)
	if !ok {
		return 0, nil, false
	}
	at += len(token)
	literal := t.literals[t.token+1]
	if !bytes.HasPrefix(text[at:], literal) {
		return 0, nil, false
	}
	at += len(literal)
	if t.holes == 2 && t.token == 0 {
		if at = t.skip(text, at); at < 0 {
			return 0, nil, false
		}
	}
	return lineEnd(text, at), token, odd
}

// skip returns the position behind the hole at text[at] that is not the token's
// and the literal that follows it, -1 where they are not there.
func (t *template) skip(text []byte, at int) int {
	if !t.sameWidth(text, at) {
		noise, _, ok := hole(text, at)
		if !ok {
			return -1
		}
		t.width = len(noise)
	}
	at += t.width
	literal := t.literals[2-t.token]
	if !bytes.HasPrefix(text[at:], literal) {
		return -1
	}
	return at + len(literal)
}

// hole returns the text of the string that begins at text[at], whether it is
// odd, and whether it is a valid string at all.
func hole(text []byte, at int) (inside []byte, odd, ok bool) {
	end, odd := 0, false
	if len(text)-at >= 8 { // most tokens end within a word
		x := binary.LittleEndian.Uint64(text[at:])
		if stop := stops(x) & tops; stop != 0 {
			end, odd = at+bits.TrailingZeros64(stop)/8, x&tops != 0
			if text[end] == '"' {
				return text[at:end], odd, true
			}
		}
	}
	end, odd = plainRun(text, at)
	if peek(text, end) == '"' {
		return text[at:end], odd, true
	}
	end, want := scanString(text, end)
	return text[at:end], true, want == ""
}

// sameWidth reports whether the hole at text[at] is as wide as the last one and
// holds plain ASCII. Where it does not, the hole is read as any other.
func (t *template) sameWidth(text []byte, at int) bool {
	end := at + t.width
	return t.width >= 8 && end < len(text) && text[end] == '"' && plain(text[at:end])
}

// plain reports whether text, of eight bytes or more, is ASCII without quotes,
// backslashes and control characters. Unlike plainRun it takes the same way
// through all texts of one length, so that the processor guesses it right; the
// last word overlaps the one before.
func plain(text []byte) bool {
	last := binary.LittleEndian.Uint64(text[len(text)-8:])
	stop := stops(last) | last
	for ; len(text) > 8; text = text[8:] {
		x := binary.LittleEndian.Uint64(text)
		stop |= stops(x) | x
	}
	return stop&tops == 0
}

// stops returns a word with a lane's top bit set where x holds the first quote,
// backslash or control character, and possibly in lanes above it.
func stops(x uint64) uint64 {
	q, s := x^exchange, x^slants
	return (q-behind)&^q | (s-lanes)&^s
}

// lineEnd returns the position behind the LF or CRLF at text[at], 0 where there is none.
func lineEnd(text []byte, at int) int {
	if peek(text, at) == '\r' {
		at++
	}
	if peek(text, at) == '\n' {
		return at + 1
	}
	return 0
}

// Eight bytes are examined at once, as the lanes of a 64-bit word.
const (
	lanes  = 0x0101010101010101
	tops   = 0x80 * lanes
	slants = '\\' * lanes

	// Exchanging ' ' and '"' leaves the control characters where they are and
	// puts the quote right behind them: one comparison finds both.
	exchange = (' ' ^ '"') * lanes
	behind   = (' ' + 1) * lanes
)

// plainRun returns the position of the first quote, backslash or control
// character from text[at] on, len(text) where there is none, and whether a byte
// that is not ASCII was seen (a few bytes further may have been looked at: high
// may be true without need, never false where it matters).
//
// (x-n)&^x has a lane's top bit set where the lane is less than n; a lane above
// the first such lane may be set by the borrow, which does not matter as only
// the first one is used. x^c is 0, so less than 1, where x equals c.
func plainRun(text []byte, at int) (end int, high bool) {
	var seen uint64
	rest := text[at:]
	for ; len(rest) >= 8; rest = rest[8:] {
		x := binary.LittleEndian.Uint64(rest)
		seen |= x
		if stop := stops(x) & tops; stop != 0 {
			return len(text) - len(rest) + bits.TrailingZeros64(stop)/8, seen&tops != 0
		}
	}
	high = seen&tops != 0
	for i, c := range rest {
		if c < ' ' || c == '"' || c == '\\' {
			return len(text) - len(rest) + i, high
		}
		high = high || c >= 0x80
	}
	return len(text), high
}
