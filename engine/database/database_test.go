package database

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, path string) *File {
	t.Helper()
	f := New(path, time.Now)
	t.Cleanup(func() { must(t, f.Close()) })
	return f
}

func nameOf(t *testing.T, f *File) (name string) {
	t.Helper()
	must(t, f.Use(t.Context(), func(d *DB) error {
		name = d.Name()
		return nil
	}))
	return name
}

// TestOlderFile opens files of every earlier version.
func TestOlderFile(t *testing.T) {
	for version := 1; version < Version(); version++ {
		path := filepath.Join(t.TempDir(), "old.db")
		db, err := sql.Open("sqlite", path)
		must(t, err)
		for _, step := range steps()[:version] {
			_, err = db.Exec(step)
			must(t, err)
		}
		_, err = db.Exec(fmt.Sprintf("INSERT INTO leases VALUES (x'01', 'me', 5); PRAGMA application_id = %d; PRAGMA user_version = %d", ApplicationID, version))
		must(t, errors.Join(err, db.Close()))
		first, second := opened(t, path), opened(t, path)
		if a, b := nameOf(t, first), nameOf(t, second); a == "" || a != b {
			t.Errorf("version %d: the file's name is %q and %q", version, a, b)
		}
		must(t, second.Use(t.Context(), func(d *DB) error {
			var owner string
			found, err := d.Row("SELECT owner FROM leases", nil, &owner)
			if !found || owner != "me" {
				t.Errorf("version %d: what was in it is lost", version)
			}
			return err
		}))
	}
}

// TestTogether has many open the same new file at once.
func TestTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	names := make(chan string)
	for range 8 {
		f := opened(t, path)
		go func() {
			name := ""
			_ = f.Use(t.Context(), func(d *DB) error {
				name = d.Name()
				return nil
			})
			names <- name
		}()
	}
	first := <-names
	for range 7 {
		if name := <-names; name != first || name == "" {
			t.Errorf("the file is called %q and %q", first, name)
		}
	}
}

// TestRemoved has a file that was started afresh.
func TestRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	f := opened(t, path)
	before := nameOf(t, f)
	for _, end := range []string{"", "-wal", "-shm"} {
		must(t, os.Remove(path+end))
	}
	must(t, f.Change(t.Context(), func(d *DB, _ *sql.Tx) error {
		if d.Name() == before {
			t.Error("another file has the same name")
		}
		return nil
	}))
}

// TestTrim looks that nothing of what was deleted remains in any file.
func TestTrim(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	f := opened(t, path)
	must(t, f.Change(t.Context(), func(d *DB, tx *sql.Tx) error {
		_, err := d.Exec(tx, "INSERT INTO leases (key, owner, expires) VALUES (x'02', 'xylophone', 5)")
		return err
	}))
	must(t, f.Change(t.Context(), func(d *DB, tx *sql.Tx) error {
		_, err := d.Exec(tx, "DELETE FROM leases")
		return err
	}))
	must(t, f.Trim(t.Context()))
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("the log: %v, %v", info, err)
	}
}
