package redis

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
)

func probeOf(e *cache.Entry, atLeast float64) cache.Probe {
	return cache.Probe{Group: e.Group, Embedder: e.Embedder, Vector: e.Vector, AtLeast: atLeast, K: 3}
}

// TestNearRescores has the server rank wrongly and offer strangers. What counts
// are the entries' own vectors, groups and embedders.
func TestNearRescores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{texts: map[string]string{}}
		asked := entryOf("asked")
		var offer []string
		plant := func(wording, score string, change func(*cache.Entry)) {
			e := entryOf(wording)
			change(&e)
			raw, err := e.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			s.texts[entryName(e.Key)] = string(raw)
			offer = append(offer, bulk(element(e.Key)), bulk(score))
		}
		at := func(v ...float32) func(*cache.Entry) { return func(e *cache.Entry) { e.Vector = unit(v...) } }
		plant("third", "0.999", at(1, 1, 0, 0))
		plant("nearest", "0.96", at(1, 0.1, 0, 0))
		plant("second", "0.97", at(1, 0.4, 0, 0))
		plant("too far after all", "0.99", at(0, 1, 0, 0))
		plant("too far by its score", "0.5", at(1, 0, 0, 0))
		plant("another group", "1", func(e *cache.Entry) { e.Group[0] ^= 1 })
		plant("another embedder", "1", func(e *cache.Entry) { e.Embedder = "other" })
		plant("exact only", "1", func(e *cache.Entry) { e.Question = "" })
		plant("another dimension", "1", func(e *cache.Entry) { e.Vector = unit(1, 0) })
		plant("no direction", "1", func(e *cache.Entry) { e.Vector = []float32{0, 0, 0, 0} })
		plant("no number", "1", func(e *cache.Entry) { e.Vector = []float32{float32(math.NaN()), 0, 0, 0} })
		offer = append(offer, bulk(strings.Repeat("0", 32)), bulk("1")) // its entry has gone
		s.does(func(c command) (string, bool) { return list(offer...), c[0] == "VSIM" })
		found, err := open(t, s, someURL).Near(t.Context(), probeOf(&asked, 0.6))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range found {
			got = append(got, n.Question)
		}
		if want := []string{"nearest", "second", "third"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if want := 1 / math.Sqrt(1.01); math.Abs(found[0].Cosine-want) > 1e-6 {
			t.Errorf("cosine %v, want %v", found[0].Cosine, want)
		}
	})
}

// TestSearchNamesTheGroup checks that sets and filters separate what must never meet.
func TestSearchNamesTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, someURL)
		e := entryOf("q")
		if err := r.Put(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Near(t.Context(), probeOf(&e, 0.5)); err != nil {
			t.Fatal(err)
		}
		var added, sought command
		for _, c := range s.log() {
			switch c[0] {
			case "VADD":
				added = c
			case "VSIM":
				sought = c
			}
		}
		if added[1] != sought[1] || !strings.HasPrefix(added[1], prefix) {
			t.Errorf("added to %s, sought in %s", added[1], sought[1])
		}
		group := fmt.Sprintf("%x", e.Group)
		if !strings.Contains(added[len(added)-1], `"g":"`+group+`"`) || !slices.ContainsFunc(sought, func(arg string) bool {
			return strings.Contains(arg, `.g == "`+group+`"`)
		}) {
			t.Errorf("the group %s is missing in %q or %q", group, added, sought)
		}
		if nameOfSet("a", 512, e.Group) == nameOfSet("b", 512, e.Group) || nameOfSet("a", 512, e.Group) == nameOfSet("a", 256, e.Group) {
			t.Error("embedders share a set")
		}
	})
}

// TestLook checks that one message asks for the entry and for its bucket, which
// every Put marks.
func TestLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		marked := map[string]bool{}
		s.does(func(c command) (string, bool) {
			switch {
			case c[0] == "SET" && strings.HasPrefix(c[1], bucketPrefix):
				marked[c[1]] = true
			case c[0] == "EXISTS" && marked[c[1]]:
				return ":1\r\n", true
			}
			return "", false
		})
		r := open(t, s, someURL)
		e := entryOf("how do I sort a slice?")
		look := func(bucket cache.Key) bool {
			got, found, alike, err := r.Look(t.Context(), cache.Key{1}, bucket)
			if found || err != nil || got.Answer.Text != "" {
				t.Errorf("found %v: %q, %v", found, got.Answer.Text, err)
			}
			return alike
		}
		if look(e.Bucket()) {
			t.Error("alike before it was put")
		}
		if err := r.Put(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		other := entryOf("how do I sort a map?")
		if !look(e.Bucket()) || look(other.Bucket()) || look(cache.Key{}) {
			t.Errorf("marked: %v", marked)
		}
		p := probeOf(&e, 0.5)
		p.Bucket = e.Bucket()
		if _, err := r.Near(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		filter := fmt.Sprintf(`.b == "%x"`, e.Bucket())
		if !slices.ContainsFunc(s.log(), func(c command) bool {
			return c[0] == "VSIM" && slices.ContainsFunc(c, func(arg string) bool { return strings.HasSuffix(arg, filter) })
		}) {
			t.Errorf("no search filters by %s", filter)
		}
	})
}

