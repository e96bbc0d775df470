package transport

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
)

// Call says where a request goes and how to speak of it when it fails.
type Call struct {
	Method string // "" means POST for a stream, GET or POST for JSON by its input
	URL    *url.URL
	Header http.Header // added to the request; no value of it appears in an error

	Role  door.Role  // what the settings call the server
	Level chat.Level // the classification of what is sent, as far as the caller knows

	Server string // the server in words: "Ollama", "the model server"
	Model  string // the model asked for, "" where there is none

	// Hint says what a person can do about a failure of this kind, as a command
	// or a setting. Nil gives no hints.
	Hint func(kind chat.ErrorKind) string

	// Prefix stands before each JSON value of a stream: "data: " for events, ""
	// for lines. With it an answer that came as one JSON document, although a
	// stream was asked for, is handed to the stream's decoder.
	Prefix string

	Limit time.Duration // for the whole of a JSON call; 0 means Options.Call
	Once  bool          // never send it twice

	body []byte // the request's body; an error never repeats a piece of it
}

// who names the server in a message.
func (c *Call) who() string {
	name := cmp.Or(c.Server, "the server")
	return name + " at " + Address(c.URL)
}

// fail makes an error of a kind, with the call's own hint for it.
func (c *Call) fail(kind chat.ErrorKind, cause error, format string, args ...any) *chat.Error {
	e := &chat.Error{Kind: kind, Message: fmt.Sprintf(format, args...), Err: cause}
	if c.Hint != nil {
		e.Hint = c.Hint(kind)
	}
	return e
}
