package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// clock is a time that only moves when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// opened returns a store that is closed when the test ends.
func opened(t *testing.T, o Options) *Store {
	t.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(t.TempDir(), "state", "cache.db")
	}
	if o.Now == nil {
		o.Now = newClock().Now
	}
	s := New(o)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// entry makes the i-th entry, the same one for every process.
func entry(i int, now time.Time) cache.Entry {
	check := sha256.Sum256(fmt.Appendf(nil, "question %d", i))
	e := cache.Entry{
		Check: check,
		Group: cache.Key{'g', byte(i % 3)},
		Answer: cache.Answer{
			Text: strings.Repeat(fmt.Sprintf("answer %d ", i), 1+i%400), Thinking: "hm\xff", Reason: chat.FinishStop,
			Usage: chat.Usage{PromptTokens: i, CompletionTokens: 3, Estimated: i%2 == 0},
			Tier:  chat.TierLocal, Backend: "ollama", Model: "m", CostCents: 0.25,
		},
		Created: now, Used: now,
	}
	copy(e.Key[:], check[:])
	e.ID = cache.NewID(e.Key, now)
	return e
}

// asked makes an entry that may match semantically.
func asked(i int, now time.Time, dim int) cache.Entry {
	e := entry(i, now)
	e.Question, e.Embedder, e.Vector = fmt.Sprintf("how do I do %d?", i), fmt.Sprintf("model-%d", dim), vector(uint64(i), dim)
	e.Threshold = 0.75
	return e
}

func vector(seed uint64, dim int) []float32 {
	r := rand.New(rand.NewPCG(seed, 7))
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func got(t *testing.T, s *Store, k cache.Key) (cache.Entry, bool) {
	t.Helper()
	e, ok, err := s.Get(t.Context(), k)
	must(t, err)
	return e, ok
}

func TestPutAndGet(t *testing.T) {
	s := opened(t, Options{})
	now := s.o.Now()
	want := []cache.Entry{entry(1, now), asked(2, now, semantic.Dim), asked(3, now, 7)}
	must(t, s.Put(t.Context(), want...))
	for _, w := range want {
		e, ok := got(t, s, w.Key)
		if diff := cmp.Diff(w, e); !ok || diff != "" {
			t.Errorf("found %v, difference (-put +got):\n%s", ok, diff)
		}
	}
	if _, ok := got(t, s, cache.Key{1}); ok {
		t.Error("an entry that was never put is found")
	}
}

func TestFilesArePrivate(t *testing.T) {
	s := opened(t, Options{})
	must(t, os.MkdirAll(filepath.Dir(s.o.Path), 0o755))
	must(t, os.WriteFile(s.o.Path, nil, 0o644))
	must(t, s.Put(t.Context(), entry(1, s.o.Now())))
	for _, name := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(s.o.Path + name)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("cache.db%s has mode %v", name, info.Mode())
		}
	}
}

func TestNothingIsTouchedBeforeUse(t *testing.T) {
	s := opened(t, Options{})
	if _, err := os.Stat(filepath.Dir(s.o.Path)); !os.IsNotExist(err) {
		t.Errorf("New made the folder: %v", err)
	}
}

func TestReplacing(t *testing.T) {
	c := newClock()
	s := opened(t, Options{Now: c.Now})
	first := asked(1, c.Now(), semantic.Dim)
	must(t, s.Put(t.Context(), first))
	before, err := s.Epoch(t.Context())
	must(t, err)
	c.pass(time.Second)
	second := asked(1, c.Now(), semantic.Dim)
	second.Answer.Text = "another"
	must(t, s.Put(t.Context(), second))
	after, err := s.Epoch(t.Context())
	must(t, err)
	if e, _ := got(t, s, first.Key); e.Answer.Text != "another" || e.ID == first.ID {
		t.Errorf("the old entry is still there: %+v", e)
	}
	if before == after {
		t.Error("replacing an entry leaves the epoch as it was")
	}
	if ok, err := s.Delete(t.Context(), first.ID); ok || err != nil {
		t.Errorf("deleting the replaced entry's ID: %v, %v", ok, err)
	}
	near, err := s.Near(t.Context(), cache.Probe{Group: first.Group, Embedder: first.Embedder, Vector: first.Vector, K: 5, AtLeast: 0.9})
	must(t, err)
	if len(near) != 1 || near[0].ID != second.ID {
		t.Errorf("near: %v", ids(near))
	}
}

