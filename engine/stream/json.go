package stream

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// This file is the complete JSON parser behind the shortcut of template.go. It
// validates as encoding/json does (RFC 8259, the same nesting limit) and
// returns positions, so that nothing is copied before it is wanted.

// maxDepth is how many objects and arrays may be open at once, encoding/json's limit.
const maxDepth = 10000

// value says where one JSON value lies in the text it was read from.
type value struct {
	// kind is the value's first byte, with '0' for every number; 0 for a value
	// that is not there.
	kind       byte
	start, end int // text[start:end], quotes and brackets included
}

// absent reports whether the value is missing or null, which servers use alike.
func (v value) absent() bool { return v.kind == 0 || v.kind == 'n' }

// members walks the members of one object. A member that comes twice is
// returned twice: callers keep the last, as encoding/json does.
type members struct {
	text  []byte
	at    int // behind '{' at first; behind '}' when next has returned false and want is ""
	depth int // how many objects and arrays are open, this one included
	begun bool

	key  []byte // the last member's key as it is written, without quotes
	val  value
	want string // what was expected at text[at]; "" while the text is valid
}

// document walks the object that begins at text[at] and must fill the rest of
// text. The caller calls finish after the last member.
func document(text []byte, at int) members {
	at = space(text, at)
	m := members{text: text, at: at + 1, depth: 1}
	if peek(text, at) != '{' {
		m.at, m.want = at, "an object"
	}
	return m
}

// finish reads what is behind a document: nothing but white space.
func (m *members) finish() {
	if m.want != "" {
		return
	}
	if m.at = space(m.text, m.at); m.at < len(m.text) {
		m.want = "the end of the line"
	}
}

// membersOf walks the object v of text.
func membersOf(text []byte, v value) members {
	return members{text: text, at: v.start + 1, depth: 1}
}

// next moves to the next member. It returns false behind the last one and at a fault.
func (m *members) next() bool {
	if m.want != "" {
		return false
	}
	more, at, want := separated(m.text, m.at, m.begun, '}')
	if !more {
		return m.stop(at, want)
	}
	m.begun = true
	if peek(m.text, at) != '"' {
		return m.stop(at, "a key")
	}
	end, want := scanString(m.text, at+1)
	if want != "" {
		return m.stop(end, want)
	}
	m.key = m.text[at+1 : end]
	at = space(m.text, end+1)
	if peek(m.text, at) != ':' {
		return m.stop(at, "':' after a key")
	}
	m.val, m.want = readValue(m.text, space(m.text, at+1), m.depth)
	m.at = m.val.end
	return m.want == ""
}

func (m *members) stop(at int, want string) bool {
	m.at, m.want = at, want
	return false
}

// name returns the last member's key with its escapes read.
func (m *members) name() []byte {
	if bytes.IndexByte(m.key, '\\') < 0 {
		return m.key
	}
	return appendText(nil, m.key)
}

// elements walks the values of one array, as [members] does an object's.
type elements struct {
	text  []byte
	at    int
	depth int
	begun bool

	val  value
	want string
}

// elementsOf walks the array v of text.
func elementsOf(text []byte, v value) elements {
	return elements{text: text, at: v.start + 1, depth: 1}
}

// next moves to the next value. It returns false behind the last one and at a fault.
func (e *elements) next() bool {
	more, at, want := separated(e.text, e.at, e.begun, ']')
	if !more {
		e.at, e.want = at, want
		return false
	}
	e.begun = true
	e.val, e.want = readValue(e.text, at, e.depth)
	e.at = e.val.end
	return e.want == ""
}

// separated reads what stands between the parts of an object or array: nothing
// before the first, a comma before each later one, the closing bracket behind
// the last. It returns the position of the next part where there is more, of
// the byte behind the bracket where there is not, of the fault with want set.
func separated(text []byte, at int, begun bool, closing byte) (more bool, next int, want string) {
	at = space(text, at)
	switch c := peek(text, at); {
	case c == closing:
		return false, at + 1, ""
	case !begun:
		return true, at, ""
	case c == ',':
		return true, space(text, at+1), ""
	case closing == '}':
		return false, at, "',' or '}'"
	}
	return false, at, "',' or ']'"
}

