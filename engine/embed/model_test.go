package embed

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func length(v []float32) float64 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

// checkVector wants Dim numbers of length 1.
func checkVector(t *testing.T, v []float32, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if l := length(v); len(v) != Dim || !(math.Abs(l-1) < 1e-5) {
		t.Fatalf("%d numbers of length %v", len(v), l)
	}
}

// odd are texts that a model's author did not think of.
func odd() []string {
	return []string{
		"", " ", "\n", "\x00", "\xff\xfe", "\xe6\x97", "a\xffb",
		strings.Repeat("a", 1<<20), strings.Repeat(" ", 1<<20), strings.Repeat("\xff", 1<<20),
		strings.Repeat("ﷺ", 100_000),            // one rune that NFKC makes 18 of
		"e" + strings.Repeat("\u0301", 100_000), // one letter with all its accents
		strings.Repeat("日", 100_000), strings.Repeat("🙂 ", 50_000),
		"__proto__", "\ufffd", "<s>", "extra_token_id_1",
	}
}

func TestAnyTextHasAVector(t *testing.T) {
	m := Open()
	for _, text := range odd() {
		v, err := m.Embed(t.Context(), text)
		checkVector(t, v, err)
	}
}

func FuzzEmbed(f *testing.F) {
	for _, text := range odd() {
		f.Add(text[:min(len(text), 1000)])
	}
	f.Add(question)
	m := Open()
	f.Fuzz(func(t *testing.T, text string) {
		v, err := m.Embed(t.Context(), text)
		checkVector(t, v, err)
	})
}

// TestScratchIsForgotten sees that a text's vector does not depend on what its
// scratch memory held before.
func TestScratchIsForgotten(t *testing.T) {
	used := Open()
	for _, g := range goldens(t)[:20] {
		if _, err := used.Embed(t.Context(), strings.Repeat("what was here before ", 8)); err != nil {
			t.Fatal(err)
		}
		got, err := used.Embed(t.Context(), g.whole())
		checkVector(t, got, err)
		want, err := Open().Embed(t.Context(), g.whole())
		checkVector(t, want, err)
		if !slices.Equal(got, want) {
			t.Fatalf("%q: cosine %v to what fresh memory gives", g.Text, cosine(got, want))
		}
	}
}

func TestTheRestOfALongTextIsNotRead(t *testing.T) {
	m := Open()
	start := strings.Repeat("one two three ", 1000)
	a, err := m.Embed(t.Context(), start)
	checkVector(t, a, err)
	b, err := m.Embed(t.Context(), start+strings.Repeat("and something else ", 10_000))
	checkVector(t, b, err)
	if c := cosine(a, b); c < 1-1e-6 {
		t.Errorf("cosine %v", c)
	}
}

func TestCallsAtOnceAgree(t *testing.T) {
	m := Open()
	want, err := m.Embed(t.Context(), question)
	checkVector(t, want, err)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 4 {
				if worker == 0 && i == 2 {
					m.Release()
				}
				other, err := m.Embed(t.Context(), strings.Repeat("x ", worker*10))
				if err != nil || len(other) != Dim {
					t.Error(len(other), err)
				}
				got, err := m.Embed(t.Context(), question)
				if err != nil || cosine(got, want) < 1-1e-9 {
					t.Error(cosine(got, want), err)
				}
			}
		})
	}
	wg.Wait()
}

// endsAfter is a context that is cancelled from its n-th look on.
type endsAfter struct {
	context.Context
	looks int
}

func (c *endsAfter) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancel(t *testing.T) {
	m := Open()
	for looks := range 3 {
		v, err := m.Embed(&endsAfter{t.Context(), looks}, question)
		if v != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at look %d: %d numbers, %v", looks, len(v), err)
		}
	}
	if v, err := m.Embed(&endsAfter{t.Context(), 3}, question); err != nil || len(v) != Dim {
		t.Errorf("%d numbers, %v", len(v), err)
	}
}

func (m *Model) holds() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.net != nil
}

func TestIdleModelIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := Open()
		if m.holds() {
			t.Error("loaded by Open")
		}
		before, err := m.Embed(t.Context(), question)
		checkVector(t, before, err)
		time.Sleep(idle - time.Second)
		if _, err := m.Embed(t.Context(), "again"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(idle - time.Second)
		synctest.Wait()
		if !m.holds() {
			t.Error("released before it was idle for long enough")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if m.holds() {
			t.Error("not released")
		}
		after, err := m.Embed(t.Context(), question)
		checkVector(t, after, err)
		if c := cosine(before, after); c < 1-1e-9 {
			t.Errorf("cosine %v after a release", c)
		}
		m.Release()
		m.Release()
		if m.holds() {
			t.Error("not released at once")
		}
	})
}

func TestDamagedWeights(t *testing.T) {
	cut := []int{0, 1, 7, 8, 12, 16, 20, 1000, 100_000, 300_000, len(builtin) / 2, len(builtin) - 1}
	var files []string
	for _, n := range cut {
		files = append(files, builtin[:n])
	}
	huge := strings.Repeat("\xff", 8)
	files = append(files, builtin+"x", magic+huge, magic+"\x01\x00\x00\x00"+huge, "USELITE0"+builtin[8:],
		// The root's edges end behind all edges; a node's edges start behind their end.
		builtin[:20]+huge+builtin[28:], builtin[:16]+"\x01"+builtin[17:])
	for _, file := range files {
		m := &Model{weights: file, kernel: fastest()}
		if v, err := m.Embed(t.Context(), question); err == nil || v != nil {
			t.Errorf("%d bytes: %d numbers, %v", len(file), len(v), err)
		}
	}
}

func TestScratchIsReused(t *testing.T) {
	m := Open()
	embed := func() {
		if _, err := m.Embed(t.Context(), question); err != nil {
			t.Fatal(err)
		}
	}
	embed()
	if n := testing.AllocsPerRun(20, embed); n > 1 {
		t.Errorf("%v allocations a question, want the vector alone", n)
	}
}

func TestWords(t *testing.T) {
	m := Open()
	if m.Name() != "use-lite-int8/1" || m.Threshold() <= 0.5 || m.Threshold() >= 1 {
		t.Errorf("%q with threshold %v", m.Name(), m.Threshold())
	}
	near := func(a, b string) float64 {
		v, err := m.Embed(t.Context(), a)
		checkVector(t, v, err)
		w, err := m.Embed(t.Context(), b)
		checkVector(t, w, err)
		return cosine(v, w)
	}
	same := near("How do I read a file line by line in Go?", "What's the way to iterate over the lines of a file in Golang?")
	other := near("How do I read a file line by line in Go?", "What is the time complexity of binary search?")
	if same < m.Threshold() || other >= m.Threshold() {
		t.Errorf("the same question %.2f, another %.2f, threshold %.2f", same, other, m.Threshold())
	}
}
