package store

import (
	"slices"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// shareable is the highest level of a conversation that is written to the file.
// It is the cache's: what is marked stays in the memory of its process.
const shareable = chat.Unclassified

// conversation is one conversation as this process has it. Everything in it is
// guarded by the store's mu.
type conversation struct {
	summary  chat.Summary // MessageCount is set by those who hand it out
	messages []*message
	sealed   string // why nothing of it may go to a cloud, "" where nothing stands against it
	until    string // the ID of the last message that digest stands for, "" for none
	digest   string
	kept     string // digest without its secrets, as it goes to the file
	told     string // until as the file has it
	busy     int    // answers being written; a busy conversation is not dropped

	// Of the messages in the file savedIn, memory has all up to the number known, and
	// they stay as they are, but for those that are loose. A conversation that was just
	// read from the file has none up to the number after, where that is not 0, but
	// those of the loose ones that have changed.
	known, after int64
	changed      []*message
	number       int64 // of its row, where it was just read from there

	savedIn string  // the name of the file that has its row, "" for none
	version uint64  // counts the changes of what is below and of the digest
	saved   uint64  // the version that the file has
	spent   float64 // cents that the file does not know of yet
	named   bool    // a person gave it a title that the file does not have yet
	gone    bool    // it was deleted: nothing of it is written any more
}

// message is one message with what belongs to it alone.
type message struct {
	chat.Message
	prompt string // what a model was or would be sent for it, which for a question includes its context
	entry  string // under which ID the cache keeps it, "" where it does not

	n       int64  // its number in the file conversation.savedIn, 0 where it is not there
	own     bool   // this process wrote it, so that what is here is at least as new as what is in the file
	changed int64  // when it was last written to the file, in microseconds, where it was read from there
	settled bool   // the file has it, and nobody will change it there any more
	unkept  bool   // it was written while nothing was kept, and never goes to the file
	judged  bool   // its level is known, so that it may go to the file
	growing bool   // it is an answer that still streams
	version uint64 // counts its changes
	saved   uint64 // the version that the file has

	// hidden is prompt without its secrets, as it goes to the file, once ready.
	hidden string
	ready  bool
}

// private reports whether the conversation must stay in this process.
func (c *conversation) private() bool { return c.summary.Classification > shareable }

// unsaved reports whether a message may be written to the file and has something to write.
func (m *message) unsaved() bool {
	return m.judged && !m.unkept && (m.n == 0 || m.version != m.saved)
}

// unsaved reports whether there is something to write to the file.
func (c *conversation) unsaved() bool { return c.unsavedOf(c.messages...) }

// unsavedOf reports it where only these messages can have changed.
func (c *conversation) unsavedOf(messages ...*message) bool {
	if c.gone || c.private() {
		return false
	}
	return c.savedIn != "" && c.version != c.saved || slices.ContainsFunc(messages, (*message).unsaved)
}

// apart reports whether memory has something of the conversation that the file has not.
func (c *conversation) apart() bool {
	return c.busy > 0 || c.savedIn == "" || c.version != c.saved ||
		slices.ContainsFunc(c.messages, func(m *message) bool { return m.n == 0 || m.version != m.saved })
}

// brief is the summary with the number of messages.
func (c *conversation) brief() chat.Summary {
	s := c.summary
	s.MessageCount = len(c.messages)
	return s
}

// whole is a copy for a reader.
func (c *conversation) whole() chat.Conversation {
	messages := make([]chat.Message, len(c.messages))
	for i, m := range c.messages {
		messages[i] = m.Message
	}
	return chat.Conversation{Summary: c.brief(), Messages: messages}
}

// undigested returns the index of the first message that no digest stands for.
func (c *conversation) undigested() int {
	if c.until == "" {
		return 0
	}
	return 1 + slices.IndexFunc(c.messages, func(m *message) bool { return m.MessageID == c.until })
}

// before is what the next question is sent with: every question that has an
// answer, and that answer, whole or not.
func (c *conversation) before() Before {
	b := Before{Classification: c.summary.Classification, Sealed: c.sealed}
	first := c.undigested()
	if first > 0 {
		b.Summary = c.digest
	}
	for i := first; i+1 < len(c.messages); i++ {
		question, answer := c.messages[i], c.messages[i+1]
		if question.Role != chat.RoleUser || answer.Role != chat.RoleAssistant || answer.Text == "" {
			continue
		}
		b.History = append(b.History,
			chat.Turn{Role: chat.RoleUser, Content: question.prompt},
			chat.Turn{Role: chat.RoleAssistant, Content: answer.Text})
		b.Numbers = append(b.Numbers, i, i+1)
	}
	return b
}

// join returns the conversation as the file has it with what only memory has:
// messages that are not in the file yet, and newer versions of those that are.
// Neither of the two is changed, but the messages are memory's own. Memory's
// prompts count, since they hold what was hidden from the file. What the file was
// not asked for again stays in front as memory has it.
func (c *conversation) join(stored *conversation) *conversation {
	j := *c
	j.summary = stored.summary
	j.summary.CostCents += c.spent
	j.summary.Classification = max(j.summary.Classification, c.summary.Classification)
	if c.named {
		j.summary.Title = c.summary.Title
	}
	if c.summary.UpdatedAt.After(stored.summary.UpdatedAt) {
		j.summary.UpdatedAt, j.summary.Model = c.summary.UpdatedAt, c.summary.Model
	}
	if c.sealed == "" {
		j.sealed = stored.sealed
	}
	if c.version == c.saved && c.told != stored.until {
		j.until, j.told, j.digest, j.kept = stored.until, stored.until, stored.digest, stored.digest
	}
	first := c.knownTo(stored.after)
	here := make(map[string]*message, len(c.messages)-first)
	for _, m := range c.messages[first:] {
		here[m.MessageID] = m
	}
	j.messages = make([]*message, first, first+max(len(stored.messages), len(c.messages)-first))
	copy(j.messages, c.messages)
	for _, m := range stored.changed {
		if i := c.knownTo(m.n) - 1; i >= 0 && i < first && j.messages[i].n == m.n {
			j.messages[i] = m
		}
	}
	for _, m := range stored.messages {
		if own := here[m.MessageID]; own != nil && own.own {
			m = own
		} else if own != nil && m.prompt == "" {
			m.prompt = own.prompt
		}
		delete(here, m.MessageID)
		j.messages = append(j.messages, m)
	}
	j.settle(stored.after, j.messages[first:])
	for _, m := range c.messages[first:] {
		if here[m.MessageID] != nil {
			j.messages = append(j.messages, m)
		}
	}
	return &j
}

// knownTo is how many messages memory has up to a number.
func (c *conversation) knownTo(n int64) int {
	for i, m := range c.messages {
		if m.n == 0 || m.n > n {
			return i
		}
	}
	return len(c.messages)
}

// loose reports whether a message that memory knows may change in the file: another
// process did not end its answer yet, or never will.
func (m *message) loose() bool { return !m.own && !m.settled }

// settle notes what need not be read again, where the file had these messages
// after a number: up to the first one that may change.
func (c *conversation) settle(after int64, read []*message) {
	c.known = after
	for _, m := range read {
		if m.n == 0 || !m.own && !m.settled && !m.Interrupted {
			return
		}
		c.known = m.n
	}
}
