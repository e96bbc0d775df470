package transport

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// isDocument reports whether an answer is JSON rather than a stream: its type
// says so and it begins like it. Only so much of it is looked at.
func isDocument(resp *http.Response, in *bufio.Reader) bool {
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if media != "application/json" {
		return false
	}
	for n := 1; n <= 64; n++ {
		start, err := in.Peek(n)
		if err != nil {
			return false
		}
		if c := start[n-1]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c == '{'
		}
	}
	return false
}

// decodeDocument feeds JSON values, however they are laid out, to the decoder of
// a stream as the lines it expects. Several values one after the other are a
// stream with the wrong type, and are written as they come.
func decodeDocument(body io.Reader, prefix string, dec stream.Decoder, w stream.Writer) (stream.End, error) {
	values := json.NewDecoder(body)
	for {
		var value json.RawMessage
		err := values.Decode(&value)
		if errors.Is(err, io.EOF) {
			return dec.End(w)
		}
		if _, ok := errors.AsType[*json.SyntaxError](err); ok {
			return stream.End{}, &stream.SyntaxError{Line: 1, Offset: int(values.InputOffset()), Expected: "a JSON value", Found: "another character"}
		}
		if err != nil {
			return stream.End{}, err
		}
		if err := feedLine(dec, prefix, value, w); err != nil {
			return stream.End{}, err
		}
	}
}

func feedLine(dec stream.Decoder, prefix string, value json.RawMessage, w stream.Writer) error {
	var line bytes.Buffer
	line.WriteString(prefix)
	if err := json.Compact(&line, value); err != nil {
		return err // never: the value was decoded
	}
	line.WriteString("\n\n") // a blank line ends an event, and is skipped between lines
	return dec.Feed(line.Bytes(), w)
}
