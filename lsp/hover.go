package lsp

import (
	"context"

	"go.lsp.dev/protocol"
)

// hover shows the last answer about the code under the cursor, from memory. It
// never asks a model.
func (s *Server) hover(_ context.Context, p *protocol.HoverParams, v view) (*protocol.Hover, error) {
	doc, ok := v.Get(p.TextDocument.URI)
	if !ok {
		return nil, nil //nolint:nilnil // null is the protocol's "nothing to show"
	}
	at := doc.Offset(p.Position)
	for _, a := range s.answers.about(doc.URI) {
		if start, end, ok := a.over(doc.Text, at); ok {
			r := doc.Range(start, end)
			return &protocol.Hover{
				Contents: &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: a.brief()},
				Range:    &r,
			}, nil
		}
	}
	return nil, nil //nolint:nilnil // null is the protocol's "nothing to show"
}
