package cache

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
)

// considered is how many of the nearest questions the guard is asked about.
const considered = 8

// tightenBy is how far above a bad hit's likeness its neighbours' thresholds are
// set: more than float rounding, less than any difference that means something.
const tightenBy = 0.005

// Match is what a semantic lookup found, and why.
type Match struct {
	Entry              // the entry whose answer may be given, where there is one
	Similarity float64 // the cosine of its question and the one asked

	// Refused are the nearer questions that were not taken, nearest first.
	Refused []Refusal
}

// Refusal says why a near question's answer was not given.
type Refusal struct {
	Question   string  // the stored question's wording
	Similarity float64 // its cosine with the one asked
	Why        string  // "ascending/descending", or the threshold that was missed
}

// String says it in one clause, without the question.
func (r Refusal) String() string {
	return fmt.Sprintf("similar %.2f, refused: %s", r.Similarity, r.Why)
}

// wordingOf returns the part of a question that may match semantically, "" for a
// question that leans on what is around it.
func wordingOf(q *Question) string {
	if strings.TrimSpace(q.Wording) == "" || semantic.Leans(q.Wording) {
		return ""
	}
	return q.Wording
}

// Alike reports whether a question that was asked before may mean the same. Where
// it is false, Similar finds nothing: there is nothing to embed, and nothing to
// wait for. It is known, and costs nothing, after Exact has found nothing; before
// that it is true.
func (l *Lookup) Alike() bool {
	return !l.closed && l.c.o.Embedder != nil && l.wording != "" && !l.unlike.Load()
}

// bucket is the bucket of the entries that Similar may find, zero where there are none.
func (l *Lookup) bucket() Key {
	if l.c.o.Embedder == nil || l.wording == "" {
		return Key{}
	}
	return bucketOf(l.group, l.c.o.Embedder.Name(), l.wording)
}

// Similar returns the answer to a question that asks the same in other words,
// with everything else equal: the nearest one that the guard accepts. Only those
// with the guard's signature are looked at, as it accepts no others, and where
// there are none nothing is done; else it embeds the question, which takes some
// milliseconds. So call it after Exact has found nothing, and beside the work that
// a model's answer needs. The Match says which of them were refused.
func (l *Lookup) Similar(ctx context.Context) (Match, bool) {
	if !l.Alike() {
		return Match{}, false
	}
	bucket := l.bucket()
	p, ok := l.probe(ctx)
	if !ok {
		return Match{}, false
	}
	var m Match
	asked := p
	asked.Bucket = bucket
	for _, n := range l.candidates(ctx, asked) {
		why := l.c.refuses(&n, l.wording)
		if why == "" {
			m.Entry, m.Similarity = n.Entry, n.Cosine
			l.hit(n, p)
			return m, true
		}
		m.Refused = append(m.Refused, Refusal{Question: n.Question, Similarity: n.Cosine, Why: why})
	}
	return m, false
}

// Explain returns the questions that are nearest to this one and whose answers are
// not given for it, nearest first, with the reasons. It is for people who ask why,
// and takes its time: it embeds the question and searches the whole group.
func (l *Lookup) Explain(ctx context.Context) []Refusal {
	p, ok := l.probe(ctx)
	if !ok {
		return nil
	}
	var refused []Refusal
	for _, n := range l.candidates(ctx, p) {
		if why := l.c.refuses(&n, l.wording); why != "" {
			refused = append(refused, Refusal{Question: n.Question, Similarity: n.Cosine, Why: why})
		}
	}
	return refused
}

// probe embeds the question. It is false where the question may match exactly only.
func (l *Lookup) probe(ctx context.Context) (Probe, bool) {
	e := l.c.o.Embedder
	if l.closed || e == nil || l.wording == "" {
		return Probe{}, false
	}
	v, err := l.embedded(ctx)
	if err != nil {
		l.c.note(err)
		return Probe{}, false
	}
	return Probe{Group: l.group, Embedder: e.Name(), Vector: v, AtLeast: l.c.threshold(), K: considered, Level: l.level}, true
}

