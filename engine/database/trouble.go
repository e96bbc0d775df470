package database

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrForeign is returned, always, where the file belongs to a newer version
	// of this program or to another program. It is left as it is.
	ErrForeign = errors.New("the file of kept answers and conversations is not this program's to write")

	// ErrClosed is returned after Close.
	ErrClosed = errors.New("the file of kept answers and conversations is closed")

	// ErrBusy is returned where others kept an operation from its work for longer
	// than it waits. Nothing is wrong.
	ErrBusy = errors.New("the file is in use by another process")

	// ErrFault is returned where the database library failed. Nothing more is done
	// with the file in this process.
	ErrFault = errors.New("the database library failed")

	errAside = errors.New("set aside the damaged")
)

// SetAside is returned by the operation that found the file damaged. The file is
// kept under another name; the operation did nothing, and the next one works on a
// new file.
type SetAside struct {
	Path, To string
	Err      error // what was wrong with it
}

// Error says what happened and where the damaged file is now.
func (e *SetAside) Error() string {
	return "the file of kept answers and conversations " + e.Path + " was damaged and is started afresh; what was left of it is kept as " + e.To
}

// Unwrap returns what was wrong.
func (e *SetAside) Unwrap() error { return e.Err }

// extended is SQLite's error code, 0 for other errors.
func extended(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// primary is the part of the code that says what kind of error it is.
func primary(err error) int { return extended(err) & 0xff }

func isBusy(err error) bool {
	code := primary(err)
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}

// isDamaged tells errors of a file that no retry makes better.
func isDamaged(err error) bool {
	code := primary(err)
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB || code == sqlite3.SQLITE_FORMAT ||
		extended(err) == sqlite3.SQLITE_IOERR_SHORT_READ ||
		code == sqlite3.SQLITE_ERROR // our own statements fit our own schema: another one has been put in its place
}

// guarded runs f and returns a panic or a memory fault in it as an error. The
// log is mapped into memory, so that a file cut under it is a fault.
func guarded(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrFault, r)
		}
	}()
	return f()
}

// setAside renames a damaged file, and the log beside it, so that a new one can
// take its place, and says so. opened is the file the damage was seen in, nil if
// it could not be opened: where another process has put a new one in its place
// already, nothing is done.
func setAside(path string, opened os.FileInfo, now time.Time, cause error) error {
	if here, err := os.Stat(path); err != nil || opened != nil && !os.SameFile(here, opened) {
		return nil
	}
	to := path + ".damaged-" + now.UTC().Format("20060102T150405.000Z")
	if err := os.Rename(path, to); err != nil {
		return fmt.Errorf("%w %s: %w", errAside, path, err)
	}
	if err := os.Rename(path+"-wal", to+"-wal"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w %s-wal: %w", errAside, path, err)
	}
	_ = os.Remove(path + "-shm") // made anew by whoever opens the file
	return &SetAside{Path: path, To: to, Err: cause}
}