// readValue validates the value at text[at]. depth is the number of objects and
// arrays already open. At a fault, want says what was expected at text[v.end].
func readValue(text []byte, at, depth int) (v value, want string) {
	v = value{kind: peek(text, at), start: at}
	switch v.kind {
	case '"':
		v.end, want = scanString(text, at+1)
		if want == "" {
			v.end++
		}
	case '{', '[':
		v.end, want = skipNested(text, at, depth+1)
	case 't':
		v.end, want = skipWord(text, at, "true")
	case 'f':
		v.end, want = skipWord(text, at, "false")
	case 'n':
		v.end, want = skipWord(text, at, "null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		v.kind = '0'
		v.end, want = skipNumber(text, at)
	default:
		v.end, want = at, "a value"
	}
	return v, want
}

// skipNested validates the object or array at text[at], the depth-th open one.
func skipNested(text []byte, at, depth int) (end int, want string) {
	if depth > maxDepth {
		return at, "less nesting"
	}
	if text[at] == '{' {
		m := members{text: text, at: at + 1, depth: depth}
		for m.next() {
		}
		return m.at, m.want
	}
	e := elements{text: text, at: at + 1, depth: depth}
	for e.next() {
	}
	return e.at, e.want
}

func skipWord(text []byte, at int, word string) (end int, want string) {
	for i := range len(word) {
		if peek(text, at+i) != word[i] {
			return at + i, word
		}
	}
	return at + len(word), ""
}

// skipNumber validates a number: RFC 8259 allows no leading zero and no bare point.
func skipNumber(text []byte, at int) (end int, want string) {
	if peek(text, at) == '-' {
		at++
	}
	if peek(text, at) == '0' {
		at++
	} else if at, want = skipDigits(text, at); want != "" {
		return at, want
	}
	if peek(text, at) == '.' {
		if at, want = skipDigits(text, at+1); want != "" {
			return at, want
		}
	}
	if c := peek(text, at); c == 'e' || c == 'E' {
		at++
		if c := peek(text, at); c == '+' || c == '-' {
			at++
		}
		return skipDigits(text, at)
	}
	return at, ""
}

// skipDigits reads one digit or more.
func skipDigits(text []byte, at int) (end int, want string) {
	end = at
	for c := peek(text, end); '0' <= c && c <= '9'; c = peek(text, end) {
		end++
	}
	if end == at {
		return at, "a digit"
	}
	return end, ""
}

// peek returns text[at], 0 behind the end: no valid structure begins with 0.
func peek(text []byte, at int) byte {
	if at < len(text) {
		return text[at]
	}
	return 0
}

// space returns the position of the first byte from at on that is not JSON's white space.
func space(text []byte, at int) int {
	for at < len(text) {
		switch text[at] {
		case ' ', '\t', '\n', '\r':
			at++
		default:
			return at
		}
	}
	return at
}

// scanString finds the end of the string whose text begins at text[at], behind
// the opening quote. It returns the position of the closing quote. At a fault,
// want says what was expected at text[end].
func scanString(text []byte, at int) (end int, want string) {
	for {
		end, _ = plainRun(text, at)
		switch peek(text, end) {
		case '"':
			return end, ""
		case '\\':
			if at, want = skipEscape(text, end+1); want != "" {
				return at, want
			}
		default:
			if end >= len(text) {
				return end, "the rest of a string"
			}
			return end, "no control character in a string"
		}
	}
}

// skipEscape validates the escape whose backslash is before text[at].
func skipEscape(text []byte, at int) (end int, want string) {
	switch peek(text, at) {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return at + 1, ""
	case 'u':
		for i := at + 1; i < at+5; i++ {
			if hexDigit(peek(text, i)) < 0 {
				return i, "a hexadecimal digit"
			}
		}
		return at + 5, ""
	}
	return at, "an escape"
}

// textOf returns the characters of the valid JSON string whose text is raw,
// without its quotes: raw itself where it already is valid UTF-8 without
// escapes, else a decoded copy in scratch, which it returns grown.
func textOf(raw, scratch []byte) (text, grown []byte) {
	if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return raw, scratch
	}
	scratch = appendText(scratch[:0], raw)
	return scratch, scratch
}

// appendText appends the characters of the valid JSON string whose text is raw.
// Bytes that are not UTF-8 and surrogates without their other half become
// U+FFFD, one each, as encoding/json has it.
func appendText(dst, raw []byte) []byte {
	for at := 0; ; {
		end, high := plainRun(raw, at)
		if high {
			dst = appendValid(dst, raw[at:end])
		} else {
			dst = append(dst, raw[at:end]...)
		}
		if end == len(raw) {
			return dst
		}
		var n int
		dst, n = appendEscape(dst, raw[end:])
		at = end + n
	}
}

// appendValid appends b with each invalid byte replaced by U+FFFD.
func appendValid(dst, b []byte) []byte {
	if utf8.Valid(b) {
		return append(dst, b...)
	}
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		dst = utf8.AppendRune(dst, r)
		b = b[n:]
	}
	return dst
}

// appendEscape appends the character of the valid escape at the start of raw,
// and returns how many bytes the escape takes.
func appendEscape(dst, raw []byte) ([]byte, int) {
	switch c := raw[1]; c {
	case 'b':
		return append(dst, '\b'), 2
	case 'f':
		return append(dst, '\f'), 2
	case 'n':
		return append(dst, '\n'), 2
	case 'r':
		return append(dst, '\r'), 2
	case 't':
		return append(dst, '\t'), 2
	case 'u':
		r, n := unicodeEscape(raw)
		return utf8.AppendRune(dst, r), n
	default:
		return append(dst, c), 2
	}
}

// The surrogates of UTF-16, which an escape needs in pairs for characters above U+FFFF.
const (
	surrogateMin = 0xD800
	surrogateLow = 0xDC00
	surrogateMax = 0xE000
)

// unicodeEscape reads \uXXXX, or the two of a surrogate pair, and returns the
// character and the bytes taken. Half a pair is U+FFFD and takes one escape.
func unicodeEscape(raw []byte) (rune, int) {
	r := hexRune(raw[2:6])
	if r < surrogateMin || r >= surrogateMax {
		return r, 6
	}
	if r < surrogateLow && len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
		if low := hexRune(raw[8:12]); low >= surrogateLow && low < surrogateMax {
			return (r-surrogateMin)<<10 + (low - surrogateLow) + 0x10000, 12
		}
	}
	return utf8.RuneError, 6
}

func hexRune(digits []byte) (r rune) {
	for _, c := range digits {
		r = r<<4 | rune(hexDigit(c))
	}
	return r
}

// hexDigit returns the value of a hexadecimal digit, -1 for another byte.
func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// maxCount keeps counts that servers send within an int of any machine.
const maxCount = 1<<31 - 1

// count reads a valid JSON number as a count: cut to a whole number, 0 below
// zero, maxCount above it.
func count(number []byte) int {
	f, _ := strconv.ParseFloat(string(number), 64) // its only error is "out of range", which comes with ±Inf
	return int(min(max(f, 0), maxCount))
}
