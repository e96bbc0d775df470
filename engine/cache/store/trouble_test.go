package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// asideOf returns the files beside path that were set aside.
func asideOf(t *testing.T, path string) []string {
	t.Helper()
	all, err := filepath.Glob(path + ".damaged-*Z")
	must(t, err)
	return all
}

// TestGarbage begins with files that are no database.
func TestGarbage(t *testing.T) {
	for name, content := range map[string][]byte{
		"text":      bytes.Repeat([]byte("this is not a database. "), 1000),
		"zeros":     make([]byte, 50_000),
		"a header":  append([]byte("SQLite format 3\x00"), bytes.Repeat([]byte{0xff}, 30_000)...),
		"few bytes": []byte("SQLite format 3"),
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(t, Options{})
			must(t, os.MkdirAll(filepath.Dir(s.o.Path), 0o700))
			must(t, os.WriteFile(s.o.Path, content, 0o600))
			checkStartedAfresh(t, s, content)
		})
	}
}

// checkStartedAfresh expects one operation to say that the file is set aside, and the next to work.
func checkStartedAfresh(t *testing.T, s *Store, content []byte) {
	t.Helper()
	e := entry(1, s.o.Now())
	err := s.Put(t.Context(), e)
	aside, ok := errors.AsType[*cache.SetAside](err)
	if !ok {
		t.Fatalf("Put: %v", err)
	}
	kept, err := os.ReadFile(aside.To)
	if err != nil || content != nil && !bytes.Equal(kept, content) {
		t.Errorf("what was there is not kept: %d bytes of %d, %v", len(kept), len(content), err)
	}
	if !strings.HasSuffix(aside.To, s.o.Now().Format("20060102T150405.000Z")) || strings.Count(aside.Error(), s.o.Path) != 2 {
		t.Errorf("the message is %q", aside)
	}
	must(t, s.Put(t.Context(), e))
	if _, ok := got(t, s, e.Key); !ok {
		t.Error("the new file does not work")
	}
}

// TestTruncated cuts the file of a store that was closed, at many lengths.
func TestTruncated(t *testing.T) {
	whole := closedFile(t, 40)
	r := rand.New(rand.NewPCG(5, 6))
	aside := 0
	for i := range 40 / slowness {
		s := opened(t, Options{})
		must(t, os.MkdirAll(filepath.Dir(s.o.Path), 0o700))
		must(t, os.WriteFile(s.o.Path, whole[:1+r.IntN(len(whole)-1)], 0o600))
		aside += useDamaged(t, s, 40, fmt.Sprint("cut ", i))
	}
	if aside < 20/slowness {
		t.Errorf("only %d of %d truncated files were noticed", aside, 40/slowness)
	}
}

// TestBytesChanged overwrites bytes of the file.
func TestBytesChanged(t *testing.T) {
	whole := closedFile(t, 40)
	r := rand.New(rand.NewPCG(7, 8))
	for i := range 60 / slowness {
		s := opened(t, Options{MaxEntries: 1000, MaxBytes: 10 << 20})
		must(t, os.MkdirAll(filepath.Dir(s.o.Path), 0o700))
		changed := bytes.Clone(whole)
		for range 1 << r.IntN(8) {
			at := r.IntN(len(changed))
			if i%3 == 0 {
				at = r.IntN(min(len(changed), 4*database.PageBytes)) // where the schema is
			}
			changed[at] = byte(r.Uint32())
		}
		must(t, os.WriteFile(s.o.Path, changed, 0o600))
		useDamaged(t, s, 40, fmt.Sprint("change ", i))
	}
}

// closedFile returns the file of a store with n entries.
func closedFile(t *testing.T, n int) []byte {
	t.Helper()
	s := New(Options{Path: filepath.Join(t.TempDir(), "cache.db"), Now: newClock().Now})
	for i := range n {
		must(t, s.Put(t.Context(), asked(i, made(), semantic.Dim)))
	}
	must(t, s.Close())
	raw, err := os.ReadFile(s.o.Path)
	must(t, err)
	return raw
}

