package lsp

import (
	"context"
	"fmt"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

func (s *Server) didOpen(_ context.Context, p *protocol.DidOpenTextDocumentParams) error {
	doc := s.docs.Open(p.TextDocument)
	s.newest.put(s.docs.Snapshot())
	s.opts.Overlay.Set(filePath(doc.URI), doc.Text)
	s.markings.opened(doc)
	return nil
}

// changeParams are textDocument/didChange's. Unlike the protocol package's, they
// take null for a member that is left out, as some clients write it: a change of
// the range null is one of the whole text, not an insertion at its beginning.
type changeParams struct {
	TextDocument struct {
		URI     uri.URI `json:"uri"`
		Version *int32  `json:"version"`
	} `json:"textDocument"`
	ContentChanges []struct {
		Range *protocol.Range `json:"range"`
		Text  *string         `json:"text"`
	} `json:"contentChanges"`
}

// changes are the changes as the protocol package has them.
func (p *changeParams) changes() ([]protocol.TextDocumentContentChangeEvent, error) {
	changes := make([]protocol.TextDocumentContentChangeEvent, 0, len(p.ContentChanges))
	for i, c := range p.ContentChanges {
		switch {
		case c.Text == nil:
			return nil, invalid(fmt.Sprintf("contentChanges.%d.text", i), "a string was expected")
		case c.Range == nil:
			changes = append(changes, &protocol.TextDocumentContentChangeWholeDocument{Text: *c.Text})
		default:
			changes = append(changes, &protocol.TextDocumentContentChangePartial{Range: *c.Range, Text: *c.Text})
		}
	}
	return changes, nil
}

func (s *Server) didChange(_ context.Context, p *changeParams) error {
	changes, err := p.changes()
	if err != nil {
		return err
	}
	id := protocol.VersionedTextDocumentIdentifier{TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: p.TextDocument.URI}}
	if p.TextDocument.Version != nil {
		id.Version = *p.TextDocument.Version
	} else if doc, ok := s.docs.Snapshot().Get(id.URI); ok {
		id.Version = doc.Version // the client counts none
	}
	doc, err := s.docs.Change(id, changes)
	if err != nil {
		return err
	}
	s.newest.put(s.docs.Snapshot())
	s.opts.Overlay.Set(filePath(doc.URI), doc.Text)
	s.markings.changed(doc)
	return nil
}

func (s *Server) didClose(_ context.Context, p *protocol.DidCloseTextDocumentParams) error {
	s.opts.Overlay.Remove(filePath(p.TextDocument.URI))
	s.markings.closed(p.TextDocument.URI)
	err := s.docs.Close(p.TextDocument.URI)
	s.newest.put(s.docs.Snapshot())
	return err
}
