package cache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

const settled = gather + time.Millisecond // by then what was stored is written

func TestExact(t *testing.T) {
	for _, shared := range []bool{false, true} {
		t.Run(fmt.Sprint("shared ", shared), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := Options{}
				if shared {
					o.Backing = newFake()
				}
				c := made(t, o)
				q := question()
				if got := exact(t, c, q); got != "" {
					t.Errorf("an empty cache answers %q", got)
				}
				id := c.Lookup(q).Store(answer("42"))
				if got := exact(t, c, question()); got != "42" {
					t.Errorf("the answer is %q", got)
				}
				time.Sleep(settled)
				e, ok := c.Lookup(q).Exact(t.Context())
				if !ok || e.ID != id {
					t.Errorf("the stored ID is %q, the found one %q", id, e.ID)
				}
			})
		})
	}
}

func TestOnlyCleanAnswersAreKept(t *testing.T) {
	c := made(t, Options{})
	for _, a := range []Answer{
		{Text: "x", Reason: chat.FinishLength}, {Text: "x", Reason: chat.FinishTool}, {Text: "x"}, {Reason: chat.FinishStop},
	} {
		if id := c.Lookup(question()).Store(a); id != "" || exact(t, c, question()) != "" {
			t.Errorf("%+v is kept", a)
		}
	}
}

func TestAnotherProcessFindsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		a, b := made(t, Options{Backing: f}), made(t, Options{Backing: f})
		a.Lookup(question()).Store(answer("42"))
		time.Sleep(settled)
		if got := exact(t, b, question()); got != "42" {
			t.Errorf("the other process gets %q", got)
		}
	})
}

// TestDeletedByAnother has a process learn within a second what another removed.
func TestDeletedByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e := &embedder{dim: 512}
		a, b := made(t, Options{Backing: f, Embedder: e}), made(t, Options{Backing: f, Embedder: e})
		lookup := a.Lookup(asking("how do I sort a slice?"))
		lookup.Similar(t.Context())
		id := lookup.Store(answer("42"))
		time.Sleep(settled)
		_ = exact(t, b, asking("how do I sort a slice?"))
		if removed, err := b.Feedback(t.Context(), id, false); !removed || err != nil {
			t.Errorf("Feedback: %v, %v", removed, err)
		}
		if got := exact(t, b, asking("how do I sort a slice?")); got != "" {
			t.Errorf("who rated it bad still gets %q", got)
		}
		time.Sleep(epochEvery)
		if got := exact(t, a, asking("how do I sort a slice?")); got != "" {
			t.Errorf("the other process still gets %q", got)
		}
		if m := similar(t, a, asking("how do I sort slices?")); m.Answer.Text != "" {
			t.Errorf("the other process still gets %q by likeness", m.Answer.Text)
		}
	})
}

func TestMarkedEntriesStayInThisProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for l := chat.CUI; l <= chat.TopSecret; l++ {
			f := newFake()
			c, off := made(t, Options{Backing: f}), made(t, Options{Backing: f, NoMarked: true})
			q := question()
			q.Level = l
			lookup := c.Lookup(q)
			if _, ok := awaited(t, lookup); ok {
				t.Error("an answer came from nowhere")
			}
			lookup.Store(answer("secret"))
			off.Lookup(q).Store(answer("secret"))
			time.Sleep(settled)
			if entries, leases := f.count(); entries+leases > 0 {
				t.Errorf("%v: the backing has %d entries and %d leases", l, entries, leases)
			}
			if exact(t, c, q) != "secret" || exact(t, off, q) != "" || exact(t, c, question()) != "" {
				t.Errorf("%v: found where it should not be, or not where it should", l)
			}
		}
	})
}

// TestHostileBacking gives entries that are not what was asked for.
func TestHostileBacking(t *testing.T) {
	for name, change := range map[string]func(*Entry){
		"another text under the key": func(e *Entry) { e.Check[31]++ },
		"another group":              func(e *Entry) { e.Group[3]++ },
		"another level":              func(e *Entry) { e.Level = chat.CUI },
		"too old":                    func(e *Entry) { e.Created = e.Created.Add(-2 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				o := Options{Backing: f, Embedder: &embedder{dim: 512}, TTL: time.Hour}
				q := asking("how do I sort a slice?")
				made(t, o).Lookup(q).Store(answer("42"))
				time.Sleep(settled)
				f.mu.Lock()
				for k, e := range f.entries {
					change(&e)
					f.entries[k] = e
				}
				f.mu.Unlock()
				c := made(t, o)
				if got := exact(t, c, q); got != "" {
					t.Errorf("Exact gives %q", got)
				}
				if m := similar(t, c, asking("how can I sort a slice?")); m.Answer.Text != "" && name != "another text under the key" {
					t.Errorf("Similar gives %q", m.Answer.Text)
				}
			})
		})
	}
}

func TestTimeToLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := made(t, Options{TTL: time.Hour, Embedder: &embedder{dim: 512}})
		lookup := c.Lookup(asking("how do I sort a slice?"))
		lookup.Similar(t.Context())
		lookup.Store(answer("42"))
		time.Sleep(time.Hour - time.Second)
		if exact(t, c, asking("how do I sort a slice?")) == "" || similar(t, c, asking("how can I sort a slice?")).Answer.Text == "" {
			t.Error("gone before its time")
		}
		time.Sleep(time.Second)
		if exact(t, c, asking("how do I sort a slice?")) != "" || similar(t, c, asking("how can I sort a slice?")).Answer.Text != "" {
			t.Error("found after its time")
		}
	})
}

func TestSimilar(t *testing.T) {
	for _, dim := range []int{512, 8} {
		for _, how := range []string{"memory", "own backing", "another's backing"} {
			t.Run(fmt.Sprint(how, " ", dim), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { testSimilar(t, how, dim) })
			})
		}
	}
}

func testSimilar(t *testing.T, how string, dim int) {
	e := &embedder{dim: dim, vectors: map[string][]float32{
		"how do I sort a slice in descending order?": {1, 0.1},
		"how do I sort a slice in ascending order?":  {1, 0.2},
		"how can I sort slices in ascending order?":  {1, 0.05},
		"what is a goroutine?":                       {0, 0, 1},
	}}
	o := Options{Embedder: e}
	if how != "memory" {
		o.Backing = newFake()
	}
	c := made(t, o)
	for _, q := range []string{"how do I sort a slice in descending order?", "how do I sort a slice in ascending order?", "what is a goroutine?"} {
		c.Lookup(asking(q)).Store(answer("to " + q)) // embedded by the writer
	}
	time.Sleep(settled)
	if how == "another's backing" {
		c = made(t, o)
	}
	m := similar(t, c, asking("how can I sort slices in ascending order?"))
	if m.Answer.Text != "to how do I sort a slice in ascending order?" {
		t.Errorf("the answer is %q: %v", m.Answer.Text, m.Refused)
	}
	refused := c.Lookup(asking("how can I sort slices in ascending order?")).Explain(t.Context())
	if len(refused) != 1 || refused[0].String() != "similar 1.00, refused: descending/ascending" || m.Similarity > refused[0].Similarity {
		t.Errorf("refused: %v, similarity %v", refused, m.Similarity)
	}
	other := asking("how can I sort slices in ascending order?")
	other.Context = []Item{{Text: "x"}}
	if m := similar(t, c, other); m.Answer.Text != "" || len(m.Refused) > 0 {
		t.Errorf("with another context: %q, %v", m.Answer.Text, m.Refused)
	}
	if refused := c.Lookup(other).Explain(t.Context()); len(refused) > 0 {
		t.Errorf("with another context: %v", refused)
	}
	calls := e.calls.Load()
	if m := similar(t, c, asking("explain it")); m.Answer.Text != "" || e.calls.Load() != calls {
		t.Errorf("a question that leans on its surroundings is embedded, and answered with %q", m.Answer.Text)
	}
}

// TestAMissEmbedsNothing asks questions that the guard could agree to none of: the
// embedder is not even asked, here and where another process kept the answers.
func TestAMissEmbedsNothing(t *testing.T) {
	for _, backed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			e := &embedder{dim: 512}
			o := Options{Embedder: e}
			if backed {
				o.Backing = newFake()
			}
			c := made(t, o)
			c.Lookup(asking("how do I sort a slice in Go?")).Store(answer("42"))
			time.Sleep(settled)
			if backed {
				c = made(t, o)
			}
			calls := e.calls.Load()
			for _, wording := range []string{"how do I sort a map in Go?", "why do I sort a slice in Go?", "how do I not sort a slice in Go?", "how do I sort 2 slices in Go?"} {
				l := c.Lookup(asking(wording))
				_, found := l.Exact(t.Context())
				if m, similar := l.Similar(t.Context()); found || similar || l.Alike() || len(m.Refused) > 0 || e.calls.Load() != calls {
					t.Errorf("%q: found %v, %v, alike %v, %v, embedded %d times", wording, found, similar, l.Alike(), m.Refused, e.calls.Load()-calls)
				}
			}
			l := c.Lookup(asking("how can I sort slices in Go?"))
			if _, ok := l.Exact(t.Context()); ok || !l.Alike() {
				t.Errorf("a paraphrase: found exactly %v, alike %v", ok, l.Alike())
			}
			if m, ok := l.Similar(t.Context()); !ok || m.Answer.Text != "42" || e.calls.Load() != calls+1 {
				t.Errorf("a paraphrase: %v, %q, embedded %d times", ok, m.Answer.Text, e.calls.Load()-calls)
			}
			if _, err := c.Clear(t.Context()); err != nil {
				t.Fatal(err)
			}
			l = c.Lookup(asking("how can I sort slices in Go?"))
			if _, ok := l.Exact(t.Context()); ok || l.Alike() {
				t.Error("what was cleared is alike")
			}
		})
	}
}