// useDamaged does everything with a damaged file. Nothing that is found may be
// wrong; errors may be anything but a fault; and where the file was set aside,
// the store must work afterwards. It returns how often that was said.
func useDamaged(t *testing.T, s *Store, n int, name string) (aside int) {
	t.Helper()
	note := func(err error) {
		if _, ok := errors.AsType[*cache.SetAside](err); ok {
			aside++
		} else if errors.Is(err, database.ErrFault) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx := context.Background()
	for i := range n {
		w := asked(i, made(), semantic.Dim)
		e, ok, err := s.Get(ctx, w.Key)
		note(err)
		e.Used = w.Used // a number in a row of its own, which only says what to drop first
		if ok && !cmp.Equal(w, e) {
			t.Errorf("%s: entry %d is found and wrong: %s", name, i, cmp.Diff(w, e))
		}
		near, err := s.Near(ctx, cache.Probe{Group: w.Group, Embedder: w.Embedder, Vector: w.Vector, K: 3, AtLeast: 0.9})
		note(err)
		for _, found := range near {
			if found.ID != w.ID {
				t.Errorf("%s: near entry %d is %q", name, i, found.Question)
			}
		}
	}
	_, err := s.Delete(ctx, asked(3, made(), semantic.Dim).ID)
	note(err)
	for i := n; i < n+5; i++ {
		note(s.Put(ctx, asked(i, made(), semantic.Dim)))
	}
	_, err = s.Clear(ctx)
	note(err)
	if said := len(asideOf(t, s.o.Path)); said != aside && said != 1 { // names have milliseconds, and the clock stands still
		t.Errorf("%s: said %d times, done %d times", name, aside, said)
	}
	if aside > 0 {
		must(t, s.Put(ctx, entry(1, s.o.Now())))
	}
	return aside
}

// TestDamagedInUse overwrites the file while a store has it open, and then has
// another store, which has it open too, go on.
func TestDamagedInUse(t *testing.T) {
	c := newClock()
	s := opened(t, Options{Now: c.Now})
	other := opened(t, Options{Path: s.o.Path, Now: c.Now})
	for i := range 200 {
		must(t, s.Put(t.Context(), asked(i, c.Now(), semantic.Dim)))
	}
	must(t, s.Sync(t.Context()))
	_, _ = got(t, other, entry(1, c.Now()).Key)
	raw, err := os.ReadFile(s.o.Path)
	must(t, err)
	clear(raw[database.PageBytes:])
	must(t, os.WriteFile(s.o.Path, raw, 0o600))
	said := 0
	for i := range 200 {
		for _, s := range []*Store{s, other} {
			if _, _, err := s.Get(t.Context(), entry(i, c.Now()).Key); err != nil {
				said++
			}
		}
	}
	c.pass(2 * database.LastPause)
	must(t, s.Put(t.Context(), entry(1, c.Now())))
	_, err = other.Epoch(t.Context())
	must(t, err)
	if _, ok := got(t, other, entry(1, c.Now()).Key); !ok {
		t.Error("the two stores do not share the new file")
	}
	if n := len(asideOf(t, s.o.Path)); n != 1 || said < 1 || said > 3 {
		t.Errorf("%d files were set aside, %d operations said so", n, said)
	}
}

// TestWrongTotals has totals that no deletion can bring within the limits.
func TestWrongTotals(t *testing.T) {
	s := opened(t, Options{MaxEntries: 10, MaxBytes: 1 << 20})
	must(t, s.Put(t.Context(), entry(1, s.o.Now())))
	must(t, s.use(t.Context(), func(d *database.DB) error {
		_, err := d.SQL.Exec("UPDATE totals SET entries = 1000000, bytes = 1000000000")
		return err
	}))
	must(t, s.Put(t.Context(), entry(2, s.o.Now())))
	must(t, s.Put(t.Context(), entry(3, s.o.Now())))
	if _, ok := got(t, s, entry(3, s.o.Now()).Key); !ok {
		t.Error("the newest entry is gone")
	}
	sound(t, s)
}

func TestForeignFilesAreLeftAlone(t *testing.T) {
	for name, statements := range map[string]string{
		"newer schema":    fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d; CREATE TABLE entries (x)", database.ApplicationID, database.Version()+1),
		"another program": "PRAGMA user_version = 1; CREATE TABLE bookmarks (x)",
		"no version":      "CREATE TABLE entries (x)",
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(t, Options{})
			must(t, os.MkdirAll(filepath.Dir(s.o.Path), 0o700))
			db, err := sql.Open("sqlite", s.o.Path)
			must(t, err)
			_, err = db.Exec(statements)
			must(t, errors.Join(err, db.Close()))
			before, err := os.ReadFile(s.o.Path)
			must(t, err)
			for range 2 {
				if err := s.Put(t.Context(), entry(1, s.o.Now())); !errors.Is(err, ErrForeign) {
					t.Errorf("Put: %v", err)
				}
				if _, ok, err := s.Get(t.Context(), cache.Key{}); ok || !errors.Is(err, ErrForeign) {
					t.Errorf("Get: %v, %v", ok, err)
				}
			}
			if after, err := os.ReadFile(s.o.Path); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

// TestRemovedInUse removes the file while a store has it open.
func TestRemovedInUse(t *testing.T) {
	s := opened(t, Options{})
	e := entry(1, s.o.Now())
	must(t, s.Put(t.Context(), e))
	before, err := s.Epoch(t.Context())
	must(t, err)
	for _, name := range []string{"", "-wal", "-shm"} {
		must(t, os.Remove(s.o.Path+name))
	}
	after, err := s.Epoch(t.Context())
	must(t, err)
	if _, ok := got(t, s, e.Key); ok || before == after {
		t.Errorf("the removed file is still in use: found %v, epoch %d → %d", ok, before, after)
	}
	must(t, s.Put(t.Context(), e))
	if _, err := os.Stat(s.o.Path); err != nil {
		t.Error(err)
	}
}

// TestNoFolder has no place for the file at first, and looks that it is tried
// again, but not all the time.
func TestNoFolder(t *testing.T) {
	c := newClock()
	dir := filepath.Join(t.TempDir(), "home")
	must(t, os.WriteFile(dir, nil, 0o600)) // a file where the folder should be
	s := opened(t, Options{Path: filepath.Join(dir, "cache.db"), Now: c.Now})
	for range 3 {
		if err := s.Put(t.Context(), entry(1, c.Now())); err == nil {
			t.Fatal("Put works")
		}
	}
	must(t, os.Remove(dir))
	if _, _, err := s.Get(t.Context(), cache.Key{}); err == nil {
		t.Error("it was tried again at once")
	}
	c.pass(database.FirstPause)
	must(t, s.Put(t.Context(), entry(1, c.Now())))
}

// TestAFolderInItsPlace has a folder where the file should be.
func TestAFolderInItsPlace(t *testing.T) {
	s := opened(t, Options{})
	must(t, os.MkdirAll(s.o.Path, 0o700))
	if err := s.Put(t.Context(), entry(1, s.o.Now())); err == nil {
		t.Error("Put works")
	}
	if n := len(asideOf(t, s.o.Path)); n > 0 {
		t.Error("a folder was set aside")
	}
}

// TestLocked has another process hold the file for longer than anyone waits.
func TestLocked(t *testing.T) {
	s := opened(t, Options{})
	e := entry(1, s.o.Now())
	must(t, s.Put(t.Context(), e))
	db, err := sql.Open("sqlite", "file:"+s.o.Path+"?_txlock=immediate")
	must(t, err)
	defer func() { must(t, db.Close()) }()
	tx, err := db.Begin() // immediate
	must(t, err)
	began := time.Now()
	if err := s.Put(t.Context(), entry(2, s.o.Now())); !errors.Is(err, cache.ErrBusy) || time.Since(began) > 4*database.BusyWait {
		t.Errorf("Put: %v after %v", err, time.Since(began))
	}
	if _, ok := got(t, s, e.Key); !ok {
		t.Error("a reader does not find what is there")
	}
	must(t, tx.Rollback())
	must(t, s.Put(t.Context(), entry(2, s.o.Now())))
}

func TestClosed(t *testing.T) {
	s := opened(t, Options{})
	must(t, s.Put(t.Context(), entry(1, s.o.Now())))
	must(t, s.Close())
	if err := s.Put(t.Context(), entry(1, s.o.Now())); !errors.Is(err, ErrClosed) {
		t.Errorf("Put: %v", err)
	}
}
