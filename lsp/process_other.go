//go:build !linux && !windows

package lsp

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// parentInterval is how often a process is looked for where the system has no
// portable way to wait for one that is not a child.
const parentInterval = time.Second

// waitForExit returns nil once the process is gone, or ctx's error when ctx is done.
func waitForExit(ctx context.Context, pid int) error {
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	ticker := time.NewTicker(parentInterval)
	defer ticker.Stop()
	for {
		if err := process.Signal(syscall.Signal(0)); errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
