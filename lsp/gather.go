package lsp

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/slash"
)

// Documents whose names end so are chats, and so are those of the language.
const (
	chatDocument = ".rigrun.md"
	chatLanguage = "rigrun"
)

// customActions are the actions of the configuration in force.
func (s *Server) customActions() []config.Action {
	s.settings.mu.Lock()
	defer s.settings.mu.Unlock()
	return s.settings.inForce.Actions
}

// gather completes a question whose own items are resolved: the command at its
// beginning, what its mentions mean, and, for a question with an action, what
// stands around the selection. Every question passes here once, on a goroutine
// that may wait for the disk.
func (v view) gather(ctx context.Context, req *chat.Request) {
	if v.files == nil || len(req.Message) > chat.MaxQuestionBytes {
		return
	}
	commanded := slash.Take(req, v.custom())
	items, left := v.files.Gather(ctx, req.Message, workspace.Focus{Given: req.Context, Buffer: v.buffer()})
	req.Context, req.Left = append(req.Context, items...), append(req.Left, left...)
	if commanded && len(req.Context) == 0 && len(req.Left) == 0 {
		items, left = v.files.Gather(ctx, "@buffer", workspace.Focus{Buffer: v.buffer()})
		req.Context, req.Left = append(req.Context, items...), append(req.Left, left...)
	}
	if req.Action == "" && req.Instruction == "" {
		return
	}
	i := slices.IndexFunc(req.Context, func(i chat.ContextItem) bool { return i.Kind == chat.ContextSelection && i.Document != "" })
	if i >= 0 {
		req.Context = append(req.Context, v.files.About(ctx, req.Context[i])...)
	}
}

func (v view) custom() []config.Action {
	if v.actions == nil {
		return nil
	}
	return v.actions()
}

// buffer is the document that @buffer means: the one that was opened or changed
// last, chats and documents of our own aside. nil where there is none.
func (v view) buffer() *chat.ContextItem {
	d := v.Latest(func(d *document.Doc) bool { return d.URI.Scheme() != ext.Scheme && !isChatDocument(d) })
	if d == nil {
		return nil
	}
	item, err := v.resolve(ext.ContextItem{Kind: chat.ContextFile, URI: string(d.URI)})
	if _, ok := errors.AsType[*withheld](err); err != nil && !ok {
		return nil
	}
	return &item // without a text where a rule of the workspace keeps it out
}

// isChatDocument reports whether a document is a chat with rigrun.
func isChatDocument(d *document.Doc) bool {
	return d.Language == chatLanguage || strings.HasSuffix(d.URI.Path(), chatDocument)
}

// queried reports whether an item stands for what the server is to look up.
func queried(item ext.ContextItem) bool {
	if item.Text != "" || item.URI != "" {
		return false
	}
	switch item.Kind {
	case chat.ContextFile, chat.ContextSymbol, chat.ContextSearch:
		return item.Query != ""
	case chat.ContextGit:
		return true
	}
	return false
}
