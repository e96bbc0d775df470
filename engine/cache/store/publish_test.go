package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/database"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

var maker = cache.Maker{Tier: "local", Backend: "ollama", Model: "m"}

func text(kind stream.Kind, s string) stream.Chunk {
	return stream.Chunk{Kind: kind, Data: []byte(s)}
}

// held takes a question for an owner.
func held(t *testing.T, s *Store, k cache.Key, owner string) {
	t.Helper()
	if ok, _, err := s.Lease(t.Context(), k, owner, time.Second); !ok || err != nil {
		t.Fatalf("Lease: %v, %v", ok, err)
	}
}

// published publishes after the first from bytes, and expects that many after it.
func published(t *testing.T, s *Store, k cache.Key, owner string, from, want int64, more ...stream.Chunk) {
	t.Helper()
	if till, err := s.Publish(t.Context(), k, owner, maker, from, more); till != want || err != nil {
		t.Errorf("Publish after %d: %d, %v, want %d", from, till, err, want)
	}
}

// followed expects what another process finds.
func followed(t *testing.T, s *Store, k cache.Key, from int64, want cache.Published) {
	t.Helper()
	got, err := s.Follow(t.Context(), k, from)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Follow after %d: %v, difference:\n%s", from, err, diff)
	}
}

// TestPublish has another process read what was published, from every byte on.
func TestPublish(t *testing.T) {
	c := newClock()
	a := opened(t, Options{Now: c.Now})
	b := opened(t, Options{Now: c.Now, Path: a.o.Path})
	k := cache.Key{1}
	followed(t, b, k, 0, cache.Published{})
	held(t, a, k, "a")
	followed(t, b, k, 0, cache.Published{Owner: "a", Alive: true})
	published(t, a, k, "a", 0, 0)
	followed(t, b, k, 0, cache.Published{Owner: "a", Alive: true, Shared: true, By: maker})
	published(t, a, k, "a", 0, 7, text(stream.Thinking, "hm "), text(stream.Text, "so i"))
	published(t, a, k, "a", 7, 11, text(stream.Text, "t is"))
	published(t, a, k, "a", 7, 11, text(stream.Text, "never"))
	const whole = "hm so it is"
	for from := range len(whole) + 1 {
		p, err := b.Follow(t.Context(), k, int64(from))
		rest := ""
		for _, c := range p.More {
			rest += string(c.Data)
		}
		if rest != whole[from:] || err != nil || p.By != maker || from < 3 && p.More[0].Kind != stream.Thinking {
			t.Errorf("after %d bytes: %+v, %v", from, p, err)
		}
	}
	c.pass(time.Second)
	followed(t, b, k, 11, cache.Published{Owner: "a", Shared: true, By: maker})
	must(t, a.Release(t.Context(), k, "a"))
	followed(t, b, k, 0, cache.Published{})
	sound(t, a)
}

// TestPublishLost has another process take the question over: nothing is left of
// what the first one published, and it publishes nothing more.
func TestPublishLost(t *testing.T) {
	c := newClock()
	s := opened(t, Options{Now: c.Now})
	k := cache.Key{1}
	held(t, s, k, "a")
	published(t, s, k, "a", 0, 4, text(stream.Text, "half"))
	c.pass(time.Second)
	held(t, s, k, "b")
	followed(t, s, k, 0, cache.Published{Owner: "b", Alive: true})
	published(t, s, k, "a", 4, 0, text(stream.Text, "more"))
	must(t, s.Release(t.Context(), k, "a"))
	published(t, s, k, "b", 0, 3, text(stream.Text, "all"))
	held(t, s, k, "b") // renewed
	want := cache.Published{Owner: "b", Alive: true, Shared: true, By: maker, More: []stream.Chunk{text(stream.Text, "all")}}
	followed(t, s, k, 0, want)
	sound(t, s)
	if _, err := s.Clear(t.Context()); err != nil {
		t.Error(err)
	}
	followed(t, s, k, 0, want) // it is being written, and not kept yet
	c.pass(time.Second)
	if _, err := s.Clear(t.Context()); err != nil {
		t.Error(err)
	}
	followed(t, s, k, 0, cache.Published{})
	sound(t, s)
}

