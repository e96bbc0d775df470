package cache

import (
	"context"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Key is a 128-bit fingerprint of a question or of a group of questions. See [Question.Keys].
type Key [16]byte

// Shareable is the highest level of an entry that may leave this process for a
// shared store. What is above it lives in memory and dies with the process.
const Shareable = chat.Unclassified

// Entry is one answer and everything it may be matched by. An Entry is never
// changed once it was handed over: who wants another one stores a copy.
type Entry struct {
	// ID names this answer to this question. It holds the Key (see [ParseID]) and
	// the time it was made, so that a question answered anew has another ID.
	ID string

	Key   Key      // fingerprint of everything the answer depends on, the wording included
	Check [32]byte // SHA-256 of the same: compared on every hit, since a key of 16 bytes is only an address
	Group Key      // fingerprint of everything but the wording: only equal groups may match semantically

	// Question is the wording, "" where the entry may match exactly only.
	// Vector is its embedding (unit length) by the embedder named Embedder, nil
	// where Question is "". Vectors of different embedders are never compared.
	Question string
	Vector   []float32
	Embedder string

	// Threshold is the least cosine at which this entry may match, where that is
	// higher than its embedder's own. It is raised by bad ratings; 0 is the embedder's.
	Threshold float64

	Level  chat.Level
	Answer Answer

	Created, Used time.Time // UTC, whole microseconds; Used is when it was last given as an answer
}

// Answer is what a model answered, with what is known about it. Only an answer
// that ended cleanly becomes one.
type Answer struct {
	Text, Thinking       string
	Reason               chat.FinishReason
	Usage                chat.Usage
	Tier, Backend, Model string // where it came from
	Digest               string // the server's digest of the model's weights, "" where it gives none
	CostCents            float64
}

// NewID returns the ID of an entry with this key made at this moment: the key in
// 32 hexadecimal digits, a dash, and the time in microseconds since 1970 in base 36.
func NewID(k Key, created time.Time) string {
	return hex.EncodeToString(k[:]) + "-" + strconv.FormatInt(created.UnixMicro(), 36)
}

// ParseID takes an ID apart. It is false for anything [NewID] does not make: IDs
// come back from editors.
func ParseID(id string) (k Key, created time.Time, ok bool) {
	const digits = 2 * len(k)
	if len(id) < digits+2 || len(id) > digits+14 || id[digits] != '-' {
		return k, created, false
	}
	if _, err := hex.Decode(k[:], []byte(id[:digits])); err != nil {
		return k, created, false
	}
	micros, err := strconv.ParseInt(id[digits+1:], 36, 64)
	if err != nil {
		return k, created, false
	}
	created = time.UnixMicro(micros).UTC()
	return k, created, NewID(k, created) == id
}

// Bucket returns the fingerprint of all that two questions share wherever the one
// may be answered as the other: the group, the embedder and the guard's signature
// of the wording. It is zero where the entry may match exactly only. It reads the
// wording, which takes some microseconds.
func (e *Entry) Bucket() Key {
	if e.Question == "" || len(e.Vector) == 0 {
		return Key{}
	}
	return bucketOf(e.Group, e.Embedder, e.Question)
}

// Probe asks a [Backing] for the entries whose questions are near another one.
type Probe struct {
	// Bucket, where it is not zero, leaves all entries out that are not of this
	// bucket. A Backing has those at hand, so it looks at no others.
	Bucket Key

	Group    Key
	Embedder string    // only entries with this Embedder count
	Vector   []float32 // unit length
	AtLeast  float64   // the least cosine wanted
	K        int       // how many at most

	// Level is the question's. Above [Shareable] a Backing answers [ErrLevel]
	// before it sends the vector anywhere.
	Level chat.Level
}

// Near is an entry with the cosine of its vector and the probe's.
type Near struct {
	Entry
	Cosine float64 // exact: computed in float from the stored vector, not from a quantised one
}

// Backing keeps entries beyond this process. The embedded store and the team's
// Redis are two; both are shared with other processes that may put, delete and
// clear at any moment. All methods are safe for concurrent use.
//
// Errors are for showing once; a Backing that cannot work (full disk, dead
// server) answers "nothing found" quickly rather than slowly, and tries again by
// itself. It never blocks longer than its own documented limit, whatever ctx says.
//
// The [Cache] gives a Backing only entries up to [Shareable]; a Backing refuses
// others with [ErrLevel] all the same. Comparing Check is the Cache's business.
type Backing interface {
	// Get returns the entry with this key. An entry that has outlived the time
	// to live, or does not survive its own checksum, is not found.
	Get(ctx context.Context, k Key) (Entry, bool, error)

	// Look is Get for a question that comes after a miss in memory. Where it finds
	// nothing, alike tells whether there may be entries with this [Entry.Bucket],
	// in the same round trip: a question waits for what Look says. For a bucket of
	// zero there are none. A wrong "may be" costs some milliseconds, a wrong "none"
	// an answer that would have been had.
	Look(ctx context.Context, k, bucket Key) (e Entry, found, alike bool, err error)

	// Near returns at most p.K entries of the group p.Group and the embedder
	// p.Embedder with a cosine of at least p.AtLeast, the best first. Entries
	// with no Vector are never among them.
	Near(ctx context.Context, p Probe) ([]Near, error)

	// Put stores entries, each in place of the one with the same Key, and has
	// them committed when it returns nil: they survive the death of this process.
	Put(ctx context.Context, entries ...Entry) error

	// Touch notes that entries were used, for the choice of what to drop first.
	// Unknown keys are passed over. It may do nothing where the server keeps count itself.
	Touch(ctx context.Context, used time.Time, keys ...Key) error

	// Delete removes the entry with this ID, and reports whether it was there.
	// An entry with the same Key and another ID stays.
	Delete(ctx context.Context, id string) (bool, error)

	// Clear removes every entry and returns how many there were.
	Clear(ctx context.Context) (int, error)

	// Epoch returns a number that changes whenever anyone deletes, clears or
	// replaces an entry, so that copies in memory can be dropped. It must be
	// cheap: it is asked at most once a second. A Backing that cannot tell
	// returns 0 always.
	Epoch(ctx context.Context) (uint64, error)

	// Stats counts what is stored, for people to read. It may take a while.
	Stats(ctx context.Context) (BackingStats, error)

	// Sync has everything that was put before on the disk, so that it survives
	// the loss of power. It does nothing where the server sees to that.
	Sync(ctx context.Context) error

	// Close ends everything the Backing started, after a Sync.
	Close() error
}

// BackingStats is what a [Backing] holds.
type BackingStats struct {
	Name    string // "store" or "redis"
	Where   string // the file's path or the server's host:port, without any secret
	Entries int
	Bytes   int64 // on disk, or in the server's memory; 0 where it does not tell
}