// meddler is an embedder that does something else before it embeds a text.
type meddler struct {
	embedder
	before map[string]func()
}

func (m *meddler) Embed(ctx context.Context, level chat.Level, text string) ([]float32, error) {
	if f := m.before[text]; f != nil {
		f()
	}
	return m.embedder.Embed(ctx, level, text)
}

// TestEmbeddedMeanwhile asks in other words what was answered a moment ago, while
// the writer puts the embedded entry in the place of the one that is looked at.
func TestEmbeddedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const wording = "how do I sort a slice in Go?"
		e := &meddler{embedder: embedder{dim: 512}, before: map[string]func(){}}
		c := made(t, Options{Embedder: e})
		stored := c.Lookup(asking(wording))
		stored.Store(answer("42"))
		e.before[wording] = func() {
			it := c.memory.get(&stored.key, 0)
			done := it.Entry
			done.Question, done.Embedder, done.Vector = wording, e.Name(), make([]float32, e.dim)
			done.Vector[0] = 1
			c.memory.exchange(it, done)
		}
		if m := similar(t, c, asking("how can I sort slices in Go?")); m.Answer.Text != "42" {
			t.Errorf("the answer is %q: %v", m.Answer.Text, m.Refused)
		}
	})
}

func TestFeedbackTightens(t *testing.T) {
	for _, shared := range []bool{false, true} {
		t.Run(fmt.Sprint("shared ", shared), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := Options{Embedder: &embedder{dim: 512, vectors: map[string][]float32{
					"how do I sort a slice?":    {1, 0.1},
					"how can I sort a slice?":   {1, 0.2},
					"how to sort a slice?":      {1, 0.001},
					"how could I sort a slice?": {1, 0.2001},
				}}}
				if shared {
					o.Backing = newFake()
				}
				c := made(t, o)
				c.Lookup(asking("how do I sort a slice?")).Store(answer("first"))
				c.Lookup(asking("how can I sort a slice?")).Store(answer("second"))
				time.Sleep(settled)
				m := similar(t, c, asking("how to sort a slice?"))
				if m.Answer.Text != "first" {
					t.Fatalf("the answer is %q, %v", m.Answer.Text, m.Refused)
				}
				for range 2 {
					if _, err := c.Feedback(t.Context(), m.ID, false); err != nil {
						t.Error(err)
					}
				}
				time.Sleep(settled)
				if m := similar(t, c, asking("how to sort a slice?")); m.Answer.Text != "" || len(m.Refused) != 1 {
					t.Errorf("the neighbour is served in turn: %q, %v", m.Answer.Text, m.Refused)
				}
				if m := similar(t, c, asking("how could I sort a slice?")); m.Answer.Text != "second" {
					t.Errorf("a nearer question gets %q, %v", m.Answer.Text, m.Refused)
				}
			})
		})
	}
}

func TestGoodFeedbackAndUnknownIDs(t *testing.T) {
	c := made(t, Options{Backing: newFake()})
	id := c.Lookup(question()).Store(answer("42"))
	for _, rated := range []string{"", "x", strings.Repeat("f", 40), id + "1"} {
		if removed, err := c.Feedback(t.Context(), rated, false); removed || err != nil {
			t.Errorf("%q: %v, %v", rated, removed, err)
		}
	}
	if removed, err := c.Feedback(t.Context(), id, true); removed || err != nil || exact(t, c, question()) != "42" {
		t.Errorf("good: %v, %v", removed, err)
	}
}

