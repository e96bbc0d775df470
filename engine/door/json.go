package door

import (
	"bytes"
	"strings"
	"unicode/utf16"
)

// bodyTexts returns every string of a JSON body, keys too, unescaped, in order;
// empty ones are left out. All of them stand in one buffer.
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
	w := walker{src: body}
	w.text.Grow(len(body)) // no escape is shorter than what it stands for
	for w.seek() {
		w.read()
	}
	if w.odd {
		w.all = append(w.all, string(body), unescaped(body))
	}
	return w.all
}

// unescaped is a text with JSON's escapes undone wherever they stand.
func unescaped(src []byte) string {
	w := walker{src: src}
	w.text.Grow(len(src))
	for w.at < len(src) {
		run := bytes.IndexByte(src[w.at:], '\\')
		if run < 0 {
			run = len(src) - w.at
		}
		w.copy(run)
		if w.at < len(src) {
			w.escape()
		}
	}
	return w.text.String()
}

// walker goes through src once and writes its strings one after the other into text.
type walker struct {
	src  []byte
	at   int  // in src, of what is read next
	odd  bool // something was not JSON
	text strings.Builder
	all  []string
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
	start := w.text.Len()
	for w.at < len(w.src) {
		w.copy(w.run())
		if w.at == len(w.src) {
			break
		}
		if w.src[w.at] == '"' {
			w.at++
			w.emit(start)
			return
		}
		w.escape()
	}
	w.odd = true
	w.emit(start)
}

// run is the number of bytes up to the next quote, backslash or the end of src.
func (w *walker) run() int {
	rest := w.src[w.at:]
	for i, c := range rest {
		if c == '"' || c == '\\' {
			return i
		}
		if c < ' ' {
			w.odd = true // must be escaped in JSON
		}
	}
	return len(rest)
}

// copy takes n bytes over as they are.
func (w *walker) copy(n int) {
	w.text.Write(w.src[w.at : w.at+n])
	w.at += n
}

// emit makes a text of what was written since start.
func (w *walker) emit(start int) {
	if w.text.Len() > start {
		w.all = append(w.all, w.text.String()[start:])
	}
}

// escape undoes the escape that begins at the backslash at hand. A backslash
// that begins none stays.
func (w *walker) escape() {
	rest := w.src[w.at:]
	if len(rest) > 1 {
		if c := shortEscape(rest[1]); c != 0 {
			w.text.WriteByte(c)
			w.at += 2
			return
		}
		if r, n := longEscape(rest); n > 0 {
			w.text.WriteRune(r)
			w.at += n
			return
		}
	}
	w.odd = true
	w.copy(1)
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
