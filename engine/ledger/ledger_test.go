package ledger

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/filelock"
)

// location is a folder for a ledger that is not made yet.
func location(t testing.TB) string { return filepath.Join(t.TempDir(), "ledger") }

// wantToday wants the day's sums, and no failure.
func wantToday(t testing.TB, l *Ledger, spent, saved float64) {
	t.Helper()
	gotSpent, gotSaved, err := l.Today()
	if err != nil || gotSpent != spent || gotSaved != saved {
		t.Errorf("spent %v and saved %v cents (%v), want %v and %v", gotSpent, gotSaved, err, spent, saved)
	}
}

func reserve(t testing.TB, l *Ledger, cents, limit float64) *Reservation {
	t.Helper()
	r, err := l.Reserve(cents, limit)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReserveSettleSaved(t *testing.T) {
	for name, dir := range map[string]string{"in a folder": location(t), "in memory": ""} {
		t.Run(name, func(t *testing.T) {
			a := Open(dir, nil)
			all := []*Ledger{a}
			b := a
			if dir != "" {
				b = Open(dir, nil)
				all = append(all, b, Open(dir, nil))
			}
			r := reserve(t, a, 0.3, 0.4)
			wantToday(t, b, 0.3, 0)
			if _, err := b.Reserve(0.100001, 0.4); !errors.Is(err, ErrOverLimit) || !strings.Contains(err.Error(), "of 0.40 cents 0.30 are spent or reserved, and this answer may cost 0.10") {
				t.Errorf("a reservation over the limit: %v", err)
			}
			reserve(t, b, 0.1, 0.4) // just up to the limit, which sums of floats would pass
			r.Settle(0.05)
			r.Settle(7)
			b.Saved(2.5)
			for _, l := range all {
				wantToday(t, l, 0.15, 2.5)
			}
			reserve(t, a, 1000, 0).Settle(0)
			reserve(t, a, 1000, -1).Settle(0.01)
			wantToday(t, b, 0.16, 2.5)
		})
	}
}

func TestNothingIsMadeBeforeTheFirstAmount(t *testing.T) {
	dir := location(t)
	l := Open(dir, nil)
	wantToday(t, l, 0, 0)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is there: %v", err)
	}
	l.Saved(1)
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != 2 {
		t.Errorf("the folder holds %q (%v), want the day and the lock", names, err)
	}
	for _, name := range append(names, dir) {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v (%v)", name, info.Mode(), err)
		}
	}
}

// TestMidnight: a day begins with nothing spent, a reservation belongs to the day
// it was made on, and files of long ago go.
func TestMidnight(t *testing.T) {
	dir := location(t)
	synctest.Test(t, func(t *testing.T) {
		time.Local = time.FixedZone("east", 5*3600) // the bubble's clock begins at midnight UTC
		defer func() { time.Local = time.UTC }()
		l, other := Open(dir, nil), Open(dir, nil)
		time.Sleep(19*time.Hour - time.Minute)
		late := reserve(t, l, 3, 4)
		if _, err := l.Reserve(3, 4); !errors.Is(err, ErrOverLimit) {
			t.Errorf("a minute before midnight: %v", err)
		}
		time.Sleep(2 * time.Minute)
		wantToday(t, l, 0, 0)
		wantToday(t, other, 0, 0)
		next := reserve(t, other, 3, 4)
		late.Settle(1)
		wantToday(t, l, 3, 0)
		next.Settle(2)
		wantToday(t, l, 2, 0)
		if raw, err := os.ReadFile(filepath.Join(dir, "2000-01-01.jsonl")); err != nil || !strings.HasSuffix(string(raw), `"spent":1000000}`+"\n") {
			t.Errorf("the first day's file holds %q (%v)", raw, err)
		}
		time.Sleep((keepDays - 1) * 24 * time.Hour)
		l.Saved(1)
		if _, err := os.Stat(filepath.Join(dir, "2000-01-01.jsonl")); err != nil {
			t.Errorf("after %d days: %v", keepDays, err)
		}
		time.Sleep(24 * time.Hour)
		l.Saved(1)
		if _, err := os.Stat(filepath.Join(dir, "2000-01-01.jsonl")); !os.IsNotExist(err) {
			t.Errorf("after %d days the file is still there: %v", keepDays+1, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "2000-01-02.jsonl")); err != nil {
			t.Errorf("the day after: %v", err)
		}
	})
}

