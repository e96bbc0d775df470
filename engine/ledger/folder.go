package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/filelock"
)

const (
	lockWait = time.Second
	keepDays = 400
	suffix   = ".jsonl"
)

// folder is the path of the files.
type folder string

func (f folder) file(date string) string { return filepath.Join(string(f), date+suffix) }

// lock makes the folder if need be and waits for its lock.
func (f folder) lock() (unlock func(), err error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return nil, err
	}
	lock, err := filelock.Acquire(filepath.Join(string(f), "lock"), lockWait)
	if err != nil {
		return nil, err
	}
	return lock.Release, nil
}

func busy(err error) bool { return errors.Is(err, filelock.ErrBusy) }

// read opens a day's file to read on from offset; file is nil where nothing was
// appended. A file that is shorter than that is another one: then anew is set and
// it is read from its beginning.
func (f folder) read(date string, offset int64) (file *os.File, anew bool, err error) {
	info, err := os.Stat(f.file(date))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, offset > 0, nil
	case err != nil:
		return nil, false, err
	case info.Size() == offset:
		return nil, false, nil
	}
	file, err = os.Open(f.file(date))
	return file, info.Size() < offset, err
}

// append appends an entry to a day's file. The caller holds the lock. Behind a
// line that a crash tore it begins a new one.
func (f folder) append(date string, e entry) error {
	file, err := os.OpenFile(f.file(date), os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	line := e.line()
	last := []byte{'\n'}
	if size := info.Size(); size > 0 {
		if _, err := file.ReadAt(last, size-1); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	if last[0] != '\n' {
		line = append([]byte{'\n'}, line...)
	}
	if _, err = file.Write(line); err != nil {
		_ = file.Truncate(info.Size())
	}
	return errors.Join(err, file.Close())
}

// line is the entry as it is written.
func (e entry) line() []byte {
	switch {
	case e.Reserve != nil:
		return fmt.Appendf(nil, "{\"id\":%q,\"reserve\":%d}\n", e.ID, *e.Reserve)
	case e.Spent != nil:
		return fmt.Appendf(nil, "{\"id\":%q,\"spent\":%d}\n", e.ID, *e.Spent)
	}
	return fmt.Appendf(nil, "{\"saved\":%d}\n", *e.Saved)
}

// clean removes the files of days that are long over. A file that cannot be
// removed stays until another day.
func (f folder) clean(now time.Time) {
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return
	}
	oldest := now.Local().AddDate(0, 0, -keepDays).Format(dateLayout)
	for _, e := range entries {
		date, ok := strings.CutSuffix(e.Name(), suffix)
		if _, err := time.Parse(dateLayout, date); ok && err == nil && date < oldest {
			_ = os.Remove(f.file(date))
		}
	}
}
