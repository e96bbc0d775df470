package redis

import (
	"errors"
	"testing"
	"time"
)

// TestPauseForgets checks what makes a failure the first one again: a good
// while, or many good requests. A server that fails soon after each probe is
// asked ever more seldom.
func TestPauseForgets(t *testing.T) {
	broken := errors.New("broken")
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var b breaker
	fail := func() time.Duration {
		b.failed(now, broken)
		b.failed(now, broken) // another that ran at the same time
		began := now
		for {
			probe, err := b.admit(now)
			if !errors.Is(err, ErrPaused) || !errors.Is(err, broken) {
				t.Fatalf("admitted during a pause: %v", err)
			}
			if probe {
				break
			}
			now = now.Add(100 * time.Millisecond)
		}
		if probe, _ := b.admit(now); probe {
			t.Fatal("a second probe beside the first")
		}
		b.probed(now, nil)
		if _, err := b.admit(now); err != nil {
			t.Fatalf("refused after a good probe: %v", err)
		}
		return now.Sub(began)
	}
	fine := func(times int, each time.Duration) {
		for range times {
			now = now.Add(each)
			b.fine(now)
		}
	}
	for n, step := range []struct {
		good int
		each time.Duration
		want time.Duration
	}{
		{0, 0, time.Second},
		{1, time.Millisecond, 2 * time.Second},
		{enoughGood - 1, time.Millisecond, 4 * time.Second},
		{enoughGood, time.Millisecond, time.Second},
		{1, 900 * time.Millisecond, 2 * time.Second},
		{1, 2 * time.Second, time.Second},
	} {
		fine(step.good, step.each)
		if pause := fail(); pause != step.want {
			t.Errorf("step %d: a pause of %v, want %v", n, pause, step.want)
		}
	}
}