// TestTornAtEveryByte lets a process die after every byte of a line. Its line
// does not count, the next one does.
func TestTornAtEveryByte(t *testing.T) {
	dir := location(t)
	l := Open(dir, nil)
	reserve(t, l, 5, 0)
	path := folder(dir).file(l.date)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l.Saved(7)
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for end := len(before); end < len(after)-1; end++ {
		if err := os.WriteFile(path, after[:end], 0o600); err != nil {
			t.Fatal(err)
		}
		l := Open(dir, nil)
		wantToday(t, l, 5, 0)
		l.Saved(1)
		wantToday(t, l, 5, 1)
		reserve(t, Open(dir, nil), 1, 6).Settle(0.5)
		wantToday(t, l, 5.5, 1)
	}
}

// TestFileThatWasExchanged: a shorter file is read anew, a removed one counts
// nothing.
func TestFileThatWasExchanged(t *testing.T) {
	dir := location(t)
	l := Open(dir, nil)
	l.Saved(3)
	l.Saved(4)
	path := folder(dir).file(l.date)
	if err := os.WriteFile(path, []byte("{\"saved\":1000000}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantToday(t, l, 0, 1)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	wantToday(t, l, 0, 0)
}

// TestUnusableFolder: the sums go on in memory, and one call says why.
func TestUnusableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l := Open(filepath.Join(file, "ledger"), nil)
	r := reserve(t, l, 3, 4)
	if _, err := l.Reserve(2, 4); !errors.Is(err, ErrOverLimit) {
		t.Errorf("the limit in memory: %v", err)
	}
	l.Saved(1)
	r.Settle(2)
	if spent, saved, err := l.Today(); spent != 2 || saved != 1 || err == nil || !strings.Contains(err.Error(), "ledger in "+file) {
		t.Errorf("spent %v, saved %v, %v", spent, saved, err)
	}
	wantToday(t, l, 2, 1)
}

// TestFileThatCannotBeWritten: what could be read before still counts.
func TestFileThatCannotBeWritten(t *testing.T) {
	dir := location(t)
	Open(dir, nil).Saved(5)
	l := Open(dir, nil)
	wantToday(t, l, 0, 5)
	path := folder(dir).file(l.date)
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	l.Saved(1)
	if _, saved, err := l.Today(); saved != 6 || err == nil {
		t.Errorf("saved %v, %v", saved, err)
	}
	wantToday(t, l, 0, 6)
}

// TestLockHeldElsewhere: with a limit nobody can tell what is left of it, so the
// answer is no; the rest counts in this process.
func TestLockHeldElsewhere(t *testing.T) {
	dir := location(t)
	synctest.Test(t, func(t *testing.T) {
		l := Open(dir, nil)
		open := reserve(t, l, 3, 10)
		held, err := filelock.Acquire(filepath.Join(dir, "lock"), 0)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := l.Reserve(1, 10); !errors.Is(err, filelock.ErrBusy) || errors.Is(err, ErrOverLimit) {
			t.Errorf("a limit that cannot be looked up: %v", err)
		}
		if waited := time.Since(start); waited < lockWait || waited > 2*lockWait {
			t.Errorf("waited %v", waited)
		}
		free := reserve(t, l, 1, 0)
		l.Saved(1)
		free.Settle(0.5)
		open.Settle(2)
		if spent, saved, err := l.Today(); spent != 2.5 || saved != 1 || !errors.Is(err, filelock.ErrBusy) {
			t.Errorf("spent %v, saved %v, %v", spent, saved, err)
		}
		held.Release()
		wantToday(t, Open(dir, nil), 3, 0) // conservative: the settlement never arrived
		reserve(t, l, 1, 10)
		wantToday(t, l, 3.5, 1)
	})
}

func TestConcurrentUse(t *testing.T) {
	dir := location(t)
	ledgers := []*Ledger{Open(dir, nil), Open(dir, nil)}
	var wg sync.WaitGroup
	for i := range 8 {
		l := ledgers[i%2]
		wg.Go(func() {
			for range 20 {
				if r, err := l.Reserve(1, 100); err == nil {
					r.Settle(0.5)
				} else if !errors.Is(err, ErrOverLimit) {
					t.Error(err)
				}
				l.Saved(0.25)
				if spent, _, _ := l.Today(); spent > 100 {
					t.Errorf("spent %v", spent)
				}
			}
		})
	}
	wg.Wait()
	wantToday(t, ledgers[0], 80, 40)
	wantToday(t, Open(dir, nil), 80, 40)
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		cents float64
		want  micros
	}{
		{0, 0},
		{-1, 0},
		{math.NaN(), 0},
		{math.Inf(-1), 0},
		{math.Inf(1), most},
		{1e300, most},
		{1e9, most},
		{1, 1_000_000},
		{0.1, 100_000},
		{0.0000004, 0},
		{0.0000005, 1},
		{12.3456789, 12_345_679},
	} {
		if got := amount(c.cents); got != c.want {
			t.Errorf("%v cents are %d millionths, want %d", c.cents, got, c.want)
		}
	}
	if got := micros(math.MaxInt64 - 1).add(2); got != math.MaxInt64 {
		t.Errorf("a sum over the top is %d", got)
	}
}

