package lsp

import (
	"context"

	"go.lsp.dev/protocol"
)

func (s *Server) didOpen(_ context.Context, p *protocol.DidOpenTextDocumentParams) error {
	s.docs.Open(p.TextDocument)
	s.opts.Overlay.Set(filePath(p.TextDocument.URI), p.TextDocument.Text)
	doc, _ := s.docs.Snapshot().Get(p.TextDocument.URI)
	s.markings.opened(doc)
	return nil
}

func (s *Server) didChange(_ context.Context, p *protocol.DidChangeTextDocumentParams) error {
	if err := s.docs.Change(p.TextDocument, p.ContentChanges); err != nil {
		return err
	}
	doc, _ := s.docs.Snapshot().Get(p.TextDocument.URI)
	s.opts.Overlay.Set(filePath(doc.URI), doc.Text)
	s.markings.changed(doc)
	return nil
}

func (s *Server) didClose(_ context.Context, p *protocol.DidCloseTextDocumentParams) error {
	s.opts.Overlay.Remove(filePath(p.TextDocument.URI))
	s.markings.closed(p.TextDocument.URI)
	return s.docs.Close(p.TextDocument.URI)
}
