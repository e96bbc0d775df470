package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// rowBytes is what a row takes besides its body and vector, about: keys, numbers, indexes.
const rowBytes = 160

// vectorSum is the length of the checksum at the end of a stored vector.
const vectorSum = 8

// Get returns the entry with this key.
func (s *Store) Get(ctx context.Context, k cache.Key) (cache.Entry, bool, error) {
	var e cache.Entry
	var found bool
	err := s.use(ctx, func(d *database.DB) error {
		var err error
		e, found, err = s.entry(d, getEntry, k[:])
		return err
	})
	return e, found && err == nil, err
}

// Look is Get, and where it finds nothing looks for the bucket by its index.
func (s *Store) Look(ctx context.Context, k, bucket cache.Key) (e cache.Entry, found, alike bool, err error) {
	err = s.use(ctx, func(d *database.DB) (err error) {
		if e, found, err = s.entry(d, getEntry, k[:]); err != nil || found || bucket == (cache.Key{}) {
			return err
		}
		var one int
		alike, err = d.Row(hasBucket, []any{bucket[:]}, &one)
		return err
	})
	return e, found && err == nil, alike && err == nil, err
}

// entry reads the row that a query finds. One that has outlived its time, or
// whose checksums do not fit, is not found.
func (s *Store) entry(d *database.DB, query string, by any) (e cache.Entry, found bool, err error) {
	var n, used int64
	var body, vector []byte
	if found, err = d.Row(query, []any{by}, &n, &used, &body, &vector); err != nil || !found {
		return e, false, err
	}
	if e.UnmarshalBinary(body) != nil || s.expired(e.Created) {
		return cache.Entry{}, false, nil
	}
	e.Used = time.UnixMicro(used).UTC()
	if e.Embedder != "" || len(vector) > 0 { // an entry without its vector is torn too
		if e.Vector = openVector(n, vector); e.Vector == nil {
			return cache.Entry{}, false, nil
		}
	}
	return e, true, nil
}

func (s *Store) expired(created time.Time) bool {
	return s.o.TTL > 0 && !created.Add(s.o.TTL).After(s.o.Now())
}

// sealVector writes the vector of entry n with a checksum behind it, which
// covers n too: a vector under another's number is as wrong as a torn one.
func sealVector(n int64, v []float32) []byte {
	b := cache.EncodeVector(v)
	sum := vectorCheck(n, b)
	return append(b, sum[:]...)
}

// openVector reads what sealVector wrote, nil where it was not that.
func openVector(n int64, b []byte) []float32 {
	if len(b) <= vectorSum {
		return nil
	}
	v := make([]float32, (len(b)-vectorSum)/4)
	if !openVectorInto(v, n, b) {
		return nil
	}
	return v
}

// openVectorInto reads what sealVector wrote into v, and reports whether it was
// that and has v's length.
func openVectorInto(v []float32, n int64, b []byte) bool {
	at := len(b) - vectorSum
	if at != 4*len(v) {
		return false
	}
	if sum := vectorCheck(n, b[:at]); !bytes.Equal(sum[:], b[at:]) {
		return false
	}
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return true
}

func vectorCheck(n int64, b []byte) (sum [vectorSum]byte) {
	h := sha256.New()
	var number [8]byte
	for i := range number {
		number[i] = byte(n >> (8 * i))
	}
	_, _ = h.Write(number[:]) // a hash never fails
	_, _ = h.Write(b)
	copy(sum[:], h.Sum(nil))
	return sum
}

// totals are the counts the triggers keep.
type totals struct {
	entries int
	bytes   int64
	epoch   uint64
}

func readTotals(d *database.DB) (t totals, err error) {
	_, err = d.Row(getTotals, nil, &t.entries, &t.bytes, &t.epoch)
	return t, err
}

// Put stores entries in one transaction and then drops what is too old or too
// much. Entries above [cache.Shareable] make it fail as a whole.
func (s *Store) Put(ctx context.Context, entries ...cache.Entry) error {
	for i := range entries {
		if entries[i].Level > cache.Shareable {
			return cache.ErrLevel
		}
	}
	return s.change(ctx, func(d *database.DB, tx *sql.Tx) error {
		for i := range entries {
			if err := put(d, tx, entries[i]); err != nil {
				return err
			}
		}
		return s.trim(d, tx)
	})
}