// TestRepeatedLines: a line that stands in the file twice counts once.
func TestRepeatedLines(t *testing.T) {
	d := newDay()
	const lines = `{"id":"A","reserve":5}` + "\n" + `{"id":"A","reserve":5}` + "\n"
	if _, err := d.read(strings.NewReader(lines)); err != nil || d.held != 5 {
		t.Errorf("%d are held (%v), want 5", d.held, err)
	}
	const settled = `{"id":"A","spent":3}` + "\n" + `{"id":"A","spent":3}` + "\n"
	if _, err := d.read(strings.NewReader(settled)); err != nil || d.held != 0 || d.spent != 3 {
		t.Errorf("%d are held and %d spent (%v), want 0 and 3", d.held, d.spent, err)
	}
}

// FuzzRead: whatever a day's file holds, the sums are not negative, do not depend
// on where a reader stopped in between, and what is appended afterwards counts.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"id":"A","reserve":5}`+"\n"+`{"id":"A","spent":3}`+"\n"), uint16(7))
	f.Add([]byte(`{"saved":-1}`+"\n"+`{"id":"","reserve":1}`+"\n"+`{"id":"A","spent":9}`+"\n"+`{"saved":9223372036854775807}`+"\n"), uint16(20))
	f.Add([]byte(`{"id":"A","reserve":5}`+"\n"+`{"id":"A","reserve":5}`+"\n"+`{"id":"B","reserve":1e3,"spent":1`), uint16(3))
	f.Add([]byte(strings.Repeat("x", 2*mostLine)+"\n"+`{"saved":4}`+"\n\n{}\nnull\n[]\n"), uint16(5000))
	f.Fuzz(func(t *testing.T, raw []byte, cut uint16) {
		whole := newDay()
		n, err := whole.read(strings.NewReader(string(raw)))
		if err != nil || n > int64(len(raw)) || whole.spent < 0 || whole.held < 0 || whole.saved < 0 {
			t.Fatalf("%+v after %d bytes, %v", whole, n, err)
		}
		parts := newDay()
		first, err := parts.read(strings.NewReader(string(raw[:min(int(cut), len(raw))])))
		if err != nil {
			t.Fatal(err)
		}
		second, err := parts.read(strings.NewReader(string(raw[first:])))
		if err != nil || first+second != n || fmt.Sprint(parts) != fmt.Sprint(whole) {
			t.Fatalf("in two parts %+v, at once %+v (%v)", parts, whole, err)
		}
	})
}

func BenchmarkToday(b *testing.B) {
	l := Open(location(b), nil)
	for range 1000 {
		l.Saved(1)
	}
	for b.Loop() {
		if _, _, err := l.Today(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReserveSettle(b *testing.B) {
	l := Open(location(b), nil)
	for b.Loop() {
		reserve(b, l, 1, 1e9).Settle(0.5)
	}
}