// TestSweep checks that a Put removes vectors whose entries have gone.
func TestSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		e := entryOf("q")
		orphan := strings.Repeat("0", 32)
		s.does(func(c command) (string, bool) {
			return list(bulk(element(e.Key)), bulk(orphan)), c[0] == "VRANDMEMBER"
		})
		if err := open(t, s, someURL).Put(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		var removed []string
		for _, c := range s.log() {
			if c[0] == "VREM" {
				removed = append(removed, c[2])
			}
		}
		if !slices.Equal(removed, []string{orphan}) {
			t.Errorf("removed %q", removed)
		}
	})
}

// TestEpochCountsReplacements checks that a new entry leaves copies elsewhere
// alone, and one that replaces another does not.
func TestEpochCountsReplacements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, someURL)
		for puts, want := range []int{0, 1, 2} {
			e := entryOf("q")
			if puts > 0 {
				e.Question, e.Vector = "", nil
			}
			if err := r.Put(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, c := range s.log() {
				if slices.Equal(c, command{"INCR", epochName}) {
					n++
				}
			}
			if n != want {
				t.Errorf("after %d puts the epoch was counted up %d times", puts+1, n)
			}
		}
	})
}

// TestDelete removes the entry with that ID alone, with its vector.
func TestDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, someURL)
		e := entryOf("q")
		if err := r.Put(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		executed := list(":1\r\n", ":2\r\n", ":1\r\n")
		s.does(func(c command) (string, bool) { return executed, c[0] == "EXEC" })
		newer := cache.NewID(e.Key, e.Created.Add(1000))
		for id, want := range map[string]bool{e.ID: true, newer: false, "nonsense": false, "": false} {
			if deleted, err := r.Delete(t.Context(), id); deleted != want || err != nil {
				t.Errorf("%q: %v, %v", id, deleted, err)
			}
		}
		executed = "*-1\r\n" // somebody replaced it meanwhile
		if deleted, err := r.Delete(t.Context(), e.ID); deleted || err != nil {
			t.Errorf("replaced meanwhile: %v, %v", deleted, err)
		}
		if c := s.log(); !slices.ContainsFunc(c, func(c command) bool {
			return slices.Equal(c, command{"VREM", setName(&e), element(e.Key)})
		}) {
			t.Error("its vector stays")
		}
	})
}

// TestClearWalks clears in steps, counts entries, and touches nobody else's names.
func TestClearWalks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		s.does(func(c command) (string, bool) {
			switch {
			case c[0] == "SCAN" && c[1] == "0":
				return list(bulk("17"), list(bulk("rigrun:1:e:a"), bulk("rigrun:1:v:b"), bulk("theirs"))), true
			case c[0] == "SCAN":
				return list(bulk("0"), list(bulk("rigrun:1:e:c"), bulk("rigrun:1:e:gone"))), true
			case c[0] == "UNLINK" && c[1] == "rigrun:1:e:gone":
				return ":0\r\n", true
			case c[0] == "UNLINK" && c[1] == "theirs":
				t.Error("removed what is not ours")
			}
			return ":1\r\n", c[0] == "UNLINK"
		})
		r := open(t, s, someURL)
		if n, err := r.Clear(t.Context()); n != 2 || err != nil {
			t.Errorf("cleared %d, %v", n, err)
		}
		if c := s.log(); !slices.Equal(c[len(c)-1], command{"INCR", epochName}) {
			t.Errorf("the last command is %q", c[len(c)-1])
		}
		s.does(func(c command) (string, bool) {
			time.Sleep(100 * time.Millisecond)
			return list(bulk("1"), "*0\r\n"), c[0] == "SCAN"
		})
		if _, err := r.Stats(t.Context()); !errors.Is(err, errSlow) { // a cursor that never ends
			t.Errorf("an endless walk: %v", err)
		}
	})
}
