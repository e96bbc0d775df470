package engine

import (
	"cmp"
	"context"
	"slices"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
)

// Preview renders a question as it would be sent now, without sending it: for
// where it would go, with the conversation before it, with placeholders in place
// of secrets where a cloud would answer, and cut to the model's window. Where no
// model would be asked it is what a local one would be. It contacts nobody but
// whom [Engine.Route] would. That a kept answer may make it needless to send
// anything is not looked at. The error is the one with which the question itself
// would fail.
func (e *Engine) Preview(ctx context.Context, req chat.Request) (chat.Preview, error) {
	if err := tooLong(req); err != nil {
		return chat.Preview{}, err
	}
	p, err := e.upcoming(&req)
	if err != nil {
		return chat.Preview{}, err
	}
	if p.rules.MaxTier == chat.TierCache {
		p.first.decision = p.notKept()
	} else if err := e.route(ctx, p); err != nil {
		return chat.Preview{}, err
	}
	a := &p.first
	if len(a.sent.Turns) == 0 { // the outline reads the code itself
		a.sent, _ = p.asked.Fit(&prompt.Counter{}, 0) // without a window everything fits
	}
	out := chat.Preview{
		Route: a.told(p), Turns: a.sent.Turns, Tokens: a.sent.Tokens, Redactions: []chat.Redaction{},
		Items: slices.Concat(p.previewItems(a), p.leftItems()),
	}
	if a.hidden != nil {
		out.Redactions = a.hidden.redactions
	}
	return out, nil
}

// previewItems are the question's context items in their order, after the
// conversation where there is one.
func (p *plan) previewItems(a *attempt) []chat.PreviewItem {
	items := []chat.PreviewItem{}
	if len(p.asked.History) > 0 || p.asked.Summary != "" {
		cut := a.sent.Conversation.Cut
		if p.asked.Summary != "" {
			cut = cmp.Or(cut, "its oldest turns are sent as a summary")
		}
		items = append(items, chat.PreviewItem{Kind: chat.KindConversation, Tokens: a.sent.Conversation.Tokens, Cut: cut})
	}
	for i, use := range a.sent.Items {
		item := &p.question.Context[i]
		items = append(items, chat.PreviewItem{Kind: item.Kind, URI: item.URI, Item: item, Tokens: use.Tokens, Cut: use.Cut})
	}
	return items
}

// leftItems are what was left out before there was a prompt.
func (p *plan) leftItems() []chat.PreviewItem {
	items := []chat.PreviewItem{}
	for _, left := range p.question.Left {
		reason := left.Reason
		if left.Name != "" {
			reason = left.Name + " " + reason
		}
		items = append(items, chat.PreviewItem{Kind: left.Kind, URI: left.URI, Cut: reason})
	}
	return items
}