func TestDeleteAndClear(t *testing.T) {
	s := opened(t, Options{})
	var all []cache.Entry
	for i := range 300 {
		all = append(all, asked(i, s.o.Now(), semantic.Dim))
	}
	must(t, s.Put(t.Context(), all...))
	epoch, err := s.Epoch(t.Context())
	must(t, err)
	ok, err := s.Delete(t.Context(), all[0].ID)
	if next, _ := s.Epoch(t.Context()); !ok || err != nil || next == epoch {
		t.Errorf("Delete: %v, %v, epoch %d → %d", ok, err, epoch, next)
	}
	for _, id := range []string{all[0].ID, "", "nonsense", all[1].ID + "0", strings.ToUpper(all[1].ID)} {
		if ok, err := s.Delete(t.Context(), id); ok || err != nil {
			t.Errorf("Delete(%q): %v, %v", id, ok, err)
		}
	}
	full, err := s.Stats(t.Context())
	must(t, err)
	n, err := s.Clear(t.Context())
	if n != 299 || err != nil {
		t.Errorf("Clear: %d, %v", n, err)
	}
	empty, err := s.Stats(t.Context())
	must(t, err)
	if empty.Entries != 0 || empty.Bytes*4 > full.Bytes {
		t.Errorf("after Clear %d entries and %d bytes are left of %d", empty.Entries, empty.Bytes, full.Bytes)
	}
	if raw, _ := os.ReadFile(s.o.Path); bytes.Contains(raw, []byte("answer 17 answer 17")) {
		t.Error("a cleared answer is still in the file")
	}
}

func TestLimits(t *testing.T) {
	c := newClock()
	s := opened(t, Options{Now: c.Now, MaxEntries: 50, TTL: time.Hour})
	for i := range 60 {
		c.pass(time.Second)
		must(t, s.Put(t.Context(), asked(i, c.Now(), semantic.Dim)))
		must(t, s.Touch(t.Context(), c.Now(), entry(0, c.Now()).Key, cache.Key{9}))
	}
	kept := 0
	for i := range 60 {
		_, ok := got(t, s, entry(i, c.Now()).Key)
		if ok {
			kept++
		}
		if ok != (i == 0 || i > 10) {
			t.Errorf("entry %d: kept %v", i, ok)
		}
	}
	stats, err := s.Stats(t.Context())
	if err != nil || stats.Entries != kept || kept != 50 {
		t.Errorf("%d entries of which %d are found, %v", stats.Entries, kept, err)
	}
	c.pass(time.Hour)
	if _, ok := got(t, s, entry(59, c.Now()).Key); ok {
		t.Error("an entry is found after its time")
	}
	must(t, s.Put(t.Context(), entry(100, c.Now())))
	if stats, _ := s.Stats(t.Context()); stats.Entries != 1 {
		t.Errorf("%d entries are kept after their time", stats.Entries-1)
	}
}

func TestByteLimit(t *testing.T) {
	c := newClock()
	const limit = 200 << 10
	s := opened(t, Options{Now: c.Now, MaxBytes: limit})
	for i := range 300 {
		c.pass(time.Millisecond)
		must(t, s.Put(t.Context(), entry(i, c.Now())))
	}
	var sum int64
	must(t, s.use(t.Context(), func(d *database.DB) error {
		return d.SQL.QueryRow("SELECT sum(size) FROM entries").Scan(&sum)
	}))
	if sum > limit || sum < limit/2 {
		t.Errorf("%d bytes are kept, the limit is %d", sum, limit)
	}
	must(t, s.use(t.Context(), func(d *database.DB) error {
		t.Helper()
		kept, err := readTotals(d)
		if err == nil && kept.bytes != sum {
			t.Errorf("the totals say %d bytes, there are %d", kept.bytes, sum)
		}
		return err
	}))
}