// embedded returns the question's vector, made once.
func (l *Lookup) embedded(ctx context.Context) ([]float32, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.vector != nil {
		return l.vector, nil
	}
	v, err := l.c.o.Embedder.Embed(ctx, l.level, l.wording)
	if err != nil {
		return nil, fmt.Errorf("embed the question: %w", err)
	}
	l.vector = v
	return v, nil
}

// threshold is the least cosine of any semantic hit.
func (c *Cache) threshold() float64 {
	if c.o.Threshold > 0 {
		return c.o.Threshold
	}
	return c.o.Embedder.Threshold()
}

// candidates are the nearest questions here and in the backing, nearest first.
func (l *Lookup) candidates(ctx context.Context, p Probe) []Near {
	found := l.c.near(ctx, l.backing(), p)
	return slices.DeleteFunc(found, func(n Near) bool {
		return !l.fits(&n.Entry) || n.Question == "" || n.Embedder != p.Embedder
	})
}

// near joins what memory and the backing have. Of two with one key, the newer counts.
func (c *Cache) near(ctx context.Context, b Backing, p Probe) []Near {
	now := c.micros()
	c.refresh(ctx, now)
	found := c.memory.near(ctx, p, now)
	if b != nil {
		stored, err := b.Near(ctx, p)
		c.note(err)
		for _, n := range stored {
			if !slices.ContainsFunc(found, func(f Near) bool { return f.Key == n.Key && !f.Created.Before(n.Created) }) {
				found = append(found, n)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Near) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return found
}

// refuses says why a near question may not stand for the one asked, "" where it may.
func (c *Cache) refuses(n *Near, asked string) string {
	if least := max(c.threshold(), n.Threshold); n.Cosine < least {
		return fmt.Sprintf("its threshold is %.3f", least)
	}
	if v := semantic.Compare(n.Question, asked); !v.OK {
		return v.Why
	}
	return ""
}

// hit notes a semantic hit for its use and for the rating it may get.
func (l *Lookup) hit(n Near, p Probe) {
	c := l.c
	c.count.semantic.Add(1)
	c.recent.put(n.ID, func(recentHit) recentHit {
		return recentHit{probe: p, backing: l.backing(), asked: l.key, cosine: n.Cosine}
	})
	c.writer.touch(c, n.Key)
}

// recentHit is a semantic hit that may still be rated.
type recentHit struct {
	probe   Probe
	backing Backing // where its neighbours may be, nil for memory alone
	asked   Key     // the question that got the answer
	cosine  float64 // its likeness to the answer's own
}

// maxRecent is how many hits can be rated, and how many questions' thresholds wait.
const maxRecent = 256

// latest keeps the values of the last [maxRecent] keys; the oldest is forgotten.
type latest[K comparable, V any] struct {
	mu     sync.Mutex
	values map[K]V // guarded by mu
	keys   []K     // in order of time; guarded by mu
}

// put sets a key's value to what change makes of the one it had, of the zero one at first.
func (l *latest[K, V]) put(k K, change func(V) V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.values == nil {
		l.values = map[K]V{}
	}
	old, known := l.values[k]
	if !known {
		l.keys = append(l.keys, k)
	}
	l.values[k] = change(old)
	if len(l.keys) > maxRecent {
		delete(l.values, l.keys[0])
		l.keys = slices.Delete(l.keys, 0, 1)
	}
}

func (l *latest[K, V]) get(k K) V {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.values[k]
}

func (l *latest[K, V]) take(k K) (V, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v, ok := l.values[k]
	if ok {
		delete(l.values, k)
		l.keys = slices.DeleteFunc(l.keys, func(other K) bool { return other == k })
	}
	return v, ok
}

// tighten raises the thresholds of the entries that would be the next to be
// served to a question whose hit was bad.
func (c *Cache) tighten(ctx context.Context, h recentHit) error {
	var shared []Entry
	for _, n := range c.near(ctx, h.backing, h.probe) {
		least := min(n.Cosine+tightenBy, 1)
		if n.Threshold >= least {
			continue
		}
		e := n.Entry
		e.Threshold = least
		if e.Level <= Shareable && h.backing != nil {
			shared = append(shared, e)
		}
		c.memory.put(e, e.Level <= Shareable && h.backing != nil, c.micros())
	}
	if len(shared) == 0 {
		return nil
	}
	return h.backing.Put(ctx, shared...)
}
