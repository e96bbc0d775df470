package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// How many conversations a page has where nobody says, and at most.
const (
	DefaultPage = 100
	MaxPage     = 1000
)

// place is where a conversation stands in the list: the last used first.
type place struct {
	updated int64 // microseconds
	id      string
}

func placeOf(s *chat.Summary) place { return place{s.UpdatedAt.UnixMicro(), s.ConversationID} }

// compare orders places as the list does.
func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(q.updated, p.updated), cmp.Compare(q.id, p.id))
}

// cursor writes a place for a client to hand back.
func (p place) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(p.updated, 10) + " " + p.id))
}

// parseCursor reads what cursor wrote. "" is the place before all others.
func parseCursor(cursor string) (p place, first bool, err error) {
	if cursor == "" {
		return place{}, true, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	updated, id, ok := strings.Cut(string(raw), " ")
	if err != nil || !ok {
		return place{}, false, ErrCursor
	}
	if p.updated, err = strconv.ParseInt(updated, 10, 64); err != nil {
		return place{}, false, ErrCursor
	}
	p.id = id
	return p, false, nil
}

// List returns up to limit summaries (0: [DefaultPage], never more than
// [MaxPage]), the last used first, and the cursor of the next page, "" where
// there is none. cursor is one that was returned before, "" for the first page.
//
// A page begins behind the place where the page before it ended, whatever has
// changed meanwhile: no conversation is listed twice, and none is left out but
// those that were used since, which stand before all others.
func (s *Conversations) List(cursor string, limit int) (items []chat.Summary, next string, err error) {
	after, first, err := parseCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	if limit <= 0 {
		limit = DefaultPage
	}
	limit = min(limit, MaxPage)
	here, apart := s.here()
	stored, read, err := s.page(after, first, limit+1+len(apart))
	if err != nil {
		s.note(fmt.Errorf("list the conversations: %w", err))
	}
	if !read {
		stored, apart = here, nil // all there is
	}
	items = []chat.Summary{}
	seen := map[string]bool{}
	for _, c := range slices.Concat(apart, stored) { // of two of one conversation, memory's
		if !seen[c.ConversationID] && (first || after.compare(placeOf(&c)) < 0) {
			items = append(items, c)
		}
		seen[c.ConversationID] = true
	}
	slices.SortFunc(items, func(a, b chat.Summary) int { return placeOf(&a).compare(placeOf(&b)) })
	if len(items) > limit {
		items = items[:limit]
		next = placeOf(&items[limit-1]).cursor()
	}
	return items, next, nil
}

// here returns what memory has, and what of it the file has not.
func (s *Conversations) here() (all, apart []chat.Summary) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.all {
		all = append(all, c.brief())
		if c.apart() {
			apart = append(apart, c.brief())
		}
	}
	return all, apart
}

// page reads a page of the file. read is false where there is nothing to read from.
func (s *Conversations) page(after place, first bool, limit int) (items []chat.Summary, read bool, err error) {
	if !s.keeps() {
		return nil, false, nil
	}
	query, args := listAfter, []any{after.updated, after.id, limit}
	if first {
		query, args = listFirst, []any{limit}
	}
	err = s.file.Use(context.Background(), func(d *database.DB) error {
		st, err := d.Statement(query)
		if err != nil {
			return err
		}
		rows, err := st.Query(args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var r row
			if err := rows.Scan(r.columns()...); err != nil {
				return errors.Join(err, rows.Close())
			}
			items = append(items, r.summary())
		}
		return errors.Join(rows.Err(), rows.Close())
	})
	return items, err == nil, err
}

// Rename gives a conversation a new title, on one line, and returns its summary.
func (s *Conversations) Rename(id, title string) (chat.Summary, error) {
	title = renamed(title)
	s.mu.Lock()
	if c := s.all[id]; c != nil {
		c.summary.Title, c.named = title, true
	}
	s.mu.Unlock()
	var found bool
	if s.keeps() {
		err := s.patiently(func(t *transaction) error {
			n, err := t.d.Exec(t.tx, setTitle, title, id)
			found = n > 0
			return err
		})
		if err != nil && !s.saveLater(id) {
			return chat.Summary{}, fmt.Errorf("rename the conversation: %w", err)
		}
	}
	c, err := s.find(id, false)
	if err != nil {
		return chat.Summary{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.all[id]; c != nil && found {
		c.named = false
	}
	c.summary.Title = title
	return c.brief(), nil
}

// saveLater has the writer save a conversation once it can, and reports whether
// memory has it.
func (s *Conversations) saveLater(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.all[id]
	if c != nil {
		c.version++
		s.wakeLocked(c.unsaved())
	}
	return c != nil
}

// Delete forgets a conversation, in this process and in the file. An answer that
// is being written to it is lost with it. It is gone for everyone when Delete
// returns; the last traces of its words leave the file soon after.
func (s *Conversations) Delete(id string) error {
	s.mu.Lock()
	c := s.all[id]
	if c != nil {
		c.gone = true // the writer, which waits for us now, must not write it again
		delete(s.all, id)
	}
	keeps := s.keepsLocked()
	s.mu.Unlock()
	var found bool
	if keeps {
		err := s.patiently(func(t *transaction) (err error) {
			found, err = t.remove(id)
			return err
		})
		if err != nil {
			s.putBack(c)
			return fmt.Errorf("delete the conversation: %w", err)
		}
	}
	if c == nil && !found {
		return ErrNotFound
	}
	if found {
		s.tidyUp()
	}
	return nil
}

// putBack undoes a deletion that could not be done.
func (s *Conversations) putBack(c *conversation) {
	if c == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.gone = false
	s.all[c.summary.ConversationID] = c
	s.wakeLocked(c.unsaved())
}

// remove deletes a conversation's row and leaves its messages to the writer.
func (t *transaction) remove(id string) (found bool, err error) {
	var n int64
	if found, err = t.d.RowIn(t.tx, dropConversation, []any{id}, &n); err != nil || !found {
		return found, err
	}
	_, err = t.d.Exec(t.tx, addRemoved, n, true)
	return true, err
}

// How often and after which pause a change that a person waits for is tried
// again where other processes are writing.
const (
	trials     = 8
	trialPause = 50 * time.Millisecond
)
