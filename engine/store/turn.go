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
	// Summary stands for the messages that came before History, "" where History
	// goes back to the first.
	Summary string

	History []chat.Turn // what was said before, as a model is sent it

	// Numbers has, for each turn of History, its message's place in the
	// conversation, counted from 0: a question without an answer is not in History.
	Numbers []int

	// Classification is the level of the conversation with its next question in
	// it, as far as its earlier routes and the request say.
	Classification chat.Level

	Sealed string // why nothing of it may go to a cloud, "" where nothing stands against it
}

// Turn is the writing end of one answer. Write and Close belong to the engine;
// what has arrived is visible to readers of the conversation at once.
type Turn struct {
	ConversationID string
	MessageID      string // the answer's
	Before

	store *Conversations
	conv  *conversation
	at    int // the answer's index in conv.messages

	text, thinking strings.Builder // guarded by store.mu
}

var _ stream.Sink = (*Turn)(nil)

// SetRoute records where the answer comes from.
func (t *Turn) SetRoute(d chat.RouteDecision) {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.conv.messages[t.at].Route = &d
	t.conv.summary.Model = d.Model
	t.conv.summary.Classification = max(t.conv.summary.Classification, d.Classification)
}

// SetPrompt records what a model is really sent for the question, where that is
// not what [Conversations.Begin] was told: a part of it did not fit. Later
// questions send the same text again.
func (t *Turn) SetPrompt(text string) {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.conv.prompts[t.at-1] = text
}

// Write appends a piece of the answer or of its thinking. It never fails.
func (t *Turn) Write(c stream.Chunk) error {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	m := &t.conv.messages[t.at]
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
	return nil
}

// Close records how the answer ended. It never fails.
func (t *Turn) Close(e stream.End) error {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	m := &t.conv.messages[t.at]
	m.Interrupted = e.Err != nil
	usage := e.Usage
	m.Usage = &usage
	t.conv.summary.UpdatedAt = t.store.now().UTC()
	t.conv.busy--
	return nil
}

// SetCache records what the answer has to do with the cache, and under which ID
// it is kept there, "" where it is not.
func (t *Turn) SetCache(c chat.CacheInfo, entry string) {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.conv.messages[t.at].Cache = &c
	if entry == "" {
		return
	}
	if t.conv.entries == nil {
		t.conv.entries = map[string]string{}
	}
	t.conv.entries[t.MessageID] = entry
}

// Spent adds what the answer cost, in cents, to its conversation.
func (t *Turn) Spent(cents float64) {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.conv.summary.CostCents += cents
}

// Raise records that the answer has read something of a level: the conversation
// has it from now on.
func (t *Turn) Raise(level chat.Level) {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.conv.summary.Classification = max(t.conv.summary.Classification, level)
}

// Seal records why nothing of the conversation may go to a cloud from now on.
func (t *Turn) Seal(why string) {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.conv.sealed = cmp.Or(t.conv.sealed, why)
}

// Text returns the answer so far.
func (t *Turn) Text() string {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	return t.text.String()
}
