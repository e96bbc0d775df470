//go:build !windows

package audit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// limitVariable gives a child the largest size of its files, in bytes, which is
// how a disk gets full for one process.
const limitVariable = "RIGRUN_AUDIT_LIMIT"

// limitFiles keeps this process to the limit that it was given.
func limitFiles() error {
	limit := os.Getenv(limitVariable)
	if limit == "" {
		return nil
	}
	n, err := strconv.ParseUint(limit, 10, 64)
	signal.Ignore(syscall.SIGXFSZ)
	return errors.Join(err, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}))
}

// TestFullDisk lets the disk become full at every size of the file. What fits is
// taken back, so that the log stays whole.
func TestFullDisk(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	put(t, j, small())
	size := len(filesIn(t, dir)[currentFile])
	for _, more := range []int{0, 1, 100, 350} {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childVariable+"="+dir, childEvents+"=0 1", fmt.Sprintf("%s=%d", limitVariable, size+more))
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "file too large") {
			t.Errorf("a disk with room for %d bytes: %v, %s", more, err, out)
		}
		if got := len(filesIn(t, dir)[currentFile]); got != size {
			t.Errorf("with room for %d bytes the file has %d, want %d as before", more, got, size)
		}
		wantWhole(t, verified(t, dir))
	}
}
