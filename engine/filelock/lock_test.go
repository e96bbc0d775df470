package filelock_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/filelock"
)

func TestAcquireWaitsItsTimeAndNoLonger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	synctest.Test(t, func(t *testing.T) {
		held, err := filelock.Acquire(path, 0)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := filelock.Acquire(path, time.Second); !errors.Is(err, filelock.ErrBusy) {
			t.Errorf("a held lock: %v, want ErrBusy", err)
		}
		if waited := time.Since(start); waited < time.Second || waited > time.Second+20*time.Millisecond {
			t.Errorf("waited %v, want a second", waited)
		}
		held.Release()
		again, err := filelock.Acquire(path, 0)
		if err != nil {
			t.Fatalf("a released lock: %v", err)
		}
		again.Release()
	})
}

func TestAcquireTakesTheLockWhenItIsReleased(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	synctest.Test(t, func(t *testing.T) {
		held, err := filelock.Acquire(path, 0)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(100*time.Millisecond, held.Release)
		start := time.Now()
		next, err := filelock.Acquire(path, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		next.Release()
		if waited := time.Since(start); waited > 120*time.Millisecond {
			t.Errorf("the lock was free after 100ms and taken after %v", waited)
		}
	})
}

func TestTheLockFileIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file has no mode on Windows: its folder says who may open it")
	}
	path := filepath.Join(t.TempDir(), "lock")
	held, err := filelock.Acquire(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	held.Release()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the lock file has the mode %v", info.Mode())
	}
}

func TestAcquireWithoutAFolder(t *testing.T) {
	if _, err := filelock.Acquire(filepath.Join(t.TempDir(), "nobody", "lock"), 0); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v, want that the folder does not exist", err)
	}
}
