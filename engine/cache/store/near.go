package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// neighbours are the vectors that were read so far, for the groups that were
// asked for. Nothing is read before a group is, and then only what was added to
// it since the last time.
type neighbours struct {
	mu    sync.Mutex
	of    *database.DB            // that indexes was read from; guarded by mu
	epoch uint64                  // of the file when indexes was begun; guarded by mu
	by    map[string]*groupsIndex // embedder → its groups; guarded by mu
}

// groupsIndex is one embedder's index with how far each group has been read.
type groupsIndex struct {
	index *semantic.Index
	read  map[cache.Key]int64 // group → the greatest n; guarded by neighbours.mu
}

// searches is how often a search is done again because it found entries that
// other processes have removed.
const searches = 4

// Near returns the entries of a group that are nearest to a vector. Those of a
// bucket, which are a few, are read each time. Else vectors of [semantic.Dim]
// numbers are held in memory once their group was asked for; others, which a
// configured embedder may make, are read each time too.
func (s *Store) Near(ctx context.Context, p cache.Probe) ([]cache.Near, error) {
	var found []cache.Near
	err := s.use(ctx, func(d *database.DB) (err error) {
		if len(p.Vector) != semantic.Dim || p.Bucket != (cache.Key{}) {
			found, err = s.scan(ctx, d, p)
			return err
		}
		x, err := s.near.group(ctx, d, p)
		if err != nil {
			return err
		}
		for range searches {
			var stale bool
			if found, stale, err = s.fetch(d, x, p, x.Search(p.Group, p.Vector, p.K)); err != nil || !stale {
				return err
			}
		}
		return nil
	})
	return found, err
}

// group returns the embedder's index with the probe's group read up to now. When
// ctx ends it returns ctx's error, and what was read by then is kept.
func (x *neighbours) group(ctx context.Context, d *database.DB, p cache.Probe) (*semantic.Index, error) {
	t, err := readTotals(d)
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.of != d || x.epoch != t.epoch {
		x.of, x.epoch, x.by = d, t.epoch, map[string]*groupsIndex{}
	}
	g := x.by[p.Embedder]
	if g == nil {
		g = &groupsIndex{index: semantic.New(vectors{d}), read: map[cache.Key]int64{}}
		x.by[p.Embedder] = g
	}
	err = groupAfter(p, g.read[p.Group]).read(ctx, d, func(n int64, v []float32) {
		if g.index.Add(uint64(n), p.Group, v) == nil {
			g.read[p.Group] = n
		}
	})
	return g.index, err
}

// selection is a query for vectors, all of dim numbers: others are passed over.
type selection struct {
	query string
	args  []any
	dim   int
}

// groupAfter selects the vectors of the probe's group after number n.
func groupAfter(p cache.Probe, n int64) selection {
	return selection{getGroup, []any{p.Group[:], p.Embedder, n}, len(p.Vector)}
}

// candidates selects the vectors that a scan for the probe reads.
func candidates(p cache.Probe) selection {
	if p.Bucket != (cache.Key{}) {
		return selection{getBucket, []any{p.Bucket[:]}, len(p.Vector)}
	}
	return groupAfter(p, 0)
}

// read hands the selected vectors to each, which must not keep v.
func (s selection) read(ctx context.Context, d *database.DB, each func(n int64, v []float32)) error {
	st, err := d.Statement(s.query)
	if err != nil {
		return err
	}
	rows, err := st.Query(s.args...)
	if err != nil {
		return err
	}
	var n int64
	var blob sql.RawBytes // ten thousand rows are read through one buffer
	v := make([]float32, s.dim)
	for ctx.Err() == nil && rows.Next() {
		if err := rows.Scan(&n, &blob); err != nil {
			return errors.Join(err, rows.Close())
		}
		if openVectorInto(v, n, blob) {
			each(n, v)
		}
	}
	return errors.Join(ctx.Err(), rows.Err(), rows.Close())
}

// vectors gives the index the numbers it has rounded.
type vectors struct{ d *database.DB }

// Vector reads one vector. A row that is gone or damaged has none.
func (x vectors) Vector(id uint64, v []float32) bool {
	var blob []byte
	if found, err := x.d.Row(getVector, []any{int64(id)}, &blob); err != nil || !found {
		return false
	}
	return openVectorInto(v, int64(id), blob)
}

// fetch reads the entries of hits. stale tells that some were not there any
// more, and were therefore taken out of the index.
func (s *Store) fetch(d *database.DB, x *semantic.Index, p cache.Probe, hits []semantic.Hit) (found []cache.Near, stale bool, err error) {
	for _, h := range hits {
		if h.Cosine < p.AtLeast {
			break
		}
		e, ok, err := s.entry(d, getNumbered, int64(h.ID))
		if err != nil {
			return nil, false, err
		}
		if !ok {
			x.Remove(h.ID)
			stale = true
			continue
		}
		found = append(found, cache.Near{Entry: e, Cosine: h.Cosine})
	}
	return found, stale, nil
}

// scan compares the probe with every vector of its bucket, or else of its group.
func (s *Store) scan(ctx context.Context, d *database.DB, p cache.Probe) ([]cache.Near, error) {
	var hits []semantic.Hit
	err := candidates(p).read(ctx, d, func(n int64, v []float32) {
		if c := cache.Cosine(p.Vector, v); c >= p.AtLeast {
			hits = append(hits, semantic.Hit{ID: uint64(n), Cosine: c})
		}
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(hits, func(a, b semantic.Hit) int { return cmp.Compare(b.Cosine, a.Cosine) })
	var found []cache.Near
	for _, h := range hits {
		if len(found) == p.K {
			break
		}
		e, ok, err := s.entry(d, getNumbered, int64(h.ID))
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, cache.Near{Entry: e, Cosine: h.Cosine})
		}
	}
	return found, nil
}
