package store

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
)

// filled returns a store with n entries of one group.
func filled(b *testing.B, n int) *Store {
	s := New(Options{Path: filepath.Join(b.TempDir(), "cache.db"), Now: time.Now})
	var batch []cache.Entry
	for i := range n {
		e := asked(i, time.Now(), semantic.Dim)
		e.Group = cache.Key{}
		if batch = append(batch, e); len(batch) == 500 || i == n-1 {
			if err := s.Put(b.Context(), batch...); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	return s
}

func done(b *testing.B, s *Store) {
	b.Helper()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkGet(b *testing.B) {
	s := filled(b, 2000)
	defer done(b, s)
	for i := 0; b.Loop(); i++ {
		if _, ok, err := s.Get(b.Context(), entry(i%2000, time.Time{}).Key); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkMiss(b *testing.B) {
	s := filled(b, 2000)
	defer done(b, s)
	for b.Loop() {
		if _, ok, err := s.Get(b.Context(), cache.Key{}); ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkEpoch(b *testing.B) {
	s := filled(b, 10)
	defer done(b, s)
	for b.Loop() {
		if _, err := s.Epoch(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPut(b *testing.B) {
	s := filled(b, 2000)
	defer done(b, s)
	for i := 0; b.Loop(); i++ {
		if err := s.Put(b.Context(), asked(i%4000, time.Now(), semantic.Dim)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLease(b *testing.B) {
	s := filled(b, 10)
	defer done(b, s)
	for i := 0; b.Loop(); i++ {
		k := cache.Key{byte(i), byte(i >> 8)}
		if ok, _, err := s.Lease(b.Context(), k, "me", time.Second); !ok || err != nil {
			b.Fatal(ok, err)
		}
		if err := s.Release(b.Context(), k, "me"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen is the first lookup in a file of 10,000 entries.
func BenchmarkOpen(b *testing.B) {
	full := filled(b, 10_000)
	done(b, full)
	for b.Loop() {
		s := New(full.o)
		if _, _, err := s.Get(b.Context(), cache.Key{}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		done(b, s)
		b.StartTimer()
	}
}

// BenchmarkNear is a search in one group of 10,000 entries, after the first.
func BenchmarkNear(b *testing.B) {
	s := filled(b, 10_000)
	defer done(b, s)
	p := cache.Probe{Embedder: "model-512", Vector: vector(5, semantic.Dim), K: 8, AtLeast: 0.5}
	for b.Loop() {
		if near, err := s.Near(b.Context(), p); len(near) != 1 || err != nil {
			b.Fatal(len(near), err)
		}
	}
}

// BenchmarkFirstNear is the first search, which reads the group of 10,000.
func BenchmarkFirstNear(b *testing.B) {
	full := filled(b, 10_000)
	done(b, full)
	p := cache.Probe{Embedder: "model-512", Vector: vector(5, semantic.Dim), K: 8, AtLeast: 0.5}
	for b.Loop() {
		s := New(full.o)
		if near, err := s.Near(b.Context(), p); len(near) != 1 || err != nil {
			b.Fatal(len(near), err)
		}
		b.StopTimer()
		done(b, s)
		b.StartTimer()
	}
}
