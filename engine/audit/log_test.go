package audit

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/quick"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/filelock"
)

// TestBatches: an event is on the disk 200 ms after it was recorded, or with the
// 64th, and not before, which would be a batch of its own.
func TestBatches(t *testing.T) {
	dir := folder(t)
	synctest.Test(t, func(t *testing.T) {
		l := Open(dir)
		events := func() int {
			synctest.Wait()
			return verified(t, dir).Lines
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("Open made the folder: %v", err)
		}
		l.Record(small())
		l.Record(small())
		time.Sleep(batchTime - time.Millisecond)
		if n := events(); n != 0 {
			t.Errorf("%d lines before the batch was due", n)
		}
		time.Sleep(time.Millisecond)
		if n := events(); n != 3 {
			t.Errorf("%d lines after %v, want the file's first and two", n, batchTime)
		}
		for range batchEvents {
			l.Record(small())
		}
		if n := events(); n != 3+batchEvents {
			t.Errorf("%d lines with a whole batch, want %d", n, 3+batchEvents)
		}
		l.Record(small())
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		l.Record(small())
		if n := events(); n != 4+batchEvents {
			t.Errorf("%d lines at the end, want %d", n, 4+batchEvents)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestOff(t *testing.T) {
	for _, l := range []*Log{Off(), Open(""), {}} {
		l.Record(small())
		if got := l.Hash([]byte("prompt")); got != "" {
			t.Errorf("a log that is off hashes: %q", got)
		}
		if err := errors.Join(l.Err(), l.Close(), l.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestCloseWithoutAnEvent(t *testing.T) {
	dir := folder(t)
	l := Open(dir)
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	l.Record(small())
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("nothing was recorded and the folder is there: %v", err)
	}
}

// TestHash: the same under one key, another under another.
func TestHash(t *testing.T) {
	dir := folder(t)
	a, b, other := Open(dir), Open(dir), Open(folder(t))
	hash := a.Hash([]byte("why"))
	if !isHash(hash) || hash != b.Hash([]byte("why")) || hash == a.Hash([]byte("how")) || hash == other.Hash([]byte("why")) {
		t.Errorf("hashes: %q %q %q %q", hash, b.Hash([]byte("why")), a.Hash([]byte("how")), other.Hash([]byte("why")))
	}
	if err := errors.Join(a.Close(), b.Close(), other.Close()); err != nil {
		t.Error(err)
	}
}

// TestNoPromptIsRecorded: whatever a caller puts into Prompt, what stands in the
// files is a hash.
func TestNoPromptIsRecorded(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	holds := func(prompt string) bool {
		prompt = "prompt of a person: " + prompt
		e := small()
		e.Prompt = prompt
		put(t, j, e)
		raw := filesIn(t, dir)[currentFile]
		return !bytes.Contains(raw, []byte("prompt of a person")) && bytes.Contains(raw, []byte(j.keys.hash([]byte(prompt))))
	}
	if err := quick.Check(holds, &quick.Config{MaxCount: 50}); err != nil {
		t.Error(err)
	}
}

// TestHostileEvents: no event makes a line that Verify refuses.
func TestHostileEvents(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	long := strings.Repeat("\x00\xff\u2028\"", 1<<16)
	hostile := Event{
		Time: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), Event: long, Tier: long, Backend: long, Model: long, Level: long,
		Destination: long, Rule: long, Reason: long, RequestBytes: math.MinInt, CostCents: math.Inf(-1), Prompt: long, Redactions: map[string]int{},
	}
	for i := range 1000 {
		hostile.Redactions[fmt.Sprint(i, long)] = math.MaxInt
	}
	put(t, j, hostile, Event{}, Event{Event: eventRecover, CostCents: math.NaN()}, Event{Event: eventDamage})
	if r := verified(t, dir); r.First != nil || r.Lines != 5 || r.Recovered != 0 {
		t.Errorf("hostile events read as %+v", r)
	}
	for _, line := range filesIn(t, dir).lines(currentFile) {
		if len(line) > maxLine {
			t.Errorf("a line has %d bytes", len(line))
		}
	}
}

func TestShortened(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"abc", "abc"}, {"abcd", "abcd"}, {"abcde", "abcd"}, {"abcé", "abc"}, {"abé€", "abé"}, {"\x80\x80\x80\x80\x80\x80", ""},
	} {
		if got := shortened(c.text, 4); got != c.want {
			t.Errorf("%q is cut to %q, want %q", c.text, got, c.want)
		}
	}
}

// TestCallerKeepsItsMap: what a caller does with its map after Record is its own.
func TestCallerKeepsItsMap(t *testing.T) {
	dir := folder(t)
	l := Open(dir)
	e := event(1)
	l.Record(e)
	e.Redactions["jwt"] = 9
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if raw := filesIn(t, dir)[currentFile]; bytes.Contains(raw, []byte("jwt")) {
		t.Error("a change after Record was recorded")
	}
}

// TestUnusableFolder: the failure is told once it is asked for, and nothing waits.
func TestUnusableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l := Open(filepath.Join(file, "audit"))
	for range 3 * maxQueue {
		l.Record(small())
	}
	if got := l.Hash([]byte("x")); got != "" {
		t.Errorf("a hash without a key: %q", got)
	}
	err := l.Close()
	if err == nil || l.Err() != err || !strings.Contains(err.Error(), "audit log in "+file) {
		t.Errorf("a folder that cannot be made: %v, then %v", err, l.Err())
	}
}

// TestLostEventsAreCounted: events that could not be written are counted in the
// log, when it takes some again.
func TestLostEventsAreCounted(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	put(t, j, small())
	good := filesIn(t, dir)[currentFile]
	current := filepath.Join(dir, currentFile)
	if err := errors.Join(os.Remove(current), os.Mkdir(current, 0o700)); err != nil {
		t.Fatal(err)
	}
	l := &Log{dir: dir}
	l.write(j, []Event{small(), small()}, true)
	if err := l.Err(); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a folder in the file's place: %v", err)
	}
	if err := errors.Join(os.Remove(current), os.WriteFile(current, good, 0o600)); err != nil {
		t.Fatal(err)
	}
	put(t, j, small())
	if raw := filesIn(t, dir)[currentFile]; !bytes.Contains(raw, []byte(`"event":"lost","lost":2,"mac":`)) {
		t.Errorf("two lost events are not counted:\n%s", raw)
	}
	wantWhole(t, verified(t, dir))
}

// TestLockHeldElsewhere: while another process keeps the lock, events wait; what
// no longer fits the queue is counted, and Close gives up.
func TestLockHeldElsewhere(t *testing.T) {
	dir := folder(t)
	if _, err := Key(dir); err != nil {
		t.Fatal(err)
	}
	hold := func(t *testing.T) *filelock.Lock {
		t.Helper()
		held, err := filelock.Acquire(filepath.Join(dir, lockFile), 0)
		if err != nil {
			t.Fatal(err)
		}
		return held
	}
	synctest.Test(t, func(t *testing.T) {
		held := hold(t)
		l := Open(dir)
		for range maxQueue {
			l.Record(small())
		}
		time.Sleep(batchTime + lockWait/2)
		l.Record(small()) // while the writer waits with a full queue in its hands
		time.Sleep(2 * lockWait)
		if err := l.Err(); err != nil {
			t.Errorf("waiting for the lock is no failure: %v", err)
		}
		held.Release()
		time.Sleep(lockWait)
		synctest.Wait()
		if raw := filesIn(t, dir)[currentFile]; bytes.Count(raw, []byte(`"event":"route"`)) != maxQueue || !bytes.Contains(raw, []byte(`"lost":1,`)) {
			t.Errorf("%d events and no line that one was lost", bytes.Count(raw, []byte(`"event":"route"`)))
		}
		held = hold(t)
		defer held.Release()
		l.Record(small())
		start := time.Now()
		if err := l.Close(); !errors.Is(err, filelock.ErrBusy) {
			t.Errorf("Close with the lock held elsewhere: %v", err)
		}
		if waited := time.Since(start); waited > closeWait {
			t.Errorf("Close waited %v", waited)
		}
	})
	wantWhole(t, verified(t, dir))
}

// BenchmarkRecord is what a caller pays. The batches go nowhere, so that it is
// not the disk that is measured.
func BenchmarkRecord(b *testing.B) {
	for name, e := range map[string]Event{"plain": small(), "redactions": event(1)} {
		b.Run(name, func(b *testing.B) {
			l := Open(folder(b))
			l.started = true
			b.ReportAllocs()
			for n := 1; b.Loop(); n++ {
				if l.Record(e); n%batchEvents == 0 {
					events, _ := l.take()
					l.giveBack(events)
				}
			}
		})
	}
}

// BenchmarkBatch is what the writer does for one batch, fsyncs included.
func BenchmarkBatch(b *testing.B) {
	for _, n := range []int{1, batchEvents} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			j := fastJournal(b, folder(b))
			j.sync = (*os.File).Sync
			events := make([]Event, n)
			for i := range events {
				events[i] = event(i)
			}
			for b.Loop() {
				put(b, j, events...)
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	dir := folder(b)
	j := fastJournal(b, dir)
	for len(filesIn(b, dir)[currentFile]) < 1<<20 {
		put(b, j, event(1), event(2), event(3), event(4))
	}
	f := filesIn(b, dir)
	b.SetBytes(int64(len(f[currentFile])))
	for b.Loop() {
		if r := f.verify(b); r.First != nil {
			b.Fatal(r.First)
		}
	}
}
