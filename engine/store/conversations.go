package store

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// MaxConversations is how many conversations are kept in memory.
const MaxConversations = 200

// maxTitle is the longest title made from a question, in characters.
const maxTitle = 60

// ErrNoMessage is returned for an identifier no message has.
var ErrNoMessage = errors.New("there is no message with this id")

// ErrNotFound is returned for an identifier no conversation has.
var ErrNotFound = errors.New("there is no conversation with this id")

// Conversations is a set of conversations in memory. Make it with [New].
type Conversations struct {
	now func() time.Time

	mu  sync.Mutex
	all map[string]*conversation // guarded by mu, and so is everything reachable from it
}

// conversation is one conversation. prompts holds, for each message, the text a
// model was or would be sent for it, which for a question includes its context.
type conversation struct {
	summary  chat.Summary
	messages []chat.Message
	prompts  []string
	entries  map[string]string // under which ID the cache keeps a message, by the message's; nil before the first
	recap    string            // stands for the first messages, "" where there is none
	recapped int               // how many messages it stands for
	sealed   string            // why nothing of it may go to a cloud, "" where nothing stands against it
	busy     int               // answers being written; a busy conversation is not dropped
}

// New returns an empty set that reads the time from now.
func New(now func() time.Time) *Conversations {
	return &Conversations{now: now, all: map[string]*conversation{}}
}

// Begin records a question in the conversation with the given id, or in a new
// one for "", and returns the turn to write the answer to. rendered is the
// question as a model is sent it. sealed says why the question may not go to a
// cloud, "" where it may; a conversation stays sealed, since later questions
// carry what it held.
func (s *Conversations) Begin(req chat.Request, rendered, sealed string) (*Turn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.openLocked(req)
	if err != nil {
		return nil, err
	}
	c.sealed = cmp.Or(c.sealed, sealed)
	before := c.before()
	now := s.now().UTC()
	c.append(chat.Message{MessageID: newID(), Role: chat.RoleUser, Text: question(req), CreatedAt: now}, rendered)
	answer := chat.Message{MessageID: newID(), Role: chat.RoleAssistant, Interrupted: true, CreatedAt: now}
	c.append(answer, "")
	c.summary.UpdatedAt = now
	c.summary.Classification = max(c.summary.Classification, req.Classification)
	before.Classification = c.summary.Classification
	c.busy++
	return &Turn{
		ConversationID: c.summary.ConversationID,
		MessageID:      answer.MessageID,
		Before:         before,
		store:          s, conv: c, at: len(c.messages) - 1,
	}, nil
}

// openLocked finds the conversation a request names, or makes a new one.
func (s *Conversations) openLocked(req chat.Request) (*conversation, error) {
	if req.ConversationID != "" {
		c, ok := s.all[req.ConversationID]
		if !ok {
			return nil, ErrNotFound
		}
		return c, nil
	}
	s.dropOldestLocked()
	c := &conversation{summary: chat.Summary{ConversationID: newID(), Title: title(req), CreatedAt: s.now().UTC()}}
	s.all[c.summary.ConversationID] = c
	return c, nil
}

// dropOldestLocked makes room for one more conversation.
func (s *Conversations) dropOldestLocked() {
	if len(s.all) < MaxConversations {
		return
	}
	var oldest *conversation
	for _, c := range s.all {
		if c.busy == 0 && (oldest == nil || c.summary.UpdatedAt.Before(oldest.summary.UpdatedAt)) {
			oldest = c
		}
	}
	if oldest != nil {
		delete(s.all, oldest.summary.ConversationID)
	}
}

func (c *conversation) append(m chat.Message, prompt string) {
	c.messages = append(c.messages, m)
	c.prompts = append(c.prompts, prompt)
	c.summary.MessageCount = len(c.messages)
}

