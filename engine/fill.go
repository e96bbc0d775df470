package engine

import (
	"context"
	"slices"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/policy"
)

// Filler is a backend whose models can fill in a gap.
type Filler interface {
	Fill(ctx context.Context, g chat.Gap) (string, error)
}

// Fill returns what the local model writes into a gap of a document: the local
// one alone, whatever the mode, since what is being typed is nobody else's
// business. item is the document, with its whole text. A file of secrets is never
// shown to a model for that; the text is "" then, and no error.
func (e *Engine) Fill(ctx context.Context, item chat.ContextItem, g chat.Gap) (string, error) {
	setup := e.setup.Load()
	if sealed(chat.Request{Context: []chat.ContextItem{item}}) != "" {
		return "", nil
	}
	target, err := setup.Local.Pick(ctx, "")
	if err != nil {
		return "", err
	}
	filler, ok := target.Backend.(Filler)
	m := target.Model
	if !ok || target.Backend.Name() == "ollama" && len(m.Capabilities) > 0 && !slices.Contains(m.Capabilities, "insert") {
		return "", &chat.Error{
			Kind: chat.ModelNotFound, Message: m.ID + " cannot fill in the middle",
			Hint: "ollama pull qwen2.5-coder:1.5b-base and set rigrun.local.model to it, or set rigrun.inlineCompletion.enabled to false",
		}
	}
	g.Model, g.Level = m.ID, max(setup.Rules.Level, policy.Level(item.Document))
	return filler.Fill(ctx, g)
}
