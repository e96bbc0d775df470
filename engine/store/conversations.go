package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

const (
	// MaxConversations is how many conversations are held in memory that are in no
	// file. Beyond that the one that was used longest ago goes.
	MaxConversations = 200

	// maxIdle is how many conversations are held in memory that the file has, too:
	// they can go on should the file be lost.
	maxIdle = 20
)

var (
	// ErrNoMessage is returned for an identifier no message has.
	ErrNoMessage = errors.New("there is no message with this id")

	// ErrNotFound is returned for an identifier no conversation has.
	ErrNotFound = errors.New("there is no conversation with this id")

	// ErrCursor is returned for a cursor that no list has returned.
	ErrCursor = errors.New("a cursor of an earlier list was expected")
)

// Settings say how much is kept in the file, and whether anything is.
type Settings struct {
	Enabled  bool
	MaxAge   time.Duration // since a conversation was last used; 0 is no limit
	MaxBytes int64         // of what all conversations say and were asked with; 0 is no limit
}

// Options are what conversations are kept with.
type Options struct {
	File *database.File // shared with others, and closed by who opened it; nil keeps all in memory alone
	Now  func() time.Time

	// Hide replaces the secrets of a prompt on its way to the file. Nil replaces nothing.
	Hide func(text string) string

	Settings Settings
}

// Conversations are the conversations of a user. Make them with [New] or [Open].
type Conversations struct {
	file   *database.File
	now    func() time.Time
	hide   func(text string) string
	writer writer

	mu       sync.Mutex
	settings Settings                 // guarded by mu
	all      map[string]*conversation // guarded by mu, and so is everything reachable from it
}

// New returns conversations that live in memory alone and read the time from now.
func New(now func() time.Time) *Conversations { return Open(Options{Now: now}) }

// Open returns the conversations of a file, which it touches when something is
// read or has to be written. Close them before the file.
func Open(o Options) *Conversations {
	s := &Conversations{
		file: o.File, now: o.Now, hide: o.Hide, settings: o.Settings,
		all: map[string]*conversation{},
	}
	s.writer.begin()
	if s.hide == nil {
		s.hide = func(text string) string { return text }
	}
	return s
}

// Configure puts other settings in force. Where they keep nothing, what is not in
// the file yet never gets there; where they keep less, what is too much goes now.
func (s *Conversations) Configure(settings Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := settings != s.settings
	if s.settings = settings; settings.Enabled {
		if changed && s.file != nil && s.file.Opened() {
			s.start(func(w *writer) { w.tidy = true })
		}
		return
	}
	for _, c := range s.all {
		for _, m := range c.messages {
			m.unkept = m.unkept || m.n == 0
		}
	}
}

// keeps reports whether there is a file to read and write.
func (s *Conversations) keeps() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keepsLocked()
}

func (s *Conversations) keepsLocked() bool { return s.file != nil && s.settings.Enabled }

// Begin records a question in the conversation with the given id, or in a new
// one for "", and returns the turn to write the answer to. rendered is the
// question as a model is sent it. sealed says why the question may not go to a
// cloud, "" where it may; a conversation stays sealed, since later questions
// carry what it held. A new conversation waits for no file.
func (s *Conversations) Begin(req chat.Request, rendered, sealed string) (*Turn, error) {
	if err := s.refresh(req.ConversationID); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.openLocked(req)
	if err != nil {
		return nil, err
	}
	c.sealed = cmp.Or(c.sealed, sealed)
	before := c.before()
	now := s.now().UTC()
	t := &Turn{store: s, conv: c, sealed: sealed, ConversationID: c.summary.ConversationID}
	t.question = &message{prompt: rendered, own: true, unkept: !s.keepsLocked(), Message: chat.Message{
		MessageID: newID(), Role: chat.RoleUser, Text: question(req), Context: uses(req.Context), CreatedAt: now,
	}}
	t.answer = &message{own: true, unkept: t.question.unkept, growing: true, Message: chat.Message{
		MessageID: newID(), Role: chat.RoleAssistant, Interrupted: true, CreatedAt: now,
	}}
	if sealed != "" {
		t.question.hidden, t.question.ready = question(req)+sealedNote, true
	}
	c.messages = append(c.messages, t.question, t.answer)
	c.summary.UpdatedAt = now
	c.summary.Classification = max(c.summary.Classification, req.Classification)
	before.Classification = c.summary.Classification
	c.busy++
	s.dropOldestLocked()
	t.MessageID, t.Before = t.answer.MessageID, before
	return t, nil
}

