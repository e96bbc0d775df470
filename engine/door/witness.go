package door

import "github.com/rigrun/rigrun-lsp/engine/chat"

// Passage is what a witness is told of a request. It holds no part of the body,
// the path or the headers.
type Passage struct {
	Role  Role
	Host  string     // "host:port" as asked for; of a refused connection the resolved address
	Level chat.Level // the one that counts: of settings, question and, where the body was read, markings
	Reach Reach      // how far the connection may go; [Loopback] where nothing passes
	Model string
	Bytes int // length of the body

	// Secrets are the kinds of the secrets found, sorted, each once.
	Secrets []string

	// Digest is what a [Hasher] made of the body, "" without one or without a body.
	Digest string
}

// Witness is told of every decision before it takes effect, by the goroutines
// that send: it must be safe for concurrent use and should not block.
type Witness interface {
	// Passed is called for every attempt that may be made.
	Passed(p Passage)

	// Refused is called for every request, name lookup and connection that is
	// refused. Of the last two only Host, Reach and the rules' level are known. A
	// refused address may not be the last word: a name can have others.
	Refused(p Passage, v *Violation)
}

// Hasher is a [Witness] that wants a digest of each body. The bytes are lent for
// the call.
type Hasher interface {
	Hash(body []byte) string
}

// Unwitnessed keeps no record.
type Unwitnessed struct{}

// Passed does nothing.
func (Unwitnessed) Passed(Passage) {}

// Refused does nothing.
func (Unwitnessed) Refused(Passage, *Violation) {}
