package filelock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// ErrBusy says that another process held the lock for longer than the caller
// wanted to wait.
var ErrBusy = errors.New("another process holds the lock")

// longestPause is the longest time between two tries. The sections that are
// guarded take well under a millisecond without an fsync and some milliseconds
// with one.
const longestPause = 16 * time.Millisecond

// Lock is a lock that is held. It belongs to one goroutine.
type Lock struct{ file *os.File }

// Acquire takes the lock of the file path, which is made with mode 0600 where
// there is none, and waits for it no longer than wait. The error is [ErrBusy]
// where the time ran out, and that of the file system where the file cannot be
// opened.
func Acquire(path string, wait time.Duration) (*Lock, error) {
	file, err := open(path)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(wait)
	for pause := time.Millisecond / 4; ; pause = min(2*pause, longestPause) {
		taken, err := try(file)
		switch {
		case err != nil:
			_ = file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		case taken:
			return &Lock{file}, nil
		case !time.Now().Before(deadline):
			_ = file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, ErrBusy)
		}
		time.Sleep(pause)
	}
}

// open opens the lock file, for reading only where it may not be written: who
// may read a folder can still wait for its writers.
func open(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		return file, nil
	}
	if readable, readErr := os.Open(path); readErr == nil {
		return readable, nil
	} else if !errors.Is(readErr, fs.ErrNotExist) {
		return nil, readErr
	}
	return nil, err
}

// Release gives the lock back. The operating system does so with the closing of
// the file, whose failure has nothing to lose.
func (l *Lock) Release() { _ = l.file.Close() }
