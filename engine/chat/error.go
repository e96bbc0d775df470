package chat

import "errors"

// ErrorKind says what went wrong with a question, from the closed list of the
// wire contract (`data.kind` of an error response).
type ErrorKind string

// The kinds of failure.
const (
	NoBackend         ErrorKind = "no_backend"         // nothing that could answer was found
	Unreachable       ErrorKind = "unreachable"        // the model server's address does not answer
	ModelNotFound     ErrorKind = "model_not_found"    // the server answers but does not have the model
	Auth              ErrorKind = "auth"               // the server refuses the key (401, 403)
	RateLimited       ErrorKind = "rate_limited"       // the server asks to wait (429)
	ContextTooLong    ErrorKind = "context_too_long"   // the prompt does not fit the model
	Timeout           ErrorKind = "timeout"            // the server took longer than the limit named in the message
	Policy            ErrorKind = "policy"             // a rule of the configuration forbids the call
	BadResponse       ErrorKind = "bad_response"       // the server answered with something that is not its protocol
	QueryTooLong      ErrorKind = "query_too_long"     // the question itself is over the limit
	StreamInterrupted ErrorKind = "stream_interrupted" // the answer ended without its end mark
)

// Error is a failure a person can act on. Message says what happened and to
// whom (server address, model name, HTTP status) in one sentence; Hint says what
// to do next as a command or a setting. Neither ever holds a key or a prompt.
type Error struct {
	Kind    ErrorKind `json:"kind"`
	Message string    `json:"message"`
	Hint    string    `json:"hint"`

	// Tokens and Window are, of a [ContextTooLong], what the server counted in the
	// prompt and the most it takes; 0 where it did not say.
	Tokens, Window int `json:"-"`

	// Err is the cause, for errors.Is and for the log. It is not sent to a client.
	Err error `json:"-"`
}

// Error returns the message alone; the hint is shown beside it, never inside it.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first [Error] in err's chain, "" where there is none.
func KindOf(err error) ErrorKind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
