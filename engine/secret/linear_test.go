//go:build unix

package secret

import (
	"syscall"
	"testing"
	"time"
)

// TestHostileTextIsLinear: eight times the text may take 24 times as much of
// the processor's time; if it grew with the square of the size, it would be 64
// times. What is shorter than a fifth of a second is no matter.
func TestHostileTextIsLinear(t *testing.T) {
	const small, factor = 1 << 15, 8
	once := hostile(small)
	for name, long := range hostile(small * factor) {
		Find(once[name]) // compiles rules
		short, took := quickest(t, once[name]), quickest(t, long)
		if took > max(200*time.Millisecond, 3*factor*short) {
			t.Errorf("%s: %v for %d bytes, %v for %d", name, short, small, took, len(long))
		}
		t.Logf("%s: %v", name, took)
	}
}

// quickest is the least time of three that this process used, whatever others do.
func quickest(t *testing.T, text string) time.Duration {
	t.Helper()
	least := time.Hour
	for range 3 {
		start := used(t)
		Find(text)
		least = min(least, used(t)-start)
	}
	return least
}

// used is the processor time of this process.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
