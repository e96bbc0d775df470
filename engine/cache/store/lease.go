package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/database"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Lease gives the question to owner for ttl where nobody else holds it. The
// processes share a machine and therefore a clock.
func (s *Store) Lease(ctx context.Context, k cache.Key, owner string, ttl time.Duration) (held bool, followed time.Time, err error) {
	err = s.change(ctx, func(d *database.DB, tx *sql.Tx) (err error) {
		now, until := s.o.Now(), int64(0)
		held, err = d.RowIn(tx, takeLease, []any{k[:], owner, now.Add(ttl).UnixMicro(), now.UnixMicro()}, &until)
		followed = time.UnixMicro(until)
		return err
	})
	return held && err == nil, followed, err
}

// Release gives a lease back, and drops those whose owners died. What was
// published goes with them.
func (s *Store) Release(ctx context.Context, k cache.Key, owner string) error {
	return s.change(ctx, func(d *database.DB, tx *sql.Tx) error {
		if _, err := d.Exec(tx, giveLease, k[:], owner); err != nil {
			return err
		}
		_, err := d.Exec(tx, dropLeases, s.o.Now().UnixMicro())
		return err
	})
}

// Publish appends to what others may read of the answer. It is one transaction,
// so that a reader sees whole pieces.
func (s *Store) Publish(ctx context.Context, k cache.Key, owner string, by cache.Maker, from int64, more []stream.Chunk) (till int64, err error) {
	maker, _ := by.MarshalBinary() // never fails
	err = s.change(ctx, func(d *database.DB, tx *sql.Tx) error {
		if n, err := d.Exec(tx, nameMaker, maker, k[:], owner); n == 0 || err != nil {
			return err // somebody else's question now
		}
		if _, err := d.RowIn(tx, getEnd, []any{owner}, &till); till != from || err != nil {
			return err
		}
		for _, c := range more {
			till += int64(len(c.Data))
			if _, err := d.Exec(tx, addPiece, owner, till, int(c.Kind), c.Data); err != nil {
				return err
			}
		}
		return nil
	})
	return till, err
}

// Attend says that somebody follows the answer until then.
func (s *Store) Attend(ctx context.Context, k cache.Key, until time.Time) error {
	return s.change(ctx, func(d *database.DB, tx *sql.Tx) error {
		_, err := d.Exec(tx, attend, until.UnixMicro(), k[:])
		return err
	})
}

// Follow returns who holds the question and what was published of its answer
// after its first from bytes. It is one read.
func (s *Store) Follow(ctx context.Context, k cache.Key, from int64) (p cache.Published, err error) {
	err = s.use(ctx, func(d *database.DB) error {
		p = cache.Published{}
		query, err := d.Statement(follow)
		if err != nil {
			return fmt.Errorf("prepare to follow an answer: %w", err)
		}
		rows, err := query.Query(from, k[:])
		if err != nil {
			return fmt.Errorf("follow an answer: %w", err)
		}
		defer func() { _ = rows.Close() }() // its error is that of rows.Err
		for rows.Next() {
			if err := s.published(rows, &p, from); err != nil {
				return fmt.Errorf("follow an answer: %w", err)
			}
		}
		return rows.Err()
	})
	return p, err
}

// published adds a row to what is known of an answer.
func (s *Store) published(rows *sql.Rows, p *cache.Published, from int64) error {
	var maker, data []byte
	var expires int64
	var till, kind sql.NullInt64
	if err := rows.Scan(&p.Owner, &expires, &maker, &till, &kind, &data); err != nil {
		return err
	}
	p.Alive = expires > s.o.Now().UnixMicro()
	p.Shared = p.By.UnmarshalBinary(maker) == nil
	at := from
	for _, c := range p.More {
		at += int64(len(c.Data))
	}
	// Pieces after one that is missing are of no use, nor is what no version of
	// this program writes.
	if have := at - (till.Int64 - int64(len(data))); till.Valid && have >= 0 && have < int64(len(data)) && uint64(kind.Int64) <= uint64(stream.Thinking) {
		p.More = append(p.More, stream.Chunk{Kind: stream.Kind(kind.Int64), Data: data[have:]})
	}
	return nil
}

var (
	_ cache.Backing = (*Store)(nil)
	_ cache.Leaser  = (*Store)(nil)
)
