package audit

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// childEvents is the variable with the events that a child writes, "FROM TO".
const childEvents = "RIGRUN_AUDIT_EVENTS"

// child is a process that writes events one batch at a time and prints the number
// of each when the log has it.
func child(dir string) {
	key, err := Key(dir)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	j := newJournal(dir, deriveKeys(key))
	j.maxSize = 64 << 10
	j.sync = func(*os.File) error { return nil } // the kernel outlives the process
	var from, to int
	_, err = fmt.Sscan(os.Getenv(childEvents), &from, &to)
	if err = errors.Join(err, limitFiles()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for n := from; n < to; n++ {
		if _, err := j.write([]Event{event(n)}); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(n)
	}
}

// TestProcesses lets three processes write 200 events each to one log, killing
// and replacing them at random. No event is lost that a process had written, and
// what the kills leave behind is no tampering.
func TestProcesses(t *testing.T) {
	dir := folder(t)
	random := rand.New(rand.NewPCG(1, 2))
	var wg sync.WaitGroup
	var kills int
	var mu sync.Mutex
	const each = 200
	for p := range 3 {
		wg.Go(func() {
			for from := p * each; from < (p+1)*each; {
				mu.Lock()
				life := 1 + random.IntN(60)
				mu.Unlock()
				done := runChild(t, dir, from, (p+1)*each, life)
				if t.Failed() {
					return
				}
				if from = done; from < (p+1)*each {
					mu.Lock()
					kills++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	put(t, fastJournal(t, dir), small())
	r := verified(t, dir)
	wantWhole(t, r)
	t.Logf("%d kills; %+v", kills, r)
	if kills < 3 {
		t.Errorf("only %d processes were killed", kills)
	}
	wantEvents(t, dir, 3*each)
}

// runChild starts a process and kills it after some lines. It returns the number
// of the first event that the process did not report.
func runChild(t *testing.T, dir string, from, to, life int) int {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childVariable+"="+dir, fmt.Sprintf("%s=%d %d", childEvents, from, to))
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return to
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Error("a child failed: ", lines.Text())
			break
		}
		if from = n + 1; life == 0 {
			// What it writes from here on nobody reads; it dies somewhere in it.
			_ = cmd.Process.Kill()
			break
		}
		life--
	}
	_ = cmd.Wait()
	return from
}

// wantEvents wants every event at least once. One that a child had written when
// it was killed, without having said so, is written again by the next.
func wantEvents(t *testing.T, dir string, n int) {
	t.Helper()
	events, err := Last(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, e := range events {
		seen[e.RequestBytes] = true
		if !strings.HasPrefix(e.Destination, "api.") && e.Event != EventRoute {
			t.Errorf("an event nobody wrote: %+v", e)
		}
	}
	for i := range n {
		if !seen[i] {
			t.Errorf("event %d is missing", i)
		}
	}
}
