package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// numbered is the i-th entry, made at a moment.
func numbered(i int, at time.Time) Entry {
	var raw [8]byte
	binary.LittleEndian.PutUint64(raw[:], uint64(i))
	e := Entry{Check: sha256.Sum256(raw[:]), Answer: Answer{Text: fmt.Sprint(i)}, Created: at, Used: at}
	copy(e.Key[:], e.Check[:])
	e.ID = NewID(e.Key, at)
	return e
}

// TestMemoryIsAMap does the same to a Memory without limits and to a map.
func TestMemoryIsAMap(t *testing.T) {
	m := NewMemory(0, 0, 0)
	model := map[Key]string{}
	r := rand.New(rand.NewPCG(1, 1))
	at := time.UnixMicro(1_000_000)
	for range 50_000 {
		at = at.Add(time.Microsecond)
		e := numbered(r.IntN(2000), at)
		e.Answer.Text = fmt.Sprint(at.UnixMicro())
		switch r.IntN(10) {
		case 0:
			if old := m.Get(&e.Key, 0); old != nil && m.remove(e.Key, old.ID) {
				delete(model, e.Key)
			}
		case 1, 2, 3:
			m.Put(e, at.UnixMicro())
			model[e.Key] = e.Answer.Text
		default:
			found := m.Get(&e.Key, at.UnixMicro())
			if want, ok := model[e.Key]; ok != (found != nil) || ok && found.Answer.Text != want {
				t.Fatalf("found %v, want %q %v", found, want, ok)
			}
		}
		if m.count != len(model) {
			t.Fatalf("%d items, want %d", m.count, len(model))
		}
	}
}

func TestMemoryLimits(t *testing.T) {
	const n = 100
	at := time.UnixMicro(1_000_000)
	perEntry := m0().bytes
	for name, m := range map[string]*Memory{"entries": NewMemory(0, n, 0), "bytes": NewMemory(0, 0, n*perEntry)} {
		for i := range 10 * n {
			at = at.Add(2 * time.Second)
			m.Put(numbered(i, at), at.UnixMicro())
			if e := numbered(0, at); m.Get(&e.Key, at.UnixMicro()) == nil { // in use all the time
				t.Fatalf("%s: what is used most is gone after %d", name, i)
			}
			if m.count > n || m.bytes > n*(perEntry+8) || i > n && m.count < n*9/10 {
				t.Fatalf("%s: %d items of %d bytes after %d", name, m.count, m.bytes, i)
			}
		}
		if e := numbered(10*n-1, at); m.Get(&e.Key, at.UnixMicro()) == nil {
			t.Errorf("%s: the newest is gone", name)
		}
	}
}

func m0() *item { return NewMemory(0, 0, 0).newItem(numbered(0, time.UnixMicro(1)), false) }

// TestMemoryTogether has readers beside writers and sweeps: what is found is
// always the entry that was asked for, and what nobody removes is always found.
func TestMemoryTogether(t *testing.T) {
	m := NewMemory(0, 500, 0)
	now := time.Now()
	hot := numbered(1<<40, now)
	m.Put(hot, now.UnixMicro())
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 1))
			for i := range 20_000 {
				at := now.Add(time.Duration(i) * time.Millisecond)
				e := numbered(r.IntN(1000), at)
				if g%2 == 0 {
					m.Put(e, at.UnixMicro())
				} else if found := m.Get(&e.Key, at.UnixMicro()); found != nil && found.Check != e.Check {
					t.Error("found another entry")
				}
				if m.Get(&hot.Key, now.Add(time.Hour+time.Duration(i)*time.Millisecond).UnixMicro()) == nil {
					t.Error("the one in use is gone")
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkMemoryGet(b *testing.B) {
	const n = 1 << 10
	m := NewMemory(time.Hour, 0, 0)
	now := time.Now()
	plain := map[Key]*Entry{}
	var keys []Key
	for i := range n {
		e := numbered(i, now)
		m.Put(e, now.UnixMicro())
		plain[e.Key] = &e
		keys = append(keys, e.Key)
	}
	rand.Shuffle(n, func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	b.Run("memory", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if m.Get(&keys[i%n], now.UnixMicro()) == nil {
				b.Fatal("lost")
			}
		}
	})
	b.Run("map", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if plain[keys[i%n]] == nil {
				b.Fatal("lost")
			}
		}
	})
}

// TestWhatIsGoneIsNotBroughtBack removes an entry while the writer makes its replacement.
func TestWhatIsGoneIsNotBroughtBack(t *testing.T) {
	m := NewMemory(0, 0, 0)
	e := numbered(1, time.UnixMicro(1))
	old := m.put(e, false, 1)
	m.remove(e.Key, e.ID)
	it := m.exchange(old, e)
	if m.Get(&e.Key, 1) != nil || m.count != 0 || !it.removed.Load() || !it.dropped.Load() {
		t.Errorf("%d items are left, and the new one is removed: %v, dropped: %v", m.count, it.removed.Load(), it.dropped.Load())
	}
}

// TestWhatIsReplacedIsAlwaysThere looks for an entry that is replaced all the time,
// by its key and by its bucket.
func TestWhatIsReplacedIsAlwaysThere(t *testing.T) {
	m := NewMemory(0, 0, 0)
	e := numbered(1, time.UnixMicro(1))
	e.Question, e.Embedder, e.Vector = "how do I sort a slice?", "fake", []float32{1, 0}
	it := m.put(e, false, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20_000 {
			it = m.exchange(it, e)
			it = m.put(e, false, 1)
		}
	}()
	for looking := true; looking; {
		select {
		case <-done:
			looking = false
		default:
		}
		if !m.alike(e.Bucket()) {
			t.Fatal("it is not alike")
		}
		if n := len(m.nearby.bucket(e.Bucket())); n > 2 {
			t.Fatalf("it is there %d times", n)
		}
	}
	if m.count != 1 || len(m.nearby.bucket(e.Bucket())) != 1 || m.Get(&e.Key, 1) == nil {
		t.Errorf("%d items are left, %d alike", m.count, len(m.nearby.bucket(e.Bucket())))
	}
}
