package store

import (
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// like returns an entry with a question about the same number as asked, in other words.
func like(e cache.Entry, wording string, key byte) cache.Entry {
	e.Question = wording
	e.Key[0], e.Check[0] = key, key
	e.ID = cache.NewID(e.Key, e.Created)
	return e
}

// TestLook asks for buckets that other processes fill and empty.
func TestLook(t *testing.T) {
	for _, dim := range []int{semantic.Dim, 96} {
		s := opened(t, Options{})
		other := opened(t, Options{Path: s.o.Path})
		e := asked(7, s.o.Now(), dim)
		again := like(e, "how can I do 7?", 1)
		if again.Bucket() != e.Bucket() {
			t.Fatal("a paraphrase has another bucket")
		}
		look := func(what string, k cache.Key, bucket cache.Key, found, alike bool) {
			t.Helper()
			got, isFound, isAlike, err := s.Look(t.Context(), k, bucket)
			if err != nil || isFound != found || isAlike != alike || (got.Answer.Text != "") != found {
				t.Errorf("%s: found %v, alike %v, %q, %v", what, isFound, isAlike, got.Answer.Text, err)
			}
		}
		look("an empty file", again.Key, again.Bucket(), false, false)
		must(t, other.Put(t.Context(), e, asked(8, s.o.Now(), dim)))
		look("a paraphrase", again.Key, again.Bucket(), false, true)
		look("the same", e.Key, e.Bucket(), true, false)
		look("no bucket", again.Key, cache.Key{}, false, false)
		stranger := like(e, "how do I undo 7?", 2)
		look("another question", stranger.Key, stranger.Bucket(), false, false)

		p := cache.Probe{Bucket: again.Bucket(), Group: e.Group, Embedder: e.Embedder, Vector: e.Vector, K: 4, AtLeast: 0.9}
		if near, err := s.Near(t.Context(), p); err != nil || len(near) != 1 || near[0].ID != e.ID || near[0].Cosine < 0.999 {
			t.Errorf("near: %v, %v", near, err)
		}
		p.AtLeast, p.Vector = 0.9, vector(99, dim)
		if near, err := s.Near(t.Context(), p); err != nil || len(near) != 0 {
			t.Errorf("near, too far: %v, %v", near, err)
		}
		_, err := other.Delete(t.Context(), e.ID)
		must(t, err)
		look("deleted", again.Key, again.Bucket(), false, false)
	}
}

// TestWithoutBucket has entries of the time before there were buckets: they are
// found exactly, and by their buckets once they are put again.
func TestWithoutBucket(t *testing.T) {
	s := opened(t, Options{})
	e := asked(1, s.o.Now(), semantic.Dim)
	must(t, s.Put(t.Context(), e))
	must(t, s.use(t.Context(), func(d *database.DB) error {
		_, err := d.Exec(nil, "UPDATE vectors SET bucket = NULL")
		return err
	}))
	if _, found, _, err := s.Look(t.Context(), e.Key, e.Bucket()); !found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	for _, put := range []bool{false, true} {
		if put {
			must(t, s.Put(t.Context(), e))
		}
		if _, found, alike, err := s.Look(t.Context(), cache.Key{}, e.Bucket()); found || alike != put || err != nil {
			t.Errorf("put again %v: found %v, alike %v, %v", put, found, alike, err)
		}
	}
}

// BenchmarkLook is what a question waits for that the file has no answer to.
func BenchmarkLook(b *testing.B) {
	s := filled(b, 10_000)
	defer done(b, s)
	bucket := asked(20_000, time.Now(), semantic.Dim)
	k := bucket.Bucket()
	for b.Loop() {
		if _, found, alike, err := s.Look(b.Context(), cache.Key{}, k); found || alike || err != nil {
			b.Fatal(found, alike, err)
		}
	}
}
