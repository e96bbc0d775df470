package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/database"
)

const (
	// flushEvery is how long what was written waits at most before it goes to the
	// file: what a death of the process can cost.
	flushEvery = 500 * time.Millisecond

	// settling is how long after its end an answer goes to the file: its cost and
	// its place in the cache are known by then.
	settling = 20 * time.Millisecond

	// firstPause and lastPause are how long the writer waits after a failure.
	firstPause = time.Second
	lastPause  = 30 * time.Second
)

// writer writes behind what is said. Its goroutine is started by the first thing
// to write and ends when everything is in the file and the file is tidy; Close
// ends it at once.
type writer struct {
	ctx    context.Context
	cancel context.CancelFunc
	runs   sync.WaitGroup
	hurry  chan struct{} // an answer has ended; has room for one

	// working is held while something is written or tidied up, so that no two do it at once.
	working sync.Mutex

	mu      sync.Mutex // may be taken while the store's mu is held, and never the other way round
	awake   bool       // whether the goroutine runs; guarded by mu
	more    bool       // there is something to write that the goroutine may have missed; guarded by mu
	tidy    bool       // there is something to tidy up; guarded by mu
	deleted bool       // a person has deleted something in this process; guarded by mu
	trim    bool       // what was removed may still be in the file's log; guarded by working
	due     time.Time  // when to look for what is too old or too much; guarded by working

	said  map[string]bool // the troubles that were noted; guarded by mu
	notes []error         // those that were not told yet; guarded by mu
}

func (w *writer) begin() {
	w.hurry, w.tidy, w.said = make(chan struct{}, 1), true, map[string]bool{}
	w.ctx, w.cancel = context.WithCancel(context.Background())
}

// wakeLocked has the writer look for what to write, where there is something. The
// store's mu is held.
func (s *Conversations) wakeLocked(unsaved bool) {
	if unsaved && s.keepsLocked() {
		s.start(func(w *writer) { w.more = true })
	}
}

// tidyUp has the writer remove what is left of deleted conversations.
func (s *Conversations) tidyUp() { s.start(func(w *writer) { w.tidy, w.deleted = true, true }) }

// hasten has the writer not wait: an answer has ended.
func (s *Conversations) hasten() {
	select {
	case s.writer.hurry <- struct{}{}:
	default:
	}
}

// start notes what there is to do and starts the goroutine where it does not run.
func (s *Conversations) start(note func(w *writer)) {
	w := &s.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	note(w)
	if w.awake || w.ctx.Err() != nil {
		return
	}
	w.awake = true
	w.runs.Go(s.write)
}

// write is the writer's goroutine.
func (s *Conversations) write() {
	pause, wait := time.Duration(0), flushEvery
	for s.rest(wait) {
		err := s.flush()
		if err == nil {
			err = s.tidyOnce()
		}
		s.note(err)
		switch {
		case err == nil && s.untidy():
			pause, wait = 0, settling
		case err == nil:
			pause, wait = 0, flushEvery
		case errors.Is(err, database.ErrBusy):
			wait = flushEvery
		default:
			pause = min(max(2*pause, firstPause), lastPause)
			wait = pause
		}
		if err == nil && s.sleep() {
			return
		}
	}
}

// rest waits for a while, or until an answer has ended. It reports false where
// the conversations are closed.
func (s *Conversations) rest(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-s.writer.hurry:
		t.Reset(min(d, settling))
		select {
		case <-t.C:
		case <-s.writer.ctx.Done():
		}
	case <-s.writer.ctx.Done():
	}
	return s.writer.ctx.Err() == nil
}

// sleep ends the goroutine where there is nothing more to do, which it reports.
func (s *Conversations) sleep() bool {
	w := &s.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.more || w.tidy {
		return false
	}
	w.awake = false
	return true
}

// flush writes what is in memory alone.
func (s *Conversations) flush() error {
	s.writer.working.Lock()
	defer s.writer.working.Unlock()
	w := &s.writer
	w.mu.Lock()
	w.more = false
	w.mu.Unlock()
	if !s.prepare() {
		return nil
	}
	var batch []*draft
	err := s.file.Change(context.Background(), func(d *database.DB, tx *sql.Tx) error {
		batch = s.drafts(d.Name()) // here, where no deletion can come between
		for _, draft := range batch {
			if err := draft.save(&transaction{d, tx}, s.now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.mu.Lock()
		w.more = true
		w.mu.Unlock()
		return fmt.Errorf("keep the conversations: %w", err)
	}
	s.noteSaved(batch)
	return nil
}

// transaction is a change of the file.
type transaction struct {
	d  *database.DB
	tx *sql.Tx
}

// patiently makes a change that a person waits for.
func (s *Conversations) patiently(change func(t *transaction) error) (err error) {
	for trial := range trials {
		if trial > 0 {
			time.Sleep(trialPause)
		}
		err = s.file.Change(context.Background(), func(d *database.DB, tx *sql.Tx) error {
			return change(&transaction{d, tx})
		})
		if !errors.Is(err, database.ErrBusy) {
			break
		}
	}
	return err
}

// maxNotes bounds how many different troubles are told of.
const maxNotes = 20

// note keeps an error to be told once. Waiting for another process is none.
func (s *Conversations) note(err error) {
	if err == nil || errors.Is(err, database.ErrBusy) {
		return
	}
	w := &s.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	if text := err.Error(); !w.said[text] && len(w.said) < maxNotes {
		w.said[text] = true
		w.notes = append(w.notes, err)
	}
}

// Err returns what has gone wrong with the file since it was last called, nil
// where nothing has. Each trouble is told once. What could not be written stays in
// memory, and is tried again.
func (s *Conversations) Err() error {
	w := &s.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	err := errors.Join(w.notes...)
	w.notes = nil
	return err
}

// Close writes what is to be written, and ends the writer. The error is why
// something could not be kept. Conversations can still be read.
func (s *Conversations) Close() error {
	w := &s.writer
	w.mu.Lock()
	w.cancel()
	w.mu.Unlock()
	w.runs.Wait()
	if !s.keeps() {
		return nil
	}
	err := s.flush()
	for trial := 1; trial < trials && retryable(err); trial++ {
		time.Sleep(trialPause)
		err = s.flush()
	}
	for until := s.now().Add(lastWork); err == nil && w.deleted && s.untidy() && s.now().Before(until); {
		err = s.tidyOnce()
	}
	if errors.Is(err, database.ErrBusy) {
		err = nil // what is left is done by the process that is at work now, or by the next one
	}
	return err
}

// retryable reports whether the next try may do what failed with err.
func retryable(err error) bool {
	_, aside := errors.AsType[*database.SetAside](err)
	return aside || errors.Is(err, database.ErrBusy)
}
