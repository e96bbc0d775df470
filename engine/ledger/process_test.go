package ledger

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// childVariable makes the test binary a process of its own that reserves in the
// folder it names.
const childVariable = "RIGRUN_LEDGER_CHILD"

// killVariable makes a child die with its sixth reservation.
const killVariable = "RIGRUN_LEDGER_KILL"

// The children's reservations: each costs a cent at most and half a cent really.
const (
	children     = 8
	victims      = 3
	reservations = 100
	limit        = 40.0
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		child(dir)
		return
	}
	os.Exit(m.Run())
}

// child reserves, and prints how many cents it was given in all. A victim dies
// before it settles its last one.
func child(dir string) {
	l := Open(dir, nil)
	given := 0
	for range reservations {
		r, err := l.Reserve(1, limit)
		switch {
		case errors.Is(err, ErrOverLimit):
			continue
		case err != nil:
			fmt.Println(err)
			os.Exit(1)
		}
		if given++; given == 6 && os.Getenv(killVariable) != "" {
			fmt.Println(given)
			kill()
		}
		r.Settle(0.5)
		if spent, _, err := l.Today(); err != nil || spent > limit {
			fmt.Println("spent", spent, err)
			os.Exit(1)
		}
	}
	fmt.Println(given)
}

// kill ends the process as kill -9 does.
func kill() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	fmt.Println(err)
	select {} // until the signal arrives
}

// TestProcesses lets eight processes reserve a hundred times each, after some
// that were killed. Together they never pass the limit, and those that were killed
// leave their reservation.
func TestProcesses(t *testing.T) {
	dir := location(t)
	given, killed := run(t, dir, victims, killVariable+"=1")
	if given != 6*victims || killed != victims {
		t.Fatalf("%d processes were killed after %d reservations", killed, given)
	}
	more, again := run(t, dir, children)
	given += more
	spent, _, err := Open(dir, nil).Today()
	if want := float64(given-killed)/2 + float64(killed); err != nil || again != 0 || spent != want {
		t.Errorf("%v cents of %d answers, %d of them not settled (%v), want %v", spent, given, killed+again, err, want)
	}
	if spent > limit || spent < limit-1 {
		t.Errorf("spent %v of %v", spent, limit)
	}
}

// run runs n children at once. It returns how many reservations they were given,
// and how many of them did not end by themselves.
func run(t *testing.T, dir string, n int, env ...string) (given, killed int) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^$")
			cmd.Env = append(append(os.Environ(), childVariable+"="+dir), env...)
			out, err := cmd.Output()
			text, _, _ := strings.Cut(string(out), "\n")
			n, notANumber := strconv.Atoi(text)
			if notANumber != nil {
				t.Errorf("a child: %q, %v", out, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if given += n; err != nil {
				killed++
			}
		})
	}
	wg.Wait()
	return given, killed
}
