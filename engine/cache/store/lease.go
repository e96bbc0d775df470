package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// Lease gives the question to owner for ttl where nobody else holds it. The
// processes share a machine and therefore a clock.
func (s *Store) Lease(ctx context.Context, k cache.Key, owner string, ttl time.Duration) (bool, error) {
	var n int64
	err := s.change(ctx, func(d *database.DB, tx *sql.Tx) (err error) {
		now := s.o.Now()
		n, err = d.Exec(tx, takeLease, k[:], owner, now.Add(ttl).UnixMicro(), now.UnixMicro())
		return err
	})
	return n > 0 && err == nil, err
}

// Release gives a lease back, and drops those whose owners died.
func (s *Store) Release(ctx context.Context, k cache.Key, owner string) error {
	return s.change(ctx, func(d *database.DB, tx *sql.Tx) error {
		if _, err := d.Exec(tx, giveLease, k[:], owner); err != nil {
			return err
		}
		_, err := d.Exec(tx, dropLeases, s.o.Now().UnixMicro())
		return err
	})
}

var (
	_ cache.Backing = (*Store)(nil)
	_ cache.Leaser  = (*Store)(nil)
)
