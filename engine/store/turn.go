package store

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Before is what a conversation brings to its next question.
type Before struct {
	History []chat.Turn // what was said before, as a model is sent it

	// Numbers has, for each turn of History, its message's place in the
	// conversation, counted from 0: a question without an answer is not in History.
	Numbers []int

	// Summary stands for the messages that came before History, "" where History
	// goes back to the first.
	Summary string

	// Classification is the level of the conversation with its next question in
	// it, as far as its earlier routes and the request say.
	Classification chat.Level

	Sealed string // why nothing of it may go to a cloud, "" where nothing stands against it
}

// Turn is the writing end of one answer. Write and Close belong to the engine;
// what has arrived is visible to readers of the conversation at once.
//
// Nothing of a turn is written to the file before its level is known: SetRoute or
// SetLevel say it.
type Turn struct {
	ConversationID string
	MessageID      string // the answer's
	Before

	store            *Conversations
	conv             *conversation
	question, answer *message
	sealed           string // as Begin was told

	text, thinking strings.Builder // guarded by store.mu
}

var _ stream.Sink = (*Turn)(nil)

// change runs f, which changes the turn's messages or what is said of their
// conversation, and has it written. It runs for every token, so it looks at no other
// message.
func (t *Turn) change(f func(m *chat.Message)) {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	f(&t.answer.Message)
	t.answer.version++
	t.store.wakeLocked(t.conv.unsavedOf(t.question, t.answer))
}

// judgeLocked notes the turn's level.
func (t *Turn) judgeLocked(l chat.Level) {
	s := &t.conv.summary
	s.Classification = max(s.Classification, l)
	t.question.judged, t.answer.judged = true, true
}

// SetLevel notes the level of a question that was refused before it had a route.
// It does not go to the file where it is marked. The conversation keeps its level:
// a question without an answer is not sent again.
func (t *Turn) SetLevel(l chat.Level) {
	t.change(func(*chat.Message) {
		for _, m := range []*message{t.question, t.answer} {
			m.judged, m.unkept = true, m.unkept || l > shareable
		}
	})
}

// SetRoute records where the answer comes from.
func (t *Turn) SetRoute(d chat.RouteDecision) {
	t.change(func(m *chat.Message) {
		m.Route = &d
		t.conv.summary.Model = d.Model
		t.judgeLocked(d.Classification)
	})
}

// SetPrompt records what a model is really sent for the question, where that is
// not what [Conversations.Begin] was told: a part of it did not fit. Later
// questions send the same text again.
func (t *Turn) SetPrompt(text string) {
	t.change(func(*chat.Message) {
		q := t.question
		q.prompt = text
		if t.sealed == "" && q.n == 0 {
			q.hidden, q.ready = "", false
		}
		q.version++
	})
}

// Write appends a piece of the answer or of its thinking. It never fails.
func (t *Turn) Write(c stream.Chunk) error {
	t.change(func(m *chat.Message) {
		switch c.Kind {
		case stream.Text:
			t.text.Write(c.Data)
			m.Text = t.text.String()
		case stream.Thinking:
			t.thinking.Write(c.Data)
			m.Thinking = t.thinking.String()
		case stream.Step:
			m.Steps = append(slices.Clip(m.Steps), stream.StepOf(c)) // readers may hold the shorter one
		case stream.Tool:
			// What a call became is a step; the call itself is between the model and the engine.
		}
	})
	return nil
}

// Close records how the answer ended. It never fails.
func (t *Turn) Close(e stream.End) error {
	t.change(func(m *chat.Message) {
		m.Interrupted = e.Err != nil
		usage := e.Usage
		m.Usage = &usage
		t.answer.growing = false
		t.conv.summary.UpdatedAt = t.store.now().UTC()
		t.conv.busy--
	})
	t.store.hasten()
	return nil
}

// SetCache records what the answer has to do with the cache, and under which ID
// it is kept there, "" where it is not.
func (t *Turn) SetCache(c chat.CacheInfo, entry string) {
	t.change(func(m *chat.Message) {
		m.Cache = &c
		t.answer.entry = entry
	})
}

// Spent adds what the answer cost, in cents, to its conversation.
func (t *Turn) Spent(cents float64) {
	t.change(func(*chat.Message) {
		t.conv.summary.CostCents += cents
		t.conv.spent += cents
		t.conv.version++
	})
}

// Seal records why nothing of the conversation may go to a cloud from now on.
func (t *Turn) Seal(why string) {
	t.change(func(*chat.Message) {
		t.conv.sealed = cmp.Or(t.conv.sealed, why)
		t.conv.version++
	})
}

// Text returns the answer so far.
func (t *Turn) Text() string {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	return t.text.String()
}
