//go:build unix

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// limited fills a file until the limit on file sizes stops it, and then looks
// that what was acknowledged is still there.
func limited(s *Store) {
	signal.Ignore(syscall.SIGXFSZ)
	const limit = 4 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		fatal(err)
	}
	if err := fill(context.Background(), s); err != nil {
		fatal(err)
	}
	fmt.Println("good")
	os.Exit(0)
}

// fill puts entries until that fails, and then checks that all are found, that
// it fails again, quickly, and that clearing makes room.
func fill(ctx context.Context, s *Store) error {
	n := 0
	for ; n < 5000; n++ {
		if err := s.Put(ctx, asked(n, made(), semantic.Dim)); err != nil {
			break
		}
	}
	if n < 20 || n == 5000 {
		return fmt.Errorf("the disk was full after %d entries", n)
	}
	for i := range n {
		if _, ok, err := s.Get(ctx, asked(i, made(), semantic.Dim).Key); !ok || err != nil {
			return fmt.Errorf("entry %d of %d: found %v, %w", i, n, ok, err)
		}
	}
	began := time.Now()
	for i := range 5 {
		err := s.Put(ctx, asked(n+i, made(), semantic.Dim), asked(n+i+1, made(), semantic.Dim))
		if _, aside := errors.AsType[*cache.SetAside](err); aside {
			return fmt.Errorf("a good file was set aside: %w", err)
		}
	}
	if d := time.Since(began); d > 2*time.Second {
		return fmt.Errorf("failing took %v", d)
	}
	return nil
}

func TestFileSizeLimit(t *testing.T) {
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|limited|0", workerVariable, filepath.Join(t.TempDir(), "cache.db")))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "good") {
		t.Errorf("%v\n%s", err, out)
	}
}

// mounted mounts a small file system in memory, where this process may.
func mounted(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("mounting a file system takes rights this process has not: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	return dir
}

// TestFullDisk fills a file system of four megabytes, and then gives it room.
func TestFullDisk(t *testing.T) {
	dir := mounted(t, "size=4m")
	c := newClock()
	s := opened(t, Options{Path: filepath.Join(dir, "cache.db"), Now: c.Now})
	must(t, fill(t.Context(), s))
	full := opened(t, Options{Path: filepath.Join(dir, "another.db"), Now: c.Now})
	if err := full.Put(t.Context(), asked(1, made(), semantic.Dim)); err == nil {
		t.Error("a store was made on a full disk")
	}
	if out, err := exec.Command("mount", "-o", "remount,size=16m", dir).CombinedOutput(); err != nil {
		t.Fatalf("remount: %v %s", err, out)
	}
	c.pass(database.FirstPause)
	must(t, s.Put(t.Context(), asked(9999, made(), semantic.Dim)))
	must(t, full.Put(t.Context(), asked(1, made(), semantic.Dim)))
	sound(t, s)
	sound(t, full)
}

// TestReadOnly has a store on a file system that has become read-only.
func TestReadOnly(t *testing.T) {
	dir := mounted(t, "size=8m")
	c := newClock()
	path := filepath.Join(dir, "cache.db")
	first := New(Options{Path: path, Now: c.Now})
	must(t, first.Put(t.Context(), entry(1, c.Now())))
	must(t, first.Close())
	remount := func(how string) {
		if out, err := exec.Command("mount", "-o", "remount,"+how, dir).CombinedOutput(); err != nil {
			t.Fatalf("remount: %v %s", err, out)
		}
	}
	remount("ro")
	checkReadOnly(t, opened(t, Options{Path: path, Now: c.Now}))
	checkReadOnly(t, opened(t, Options{Path: filepath.Join(dir, "new", "cache.db"), Now: c.Now}))
	remount("rw")
	c.pass(database.LastPause)
	s := opened(t, Options{Path: path, Now: c.Now})
	if _, ok := got(t, s, entry(1, c.Now()).Key); !ok {
		t.Error("the entry is lost")
	}
}

// TestFolderWithoutRights is the same for those who may not mount.
func TestFolderWithoutRights(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("the superuser may write anywhere")
	}
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o500))
	checkReadOnly(t, opened(t, Options{Path: filepath.Join(dir, "cache.db")}))
}

// checkReadOnly expects errors, quickly, and nothing set aside.
func checkReadOnly(t *testing.T, s *Store) {
	t.Helper()
	began := time.Now()
	for range 100 {
		if err := s.Put(t.Context(), entry(2, s.o.Now())); err == nil {
			t.Fatal("Put works")
		}
		_, _, _ = s.Get(t.Context(), cache.Key{})
	}
	if d := time.Since(began); d > time.Second {
		t.Errorf("200 operations took %v", d)
	}
	if n := len(asideOf(t, s.o.Path)); n > 0 {
		t.Errorf("%d files were set aside", n)
	}
}
