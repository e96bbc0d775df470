package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/database"
)

const (
	// tidyEvery is how often the file is looked through for what is too old or too much.
	tidyEvery = time.Hour

	// tidyFor is how long removing may go on before what streams gets its turn.
	tidyFor = 100 * time.Millisecond

	// lastWork is how long Close goes on with it. What is left is the next process's.
	lastWork = 300 * time.Millisecond

	// dropAtOnce bounds how many conversations are dropped in one transaction, and
	// removeAtOnce how many messages are removed in one.
	dropAtOnce   = 50
	removeAtOnce = 64

	// stale is how long an answer that was not closed has not grown when it is taken
	// for a dead process's, and its words become searchable.
	stale = 5 * time.Second
)

// untidy reports whether there is something left to tidy up. It waits for who is
// tidying up, who only then knows.
func (s *Conversations) untidy() bool {
	s.writer.working.Lock()
	defer s.writer.working.Unlock()
	s.writer.mu.Lock()
	defer s.writer.mu.Unlock()
	return s.writer.tidy
}

// tidyOnce does some of what there is to tidy up.
func (s *Conversations) tidyOnce() error {
	w := &s.writer
	w.working.Lock()
	defer w.working.Unlock()
	w.mu.Lock()
	now := s.now()
	idle := !w.tidy && now.Before(w.due) || !s.file.Opened()
	w.tidy = false
	w.mu.Unlock()
	if idle {
		return nil
	}
	w.due = now.Add(tidyEvery)
	more, err := s.tidyStep(now)
	if err != nil {
		err = fmt.Errorf("tidy up the conversations: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tidy = w.tidy || more || err != nil
	return err
}

// tidyStep removes what is left of deleted conversations, else drops what is too
// old or too much, else makes the answers of dead processes searchable.
func (s *Conversations) tidyStep(now time.Time) (more bool, err error) {
	if more, err = s.remove(); more || err != nil {
		return more, err
	}
	if s.writer.trim {
		if err := s.file.Trim(context.Background()); err != nil {
			return true, err
		}
		s.writer.trim = false
	}
	if more, err = s.drop(now); more || err != nil {
		return more, err
	}
	return false, s.index(now)
}

// remove takes the messages of deleted conversations out of the file, for a while.
func (s *Conversations) remove() (more bool, err error) {
	batch := 1
	for began := time.Now(); time.Since(began) < tidyFor; {
		one := time.Now()
		err = s.file.Change(context.Background(), func(d *database.DB, tx *sql.Tx) (err error) {
			more, err = s.removeSome(&transaction{d, tx}, batch)
			return err
		})
		if !more || err != nil {
			return false, err
		}
		if time.Since(one) < tidyFor/10 {
			batch = min(2*batch, removeAtOnce)
		}
	}
	return true, nil
}

// removeSome removes some messages of one conversation. What a person deleted
// leaves no words in the index; that costs time, which what was dropped for its
// age is not worth.
func (s *Conversations) removeSome(t *transaction, limit int) (more bool, err error) {
	var conversation int64
	var secure bool
	more, err = t.d.RowIn(t.tx, getRemoved, nil, &conversation, &secure)
	if !more || err != nil {
		return false, err
	}
	if secure {
		s.writer.trim = true
		if _, err := t.d.Exec(t.tx, setSecure, 1); err != nil {
			return false, err
		}
	} else {
		limit = removeAtOnce
	}
	n, err := t.d.Exec(t.tx, dropMessages, conversation, limit)
	if err == nil && n == 0 {
		_, err = t.d.Exec(t.tx, dropRemoved, conversation)
	}
	if err == nil && secure {
		_, err = t.d.Exec(t.tx, setSecure, 0) // which writes the index first
	}
	return true, err
}

// drop deletes conversations that are too old, and then those used longest ago
// until all are not too much.
func (s *Conversations) drop(now time.Time) (more bool, err error) {
	s.mu.Lock()
	limits := s.settings
	s.mu.Unlock()
	if limits.MaxAge <= 0 && limits.MaxBytes <= 0 {
		return false, nil
	}
	err = s.file.Change(context.Background(), func(d *database.DB, tx *sql.Tx) error {
		t := &transaction{d, tx}
		numbers, err := t.excess(limits, now)
		for _, n := range numbers {
			if err == nil {
				_, err = d.Exec(tx, dropNumber, n)
			}
			if err == nil {
				_, err = d.Exec(tx, addRemoved, n, false)
			}
		}
		more = len(numbers) > 0
		return err
	})
	return more, err
}

// excess returns the numbers of conversations that should go, some at a time.
func (t *transaction) excess(limits Settings, now time.Time) (numbers []int64, err error) {
	var total int64
	if _, err := t.d.RowIn(t.tx, getBytes, nil, &total); err != nil {
		return nil, err
	}
	rows, err := t.tx.Query(getOldest, dropAtOnce)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var n, updated, bytes int64
		if err := rows.Scan(&n, &updated, &bytes); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		old := limits.MaxAge > 0 && updated < now.Add(-limits.MaxAge).UnixMicro()
		if !old && (limits.MaxBytes <= 0 || total <= limits.MaxBytes) {
			break
		}
		numbers = append(numbers, n)
		total -= bytes
	}
	return numbers, errors.Join(rows.Err(), rows.Close())
}

// index makes answers searchable that nobody closed.
func (s *Conversations) index(now time.Time) error {
	before := now.Add(-stale).UnixMicro()
	var one int
	var some bool
	err := s.file.Use(context.Background(), func(d *database.DB) (err error) {
		some, err = d.Row(hasUnindexed, []any{before}, &one)
		return err
	})
	if err != nil || !some {
		return err
	}
	return s.file.Change(context.Background(), func(d *database.DB, tx *sql.Tx) error {
		_, err := d.Exec(tx, indexUnindexed, before)
		return err
	})
}
