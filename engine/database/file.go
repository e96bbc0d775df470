package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// File is the file as one process uses it. Make it with [New].
type File struct {
	path string
	now  func() time.Time

	// writing is held by the one operation that changes the file. Readers never take it.
	writing sync.Mutex

	// mu is held for reading by every operation, and for writing while db is
	// opened, replaced or given up.
	mu      sync.RWMutex
	db      *DB           // nil until the first operation, and after trouble
	refused error         // why there will be no database again in this process
	trouble error         // why the last try to open it failed
	retry   time.Time     // when to try again
	pause   time.Duration // how long that was put off
}

// How long the first and the last try to open a file again are put off.
const (
	FirstPause = time.Second
	LastPause  = time.Minute
)

// New returns a file that is opened when it is first used. The path is absolute.
func New(path string, now func() time.Time) *File { return &File{path: path, now: now} }

// Opened reports whether the file is open.
func (f *File) Opened() bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.db != nil
}

// Path is the file's name.
func (f *File) Path() string { return f.path }

// Use runs a function with the open database. What goes wrong in it decides about the
// database's future.
func (f *File) Use(ctx context.Context, do func(d *DB) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d, err := f.borrow()
	if err != nil {
		return err
	}
	err = guarded(func() error { return do(d) })
	f.mu.RUnlock()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrFault):
		return f.abandon(d, err)
	case isDamaged(err):
		return f.replace(d, err)
	case isBusy(err):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}

// borrow returns the database with mu held for reading, opening it if it must.
func (f *File) borrow() (*DB, error) {
	for {
		f.mu.RLock()
		if f.db != nil {
			return f.db, nil
		}
		f.mu.RUnlock()
		if err := f.open(); err != nil {
			return nil, err
		}
	}
}

// open opens the database unless it was refused, or failed a moment ago.
func (f *File) open() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch now := f.now(); {
	case f.db != nil:
		return nil
	case f.refused != nil:
		return f.refused
	case f.trouble != nil && now.Before(f.retry):
		return f.trouble
	}
	err := guarded(func() (err error) {
		f.db, err = openDatabase(f.path)
		return err
	})
	if err == nil {
		f.trouble, f.pause = nil, 0
		return nil
	}
	return f.failedLocked(err)
}

// failedLocked decides what a failure to open means for later operations.
func (f *File) failedLocked(err error) error {
	switch {
	case errors.Is(err, ErrForeign), errors.Is(err, ErrFault):
		f.refused = err
	case isDamaged(err):
		if err := setAside(f.path, nil, f.now(), err); err != nil {
			return f.laterLocked(err)
		}
	default:
		return f.laterLocked(err)
	}
	return err
}

// laterLocked puts the next try off, unless the file was only just put aside.
func (f *File) laterLocked(err error) error {
	if _, ok := errors.AsType[*SetAside](err); ok {
		return err
	}
	f.pause = min(max(2*f.pause, FirstPause), LastPause)
	f.retry, f.trouble = f.now().Add(f.pause), err
	return err
}

// replace sets the damaged file of d aside.
func (f *File) replace(d *DB, cause error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.db != d {
		return cause // another operation has seen the same and done it
	}
	f.db = nil
	aside := setAside(f.path, d.info, f.now(), cause)
	_ = guarded(d.close)
	if errors.Is(aside, errAside) { // some systems rename no file that is open
		aside = setAside(f.path, d.info, f.now(), cause)
	}
	if aside != nil {
		return f.laterLocked(aside)
	}
	return cause
}

// abandon gives a database up in which a fault left nobody knows what locked. It
// is not closed: that might wait for ever.
func (f *File) abandon(d *DB, err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.db == d {
		f.db, f.refused = nil, err
	}
	return err
}

// Change runs a function in a transaction of its own. Nobody else writes meanwhile.
func (f *File) Change(ctx context.Context, do func(d *DB, tx *sql.Tx) error) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	f.Look() // what is written to a file that was set aside is lost
	return f.Use(ctx, func(d *DB) error {
		tx, err := d.SQL.Begin()
		if err != nil {
			return err
		}
		if err := do(d, tx); err != nil {
			_ = tx.Rollback()
			return err
		}
		return tx.Commit()
	})
}

// Sync has everything that was put before on the disk. It returns ErrBusy where
// another process is at the same work and does not come to an end.
func (f *File) Sync(ctx context.Context) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	return f.Use(ctx, func(d *DB) error { return d.sync() })
}

// Flush syncs the file where it is open. Who is busy with it syncs it for us.
func (f *File) Flush() error {
	f.mu.RLock()
	unused := f.db == nil
	f.mu.RUnlock()
	if unused {
		return nil
	}
	err := f.Sync(context.Background())
	if errors.Is(err, ErrBusy) {
		err = nil
	}
	return err
}

// Trim gives the disk back what deletions have freed, and empties the log, so
// that nothing that was deleted before remains in it. It returns ErrBusy where
// others are reading or writing: the space, and what is left in the log, go with
// the next time.
func (f *File) Trim(ctx context.Context) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	return f.Use(ctx, func(d *DB) error {
		if _, err := d.SQL.Exec("PRAGMA incremental_vacuum"); err != nil {
			return err
		}
		var busy, log, done int
		if err := d.SQL.QueryRow(truncateLog).Scan(&busy, &log, &done); err != nil {
			return err
		}
		if busy != 0 {
			return ErrBusy
		}
		return nil
	})
}

const (
	checkpoint  = `PRAGMA wal_checkpoint(PASSIVE)`
	truncateLog = `PRAGMA wal_checkpoint(TRUNCATE)`
)

func (d *DB) sync() error {
	for range openTrials {
		var busy, log, done int
		if err := d.SQL.QueryRow(checkpoint).Scan(&busy, &log, &done); err != nil && !isBusy(err) {
			return err
		} else if err == nil && busy == 0 {
			return nil // the log was synced before its pages were copied
		}
		time.Sleep(openPause)
	}
	return ErrBusy
}

// Close syncs and closes the file. Every later operation returns ErrClosed.
func (f *File) Close() error {
	f.writing.Lock()
	defer f.writing.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.db
	f.db, f.refused = nil, ErrClosed
	if d == nil {
		return nil
	}
	return guarded(func() error {
		err := d.sync()
		if errors.Is(err, ErrBusy) {
			err = nil // the one who is at it syncs for us
		}
		return errors.Join(err, d.close())
	})
}

// Look drops the database where its file has been removed or replaced.
func (f *File) Look() {
	f.mu.RLock()
	d := f.db
	f.mu.RUnlock()
	if d == nil {
		return
	}
	if here, err := os.Stat(f.path); err == nil && os.SameFile(here, d.info) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.db == d {
		f.db = nil
		_ = guarded(d.close)
	}
}