// TestAttend tells the holder until when it is followed.
func TestAttend(t *testing.T) {
	c := newClock()
	a := opened(t, Options{Now: c.Now})
	b := opened(t, Options{Now: c.Now, Path: a.o.Path})
	k, later := cache.Key{1}, c.Now().Add(time.Minute).Truncate(time.Microsecond)
	must(t, b.Attend(t.Context(), k, later)) // nobody holds it
	held(t, a, k, "a")
	for _, until := range []time.Time{later, later.Add(-time.Second)} { // two that follow
		must(t, b.Attend(t.Context(), k, until))
		if ok, got, err := a.Lease(t.Context(), k, "a", time.Second); !ok || !got.Equal(later) || err != nil {
			t.Errorf("Lease: %v, %v, %v", ok, got, err)
		}
	}
}

// TestStrangePieces reads what no version of this program has written.
func TestStrangePieces(t *testing.T) {
	for name, tc := range map[string]struct {
		change string
		want   string
	}{
		"a gap":        {"DELETE FROM pieces WHERE till = 6", "one"},
		"overlapping":  {"UPDATE pieces SET till = 5 WHERE till = 6", "onewo"},
		"a kind":       {"UPDATE pieces SET kind = 99 WHERE till = 6", "one"},
		"less than 0":  {"UPDATE pieces SET kind = -1 WHERE till = 3", ""},
		"no kind":      {"UPDATE pieces SET kind = 'x' WHERE till = 6", ""},
		"torn maker":   {"UPDATE leases SET maker = x'0102'", "onetwothree"},
		"a long maker": {"UPDATE leases SET maker = zeroblob(100000)", "onetwothree"},
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(t, Options{})
			k := cache.Key{1}
			held(t, s, k, "a")
			for _, w := range []string{"one", "two", "three"} {
				p, err := s.Follow(t.Context(), k, 0)
				must(t, err)
				n := int64(0)
				for _, c := range p.More {
					n += int64(len(c.Data))
				}
				published(t, s, k, "a", n, n+int64(len(w)), text(stream.Text, w))
			}
			must(t, s.use(t.Context(), func(d *database.DB) error {
				_, err := d.Exec(nil, tc.change)
				return err
			}))
			p, err := s.Follow(t.Context(), k, 0)
			got := ""
			for _, c := range p.More {
				got += string(c.Data)
			}
			if got != tc.want && err == nil {
				t.Errorf("%q, %+v", got, p)
			}
			if p.Shared && p.By != maker {
				t.Errorf("made by %+v", p.By)
			}
		})
	}
}

// BenchmarkPublish is one publication, of which a followed answer has thirteen a second.
func BenchmarkPublish(b *testing.B) {
	s := filled(b, 10)
	defer done(b, s)
	k, from := cache.Key{1}, int64(0)
	if ok, _, err := s.Lease(b.Context(), k, "me", time.Hour); !ok || err != nil {
		b.Fatal(ok, err)
	}
	more := []stream.Chunk{text(stream.Text, "some twenty bytes of ")}
	for b.Loop() {
		till, err := s.Publish(b.Context(), k, "me", maker, from, more)
		if err != nil || till <= from {
			b.Fatal(till, err)
		}
		from = till
	}
}

// BenchmarkFollow is one look of who follows, of which there are forty a second.
func BenchmarkFollow(b *testing.B) {
	s := filled(b, 10)
	defer done(b, s)
	k := cache.Key{1}
	if ok, _, err := s.Lease(b.Context(), k, "me", time.Hour); !ok || err != nil {
		b.Fatal(ok, err)
	}
	for b.Loop() {
		if p, err := s.Follow(b.Context(), k, 0); err != nil || p.Owner != "me" {
			b.Fatal(p, err)
		}
	}
}
