package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/rigrun/rigrun-lsp/engine/cache"
)

const (
	cached      = 1000    // entries, as many as a process holds
	cacheProbes = 1 << 13 // lookups in one run
	cacheShards = 32
)

var errLost = errors.New("an entry that was put is not found")

// finder returns the entry with a key, nil where there is none.
type finder func(k *cache.Key) *cache.Entry

// exactTable looks up stored answers in this process by one goroutine.
func exactTable() (*table, error) { return exactTableFor(1, "one goroutine") }

// exactPairTable does it by two goroutines at once.
func exactPairTable() (*table, error) { return exactTableFor(2, "two goroutines") }

func exactTableFor(goroutines int, name string) (*table, error) {
	entries, keys := cacheEntries()
	t := &table{title: "An exact hit among 1,000 entries in this process, " + name, unit: "hit", ops: goroutines * cacheProbes}
	add := func(name string, f finder) {
		t.add(name, func() error { return lookUp(f, keys, goroutines) })
	}
	m := cache.NewMemory(24*time.Hour, 10*cached, 0)
	now := time.Now().UnixMicro()
	for i := range entries {
		m.Put(entries[i], now)
	}
	add("engine/cache (lifetime, limits, last use)", func(k *cache.Key) *cache.Entry { return m.Get(k, now) })
	add("a map, unlocked: nothing but lookups may happen", plainMap(entries))
	add("a map behind a sync.RWMutex", lockedMap(entries))
	add("32 maps, each behind a sync.RWMutex", shardedMap(entries))
	add("sync.Map", syncMap(entries))
	f, err := otterCache(entries)
	if err != nil {
		return t, err
	}
	add("otter v2 (lifetime, limit, no statistics)", f)
	return t, nil
}

// cacheEntries returns entries with random keys, and the order to look them up in.
func cacheEntries() ([]cache.Entry, []cache.Key) {
	r := rand.New(rand.NewPCG(1, 2))
	entries := make([]cache.Entry, cached)
	for i := range entries {
		binary.LittleEndian.PutUint64(entries[i].Key[:8], r.Uint64())
		binary.LittleEndian.PutUint64(entries[i].Key[8:], r.Uint64())
		entries[i].Created = time.Now()
		entries[i].Answer.Text = fmt.Sprint(i)
	}
	keys := make([]cache.Key, cacheProbes)
	for i := range keys {
		keys[i] = entries[r.IntN(cached)].Key
	}
	return entries, keys
}

// lookUp finds every key, in each of some goroutines.
func lookUp(f finder, keys []cache.Key, goroutines int) error {
	var wg sync.WaitGroup
	errs := make([]error, goroutines)
	for g := 1; g < goroutines; g++ {
		wg.Go(func() { errs[g] = lookUpAll(f, keys) })
	}
	errs[0] = lookUpAll(f, keys)
	wg.Wait()
	return errors.Join(errs...)
}

func lookUpAll(f finder, keys []cache.Key) error {
	for i := range keys {
		if e := f(&keys[i]); e == nil || e.Key != keys[i] {
			return errLost
		}
	}
	return nil
}

func plainMap(entries []cache.Entry) finder {
	m := map[cache.Key]*cache.Entry{}
	for i := range entries {
		m[entries[i].Key] = &entries[i]
	}
	return func(k *cache.Key) *cache.Entry { return m[*k] }
}

func lockedMap(entries []cache.Entry) finder {
	var mu sync.RWMutex
	find := plainMap(entries)
	return func(k *cache.Key) *cache.Entry {
		mu.RLock()
		defer mu.RUnlock()
		return find(k)
	}
}

func shardedMap(entries []cache.Entry) finder {
	var parts [cacheShards][]cache.Entry
	for _, e := range entries {
		parts[e.Key[0]%cacheShards] = append(parts[e.Key[0]%cacheShards], e)
	}
	var shards [cacheShards]finder
	for i := range shards {
		shards[i] = lockedMap(parts[i])
	}
	return func(k *cache.Key) *cache.Entry { return shards[k[0]%cacheShards](k) }
}

func syncMap(entries []cache.Entry) finder {
	var m sync.Map
	for i := range entries {
		m.Store(entries[i].Key, &entries[i])
	}
	return func(k *cache.Key) *cache.Entry {
		if e, ok := m.Load(*k); ok {
			return e.(*cache.Entry)
		}
		return nil
	}
}

func otterCache(entries []cache.Entry) (finder, error) {
	c, err := otter.New(&otter.Options[cache.Key, *cache.Entry]{
		MaximumSize:      10 * cached,
		ExpiryCalculator: otter.ExpiryCreating[cache.Key, *cache.Entry](24 * time.Hour),
	})
	if err != nil {
		return nil, err
	}
	for i := range entries {
		c.Set(entries[i].Key, &entries[i])
	}
	return func(k *cache.Key) *cache.Entry {
		e, _ := c.GetIfPresent(*k)
		return e
	}, nil
}
