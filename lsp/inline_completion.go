package lsp

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/complete"
)

// inline is what a session knows of inline completion. The zero value is ready.
type inline struct {
	complete.Completer
	told atomic.Bool // that it does not work

	mu      sync.Mutex
	offered bool // guarded by mu: the client was asked to ask for it
}

// inlineCompletion suggests what to type at the cursor. It is empty where it is
// off, where nothing is worth showing, and where a newer question took its place:
// an editor asks at each stroke and shows no error.
func (s *Server) inlineCompletion(ctx context.Context, p *protocol.InlineCompletionParams, v view) (*protocol.InlineCompletionList, error) {
	list := &protocol.InlineCompletionList{Items: []protocol.InlineCompletionItem{}}
	s.configured(ctx)
	doc, ok := v.Get(p.TextDocument.URI)
	if !ok || !s.completes() {
		return list, nil
	}
	item := chat.ContextItem{Kind: chat.ContextFile, URI: doc.URI.String(), Path: filePath(doc.URI), Language: doc.Language, Document: doc.Text}
	item.Folder = v.folders.holding(item.Path)
	if real, err := filepath.EvalSymlinks(item.Path); err == nil && real != item.Path {
		item.RealPath = real // a link's name may hide that the file is one of secrets
	}
	at := doc.Offset(p.Position)
	q := complete.Question{
		Document: item.URI, Text: doc.Text, At: at, From: at,
		Invoked: p.Context.TriggerKind == protocol.InlineCompletionTriggerKindInvoked,
	}
	replaced := protocol.Range{Start: p.Position, End: p.Position}
	if chosen := p.Context.SelectedCompletionInfo; chosen.Text != "" {
		q.Chosen, replaced = chosen.Text, chosen.Range
		q.From, q.At = doc.Span(chosen.Range)
	}
	text, err := s.inline.Suggest(ctx, q, func(ctx context.Context, g chat.Gap) (string, error) {
		return s.engine.Fill(ctx, item, g)
	})
	switch {
	case errors.Is(err, complete.ErrStale):
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		s.tellOnce(err)
	case text != "":
		list.Items = append(list.Items, protocol.InlineCompletionItem{InsertText: protocol.String(text), Range: &replaced})
	}
	return list, nil
}

// offerInline has a client that takes registrations ask for inline completion
// while it is on. Others were told at initialize and get empty lists while it is off.
func (s *Server) offerInline(ctx context.Context) {
	if !s.client.registersInline {
		return
	}
	s.inline.mu.Lock()
	defer s.inline.mu.Unlock()
	on := s.completes() // as it is now: the setting may have changed again
	if s.inline.offered == on {
		return
	}
	const id, name = "rigrun-inline-completion", protocol.MethodTextDocumentInlineCompletion
	var err error
	if on {
		_, err = s.conn.Call(ctx, protocol.MethodClientRegisterCapability, &protocol.RegistrationParams{
			Registrations: []protocol.Registration{{ID: id, Method: name, RegisterOptions: protocol.LSPAny(`{"documentSelector":null}`)}},
		}, nil)
	} else {
		_, err = s.conn.Call(ctx, protocol.MethodClientUnregisterCapability, &protocol.UnregistrationParams{
			Unregisterations: []protocol.Unregistration{{ID: id, Method: name}},
		}, nil)
	}
	if err != nil {
		s.log.Warn("the editor does not ask for inline completion", zap.Error(err))
		return
	}
	s.inline.offered = on
}

// completes reports whether inline completion is on.
func (s *Server) completes() bool {
	s.settings.mu.Lock()
	defer s.settings.mu.Unlock()
	return s.settings.inForce.Complete
}

// tellOnce says once a session why nothing is suggested; the log has it each time.
func (s *Server) tellOnce(err error) {
	s.log.Info("no inline completion", zap.Error(err))
	if s.inline.told.Swap(true) {
		return
	}
	message := "rigrun: no inline completion: " + err.Error()
	if e, ok := errors.AsType[*chat.Error](err); ok && e.Hint != "" {
		message += "; " + e.Hint
	}
	s.notify(protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: protocol.MessageTypeWarning, Message: message})
}