// sealedNote stands in the file for the context of a question about a file of
// secrets: no rule finds all of those.
const sealedNote = "\n\n(What this question was asked with holds secrets and was not kept.)"

// bytesPerToken is how many bytes a token is taken to have: the usual average for
// English and code.
const bytesPerToken = 4

// uses is what a conversation shows of a question's context.
func uses(items []chat.ContextItem) []chat.ContextUse {
	var all []chat.ContextUse
	for _, item := range items {
		all = append(all, chat.ContextUse{
			Kind: item.Kind, URI: item.URI, Query: item.Query,
			FirstLine: item.Span.FirstLine, LastLine: item.Span.LastLine,
			Tokens: (len(item.Text) + bytesPerToken - 1) / bytesPerToken,
		})
	}
	return all
}

// NewID returns an identifier for a conversation that is yet to begin, for who has
// to name it before its first question ([chat.Request.Begins]). Nothing is kept.
func (s *Conversations) NewID() string { return newID() }

// openLocked finds the conversation a request names, or makes a new one.
func (s *Conversations) openLocked(req chat.Request) (*conversation, error) {
	if req.ConversationID != "" {
		c, ok := s.all[req.ConversationID]
		if !ok && !req.Begins {
			return nil, ErrNotFound
		}
		if ok {
			return c, nil
		}
	}
	c := &conversation{summary: chat.Summary{ConversationID: cmp.Or(req.ConversationID, newID()), Title: title(req), CreatedAt: s.now().UTC()}}
	s.all[c.summary.ConversationID] = c
	return c, nil
}

// dropOldestLocked forgets what is too much for memory beside the conversation
// that has just begun: of what the file has, too, and of what it has not.
func (s *Conversations) dropOldestLocked() {
	var idle, apart []*conversation
	for _, c := range s.all {
		switch {
		case c.busy > 0:
		case c.apart():
			apart = append(apart, c)
		default:
			idle = append(idle, c)
		}
	}
	for limit, list := range map[int][]*conversation{maxIdle: idle, MaxConversations - 1: apart} {
		slices.SortFunc(list, func(a, b *conversation) int { return b.summary.UpdatedAt.Compare(a.summary.UpdatedAt) })
		for _, c := range list[min(limit, len(list)):] {
			delete(s.all, c.summary.ConversationID)
		}
	}
}

// refresh brings memory up to what the file has of a conversation, and forgets
// one that was deleted in another process. Where the file cannot be read, memory
// has to do.
func (s *Conversations) refresh(id string) error {
	for all := false; ; all = true {
		again, err := s.refreshOnce(id, all)
		if !again {
			return err
		}
	}
}

// refreshOnce is refresh. again is true where memory has forgotten meanwhile what
// the file was not asked for.
func (s *Conversations) refreshOnce(id string, all bool) (again bool, err error) {
	stored, name, err := s.read(id, true, all)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.all[id]
	switch {
	case stored.lacks(c):
		return true, nil
	case err != nil:
		if c == nil {
			return false, err
		}
	case stored == nil:
		s.settleLocked(c, name)
	case c == nil:
		s.all[id] = stored
	default:
		*c = *c.join(stored)
	}
	return false, nil
}

// lacks reports whether messages were not read that memory does not have either.
func (c *conversation) lacks(here *conversation) bool {
	return c != nil && c.after > 0 && (here == nil || here.savedIn != c.savedIn)
}

// settleLocked forgets a conversation that its file, which is called name, does
// not have any more.
func (s *Conversations) settleLocked(c *conversation, name string) {
	if c != nil && c.savedIn != "" && c.savedIn == name {
		c.gone = true
		delete(s.all, c.summary.ConversationID)
	}
}