func TestLevelsStayOut(t *testing.T) {
	s := opened(t, Options{})
	for l := chat.CUI; l <= chat.TopSecret; l++ {
		e := entry(1, s.o.Now())
		e.Level = l
		if err := s.Put(t.Context(), entry(2, s.o.Now()), e); err != cache.ErrLevel {
			t.Errorf("%v: %v", l, err)
		}
	}
	if _, ok := got(t, s, entry(2, s.o.Now()).Key); ok {
		t.Error("half of a refused batch was stored")
	}
}

func ids(near []cache.Near) (all []string) {
	for _, n := range near {
		all = append(all, fmt.Sprintf("%s %.3f", n.Question, n.Cosine))
	}
	return all
}

// TestNear compares with a plain scan, while a second process's store adds and removes.
func TestNear(t *testing.T) {
	for _, dim := range []int{semantic.Dim, 96} {
		t.Run(fmt.Sprint(dim), func(t *testing.T) {
			s := opened(t, Options{})
			other := opened(t, Options{Path: s.o.Path})
			var all []cache.Entry
			for i := range 90 {
				e := asked(i, s.o.Now(), dim)
				all = append(all, e)
				must(t, other.Put(t.Context(), e))
				checkNear(t, s, all, vector(1000+uint64(i), dim))
			}
			for len(all) > 3 {
				_, err := other.Delete(t.Context(), all[0].ID)
				must(t, err)
				all = all[1:]
				checkNear(t, s, all, vector(uint64(len(all)), dim))
			}
			_, err := other.Clear(t.Context())
			must(t, err)
			checkNear(t, s, nil, vector(1, dim))
		})
	}
}

func checkNear(t *testing.T, s *Store, all []cache.Entry, v []float32) {
	t.Helper()
	p := cache.Probe{Group: cache.Key{'g', 1}, Embedder: fmt.Sprintf("model-%d", len(v)), Vector: v, K: 4, AtLeast: 0.01}
	near, err := s.Near(t.Context(), p)
	must(t, err)
	want := map[string]float64{}
	for _, e := range all {
		if c := cache.Cosine(v, e.Vector); e.Group == p.Group && c >= p.AtLeast {
			want[e.ID] = c
		}
	}
	last := 2.0
	for _, n := range near {
		c, ok := want[n.ID]
		if !ok || c-n.Cosine > 1e-6 || n.Cosine-c > 1e-6 || n.Cosine > last {
			t.Errorf("found %q at %g after %g, expected %v at %g", n.Question, n.Cosine, last, ok, c)
		}
		last = n.Cosine
		delete(want, n.ID)
	}
	if len(near) < p.K && len(want) > 0 {
		t.Errorf("found %d, and %d more there were", len(near), len(want))
	}
	for id, c := range want {
		if len(near) > 0 && c > last+1e-6 {
			t.Errorf("%s at %g was passed over for one at %g", id, c, last)
		}
	}
}

// TestNearReadsOn gives up in the middle of reading a large group, and looks that
// the next search goes on from there.
func TestNearReadsOn(t *testing.T) {
	s := opened(t, Options{})
	var all []cache.Entry
	for i := range 1500 {
		e := asked(i, s.o.Now(), semantic.Dim)
		e.Group = cache.Key{}
		all = append(all, e)
	}
	must(t, s.Put(t.Context(), all...))
	p := cache.Probe{Embedder: all[0].Embedder, Vector: all[1499].Vector, K: 1, AtLeast: 0.9}
	gaveUp := 0
	for range 1500 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		near, err := s.Near(ctx, p)
		cancel()
		if err == nil {
			if len(near) != 1 || near[0].ID != all[1499].ID {
				t.Errorf("found %v", ids(near))
			}
			t.Logf("after %d times of a millisecond", gaveUp)
			return
		}
		if gaveUp++; !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
	}
	t.Error("it never comes to an end")
}

