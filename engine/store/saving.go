package store

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// draft is what of a conversation is written in one transaction: a copy of what
// was so when it was taken.
type draft struct {
	of       *conversation
	name     string // of the file
	summary  chat.Summary
	sealed   string
	until    string
	digest   string
	spent    float64
	version  uint64
	isNew    bool
	digested bool // until and digest have to be written
	named    bool // and the title
	messages []messageDraft
	gone     bool // there is no such conversation in the file any more; set by save
}

// messageDraft is what of a message is written.
type messageDraft struct {
	of      *message
	message chat.Message
	prompt  string
	entry   string
	growing bool
	version uint64
	n       int64 // 0 for one that the file does not have; set by save
}

// prepare hides the secrets of prompts that are to be written, and reports
// whether there is anything to write.
func (s *Conversations) prepare() bool {
	todo, any := s.unready()
	for m, prompt := range todo {
		hidden := s.hide(prompt)
		s.mu.Lock()
		m.hidden, m.ready = hidden, true
		s.mu.Unlock()
	}
	return any
}

// unready returns the prompts that have to be made ready.
func (s *Conversations) unready() (todo map[*message]string, any bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	todo = map[*message]string{}
	if !s.keepsLocked() {
		return todo, false
	}
	for _, c := range s.all {
		if !c.unsaved() {
			continue
		}
		any = true
		for _, m := range c.messages {
			if m.unsaved() && !m.ready {
				todo[m] = m.prompt
			}
		}
	}
	return todo, any
}

// drafts takes what is to be written to the file called name. Where that is
// another file than the one a conversation was written to, all of it is.
func (s *Conversations) drafts(name string) (all []*draft) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.keepsLocked() {
		return nil
	}
	for _, c := range s.all {
		if c.savedIn != name {
			c.savedIn, c.known = "", 0
			for _, m := range c.messages {
				m.n = 0
			}
		}
		if !c.unsaved() {
			continue
		}
		d := &draft{
			of: c, name: name, summary: c.summary, sealed: c.sealed, until: c.until, digest: c.kept,
			spent: c.spent, version: c.version, isNew: c.savedIn == "", digested: c.version != c.saved, named: c.named,
		}
		if c.sealed != "" {
			d.until, d.digest = "", "" // no rule finds all secrets of what it stands for
		}
		for _, m := range c.messages {
			if m.unsaved() && m.ready {
				d.messages = append(d.messages, messageDraft{m, m.Message, m.hidden, m.entry, m.growing, m.version, m.n})
			}
		}
		all = append(all, d)
	}
	// In the order of use, so that messages of different conversations get their
	// numbers in the order in which a search shows them.
	slices.SortFunc(all, func(a, b *draft) int { return a.summary.UpdatedAt.Compare(b.summary.UpdatedAt) })
	return all
}

// noteSaved notes what the file has now.
func (s *Conversations) noteSaved(batch []*draft) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range batch {
		c := d.of
		if d.gone {
			c.gone = true
			delete(s.all, c.summary.ConversationID)
			continue
		}
		c.savedIn, c.saved, c.told = d.name, d.version, d.until
		c.spent -= d.spent
		c.named = c.named && c.summary.Title != d.summary.Title
		for _, m := range d.messages {
			m.of.n, m.of.saved = m.n, m.version
		}
	}
}

// save writes a draft.
func (d *draft) save(t *transaction, now time.Time) error {
	n, found, err := d.saveSummary(t)
	if err != nil || !found {
		d.gone = !found
		return err
	}
	for i := range d.messages {
		if err := d.messages[i].save(t, n, now.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

// saveSummary writes all but the messages. found is false where the conversation
// was deleted in another process.
func (d *draft) saveSummary(t *transaction) (n int64, found bool, err error) {
	c := &d.summary
	updated, level := c.UpdatedAt.UnixMicro(), int(c.Classification)
	if d.isNew {
		found, err = t.d.RowIn(t.tx, addConversation, []any{
			c.ConversationID, c.Title, c.CreatedAt.UnixMicro(), updated, c.Model, c.CostCents, level, d.sealed, d.until, d.digest,
		}, &n)
		return n, found, err
	}
	found, err = t.d.RowIn(t.tx, setConversation, []any{c.ConversationID, updated, c.Model, d.spent, level, d.sealed}, &n)
	if err == nil && found && d.digested {
		_, err = t.d.Exec(t.tx, setDigest, d.until, d.digest, c.ConversationID)
	}
	if err == nil && found && d.named {
		_, err = t.d.Exec(t.tx, setTitle, c.Title, c.ConversationID)
	}
	return n, found, err
}

// save writes a message. Its text has a column of its own, which is what is
// searched; the rest is JSON, so that what a later version adds has its place.
func (m *messageDraft) save(t *transaction, conversation, now int64) error {
	text := m.message.Text
	m.message.Text = ""
	body, err := json.Marshal(&m.message)
	if err != nil {
		return err
	}
	size := len(text) + len(body) + len(m.prompt)
	if m.n == 0 {
		_, err := t.d.RowIn(t.tx, addMessage, []any{
			conversation, m.message.MessageID, now, !m.growing, size, m.entry, text, string(body), m.prompt,
		}, &m.n)
		return err
	}
	_, err = t.d.Exec(t.tx, setMessage, now, !m.growing, size, m.entry, text, string(body), m.n, m.message.MessageID)
	return err
}
