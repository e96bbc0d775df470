package engine

import (
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/policy"
)

// sentLevel returns the highest level that a marking gives to what a question
// sends: its turns, and the whole of every document that it takes a piece from.
// A banner holds for its whole document, so a piece does not lose it by leaving
// the first line behind. Documents are looked at alone, too, so that nothing
// around them in the prompt can change how they read.
func sentLevel(turns []chat.Turn, items []chat.ContextItem) chat.Level {
	level := chat.Unclassified
	for _, t := range turns {
		level = max(level, policy.Level(t.Content))
	}
	for _, item := range items {
		level = max(level, policy.Level(item.Text), policy.Level(item.Document))
	}
	return level
}

// saidLevel returns the level of a conversation as it is sent with its next
// question: what it has reached so far, and what its answers are marked with.
// It is the lowest for a conversation that is not here.
func (e *Engine) saidLevel(id string) chat.Level {
	c, err := e.conversations.Get(id)
	if err != nil {
		return chat.Unclassified
	}
	level := c.Classification
	for _, m := range c.Messages {
		level = max(level, policy.Level(m.Text))
	}
	return level
}
