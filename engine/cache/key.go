package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"

	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// keyVersion changes when the encoding below does, so that fingerprints of
// different encodings never meet.
const keyVersion = "rigrun cache key 1"

// Question is everything an answer depends on. Two questions with one
// fingerprint are one question: their answer is the same, up to what the model
// draws by lot.
//
// Names and version numbers of documents are not part of it, so that a renamed
// file finds its answers again; their content is.
type Question struct {
	// Backend is the dialect ("ollama"), Model the model as the backend names
	// it. Digest tells this model from another of the same name: the server's
	// digest of the weights where it gives one, else the server's address.
	Backend, Model, Digest string

	Options  chat.Options
	Action   chat.Action
	Template string // the version of the prompt's fixed texts
	Level    chat.Level
	Language string // the language of the document asked about

	// History are the turns before the question's own: the system prompt, then
	// the conversation.
	History []chat.Turn

	// Before, Wording and After are the question's own turn without its context
	// items. Wording is what the person typed and the only part that may ever
	// match semantically; Before and After are what the template puts around it.
	Before, Wording, After string

	Context []Item
}

// Item is one piece of context of a [Question], as far as the answer depends on it.
type Item struct {
	Kind            chat.ContextKind
	Language, Query string
	Text            string

	// Document is the whole document, where the backend reads more of it than
	// Text; else "".
	Document string

	// FirstLine and LastLine are the line numbers the model is shown, 0 where it
	// is shown none: an answer names lines.
	FirstLine, LastLine int
}

// Keys returns the fingerprints of a question: key and check cover everything,
// group everything but Wording. They are SHA-256 over an encoding in which every
// text has its length before it, so that no two questions are written alike; key
// is the first half of check, whose second half therefore tells apart what would
// share a key.
//
// The text is read once. It makes two allocations.
func (q *Question) Keys() (key, group Key, check [32]byte) {
	e := &encoder{h: sha256.New()}
	e.texts(keyVersion, q.Backend, q.Model, q.Digest, string(q.Action), q.Template, q.Language)
	e.number(uint64(q.Level))
	e.options(q.Options)
	e.number(uint64(len(q.History)))
	for i := range q.History {
		e.texts(string(q.History[i].Role), q.History[i].Content)
	}
	e.number(uint64(len(q.Context)))
	for i := range q.Context {
		e.item(&q.Context[i])
	}
	e.texts(q.Before, q.After)
	copy(group[:], e.sum())
	e.texts(q.Wording)
	copy(check[:], e.sum())
	copy(key[:], check[:])
	return key, group, check
}

// encoder feeds a hash through a small buffer, so that neither lengths nor texts
// are allocated.
type encoder struct {
	h   hash.Hash
	buf [1 << 10]byte
	n   int // bytes of buf that are not hashed yet
	out [sha256.Size]byte
}

// sum returns the hash of what was written so far, valid until the next call.
func (e *encoder) sum() []byte {
	e.flush()
	return e.h.Sum(e.out[:0])
}

func (e *encoder) flush() {
	_, _ = e.h.Write(e.buf[:e.n]) // a hash never fails
	e.n = 0
}

// number writes eight bytes.
func (e *encoder) number(v uint64) {
	if len(e.buf)-e.n < 8 {
		e.flush()
	}
	binary.LittleEndian.PutUint64(e.buf[e.n:], v)
	e.n += 8
}

// texts writes each text behind its length.
func (e *encoder) texts(all ...string) {
	for _, s := range all {
		e.number(uint64(len(s)))
		for len(s) > 0 {
			if e.n == len(e.buf) {
				e.flush()
			}
			n := copy(e.buf[e.n:], s)
			e.n += n
			s = s[n:]
		}
	}
}

func (e *encoder) options(o chat.Options) {
	e.optional(o.Temperature != nil, func() uint64 { return math.Float64bits(*o.Temperature) })
	e.optional(o.Seed != nil, func() uint64 { return uint64(*o.Seed) })
	e.number(uint64(o.MaxTokens))
	e.number(uint64(o.ContextLength))
}

// optional tells a value that is absent from one that is zero.
func (e *encoder) optional(set bool, value func() uint64) {
	if !set {
		e.number(0)
		return
	}
	e.number(1)
	e.number(value())
}

func (e *encoder) item(i *Item) {
	e.texts(string(i.Kind), i.Language, i.Query, i.Text, i.Document)
	e.number(uint64(i.FirstLine))
	e.number(uint64(i.LastLine))
}

// groupOf is the part of a group whose vectors come from one embedder.
func groupOf(group Key, embedder string) (k Key) {
	e := &encoder{h: sha256.New()}
	e.texts(string(group[:]), embedder)
	copy(k[:], e.sum())
	return k
}

// bucketOf is the part of a group whose questions the guard may take for this one.
func bucketOf(group Key, embedder, wording string) (k Key) {
	e := &encoder{h: sha256.New()}
	e.texts(string(group[:]), embedder)
	e.number(semantic.Signature(wording))
	copy(k[:], e.sum())
	return k
}
