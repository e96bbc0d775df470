package lsp

import (
	"context"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// textDocumentContent returns an answer as a document of our own scheme.
func (s *Server) textDocumentContent(_ context.Context, p *protocol.TextDocumentContentParams, _ view) (*protocol.TextDocumentContentResult, error) {
	id, _, _ := strings.Cut(strings.TrimPrefix(p.URI.Path(), "/answers/"), "/")
	a, ok := s.answers.byID(id)
	if p.URI.Scheme() != ext.Scheme || !ok {
		return nil, invalid("uri", "no answer has this address")
	}
	return &protocol.TextDocumentContentResult{Text: a.markdown()}, nil
}
