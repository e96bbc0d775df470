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