// find returns a copy of a conversation, with or without the prompts.
func (s *Conversations) find(id string, prompts bool) (found *conversation, err error) {
	err = s.look(id, prompts, func(c *conversation) { found = c.clone() })
	return found, err
}

// look shows f a conversation as it is now, with or without the prompts. Messages
// may be memory's, and are f's to read while it runs.
func (s *Conversations) look(id string, prompts bool, f func(c *conversation)) error {
	for all := false; ; all = true {
		again, err := s.lookOnce(id, prompts, all, f)
		if !again {
			return err
		}
	}
}

// lookOnce is look; again is as refreshOnce has it.
func (s *Conversations) lookOnce(id string, prompts, all bool, f func(c *conversation)) (again bool, err error) {
	stored, name, err := s.read(id, prompts, all)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.all[id]
	switch {
	case stored.lacks(c):
		return true, nil
	case err == nil && stored == nil:
		s.settleLocked(c, name)
		c = s.all[id]
	case c == nil && err != nil:
		return false, err
	case c == nil:
		c = stored
	case stored != nil:
		c = c.join(stored)
	}
	if c == nil {
		return false, ErrNotFound
	}
	f(c)
	return false, nil
}

// clone is a copy that nobody changes.
func (c *conversation) clone() *conversation {
	d := *c
	d.messages = make([]*message, len(c.messages))
	for i, m := range c.messages {
		n := *m
		d.messages[i] = &n
	}
	return &d
}

// Upcoming returns what the next question of a conversation would be sent with.
// A conversation that is not here has nothing.
func (s *Conversations) Upcoming(id string) (b Before) {
	if id != "" { // what cannot be read has nothing, either
		_ = s.look(id, true, func(c *conversation) { b = c.before() })
	}
	return b
}

// Known is Upcoming as far as this process knows, which after an answer of its own
// is all but what others have said meanwhile. It does not look into the file.
func (s *Conversations) Known(id string) Before {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.all[id]
	if c == nil {
		return Before{}
	}
	return c.before()
}

// Get returns a conversation with its messages.
func (s *Conversations) Get(id string) (chat.Conversation, error) {
	c, err := s.find(id, false)
	if err != nil {
		return chat.Conversation{}, err
	}
	return c.whole(), nil
}

// Entry returns under which ID the cache keeps a message, "" where it does not.
func (s *Conversations) Entry(messageID string) (string, error) {
	if entry, ok := s.entryHere(messageID); ok {
		return entry, nil
	}
	if !s.keeps() {
		return "", ErrNoMessage
	}
	var entry string
	var found bool
	err := s.file.Use(context.Background(), func(d *database.DB) (err error) {
		found, err = d.Row(getMessageEntry, []any{messageID}, &entry)
		return err
	})
	if err == nil && !found {
		err = ErrNoMessage
	}
	return entry, err
}

func (s *Conversations) entryHere(messageID string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.all {
		for _, m := range c.messages {
			if m.MessageID == messageID {
				return m.entry, true
			}
		}
	}
	return "", false
}

// Summarise records a text that stands for the first upTo messages of a
// conversation in what a model is sent. The messages themselves stay. upTo is
// even, so that no question loses its answer, and at most the number of messages.
func (s *Conversations) Summarise(conversationID string, upTo int, text string) error {
	if err := s.refresh(conversationID); err != nil {
		return err
	}
	kept := s.hide(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.all[conversationID]
	switch {
	case c == nil || conversationID == "":
		return ErrNotFound
	case upTo < max(c.undigested(), 1) || upTo%2 != 0 || upTo > len(c.messages):
		return fmt.Errorf("a summary of %d messages does not fit a conversation that has %d, %d of them summarised", upTo, len(c.messages), c.undigested())
	}
	c.until, c.digest, c.kept = c.messages[upTo-1].MessageID, text, kept
	c.version++
	s.wakeLocked(c.unsaved())
	return nil
}

// newID returns an opaque identifier with 128 bits of randomness.
func newID() string { return rand.Text() }