// TestEntryByID finds an entry under its ID as long as it is kept, in this process
// and in another that shares the backing, and under nothing else.
func TestEntryByID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		o := Options{Backing: f, TTL: time.Hour, Embedder: &embedder{dim: 512}}
		c := made(t, o)
		id := c.Lookup(question()).Store(answer("42"))
		if e, ok, err := c.Entry(t.Context(), id); !ok || err != nil || e.Question != question().Wording {
			t.Errorf("before it is written: %+v, %v, %v", e, ok, err)
		}
		time.Sleep(settled)
		for name, from := range map[string]*Cache{"memory": c, "the backing": made(t, o)} {
			if e, ok, err := from.Entry(t.Context(), id); !ok || err != nil || e.Answer.Text != "42" || e.Question != question().Wording {
				t.Errorf("from %s: %+v, %v, %v", name, e, ok, err)
			}
			for _, other := range []string{"", "x", strings.Repeat("f", 40), id + "1", "0" + id[1:]} {
				if e, ok, err := from.Entry(t.Context(), other); ok || err != nil {
					t.Errorf("from %s: %q: %+v, %v", name, other, e, err)
				}
			}
		}
		time.Sleep(2 * time.Second)
		c.Lookup(question()).Store(answer("43"))
		if e, ok, err := c.Entry(t.Context(), id); ok || err != nil {
			t.Errorf("once it was answered anew: %+v, %v", e, err)
		}
	})
}

// TestRatedWhileWritten rates an entry bad while its Put is under way.
func TestRatedWhileWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.putGate = make(chan struct{})
		c := made(t, Options{Backing: f})
		id := c.Lookup(question()).Store(answer("42"))
		time.Sleep(settled)
		if removed, err := c.Feedback(t.Context(), id, false); !removed || err != nil {
			t.Errorf("Feedback: %v, %v", removed, err)
		}
		close(f.putGate)
		time.Sleep(settled)
		if entries, _ := f.count(); entries > 0 || exact(t, c, question()) != "" {
			t.Error("it came back")
		}
	})
}

// TestRatedPairStaysApart rates a hit bad and has both of its questions answered
// anew: neither is served to the other again.
func TestRatedPairStaysApart(t *testing.T) {
	one, other := "how do I sort a slice?", "how can I sort a slice?"
	for _, order := range [][2]string{{one, other}, {other, one}} {
		synctest.Test(t, func(t *testing.T) {
			o := Options{Backing: newFake(), Embedder: &embedder{dim: 512, vectors: map[string][]float32{one: {1, 0.1}, other: {1, 0.2}}}}
			c := made(t, o)
			c.Lookup(asking(one)).Store(answer("first"))
			time.Sleep(settled)
			m, ok := c.Lookup(asking(other)).Similar(t.Context())
			if !ok {
				t.Fatal("no hit to rate")
			}
			if _, err := c.Feedback(t.Context(), m.ID, false); err != nil {
				t.Fatal(err)
			}
			c.Lookup(asking(order[0])).Store(answer("anew"))
			time.Sleep(settled)
			if m, ok := c.Lookup(asking(order[1])).Similar(t.Context()); ok {
				t.Errorf("%q got the answer to %q again: %+v", order[1], order[0], m.Answer)
			}
			if got := exact(t, c, asking(order[0])); got != "anew" {
				t.Errorf("%q has the answer %q", order[0], got)
			}
		})
	}
}

// TestRatedBeforeWritten rates an answer bad that was to replace another, before it
// could: the other does not come back.
func TestRatedBeforeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		c := made(t, Options{Backing: f})
		c.Lookup(question()).Store(answer("41"))
		time.Sleep(settled)
		id := c.Lookup(question()).Store(answer("42"))
		if removed, err := c.Feedback(t.Context(), id, false); !removed || err != nil {
			t.Errorf("Feedback: %v, %v", removed, err)
		}
		time.Sleep(settled)
		if entries, _ := f.count(); entries > 0 || exact(t, c, question()) != "" {
			t.Error("the answer that was replaced came back")
		}
	})
}

func TestClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		c := made(t, Options{Backing: f})
		for i := range 5 {
			q := question()
			q.Model = fmt.Sprint(i)
			q.Level = chat.Level(i % 2)
			c.Lookup(q).Store(answer("42"))
			time.Sleep(settled)
		}
		if s, err := c.Stats(t.Context()); s.Entries != 5 || err != nil {
			t.Errorf("Stats: %+v, %v", s, err)
		}
		if n, err := c.Clear(t.Context()); n != 5 || err != nil {
			t.Errorf("Clear: %d, %v", n, err)
		}
		if s, err := c.Stats(t.Context()); s.Entries != 0 || err != nil {
			t.Errorf("Stats: %+v, %v", s, err)
		}
	})
}

