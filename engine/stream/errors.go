package stream

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// ErrNoEnd is the error of a body that ended without its end mark: the
// connection was cut, or the server gave up. What was written before is right
// but is not the whole answer.
var ErrNoEnd = errors.New("the answer ended without its end mark")

// maxMessage is how many bytes of a server's error message are kept.
const maxMessage = 1024

// ServerError is an error object found in a body that began as an answer.
type ServerError struct {
	Message string // the server's own words, at most 1 KiB of them; may be ""
	Type    string // OpenAI's error.type; "" where not told
	Code    string // OpenAI's error.code, a number written in decimal; "" where not told
	Status  int    // Code where it is an HTTP error status (400 to 599); else 0
}

// Error returns the server's words behind a few of ours.
func (e *ServerError) Error() string {
	switch {
	case e.Message != "":
		return "the model server reported: " + e.Message
	case e.Type != "":
		return "the model server reported an error of type " + e.Type
	}
	return "the model server reported an error without describing it"
}

// SyntaxError is the error of a body that is not the protocol. It tells where
// and what was expected, and never holds a piece of the body beyond one
// character of JSON's or HTML's punctuation.
type SyntaxError struct {
	Line     int    // 1-based number of the line in the body
	Offset   int    // 0-based byte offset in that line
	Expected string // what should have stood there, such as "a key"
	Found    string // what stood there: "'<'", "another character", "the end of the line"
}

// Error returns the position, what was expected and what was found.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, byte %d of the answer: expected %s, found %s", e.Line, e.Offset, e.Expected, e.Found)
}

// foundEnd is [SyntaxError.Found] where the text stops too early.
const foundEnd = "the end of the line"

// syntaxError describes the fault at text[at] of the given line.
func syntaxError(line int, text []byte, at int, expected string) *SyntaxError {
	return &SyntaxError{Line: line, Offset: at, Expected: expected, Found: found(text, at)}
}

// found names text[at] without quoting anything that may be part of an answer.
func found(text []byte, at int) string {
	if at >= len(text) {
		return foundEnd
	}
	switch c := text[at]; c {
	case '{', '}', '[', ']', ':', ',', '"', '<':
		return "'" + string(rune(c)) + "'"
	}
	return "another character"
}

// brief cuts a server's message to [maxMessage] bytes, between characters.
func brief(text []byte) string {
	if len(text) <= maxMessage {
		return string(text)
	}
	n := maxMessage
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return string(text[:n])
}
