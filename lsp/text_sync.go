package lsp

import (
	"context"

	"go.lsp.dev/protocol"
)

func (s *Server) didOpen(_ context.Context, p *protocol.DidOpenTextDocumentParams) error {
	doc := s.docs.Open(p.TextDocument)
	s.newest.put(s.docs.Snapshot())
	s.opts.Overlay.Set(filePath(doc.URI), doc.Text)
	s.markings.opened(doc)
	return nil
}

func (s *Server) didChange(_ context.Context, p *protocol.DidChangeTextDocumentParams) error {
	doc, err := s.docs.Change(p.TextDocument, p.ContentChanges)
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