func TestStats(t *testing.T) {
	c := made(t, Options{Embedder: &embedder{dim: 512}})
	lookup := c.Lookup(asking("how do I sort a slice?"))
	lookup.Exact(t.Context())
	lookup.Similar(t.Context())
	lookup.Store(answer("42"))
	exact(t, c, asking("how do I sort a slice?"))
	lookup = c.Lookup(asking("how can I sort a slice?"))
	lookup.Exact(t.Context())
	lookup.Similar(t.Context())
	exact(t, c, question())
	s, err := c.Stats(t.Context())
	if want := (chat.CacheStats{ExactHits: 1, SemanticHits: 1, Misses: 2, Entries: 1, HitRate: 0.5}); s != want || err != nil {
		t.Errorf("Stats: %+v, %v, want %+v", s, err, want)
	}
}

// TestTroubleIsSaidOnce has a backing that fails in everything.
func TestTroubleIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.fail = errDisk
		c := made(t, Options{Backing: f, Embedder: &embedder{dim: 512}})
		for range 3 {
			lookup := c.Lookup(asking("how do I sort a slice?"))
			lookup.Exact(t.Context())
			lookup.Similar(t.Context())
			awaited(t, lookup)
			lookup.Store(answer("42"))
			time.Sleep(2 * syncAfter)
			if got := exact(t, c, asking("how do I sort a slice?")); got != "42" {
				t.Errorf("memory does not stand in: %q", got)
			}
			if m := similar(t, c, asking("how can I sort a slice?")); m.Answer.Text != "42" {
				t.Errorf("memory does not stand in: %q, %v", m.Answer.Text, m.Refused)
			}
		}
		if err := c.Err(); !errors.Is(err, errDisk) || strings.Count(err.Error(), errDisk.Error()) != 1 {
			t.Errorf("said: %v", err)
		}
		if err := c.Err(); err != nil {
			t.Errorf("said again: %v", err)
		}
	})
}

func TestSetAsideIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		aside := &SetAside{Path: "a", To: "b", Err: errDisk}
		f.failPut = []error{aside, ErrBusy}
		c := made(t, Options{Backing: f})
		c.Lookup(question()).Store(answer("42"))
		time.Sleep(settled)
		c.Lookup(asking("x y z?")).Store(answer("43"))
		time.Sleep(settled + syncAfter)
		if entries, _ := f.count(); entries != 1 {
			t.Errorf("%d entries are stored", entries)
		}
		if err := c.Err(); !errors.Is(err, aside) {
			t.Errorf("said: %v", err)
		}
	})
}

// TestWriterGoesHome counts what the writer does, and that it ends.
func TestWriterGoesHome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		c := made(t, Options{Backing: f})
		for i := range 20 {
			q := question()
			q.Model = fmt.Sprint(i)
			c.Lookup(q).Store(answer("42"))
		}
		time.Sleep(settled)
		synctest.Wait()
		if f.puts != 1 || len(f.entries) != 20 {
			t.Errorf("%d entries were written in %d batches", len(f.entries), f.puts)
		}
		time.Sleep(syncAfter)
		synctest.Wait()
		c.writer.mu.Lock()
		awake := c.writer.awake
		c.writer.mu.Unlock()
		if f.syncs != 1 || awake {
			t.Errorf("%d syncs; the writer is awake: %v", f.syncs, awake)
		}
	})
}

func TestCloseWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		c := New(Options{Backing: f})
		c.Lookup(question()).Store(answer("42"))
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if entries, _ := f.count(); entries != 1 {
			t.Error("what was waiting is lost")
		}
		if exact(t, c, question()) != "" || c.Lookup(question()).Store(answer("42")) != "" {
			t.Error("a closed cache is at work")
		}
	})
}

// TestUseIsTold has an entry's use written, but not on every hit.
func TestUseIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		c := made(t, Options{Backing: f})
		c.Lookup(question()).Store(answer("42"))
		time.Sleep(2 * time.Minute)
		for range 100 {
			exact(t, c, question())
		}
		time.Sleep(settled)
		k, _, _ := question().Keys()
		f.mu.Lock()
		defer f.mu.Unlock()
		if since := time.Since(f.touched[k]); since > settled {
			t.Errorf("the backing thinks it was used %v ago", since)
		}
	})
}