// TestTwoCaches stores by one process's cache and looks up by another's, with
// questions drawn from few values, so that many nearly are the same.
func TestTwoCaches(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache.db")
	open := func() *cache.Cache {
		return cache.New(cache.Options{Backing: New(Options{Path: path, Now: made}), Now: made})
	}
	r := rand.New(rand.NewPCG(9, 9))
	answers := map[string]string{}
	question := func() *cache.Question {
		pick := func(all ...string) string { return all[r.IntN(len(all))] }
		return &cache.Question{
			Model: pick("a", "b", "ab"), Digest: pick("", "b"), Wording: pick("x", "y", "xy"), After: pick("", "y"), Language: pick("go", ""),
			Level:   chat.Level(r.IntN(2)),
			History: []chat.Turn{{Role: chat.Role(pick("user", "assistant")), Content: pick("1", "2", "12")}},
			Context: []cache.Item{{Text: pick("", "2"), Document: pick("", "2")}},
		}
	}
	for range 8 {
		a := open()
		for range 180 {
			q := question()
			name := fmt.Sprintf("%+v", *q)
			answers[name] = name
			a.Lookup(q).Store(cache.Answer{Text: name, Reason: chat.FinishStop})
		}
		must(t, a.Close())
	}
	b := open()
	defer func() { must(t, b.Close()) }()
	hits := 0
	for range 3000 {
		q := question()
		name := fmt.Sprintf("%+v", *q)
		e, ok := b.Lookup(q).Exact(t.Context())
		if ok != (answers[name] != "" && q.Level == chat.Unclassified) || ok && e.Answer.Text != name {
			t.Fatalf("found %v %q for %q", ok, e.Answer.Text, name)
		}
		if ok {
			hits++
		}
	}
	if hits < 100 {
		t.Errorf("only %d questions were found", hits)
	}
}

func TestEmbeddersAreNotCompared(t *testing.T) {
	s := opened(t, Options{})
	e := asked(1, s.o.Now(), semantic.Dim)
	must(t, s.Put(t.Context(), e))
	near, err := s.Near(t.Context(), cache.Probe{Group: e.Group, Embedder: "another", Vector: e.Vector, K: 3})
	if len(near) > 0 || err != nil {
		t.Errorf("found %v, %v", ids(near), err)
	}
}

func TestLease(t *testing.T) {
	c := newClock()
	a := opened(t, Options{Now: c.Now})
	b := opened(t, Options{Now: c.Now, Path: a.o.Path})
	k := cache.Key{1}
	take := func(s *Store, owner string, want bool) {
		t.Helper()
		if ok, _, err := s.Lease(t.Context(), k, owner, time.Second); ok != want || err != nil {
			t.Errorf("Lease by %s: %v, %v", owner, ok, err)
		}
	}
	take(a, "a", true)
	take(b, "b", false)
	c.pass(900 * time.Millisecond)
	take(a, "a", true)
	c.pass(900 * time.Millisecond)
	take(b, "b", false)
	must(t, b.Release(t.Context(), k, "b"))
	take(b, "b", false)
	must(t, a.Release(t.Context(), k, "a"))
	take(b, "b", true)
	c.pass(time.Second)
	take(a, "a", true)
}

func TestDoneContext(t *testing.T) {
	s := opened(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Get(ctx, cache.Key{}); err != context.Canceled {
		t.Errorf("Get: %v", err)
	}
}

// TestTogether has many goroutines of two stores at one file. Where so many write
// at once, one may find it in use for too long.
func TestTogether(t *testing.T) {
	a := opened(t, Options{MaxEntries: 100})
	b := opened(t, Options{Path: a.o.Path, MaxEntries: 100})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			s := []*Store{a, b}[g%2]
			for i := range 25 {
				e := asked(i, s.o.Now(), semantic.Dim)
				err := s.Put(t.Context(), e)
				_, _, err2 := s.Get(t.Context(), e.Key)
				_, err3 := s.Near(t.Context(), cache.Probe{Group: e.Group, Embedder: e.Embedder, Vector: e.Vector, K: 3})
				_, err4 := s.Delete(t.Context(), e.ID)
				for _, err := range []error{err, err2, err3, err4} {
					if err != nil && !errors.Is(err, cache.ErrBusy) {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
}
