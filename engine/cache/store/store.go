package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// Options say where and how much is kept.
type Options struct {
	// File is the open file that other parts of the process use too; who opened it
	// closes it. Nil makes a file of the store's own at Path, which is absolute.
	File *database.File
	Path string

	TTL        time.Duration // how long an entry lives from its creation; 0 is for ever
	MaxEntries int           // the entry used longest ago goes first; 0 is no limit
	MaxBytes   int64         // of answers and vectors together; 0 is no limit
	Now        func() time.Time
}

// Store is the embedded store. Make it with [New].
type Store struct {
	o      Options
	file   *database.File
	owns   bool // the file is nobody else's
	near   neighbours
	closed atomic.Bool
}

// ErrForeign and ErrClosed are returned as [database.ErrForeign] and [database.ErrClosed] say.
var (
	ErrForeign = database.ErrForeign
	ErrClosed  = database.ErrClosed
)

// New returns a store that opens its file when it is first used.
func New(o Options) *Store {
	s := &Store{o: o, file: o.File}
	if s.file == nil {
		s.file, s.owns = database.New(o.Path, o.Now), true
	}
	s.o.Path = s.file.Path()
	return s
}

// use runs f with the open database.
func (s *Store) use(ctx context.Context, f func(d *database.DB) error) error {
	if s.closed.Load() {
		return ErrClosed
	}
	return told(s.file.Use(ctx, f))
}

// change runs f in a transaction of its own. Nobody else writes meanwhile.
func (s *Store) change(ctx context.Context, f func(d *database.DB, tx *sql.Tx) error) error {
	if s.closed.Load() {
		return ErrClosed
	}
	return told(s.file.Change(ctx, f))
}

// told is an error of the file in the words of [cache.Backing].
func told(err error) error {
	if aside, ok := errors.AsType[*database.SetAside](err); ok {
		return &cache.SetAside{Path: aside.Path, To: aside.To, Err: aside.Err}
	}
	if errors.Is(err, database.ErrBusy) {
		return fmt.Errorf("%w: %w", cache.ErrBusy, err)
	}
	return err
}

// Sync has everything that was put before on the disk. It returns cache.ErrBusy where
// another process is at the same work and does not come to an end.
func (s *Store) Sync(ctx context.Context) error {
	if s.closed.Load() {
		return ErrClosed
	}
	return told(s.file.Sync(ctx))
}

// Close syncs the file, and closes it where it is the store's own. Every later
// operation returns ErrClosed.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	if s.owns {
		return s.file.Close()
	}
	return s.file.Flush()
}
