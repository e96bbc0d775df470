package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
)

// Options say where and how much is kept.
type Options struct {
	Path       string        // the file, absolute
	TTL        time.Duration // how long an entry lives from its creation; 0 is for ever
	MaxEntries int           // the entry used longest ago goes first; 0 is no limit
	MaxBytes   int64         // of answers and vectors together; 0 is no limit
	Now        func() time.Time
}

// Store is the embedded store. Make it with [New].
type Store struct {
	o Options

	// writing is held by the one operation that changes the file. Readers never take it.
	writing sync.Mutex

	// mu is held for reading by every operation, and for writing while db is
	// opened, replaced or given up.
	mu      sync.RWMutex
	db      *database     // nil until the first operation, and after trouble
	refused error         // why there will be no database again in this process
	trouble error         // why the last try to open it failed
	retry   time.Time     // when to try again
	pause   time.Duration // how long that was put off
}

const (
	firstPause = time.Second
	lastPause  = time.Minute
)

// New returns a store that opens its file when it is first used.
func New(o Options) *Store { return &Store{o: o} }

// use runs f with the open database. What goes wrong in f decides about the
// database's future.
func (s *Store) use(ctx context.Context, f func(d *database) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d, err := s.borrow()
	if err != nil {
		return err
	}
	err = guarded(func() error { return f(d) })
	s.mu.RUnlock()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errFault):
		return s.abandon(d, err)
	case isDamaged(err):
		return s.replace(d, err)
	case isBusy(err):
		return fmt.Errorf("%w: %w", cache.ErrBusy, err)
	}
	return err
}

// borrow returns the database with mu held for reading, opening it if it must.
func (s *Store) borrow() (*database, error) {
	for {
		s.mu.RLock()
		if s.db != nil {
			return s.db, nil
		}
		s.mu.RUnlock()
		if err := s.open(); err != nil {
			return nil, err
		}
	}
}

// open opens the database unless it was refused, or failed a moment ago.
func (s *Store) open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch now := s.o.Now(); {
	case s.db != nil:
		return nil
	case s.refused != nil:
		return s.refused
	case s.trouble != nil && now.Before(s.retry):
		return s.trouble
	}
	err := guarded(func() (err error) {
		s.db, err = openDatabase(s.o.Path)
		return err
	})
	if err == nil {
		s.trouble, s.pause = nil, 0
		return nil
	}
	return s.failedLocked(err)
}

// failedLocked decides what a failure to open means for later operations.
func (s *Store) failedLocked(err error) error {
	switch {
	case errors.Is(err, ErrForeign), errors.Is(err, errFault):
		s.refused = err
	case isDamaged(err):
		if err := setAside(s.o.Path, nil, s.o.Now(), err); err != nil {
			return s.laterLocked(err)
		}
	default:
		return s.laterLocked(err)
	}
	return err
}

// laterLocked puts the next try off, unless the file was only just put aside.
func (s *Store) laterLocked(err error) error {
	if _, ok := errors.AsType[*cache.SetAside](err); ok {
		return err
	}
	s.pause = min(max(2*s.pause, firstPause), lastPause)
	s.retry, s.trouble = s.o.Now().Add(s.pause), err
	return err
}

// replace sets the damaged file of d aside.
func (s *Store) replace(d *database, cause error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db != d {
		return cause // another operation has seen the same and done it
	}
	s.db = nil
	aside := setAside(s.o.Path, d.info, s.o.Now(), cause)
	_ = guarded(d.close)
	if errors.Is(aside, errAside) { // some systems rename no file that is open
		aside = setAside(s.o.Path, d.info, s.o.Now(), cause)
	}
	if aside != nil {
		return s.laterLocked(aside)
	}
	return cause
}

// abandon gives a database up in which a fault left nobody knows what locked. It
// is not closed: that might wait for ever.
func (s *Store) abandon(d *database, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == d {
		s.db, s.refused = nil, err
	}
	return err
}

// change runs f in a transaction of its own. Nobody else writes meanwhile.
func (s *Store) change(ctx context.Context, f func(d *database, tx *sql.Tx) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.look() // what is written to a file that was set aside is lost
	return s.use(ctx, func(d *database) error {
		tx, err := d.db.Begin()
		if err != nil {
			return err
		}
		if err := f(d, tx); err != nil {
			_ = tx.Rollback()
			return err
		}
		return tx.Commit()
	})
}

// Sync has everything that was put before on the disk. It returns cache.ErrBusy where
// another process is at the same work and does not come to an end.
func (s *Store) Sync(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.use(ctx, func(d *database) error { return d.sync() })
}

func (d *database) sync() error {
	for range openTrials {
		var busy, log, done int
		if err := d.db.QueryRow(checkpoint).Scan(&busy, &log, &done); err != nil && !isBusy(err) {
			return err
		} else if err == nil && busy == 0 {
			return nil // the log was synced before its pages were copied
		}
		time.Sleep(openPause)
	}
	return cache.ErrBusy
}

// Close syncs and closes the file. Every later operation returns ErrClosed.
func (s *Store) Close() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.db
	s.db, s.refused = nil, ErrClosed
	if d == nil {
		return nil
	}
	return guarded(func() error {
		err := d.sync()
		if errors.Is(err, cache.ErrBusy) {
			err = nil // the one who is at it syncs for us
		}
		return errors.Join(err, d.close())
	})
}

// look drops the database where its file has been removed or replaced.
func (s *Store) look() {
	s.mu.RLock()
	d := s.db
	s.mu.RUnlock()
	if d == nil {
		return
	}
	if here, err := os.Stat(s.o.Path); err == nil && os.SameFile(here, d.info) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == d {
		s.db = nil
		_ = guarded(d.close)
	}
}
