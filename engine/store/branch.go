package store

import (
	"slices"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Branch begins a conversation that has everything another one has up to one of
// its answers, and returns what a list shows of it. The other one stays as it is.
// What it cost stays there, too: a day's spending counts once.
func (s *Conversations) Branch(id, messageID string) (chat.Summary, error) {
	from, err := s.find(id, true)
	if err != nil {
		return chat.Summary{}, err
	}
	last := slices.IndexFunc(from.messages, func(m *message) bool {
		return m.MessageID == messageID && m.Role == chat.RoleAssistant
	})
	if last < 0 {
		return chat.Summary{}, ErrNoMessage
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := from.branch(last)
	c.summary.CreatedAt = s.now().UTC()
	c.summary.UpdatedAt = c.summary.CreatedAt
	for _, m := range c.messages {
		m.unkept = m.unkept || !s.keepsLocked()
	}
	s.all[c.summary.ConversationID] = c
	s.dropOldestLocked()
	s.wakeLocked(c.unsaved())
	return c.brief(), nil
}

// branch is a new conversation with the messages up to the last one, under
// identifiers of their own. It is marked and sealed as the whole of the other is:
// which message made it so is not known.
func (c *conversation) branch(last int) *conversation {
	b := &conversation{summary: c.summary, sealed: c.sealed}
	b.summary.ConversationID, b.summary.CostCents = newID(), 0
	for _, m := range c.messages[:last+1] {
		n := &message{
			Message: m.Message, prompt: m.prompt, entry: m.entry, own: true,
			unkept: m.unkept, judged: m.judged, hidden: m.hidden, ready: m.ready,
		}
		n.MessageID = newID()
		b.messages = append(b.messages, n)
		if m.MessageID == c.until { // what the digest stands for is here
			b.digest, b.kept, b.until = c.digest, c.kept, n.MessageID
			b.version++
		}
	}
	return b
}
