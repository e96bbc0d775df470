package workspace

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Limits on what is read.
const (
	maxFileBytes    = 2 << 20   // the largest file that is read at all
	maxIndexedBytes = 1 << 20   // the largest that is searched
	maxExcerptBytes = 256 << 10 // the most of a file that Read returns
)

// Excerpt is a piece of a file, in whole lines.
type Excerpt struct {
	Path                string // as Read takes it again
	Text                string
	FirstLine, LastLine int  // 1-based, inclusive; both 0 for an empty file
	More                bool // lines follow that were asked for and are too many

	// File is the file's absolute path, and Document its whole text: its
	// markings hold for every piece of it.
	File, Document string
}

// Read returns the lines first to last of a file, 1-based and inclusive; 0 stands
// for the first and the last there is. At most 256 KB are returned. The error is a
// *[Refusal] where the file may not be shown or is not there.
func (w *Workspace) Read(ctx context.Context, name string, first, last int) (Excerpt, error) {
	if err := ctx.Err(); err != nil {
		return Excerpt{}, err
	}
	at, err := w.locate(name)
	if err != nil {
		return Excerpt{}, err
	}
	text, err := w.text(ctx, at, maxFileBytes)
	if err != nil {
		return Excerpt{}, err
	}
	e := Excerpt{Path: at.shown(), File: at.path(), Document: text}
	e.Text, e.FirstLine, e.LastLine, e.More = lines(text, first, last)
	return e, nil
}

// locate is find for callers that do not hold mu.
func (w *Workspace) locate(name string) (place, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.find(name)
}

// lines cuts the lines first to last out of a text.
func lines(text string, first, last int) (cut string, from, to int, more bool) {
	first = max(first, 1)
	start, end, n := 0, 0, 0
	for line := range strings.Lines(text) {
		if n++; n < first {
			start += len(line)
			end = start
			continue
		}
		if last > 0 && n > last {
			break
		}
		if end+len(line)-start > maxExcerptBytes {
			return text[start:end], first, n - 1, true
		}
		end += len(line)
		to = n
	}
	if to == 0 {
		return "", 0, 0, false
	}
	return text[start:end], first, to, false
}

// text returns the text of a file that was named: the open document's, else the disk's.
func (w *Workspace) text(ctx context.Context, at place, limit int64) (string, error) {
	if r, ok := w.options.Files.(Refresher); ok {
		r.Refresh(ctx, at.path())
	}
	if text, ok := w.open(at); ok {
		return text, nil
	}
	root, err := os.OpenRoot(at.folder.real)
	if err != nil {
		return "", refuse(at.shown(), reasonMissing)
	}
	defer func() { _ = root.Close() }() // nothing was written
	return readFile(root, at, limit)
}

// readFile reads a file by its resolved name: a link that has come to stand there
// since can lead nowhere outside the root.
func readFile(root *os.Root, at place, limit int64) (string, error) {
	info, err := root.Lstat(filepath.FromSlash(at.name))
	if err != nil {
		return "", refuse(at.shown(), reasonMissing)
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its other end
		return "", refuse(at.shown(), reasonNoFile)
	}
	if info.Size() > limit {
		return "", refuse(at.shown(), "has %d bytes, more than the %d that are read", info.Size(), limit)
	}
	file, err := root.Open(filepath.FromSlash(at.name))
	if err != nil {
		return "", refuse(at.shown(), "cannot be read")
	}
	defer func() { _ = file.Close() }() // it was only read
	raw := make([]byte, info.Size()+1)
	n, err := io.ReadFull(file, raw)
	if err == nil || int64(n) > limit {
		return "", refuse(at.shown(), "is growing")
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", refuse(at.shown(), "cannot be read")
	}
	text := string(raw[:n])
	if !IsText(text) {
		return "", refuse(at.shown(), ReasonNoText)
	}
	return text, nil
}

// IsText tells texts from binaries.
func IsText(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }
