package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	var wg sync.WaitGroup
	var made [8][32]byte
	for i := range made {
		wg.Go(func() {
			key, err := Key(dir)
			if err != nil {
				t.Error(err)
			}
			made[i] = key
		})
	}
	wg.Wait()
	for _, key := range made {
		if key != made[0] || key == [32]byte{} {
			t.Fatalf("keys made at once differ or are empty: %x", made)
		}
	}
	path := filepath.Join(dir, keyFile)
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 || info.Size() != 32 {
		t.Errorf("the key is %v (%v)", info, err)
	}
	if other, err := Key(t.TempDir()); err != nil || other == made[0] {
		t.Errorf("two folders have the same key, or %v", err)
	}
}

func TestKeyThatProvesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, keyFile)
	want := func(part string) {
		t.Helper()
		if _, err := Key(dir); err == nil || !strings.Contains(err.Error(), part) || !strings.Contains(err.Error(), path) {
			t.Errorf("%v, want an error with %q and the path", err, part)
		}
	}
	if err := os.WriteFile(path, make([]byte, 33), 0o600); err != nil {
		t.Fatal(err)
	}
	want("33 bytes instead of 32")
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	want("0 bytes instead of 32")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	want("a file of yours alone")
}

func TestKeyThatOthersCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no mode bits for others")
	}
	dir := t.TempDir()
	if _, err := Key(dir); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(filepath.Join(dir, keyFile), mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Key(dir); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("a key with the mode %v: %v", mode, err)
		}
	}
}

// TestDerive pins the derivation: what was signed must stay valid.
func TestDerive(t *testing.T) {
	got := Derive([32]byte{1, 2, 3}, "audit chain")
	if got == Derive([32]byte{1, 2, 3}, "audit head") || got == Derive([32]byte{1, 2, 4}, "audit chain") {
		t.Error("two purposes or two users have one key")
	}
	// HMAC-SHA256 of the label, by another implementation.
	if hex := fmt.Sprintf("%x", got); hex != "c9d6f64a6febafa2cf7554d9725dcce11ded49556d78f2e1928478535972c6d4" {
		t.Errorf("derived %s", hex)
	}
}
