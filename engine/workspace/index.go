package workspace

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/syntax"
)

// card is what is kept of a file.
type card struct {
	stamp  stamp
	filter filter
	text   bool // it is a text that is searched

	// names are the names that the file declares, each after a line end; only
	// where named is true, which is once somebody looked for a declaration that
	// may stand in this file.
	names string
	named bool
}

// index is what is kept of the files, by their real path.
type index struct {
	mu    sync.Mutex
	known map[string]*card // guarded by mu; a card is never changed once it is here
	of    []time.Time      // guarded by mu: the listings that were checked
}

// candidate is a file with what is kept of it.
type candidate struct {
	place
	card *card
}

// survey returns every file that may be shown with its card, in the listing's
// order, and whether there are more than are looked at.
func (w *Workspace) survey(ctx context.Context) (list []candidate, more bool, err error) {
	made := make([]time.Time, 0, len(w.folders))
	w.mu.Lock()
	for _, f := range w.folders {
		files, err := w.files(ctx, f)
		if err != nil {
			w.mu.Unlock()
			return nil, false, err
		}
		more = more || files.more
		made = append(made, files.made)
		for _, name := range files.names {
			list = append(list, candidate{place: place{f, name}})
		}
	}
	w.mu.Unlock()
	w.index.mu.Lock()
	defer w.index.mu.Unlock()
	if err := w.index.update(ctx, list, made); err != nil {
		return nil, false, err
	}
	return list, more, nil
}

// update gives every file its card, reading those that are new or have changed.
// The caller holds mu.
func (x *index) update(ctx context.Context, list []candidate, made []time.Time) error {
	fresh := equalTimes(x.of, made)
	var room *scratch
	var roots roots
	defer roots.close()
	for i := range list {
		c := &list[i]
		key := c.realPath()
		c.card = x.known[key]
		if fresh && c.card != nil {
			continue
		}
		if i%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		now, ok := stampOf(key)
		if c.card != nil && ok && c.card.stamp == now {
			continue
		}
		if room == nil {
			room = &scratch{}
		}
		c.card = newCard(&roots, c.place, now, room)
		x.known[key] = c.card
	}
	if !fresh {
		x.forget(list)
		x.of = made
	}
	return nil
}

// equalTimes reports whether the listings are those that were looked at before.
func equalTimes(a, b []time.Time) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}

// forget removes the cards of files that are gone.
func (x *index) forget(list []candidate) {
	if len(x.known) == len(list) {
		return
	}
	there := make(map[string]*card, len(list))
	for _, c := range list {
		there[c.realPath()] = c.card
	}
	x.known = there
}

// put replaces the card of a file with one that knows more.
func (x *index) put(c candidate) {
	x.mu.Lock()
	defer x.mu.Unlock()
	key := c.realPath()
	if now := x.known[key]; now != nil && now.stamp == c.card.stamp {
		x.known[key] = c.card
	}
}

// stampOf is a file's stamp. It says nothing about what the file may be read for.
func stampOf(path string) (stamp, bool) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return stamp{}, false
	}
	return stamp{info.ModTime(), info.Size()}, true
}

// newCard reads a file and makes its card. A file that cannot be read, or is no
// text, has one that says so.
func newCard(r *roots, at place, now stamp, room *scratch) *card {
	c := &card{stamp: now}
	text, err := r.read(at, maxIndexedBytes)
	if err != nil {
		return c
	}
	c.text, c.filter = true, room.newFilter(lowered(text))
	return c
}

// roots are the folders' roots that are open while many files are read.
type roots struct{ open map[*folder]*os.Root }

func (r *roots) read(at place, limit int64) (string, error) {
	root := r.open[at.folder]
	if root == nil {
		var err error
		if root, err = os.OpenRoot(at.folder.real); err != nil {
			return "", refuse(at.shown(), reasonMissing)
		}
		if r.open == nil {
			r.open = map[*folder]*os.Root{}
		}
		r.open[at.folder] = root
	}
	return readFile(root, at, limit)
}

func (r *roots) close() {
	for _, root := range r.open {
		_ = root.Close() // nothing was written
	}
}

// textOf returns the text of a file of a survey, the open document's where it is open.
func (w *Workspace) textOf(r *roots, at place) (string, error) {
	if text, ok := w.open(at); ok {
		return text, nil
	}
	return r.read(at, maxIndexedBytes)
}

// opened are the places of the open documents, which are not searched by their cards.
func (w *Workspace) opened(list []candidate) map[string]bool {
	open := map[string]bool{}
	if w.options.Files == nil {
		return open
	}
	for _, p := range w.options.Files.Opened() {
		open[filepath.Clean(p)] = true
	}
	if len(open) == 0 {
		return open
	}
	places := map[string]bool{}
	for _, c := range list {
		if open[c.path()] || open[c.realPath()] {
			places[c.realPath()] = true
		}
	}
	return places
}

// declares returns the names that a text declares, each after a line end.
func declares(language, text string) string {
	var b strings.Builder
	for _, s := range syntax.Symbols(language, text) {
		if s.Name != "" {
			b.WriteString("\n" + s.Name)
		}
	}
	b.WriteString("\n")
	return b.String()
}
