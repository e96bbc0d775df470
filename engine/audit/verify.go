package audit

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/filelock"
)

// Report is what [Verify] found.
type Report struct {
	Files int       `json:"files"`          // files read
	Lines int       `json:"lines"`          // authentic lines in them, the log's own included
	Since time.Time `json:"since,omitzero"` // of the first line that is kept; zero where there is none

	// Recovered is how many times a writer closed off what a crash had left. Such
	// places are recorded and signed; they are no sign of tampering.
	Recovered int `json:"recovered"`

	First *Broken `json:"first,omitempty"` // nil where the log is whole
}

// Broken is a place that is not as it was written.
type Broken struct {
	File string `json:"file"` // its name in the folder
	Line int    `json:"line"` // counted from 1; 0 for the file as a whole
	Why  string `json:"why"`
}

func (b Broken) String() string {
	if b.Line == 0 {
		return fmt.Sprintf("%s: %s", b.File, b.Why)
	}
	return fmt.Sprintf("%s:%d: %s", b.File, b.Line, b.Why)
}

// Verify reads the log in dir and names the first line that was changed,
// removed, inserted, moved or cut off. It writes nothing, and works on a copy of
// the folder. Writers wait while it reads the current file, some tenths of a
// second where that is full.
//
// A folder that does not exist, or in which nothing was recorded, gives an empty
// report. The error says that the log could not be read, not that it is broken.
func Verify(dir string) (Report, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return Report{}, nil
	}
	key, err := readKey(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return verifyKeyless(os.DirFS(dir))
	} else if err != nil {
		return Report{}, err
	}
	lock := func() (func(), error) { return lockForReading(dir) }
	for tries := 1; ; tries++ {
		report, err := verify(os.DirFS(dir), deriveKeys(key), lock)
		// A file may have been removed for its age between being listed and being opened.
		if tries == mostTries || !errors.Is(err, fs.ErrNotExist) {
			return report, err
		}
	}
}

// mostTries is how often Verify begins anew.
const mostTries = 10

// readWait is how long who verifies waits for those who write. It is a person who
// waits, and writers that have much to write leave few gaps between their batches.
const readWait = 30 * time.Second

// lockForReading takes the lock where the folder has one. A folder that may only
// be read has no writers to wait for.
func lockForReading(dir string) (func(), error) {
	path := filepath.Join(dir, lockFile)
	if _, err := os.Stat(path); err != nil {
		return func() {}, nil
	}
	lock, err := filelock.Acquire(path, readWait)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return func() {}, nil
	case err != nil:
		return nil, fmt.Errorf("verify: %w", err)
	}
	return lock.Release, nil
}

// verifyKeyless is the verdict on a folder without a key: empty, or worthless.
func verifyKeyless(dir fs.FS) (Report, error) {
	names, err := logFiles(dir)
	if err != nil || len(names) == 0 {
		return Report{}, err
	}
	return Report{First: &Broken{File: keyFile, Why: "it is missing, so nothing proves that the log is as it was written"}}, nil
}

// logFiles lists the log's files, the oldest first.
func logFiles(dir fs.FS) ([]string, error) {
	files, err := rotatedFiles(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		names = append(names, f.name)
	}
	if _, err := fs.Stat(dir, currentFile); err == nil {
		names = append(names, currentFile)
	}
	return names, nil
}

// verify walks through all files and compares the end with the head. Rotated
// files are written no more; only for what follows them writers have to wait.
func verify(dir fs.FS, k keys, lock func() (func(), error)) (Report, error) {
	early, _, err := k.readHead(dir)
	if err != nil {
		return Report{}, err
	}
	anchor, _ := early.link()
	w := newWalk(k, anchor)
	before, err := rotatedFiles(dir)
	if err != nil {
		return Report{}, err
	}
	for _, f := range before {
		if err := w.readFile(dir, f.name); err != nil {
			return Report{}, err
		}
	}
	unlock, err := lock()
	if err != nil {
		return Report{}, err
	}
	defer unlock()
	h, state, err := k.readHead(dir)
	if err != nil {
		return Report{}, err
	}
	if h != early {
		w.expect(h)
	}
	after, err := w.readSince(dir, before)
	if err != nil || len(before)+after == 0 && state == headMissing {
		return Report{}, err
	}
	w.finish(h, state)
	return Report{Files: len(before) + after, Lines: w.lines, Since: w.since, Recovered: w.recovered, First: w.broken}, nil
}

// expect changes the place to look out for. A head that was written during the
// walk confirms a line that stands behind all rotated files, or ends them.
func (w *walk) expect(h head) {
	w.anchor, _ = h.link()
	w.passed = w.anchor == link{} || w.anchor == w.at
}

// readSince walks through the files behind the given ones, which have been
// walked through, and returns how many they are. Files go oldest first, so while
// the last of the given ones is there, none behind it is gone.
func (w *walk) readSince(dir fs.FS, walked []rotated) (n int, err error) {
	names, err := logFiles(dir)
	if err != nil {
		return 0, err
	}
	if len(walked) > 0 {
		last := slices.Index(names, walked[len(walked)-1].name)
		if last < 0 {
			return 0, fmt.Errorf("the files were rotated while they were read: %w", fs.ErrNotExist)
		}
		names = names[last+1:]
	}
	for _, name := range names {
		if err := w.readFile(dir, name); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (w *walk) readFile(dir fs.FS, name string) error {
	file, err := openRegular(dir, name)
	if err != nil {
		return err
	}
	defer file.Close()
	return w.read(name, file)
}

// openRegular opens a file, and nothing that could keep its reader waiting.
func openRegular(dir fs.FS, name string) (fs.File, error) {
	info, err := fs.Stat(dir, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s in the log's folder is no regular file: remove it", name)
	}
	return dir.Open(name)
}

// finish compares where the walk ended with the head.
func (w *walk) finish(h head, state headState) {
	if state == headGood && w.torn() {
		w.breaks(cmp.Or(w.pending.line, w.line), "it is incomplete, as a crash leaves it; the next event that is recorded closes it off")
	}
	w.closeFile()
	if state != headGood {
		why := map[headState]string{
			headMissing: "it is missing, so nothing proves that no lines were cut off at the end",
			headBad:     "it was changed",
			headForeign: "it was written with another key than the one in this folder (" + w.keys.id + ")",
		}
		w.file = headFile
		w.breaks(0, why[state])
		return
	}
	switch {
	case w.at.seq < h.Seq:
		if w.file == "" {
			w.file = currentFile
		}
		w.breaks(w.line+1, missingLines(w.at.seq+1, h.Seq)+": the log was cut off here")
	case !w.passed:
		w.file = headFile
		w.breaks(0, "it does not belong to these files: they or it come from another time")
	case w.first > h.First:
		w.file = headFile
		w.breaks(0, missingLines(h.First, w.first-1)+": the oldest file was removed, and not for its age")
	}
}
