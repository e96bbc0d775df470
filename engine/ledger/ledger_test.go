package ledger

import (
	"errors"
	"path/filepath"
	"testing"
)

func today(t testing.TB, l *Ledger) (spent, saved float64) {
	t.Helper()
	spent, saved, err := l.Today()
	if err != nil {
		t.Fatal(err)
	}
	return spent, saved
}

func TestReserveSettleSaved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ledger")
	a, b := Open(dir, nil), Open(dir, nil)
	r, err := a.Reserve(0.3, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	if spent, _ := today(t, b); spent != 0.3 {
		t.Errorf("another ledger sees %v cents of a reservation of 0.3", spent)
	}
	if _, err := b.Reserve(0.100001, 0.4); !errors.Is(err, ErrOverLimit) {
		t.Errorf("a reservation over the limit: %v", err)
	}
	if _, err := b.Reserve(0.1, 0.4); err != nil {
		t.Errorf("a reservation just up to the limit: %v", err)
	}
	r.Settle(0.05)
	r.Settle(7)
	b.Saved(2.5)
	for _, l := range []*Ledger{a, b, Open(dir, nil)} {
		if spent, saved := today(t, l); spent != 0.15 || saved != 2.5 {
			t.Errorf("spent %v and saved %v, want 0.15 and 2.5", spent, saved)
		}
	}
}
