package audit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/filelock"
)

const (
	hashSize = sha256.Size
	keyFile  = "key"
	lockFile = "lock"

	// lockWait is how long a writer waits for the writers of other processes.
	// Each holds the lock for the two fsyncs of a batch, some milliseconds.
	lockWait = 2 * time.Second
)

// Key returns the user's key, the file "key" in dir: 32 random bytes, readable
// by the user alone. At the first use it makes the key, and the folder too. Of
// several processes that do so at once, one makes it and the others read it.
//
// A key that others could read, or that has another length, is an error that
// says what to do: what was signed with it proves nothing any more.
//
// Use the key through [Derive] only.
func Key(dir string) ([32]byte, error) {
	key, err := readKey(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeFolder(dir); err != nil {
		return key, err
	}
	lock, err := filelock.Acquire(filepath.Join(dir, lockFile), lockWait)
	if err != nil {
		return key, err
	}
	defer lock.Release()
	// Another process may have made it while this one waited.
	if key, err = readKey(dir); !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	return makeKey(dir)
}

// Derive returns the key for one purpose, which label names: HMAC-SHA256 of the
// label under key. Nobody can tell one purpose's key from another's, nor find
// the user's key from it.
func Derive(key [32]byte, label string) [32]byte {
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(label))
	return [32]byte(mac.Sum(nil))
}

// readKey reads the key file and refuses one that proves nothing.
func readKey(dir string) (key [32]byte, err error) {
	path := filepath.Join(dir, keyFile)
	file, err := os.Open(path)
	if err != nil {
		return key, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return key, err
	}
	if mode := info.Mode(); !mode.IsRegular() || runtime.GOOS != "windows" && mode.Perm()&0o077 != 0 {
		return key, fmt.Errorf("the key %s has the mode %v: others may have read it; make it a file of yours alone (chmod 600), or move its folder away to begin with a new key", path, mode)
	}
	if info.Size() != int64(len(key)) {
		return key, fmt.Errorf("the key %s has %d bytes instead of %d: put back the right one, or move its folder away to begin with a new key", path, info.Size(), len(key))
	}
	_, err = file.ReadAt(key[:], 0)
	return key, err
}

// makeKey makes the key file. The caller holds the lock. A crash leaves no half
// key: the file appears under its name when it is complete and on the disk.
func makeKey(dir string) (key [32]byte, err error) {
	_, _ = rand.Read(key[:]) // crypto/rand never fails
	if err := replace(filepath.Join(dir, keyFile), key[:], (*os.File).Sync); err != nil {
		return [32]byte{}, err
	}
	return key, nil
}

// makeFolder makes the folder for the user alone, and takes it away from others
// where it was made with other rights.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err == nil && info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		err = os.Chmod(dir, 0o700)
	}
	return err
}

// replace writes a small file so that a reader finds the old one or the new one,
// after a power cut too. The caller holds the lock, so that the temporary name is
// its own; what a crash left under that name is written over.
func replace(path string, content []byte, sync func(*os.File) error) error {
	temp := path + ".tmp"
	_ = os.Remove(temp)
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, sync(file), file.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return err
}