// put replaces what has the entry's key.
func put(d *database.DB, tx *sql.Tx, e cache.Entry) error {
	replaced, err := d.Exec(tx, dropKey, e.Key[:])
	if err != nil {
		return err
	}
	if replaced > 0 {
		if _, err := d.Exec(tx, raiseEpoch); err != nil {
			return err
		}
	}
	vector, bucket := e.Vector, e.Bucket()
	if e.Vector = nil; len(vector) == 0 {
		e.Embedder = ""
	}
	body, err := e.MarshalBinary()
	if err != nil {
		return err
	}
	size := len(body) + 4*len(vector) + rowBytes
	used := max(e.Used.UnixMicro(), e.Created.UnixMicro())
	if _, err := d.Exec(tx, addEntry, e.Key[:], e.Created.UnixMicro(), used, size, body); err != nil || len(vector) == 0 {
		return err
	}
	var n int64
	if err := tx.QueryRow("SELECT last_insert_rowid()").Scan(&n); err != nil {
		return err
	}
	_, err = d.Exec(tx, addVector, n, e.Group[:], e.Embedder, sealVector(n, vector), bucket[:])
	return err
}

// trim drops entries that are too old, and then those used longest ago until the
// limits hold, a hundredth more than need be, so that it is not done every time.
func (s *Store) trim(d *database.DB, tx *sql.Tx) error {
	if s.o.TTL > 0 {
		if _, err := d.Exec(tx, dropOld, s.o.Now().Add(-s.o.TTL).UnixMicro()); err != nil {
			return err
		}
	}
	if over, err := s.over(tx); err != nil || over == 0 {
		return err
	}
	if _, err := d.Exec(tx, countAgain); err != nil { // a wrong total would cost good entries
		return err
	}
	for {
		n, err := s.over(tx)
		if err != nil || n == 0 {
			return err
		}
		if dropped, err := d.Exec(tx, dropUnused, n); err != nil || dropped == 0 {
			return err
		}
	}
}

// over is how many entries should go by the totals as tx sees them.
func (s *Store) over(tx *sql.Tx) (int, error) {
	var t totals
	err := tx.QueryRow(getTotals).Scan(&t.entries, &t.bytes, &t.epoch)
	return s.excess(t), err
}

// excess is how many entries should go at once, 0 where the limits hold.
func (s *Store) excess(t totals) int {
	over := 0
	if s.o.MaxEntries > 0 {
		over = t.entries - s.o.MaxEntries
	}
	if s.o.MaxBytes > 0 && t.bytes > s.o.MaxBytes {
		mean := max(t.bytes/int64(max(t.entries, 1)), 1)
		over = max(over, int((t.bytes-s.o.MaxBytes)/mean), 1)
	}
	if over <= 0 {
		return 0
	}
	return over + t.entries/100
}

// Touch notes when entries were used.
func (s *Store) Touch(ctx context.Context, used time.Time, keys ...cache.Key) error {
	return s.change(ctx, func(d *database.DB, tx *sql.Tx) error {
		for i := range keys {
			if _, err := d.Exec(tx, touchEntry, used.UnixMicro(), keys[i][:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Delete removes the entry with this ID.
func (s *Store) Delete(ctx context.Context, id string) (bool, error) {
	k, made, ok := cache.ParseID(id)
	if !ok {
		return false, nil
	}
	var n int64
	err := s.change(ctx, func(d *database.DB, tx *sql.Tx) (err error) {
		if n, err = d.Exec(tx, dropMade, k[:], made.UnixMicro()); err != nil || n == 0 {
			return err
		}
		_, err = d.Exec(tx, raiseEpoch)
		return err
	})
	return n > 0 && err == nil, err
}

// Clear removes every entry, and gives the disk its space back.
func (s *Store) Clear(ctx context.Context) (int, error) {
	var n int64
	err := s.change(ctx, func(d *database.DB, tx *sql.Tx) (err error) {
		if n, err = d.Exec(tx, dropAll); err != nil {
			return err
		}
		if _, err = d.Exec(tx, dropLeases, s.o.Now().UnixMicro()); err != nil { // what the dead had published
			return err
		}
		_, err = d.Exec(tx, raiseEpoch)
		return err
	})
	if err != nil {
		return 0, err
	}
	if err = told(s.file.Trim(ctx)); errors.Is(err, cache.ErrBusy) {
		err = nil // where others are reading, the space comes back later
	}
	return int(n), err
}

// Epoch returns a number that changes when an entry is deleted or replaced or
// the file is another one. It costs one small read and one look at the file's name.
func (s *Store) Epoch(ctx context.Context) (uint64, error) {
	s.file.Look()
	var t totals
	err := s.use(ctx, func(d *database.DB) (err error) {
		t, err = readTotals(d)
		return err
	})
	return t.epoch, err
}

// Stats counts what is stored.
func (s *Store) Stats(ctx context.Context) (cache.BackingStats, error) {
	stats := cache.BackingStats{Name: "store", Where: s.o.Path}
	err := s.use(ctx, func(d *database.DB) error {
		t, err := readTotals(d)
		stats.Entries = t.entries
		return err
	})
	for _, name := range []string{s.o.Path, s.o.Path + "-wal"} {
		if info, err := os.Stat(name); err == nil {
			stats.Bytes += info.Size()
		}
	}
	return stats, err
}
