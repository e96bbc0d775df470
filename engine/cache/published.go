package cache

import (
	"context"
	"errors"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Leaser is a [Backing] through which processes tell each other what they are
// answering, so that the same question is not asked twice at once, and read each
// other's answers while they are written.
type Leaser interface {
	// Lease gives the question to owner for ttl, where nobody else holds it or
	// the holder's time is up, and reports whether owner holds it now, and until
	// when somebody follows its answer. Calling again with the same owner renews.
	Lease(ctx context.Context, k Key, owner string, ttl time.Duration) (held bool, followed time.Time, err error)

	// Release gives a lease back, and removes what was published under it. One that
	// somebody else holds stays.
	Release(ctx context.Context, k Key, owner string) error

	// Publish appends to what others may read of owner's answer, of which they have
	// the first from bytes, and returns how many they have now. Where that is not
	// what from says, nothing was appended: 0 where the lease was lost meanwhile.
	Publish(ctx context.Context, k Key, owner string, by Maker, from int64, more []stream.Chunk) (till int64, err error)

	// Attend says that somebody follows the answer until then.
	Attend(ctx context.Context, k Key, until time.Time) error

	// Follow returns who holds the question, and what was published after the first
	// from bytes of its answer.
	Follow(ctx context.Context, k Key, from int64) (Published, error)
}

// Maker is who makes an answer, as [Answer] says it.
type Maker struct{ Tier, Backend, Model, Digest string }

// MarshalBinary writes a maker as an entry's fields are written. It never fails.
func (m Maker) MarshalBinary() ([]byte, error) {
	w := fieldWriter{b: []byte{encodingVersion}}
	for _, text := range []string{m.Tier, m.Backend, m.Model, m.Digest} {
		w.text(text)
	}
	return w.b, nil
}

// UnmarshalBinary reads what MarshalBinary wrote, and returns ErrTorn for
// anything else.
func (m *Maker) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] != encodingVersion {
		return ErrTorn
	}
	r := fieldReader{b: data[1:]}
	by := Maker{Tier: r.text(), Backend: r.text(), Model: r.text(), Digest: r.text()}
	if r.bad || len(r.b) > 0 {
		return ErrTorn
	}
	*m = by
	return nil
}

// Published is what a [Leaser] knows of an answer that is being written.
type Published struct {
	Owner  string         // who holds the question, "" where nobody does
	Alive  bool           // the lease has not run out
	Shared bool           // the holder says what it writes
	By     Maker          // where Shared
	More   []stream.Chunk // text and thinking, in order
}

// Source is an answer that is being made here, as other processes may see it. Its
// methods are called by one goroutine, of the lease.
type Source interface {
	// From returns what may be seen of the answer after its first n bytes, text and
	// thinking together. What it once returned never changes. It is called only
	// while somebody follows.
	From(n int64) []stream.Chunk

	// Alone says that nobody in another process follows any more.
	Alone()
}

// publication is a source and how much of it was published.
type publication struct {
	by   Maker
	from Source
	till int64 // belongs to the lease's goroutine
	told bool  // the maker was published; belongs to the lease's goroutine
}

// publishEvery is how often what was written is published while somebody follows.
// It is a write, of which the file takes one at a time.
const publishEvery = 75 * time.Millisecond

// Share lets other processes that ask this very question see the answer that is
// being made, as long as this lookup holds its lease. Nothing is published before
// somebody follows. It never waits for the backing.
func (l *Lookup) Share(by Maker, s Source) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lease != nil {
		l.shared = &publication{by: by, from: s}
	}
}

// Followed reports whether another process wants the answer to this lookup.
func (l *Lookup) Followed() bool { return l.followed.Load() > l.c.micros() }

func (l *Lookup) source() *publication {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shared
}

// publish publishes what was written since it was last called.
func (l *Lookup) publish(ctx context.Context, leaser Leaser) {
	p := l.source()
	if p == nil {
		return
	}
	more := p.from.From(p.till)
	if p.told && len(more) == 0 {
		return
	}
	till, err := leaser.Publish(ctx, l.key, l.owner, p.by, p.till, more)
	l.c.note(err)
	if err == nil {
		p.till, p.told = till, true
	}
}

// alone tells the source, where there is one, that nobody follows.
func (l *Lookup) alone() {
	if p := l.source(); p != nil {
		p.from.Alone()
	}
}

// Follower takes an answer that another process is making. Its methods are called
// by the goroutine that called [Lookup.Await].
type Follower interface {
	// Made says who makes the answer, before its first chunk, and reports whether
	// that answer is wanted.
	Made(by Maker) bool

	// Write takes what was written since. Data belongs to the follower.
	Write(c stream.Chunk) error
}

// ErrBrokenOff is returned where another process has written some of an answer
// and will not end it.
var ErrBrokenOff = errors.New("the process that was answering the same question has ended without an answer")
