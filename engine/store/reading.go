package store

import (
	"context"
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

// read reads a conversation, nil where the file has none with this id, and the
// file's name. Where nothing is kept, or the conversation was never written,
// there is nothing to read.
func (s *Conversations) read(id string, prompts bool) (c *conversation, name string, err error) {
	if id == "" || !s.keeps() || s.fresh(id) {
		return nil, "", nil
	}
	err = s.file.Use(context.Background(), func(d *database.DB) (err error) {
		name = d.Name()
		c, err = readConversation(d, id, prompts)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("read the conversation: %w", err)
	}
	return c, name, nil
}

// fresh reports whether a conversation is in memory alone.
func (s *Conversations) fresh(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.all[id]
	return c != nil && c.savedIn == ""
}

func readConversation(d *database.DB, id string, prompts bool) (*conversation, error) {
	var r row
	var n int64
	c := &conversation{savedIn: d.Name()}
	into := append(append([]any{&n}, r.columns()...), &c.sealed, &c.until, &c.digest)
	found, err := d.Row(getConversation, []any{id}, into...)
	if err != nil || !found {
		return nil, err
	}
	c.summary, c.kept, c.told = r.summary(), c.digest, c.until
	query := getMessages
	if prompts {
		query = getWithPrompts
	}
	st, err := d.Statement(query)
	if err != nil {
		return nil, err
	}
	rows, err := st.Query(n)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		m, err := scanMessage(rows.Scan, prompts)
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		c.messages = append(c.messages, m)
	}
	return c, errors.Join(rows.Err(), rows.Close())
}

// scanMessage reads a message's row. What of it is JSON and cannot be read is left out:
// the text matters most.
func scanMessage(scan func(...any) error, prompts bool) (*message, error) {
	m := &message{judged: true, ready: true}
	var id, text string
	var body []byte
	into := []any{&m.n, &id, &text, &body}
	if prompts {
		into = append(into, &m.entry, &m.hidden)
	}
	if err := scan(into...); err != nil {
		return nil, err
	}
	if json.Unmarshal(body, &m.Message) != nil {
		m.Message = chat.Message{}
	}
	m.MessageID, m.Text, m.prompt = id, text, m.hidden
	return m, nil
}
