package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// row is a summary as the file has it.
type row struct {
	chat.Summary
	created, updated int64 // microseconds
	level            int
}

// columns are what rowOf selects.
func (r *row) columns() []any {
	return []any{&r.ConversationID, &r.Title, &r.created, &r.updated, &r.Model, &r.CostCents, &r.level, &r.MessageCount}
}

// summary is the row once it was read. A level that nobody knows is the highest.
func (r *row) summary() chat.Summary {
	r.CreatedAt, r.UpdatedAt = time.UnixMicro(r.created).UTC(), time.UnixMicro(r.updated).UTC()
	r.Classification = chat.TopSecret
	if l := chat.Level(r.level); l >= chat.Unclassified && l <= chat.TopSecret {
		r.Classification = l
	}
	return r.Summary
}

// settledAfter is how long a message whose answer has ended has not changed when it
// is taken for settled: its text stays, but what it cost and where the cache keeps it
// is written a moment later.
const settledAfter = time.Minute

// read reads a conversation, nil where the file has none with this id, and the
// file's name. Where nothing is kept, or the conversation was never written,
// there is nothing to read. With prompts, what memory has of it and has not changed
// in the file is left out, unless all of it is wanted.
func (s *Conversations) read(id string, prompts, all bool) (c *conversation, name string, err error) {
	has, ok := s.has(id)
	if id == "" || !s.keeps() || ok && has.in == "" {
		return nil, "", nil
	}
	err = s.file.Use(context.Background(), func(d *database.DB) (err error) {
		if name = d.Name(); all || name != has.in {
			has = holding{}
		}
		if c, err = readConversation(d, id); err == nil && c != nil {
			err = c.readMessages(d, prompts, has, s.now())
		}
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("read the conversation: %w", err)
	}
	return c, name, nil
}

// holding is what memory has of a conversation.
type holding struct {
	in    string // the name of the file that has it, too, "" for none
	known int64  // up to which message it need not be read again, but for the loose ones
	loose []stamp
}

// stamp is a message's number and when it was written as memory has it.
type stamp struct{ n, changed int64 }

// has says what memory has of a conversation, ok where it is there.
func (s *Conversations) has(id string) (h holding, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.all[id]
	if c == nil {
		return h, false
	}
	h.in, h.known = c.savedIn, c.known
	for _, m := range c.messages[:c.knownTo(c.known)] {
		if m.loose() {
			h.loose = append(h.loose, stamp{m.n, m.changed})
		}
	}
	return h, true
}

// readConversation reads all but the messages.
func readConversation(d *database.DB, id string) (*conversation, error) {
	var r row
	c := &conversation{savedIn: d.Name()}
	into := append(append([]any{&c.number}, r.columns()...), &c.sealed, &c.until, &c.digest)
	found, err := d.Row(getConversation, []any{id}, into...)
	if err != nil || !found {
		return nil, err
	}
	c.summary, c.kept, c.told = r.summary(), c.digest, c.until
	return c, nil
}

// readMessages reads the messages: with their prompts those that memory has not,
// without them all.
func (c *conversation) readMessages(d *database.DB, prompts bool, has holding, now time.Time) error {
	query, args := getMessages, []any{c.number}
	if prompts {
		query, args = getWithPrompts, []any{c.number, has.known}
		c.after = has.known
		if err := c.readChanged(d, has.loose, now); err != nil {
			return err
		}
	}
	st, err := d.Statement(query)
	if err != nil {
		return err
	}
	rows, err := st.Query(args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		m, err := scanMessage(rows.Scan, prompts, now)
		if err != nil {
			return errors.Join(err, rows.Close())
		}
		c.messages = append(c.messages, m)
	}
	c.settle(c.after, c.messages)
	return errors.Join(rows.Err(), rows.Close())
}

// readChanged reads those messages that were written since memory read them.
func (c *conversation) readChanged(d *database.DB, loose []stamp, now time.Time) error {
	for _, s := range loose {
		st, err := d.Statement(getChanged)
		if err != nil {
			return err
		}
		m, err := scanMessage(st.QueryRow(s.n, s.changed).Scan, true, now)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		c.changed = append(c.changed, m)
	}
	return nil
}

// scanMessage reads a message's row. What of it is JSON and cannot be read is left out:
// the text matters most.
func scanMessage(scan func(...any) error, prompts bool, now time.Time) (*message, error) {
	m := &message{judged: true, ready: true}
	var id, text string
	var body []byte
	m.changed = now.UnixMicro()
	into := []any{&m.n, &id, &text, &body}
	if prompts {
		into = append(into, &m.entry, &m.hidden, &m.changed)
	}
	if err := scan(into...); err != nil {
		return nil, err
	}
	if json.Unmarshal(body, &m.Message) != nil {
		m.Message = chat.Message{}
	}
	m.MessageID, m.Text, m.prompt = id, text, m.hidden
	m.settled = !m.Interrupted && now.Sub(time.UnixMicro(m.changed)) > settledAfter
	return m, nil
}
