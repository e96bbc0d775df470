package door

import (
	"unicode/utf16"
	"unicode/utf8"
)

// bodyTexts returns every string of a JSON body, keys too, unescaped, in order;
// empty ones are left out. All of them are parts of one string.
//
// This is no parser: it only tells strings from what is between them, so that a
// body cut short or put together wrongly shows as much as a good one. Between
// strings JSON has nothing but numbers, three words and punctuation, of which no
// marking can be made. Where anything else stands there, or a string is no JSON
// string, the whole body is a text too, once as it is and once with its escapes
// undone.
func bodyTexts(body []byte) []string {
	if len(body) == 0 {
		return nil
	}
	w := newWalker(body)
	for w.seek() {
		w.read()
	}
	all := w.texts()
	if w.odd {
		all = append(all, string(body), unescaped(body))
	}
	return all
}

// unescaped is a text with JSON's escapes undone wherever they stand.
func unescaped(src []byte) string {
	w := newWalker(src)
	for w.at < len(src) {
		if src[w.at] == '\\' {
			w.escape()
		} else {
			w.keep()
		}
	}
	return string(w.text)
}

// walker goes through src once and writes its strings one after the other into text.
type walker struct {
	src  []byte
	at   int    // in src, of what is read next
	text []byte // never grows: no escape is shorter than what it stands for
	ends []int  // where each string ends in text
	odd  bool   // something was not JSON
}

func newWalker(src []byte) walker {
	return walker{src: src, text: make([]byte, 0, len(src)), ends: make([]int, 0, 32)}
}

// texts are the strings that were read.
func (w *walker) texts() []string {
	whole := string(w.text)
	all := make([]string, 0, len(w.ends)+8) // room for the texts around the body
	start := 0
	for _, end := range w.ends {
		if end > start {
			all = append(all, whole[start:end])
		}
		start = end
	}
	return all
}

// seek moves behind the next quote that opens a string.
func (w *walker) seek() bool {
	for w.at < len(w.src) {
		c := w.src[w.at]
		w.at++
		if c == '"' {
			return true
		}
		w.odd = w.odd || !betweenStrings(c)
	}
	return false
}

// betweenStrings reports whether JSON can have a byte outside its strings: in
// white space, punctuation, numbers, and true, false and null.
func betweenStrings(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '{', '}', '[', ']', ',', ':',
		'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '+', '.', 'E',
		'a', 'e', 'f', 'l', 'n', 'r', 's', 't', 'u':
		return true
	}
	return false
}

// read reads a string up to and with its closing quote, or the end of src.
func (w *walker) read() {
	for w.at < len(w.src) {
		w.run()
		if w.at == len(w.src) {
			break
		}
		switch w.src[w.at] {
		case '"':
			w.at++
			w.ends = append(w.ends, len(w.text))
			return
		case '\\':
			w.escape()
		default:
			w.keep() // must be escaped in JSON
		}
	}
	w.odd = true
	w.ends = append(w.ends, len(w.text))
}

// stops are the bytes that end a run of plain ones in a string: quotes,
// backslashes and control characters.
var stops = [256]bool{
	'"': true, '\\': true,
	0: true, 1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true, 9: true, 10: true, 11: true, 12: true, 13: true, 14: true, 15: true,
	16: true, 17: true, 18: true, 19: true, 20: true, 21: true, 22: true, 23: true, 24: true, 25: true, 26: true, 27: true, 28: true, 29: true, 30: true, 31: true,
}

// run takes over what stands in front of the next byte of stops or the end of src.
func (w *walker) run() {
	src := w.src[w.at:]
	n := 0
	for n < len(src) && !stops[src[n]] {
		n++
	}
	w.text = append(w.text, src[:n]...)
	w.at += n
}

// keep takes a byte over that is not JSON where it stands.
func (w *walker) keep() {
	w.odd = true
	w.text = append(w.text, w.src[w.at])
	w.at++
}

// escape undoes the escape that begins at the backslash at hand. A backslash
// that begins none stays.
func (w *walker) escape() {
	rest := w.src[w.at:]
	if len(rest) > 1 {
		if c := shortEscape(rest[1]); c != 0 {
			w.text = append(w.text, c)
			w.at += 2
			return
		}
		if r, n := longEscape(rest); n > 0 {
			w.text = utf8.AppendRune(w.text, r)
			w.at += n
			return
		}
	}
	w.keep()
}

// shortEscape is what a backslash with c stands for, 0 for none.
func shortEscape(c byte) byte {
	switch c {
	case '"', '\\', '/':
		return c
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	}
	return 0
}

// longEscape reads "\uXXXX" or a surrogate pair of them, and how many bytes it
// has. Half a pair is U+FFFD, as encoding/json has it.
func longEscape(s []byte) (r rune, n int) {
	r, ok := codeUnit(s)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	low, ok := codeUnit(s[6:])
	if pair := utf16.DecodeRune(r, low); ok && pair != '\ufffd' {
		return pair, 12
	}
	return '\ufffd', 6
}

// codeUnit reads the "\uXXXX" at the beginning of s.
func codeUnit(s []byte) (r rune, ok bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for _, c := range s[2:6] {
		digit, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | digit
	}
	return r, true
}

func hexDigit(c byte) (rune, bool) {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0'), true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10, true
	}
	return 0, false
}