// before is what the next question is sent with: the summary of the oldest
// messages, then every question that has an answer, and that answer, whole or not.
func (c *conversation) before() Before {
	b := Before{Summary: c.recap, Classification: c.summary.Classification, Sealed: c.sealed}
	for i := c.recapped; i+1 < len(c.messages); i += 2 {
		if answer := c.messages[i+1].Text; answer != "" {
			b.Numbers = append(b.Numbers, i, i+1)
			b.History = append(b.History,
				chat.Turn{Role: chat.RoleUser, Content: c.prompts[i]},
				chat.Turn{Role: chat.RoleAssistant, Content: answer})
		}
	}
	return b
}

// Summarise records a text that stands for the first upTo messages of a
// conversation in what a model is sent. The messages themselves stay. upTo is
// even, so that no question loses its answer, and at most the number of messages.
func (s *Conversations) Summarise(id string, upTo int, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.all[id]
	if !ok {
		return ErrNotFound
	}
	if upTo < c.recapped || upTo%2 != 0 || upTo > len(c.messages) {
		return fmt.Errorf("a summary of %d messages does not fit a conversation that has %d, %d of them summarised", upTo, len(c.messages), c.recapped)
	}
	c.recap, c.recapped = text, upTo
	return nil
}

// Upcoming returns what the next question of a conversation would be sent with.
// A conversation that is not here has nothing.
func (s *Conversations) Upcoming(id string) Before {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.all[id]
	if !ok {
		return Before{}
	}
	return c.before()
}

// Get returns a conversation with its messages.
func (s *Conversations) Get(id string) (chat.Conversation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.all[id]
	if !ok {
		return chat.Conversation{}, ErrNotFound
	}
	messages := make([]chat.Message, len(c.messages))
	copy(messages, c.messages)
	return chat.Conversation{Summary: c.summary, Messages: messages}, nil
}

// List returns up to limit summaries (0: all) starting at offset, the last used
// first, and whether there are more.
func (s *Conversations) List(offset, limit int) (items []chat.Summary, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items = make([]chat.Summary, 0, len(s.all))
	for _, c := range s.all {
		items = append(items, c.summary)
	}
	sort.Slice(items, func(i, j int) bool {
		if !items[i].UpdatedAt.Equal(items[j].UpdatedAt) {
			return items[i].UpdatedAt.After(items[j].UpdatedAt)
		}
		return items[i].ConversationID < items[j].ConversationID
	})
	items = items[min(max(offset, 0), len(items)):]
	if limit > 0 && len(items) > limit {
		return items[:limit], true
	}
	return items, false
}

// Entry returns under which ID the cache keeps a message, "" where it does not.
func (s *Conversations) Entry(messageID string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.all {
		for i := range c.messages {
			if c.messages[i].MessageID == messageID {
				return c.entries[messageID], nil
			}
		}
	}
	return "", ErrNoMessage
}

// Rename gives a conversation a new title and returns its summary.
func (s *Conversations) Rename(id, title string) (chat.Summary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.all[id]
	if !ok {
		return chat.Summary{}, ErrNotFound
	}
	c.summary.Title = title
	return c.summary, nil
}

// Delete forgets a conversation. An answer that is being written to it is lost with it.
func (s *Conversations) Delete(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.all[id]; !ok {
		return ErrNotFound
	}
	delete(s.all, id)
	return nil
}

// newID returns an opaque identifier with 128 bits of randomness.
func newID() string { return rand.Text() }

// question is what a conversation shows of a request: its message, else the
// action's name, else what a custom action asks for.
func question(req chat.Request) string {
	return cmp.Or(req.Message, string(req.Action), req.Instruction)
}

// title makes a title from a question: its first line, cut at a word.
func title(req chat.Request) string {
	text := question(req)
	for _, item := range req.Context {
		if req.Message == "" && item.Path != "" {
			text += " " + item.Path[strings.LastIndexAny(item.Path, `/\`)+1:]
			break
		}
	}
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	runes := []rune(strings.TrimSpace(text))
	if len(runes) <= maxTitle {
		return string(runes)
	}
	cut := maxTitle - 1
	for i := cut; i > maxTitle/2; i-- {
		if unicode.IsSpace(runes[i]) {
			cut = i
			break
		}
	}
	return strings.TrimRightFunc(string(runes[:cut]), unicode.IsSpace) + "…"
}
