package cache

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// awaited awaits an answer of which nothing is read before it is whole.
func awaited(t *testing.T, l *Lookup) (Entry, bool) {
	t.Helper()
	e, ok, err := l.Await(t.Context(), nil)
	if err != nil {
		t.Errorf("Await: %v", err)
	}
	return e, ok
}

// TestAwaitAnswer has a second process wait for the first one's answer.
func TestAwaitAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		a, b := made(t, Options{Backing: f}), made(t, Options{Backing: f})
		first := a.Lookup(question())
		if _, ok := awaited(t, first); ok {
			t.Fatal("an answer came from nowhere")
		}
		go func() {
			time.Sleep(4 * time.Second) // longer than a lease that nobody renews
			first.Store(answer("42"))
			first.Done()
		}()
		began := time.Now()
		second := b.Lookup(question())
		defer second.Done()
		e, ok := awaited(t, second)
		if waited := time.Since(began); !ok || e.Answer.Text != "42" || waited > 4*time.Second+2*leasePoll {
			t.Errorf("found %v %q after %v", ok, e.Answer.Text, waited)
		}
		time.Sleep(time.Second)
		if _, leases := f.count(); leases != 0 {
			t.Errorf("%d leases are left", leases)
		}
	})
}

// TestAwaitGivenUp has the first process give its question up.
func TestAwaitGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		a, b := made(t, Options{Backing: f}), made(t, Options{Backing: f})
		first := a.Lookup(question())
		awaited(t, first)
		time.AfterFunc(time.Second, first.Done)
		began := time.Now()
		second := b.Lookup(question())
		defer second.Done()
		if _, ok := awaited(t, second); ok || time.Since(began) > time.Second+2*leasePoll {
			t.Errorf("found %v after %v", ok, time.Since(began))
		}
		if !second.handOver() {
			t.Error("the second process does not hold the question now")
		}
		second.giveBack()
	})
}

// TestAwaitKilled has the first process die without a word: nobody renews its lease.
func TestAwaitKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		c := made(t, Options{Backing: f})
		k, _, _ := question().Keys()
		if ok, _, err := f.Lease(t.Context(), k, "the dead one", leaseTTL); !ok || err != nil {
			t.Fatal(ok, err)
		}
		began := time.Now()
		l := c.Lookup(question())
		defer l.Done()
		if _, ok := awaited(t, l); ok || time.Since(began) > 2*time.Second {
			t.Errorf("found %v after %v", ok, time.Since(began))
		}
	})
}

// TestAwaitIsBounded has a first process that never comes to an end.
func TestAwaitIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		a, b := made(t, Options{Backing: f}), made(t, Options{Backing: f, MaxWait: 3 * time.Second})
		first := a.Lookup(question())
		awaited(t, first)
		began := time.Now()
		if _, ok := awaited(t, b.Lookup(question())); ok || time.Since(began) != 3*time.Second {
			t.Errorf("found %v after %v", ok, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		if _, ok, err := b.Lookup(question()).Await(ctx, nil); ok || err != nil || time.Since(began) != time.Second {
			t.Errorf("found %v after %v", ok, time.Since(began))
		}
	})
}

// TestAwaitClosed closes a cache that holds a lease.
func TestAwaitClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		c := New(Options{Backing: f})
		awaited(t, c.Lookup(question()))
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if _, leases := f.count(); leases != 0 {
			t.Error("the lease outlives the cache")
		}
	})
}
