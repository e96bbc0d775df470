package cache

import (
	"context"
	"time"
)

// following is one lookup's wait for the answer of another process.
type following struct {
	l      *Lookup
	leaser Leaser
	to     Follower
	began  time.Time

	owner string    // who is followed, "" before the first look
	till  int64     // bytes of its answer that were written
	beat  time.Time // when the holder was last told
	quiet time.Time // since when the lease has run out, zero while it lives
}

// outcome is what became of following.
type outcome int

const (
	free     outcome = iota // nobody holds the question, and nothing was written
	ended                   // the answer is stored
	hopeless                // no answer will come from there
)

// follow writes what the holder publishes until it ends. It looks for the stored
// answer wherever the lease is not what it was: the answer is stored before the
// lease is given back.
func (w *following) follow(ctx context.Context) (Entry, outcome, error) {
	for {
		w.attend(ctx)
		p, err := w.leaser.Follow(ctx, w.l.key, w.till)
		w.l.c.note(err)
		gone := err == nil && (p.Owner == "" || w.till > 0 && p.Owner != w.owner)
		if p.Alive && !gone {
			w.owner, w.quiet = p.Owner, time.Time{}
			if wanted, err := w.write(&p); err != nil || !wanted {
				return Entry{}, hopeless, err
			}
		} else if e, ok := w.l.find(ctx, w.l.get); ok {
			return e, ended, nil
		} else if w.till == 0 && err == nil {
			return Entry{}, free, nil
		} else if w.till == 0 || gone || w.late() {
			return Entry{}, hopeless, w.broken(ErrBrokenOff)
		}
		wait := leasePoll
		if !p.Shared && w.till == 0 {
			wait = min(wait, w.l.c.o.MaxWait-time.Since(w.began))
		}
		if wait <= 0 || !pauseFor(ctx, wait) {
			return Entry{}, hopeless, w.broken(context.Cause(ctx))
		}
	}
}

// attend tells the holder, now and then, that it is followed. The holder goes on
// by itself while that cannot be written.
func (w *following) attend(ctx context.Context) {
	if w.to == nil || time.Since(w.beat) < leaseBeat {
		return
	}
	w.beat = time.Now()
	w.l.c.note(w.leaser.Attend(ctx, w.l.key, w.l.c.o.Now().Add(leaseTTL)))
}

// write passes on what is new, and reports whether that answer is wanted.
func (w *following) write(p *Published) (bool, error) {
	if w.to == nil || len(p.More) == 0 {
		return true, nil
	}
	if w.till == 0 && !w.to.Made(p.By) {
		return false, nil
	}
	for _, c := range p.More {
		w.till += int64(len(c.Data))
		if err := w.to.Write(c); err != nil {
			return false, err
		}
	}
	return true, nil
}

// late reports whether the lease of one whose answer was begun has been out for
// too long: its process may only be slow to renew it, and nobody can take its place.
func (w *following) late() bool {
	if w.quiet.IsZero() {
		w.quiet = time.Now()
	}
	return time.Since(w.quiet) > leaseTTL
}

// broken is the error of an answer that was begun, nil where none was.
func (w *following) broken(err error) error {
	if w.till == 0 {
		return nil
	}
	return err
}
