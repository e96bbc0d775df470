package lsp

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
)

// WaitEnv has this binary be the editor's process of a test, which
// ends with its input.
const WaitEnv = "LSP_TEST_WAIT_FOR_INPUT"

// TestWaitForExit waits for a process by each system's own means: it must not say
// that a process is gone that lives, and say it once it is.
func TestWaitForExit(t *testing.T) {
	child := exec.Command(os.Args[0]) //nolint:gosec // this test's own binary
	child.Env = append(os.Environ(), WaitEnv+"=1")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- waitForExit(context.Background(), child.Process.Pid) }()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := waitForExit(ctx, child.Process.Pid); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("of a process that lives it says %v", err)
	}
	select {
	case err := <-ended:
		t.Fatalf("it ended with %v while the process lives", err)
	default:
	}
	if err := errors.Join(in.Close(), child.Wait()); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("it has not ended a minute after the process")
	}
}
