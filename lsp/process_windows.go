package lsp

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
)

// waitForExit returns nil once the process is gone, or an error when ctx is
// done or the process cannot be watched.
func waitForExit(ctx context.Context, pid int) error {
	process, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid))
	if errors.Is(err, windows.ERROR_INVALID_PARAMETER) {
		return nil // Windows' word for a process that does not exist
	}
	if err != nil {
		return fmt.Errorf("open process: %w", err)
	}
	defer windows.CloseHandle(process) //nolint:errcheck // a handle that was only waited for
	wake, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return fmt.Errorf("create event: %w", err)
	}
	defer windows.CloseHandle(wake) //nolint:errcheck // wakes this function only
	stop := context.AfterFunc(ctx, func() { _ = windows.SetEvent(wake) })
	defer stop()
	which, err := windows.WaitForMultipleObjects([]windows.Handle{process, wake}, false, windows.INFINITE)
	if err != nil {
		return fmt.Errorf("wait for process: %w", err)
	}
	if which == windows.WAIT_OBJECT_0 {
		return nil
	}
	return ctx.Err()
}
