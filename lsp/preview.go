package lsp

import (
	"context"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// contextPreview shows what a question would send, without sending it.
func (s *Server) contextPreview(ctx context.Context, p *ext.ChatParams, v view) (ext.PreviewResult, error) {
	s.configured(ctx)
	req, err := v.request(ctx, p)
	if err != nil {
		return ext.PreviewResult{}, err
	}
	preview, err := s.engine.Preview(ctx, req)
	s.tellTrouble()
	if err != nil {
		return ext.PreviewResult{}, err
	}
	out := ext.PreviewResult{
		Text: outgoing(preview.Turns), Tokens: preview.Tokens,
		Items: make([]ext.PreviewItem, len(preview.Items)), Redactions: preview.Redactions,
	}
	for i := range preview.Items {
		out.Items[i] = v.previewItem(&preview.Items[i])
	}
	return out, nil
}

// outgoing shows the turns of a prompt in one text: each below a line with its
// role, byte for byte as it is sent, and with an empty line behind it.
func outgoing(turns []chat.Turn) string {
	var b strings.Builder
	for _, t := range turns {
		b.WriteString("[" + string(t.Role) + "]\n" + t.Content + "\n\n")
	}
	return b.String()
}

// previewItem is an item as the client sees its documents.
func (v view) previewItem(item *chat.PreviewItem) ext.PreviewItem {
	out := ext.PreviewItem{Kind: item.Kind, URI: item.URI, Tokens: item.Tokens, Cut: item.Cut}
	if item.Item == nil || item.Item.Document == "" || item.Item.Span.FirstLine == 0 {
		return out
	}
	span, text := item.Item.Span, item.Item.Document
	if span.Start < 0 || span.End < span.Start || span.End > len(text) {
		return out
	}
	doc := document.NewDoc(uri.URI(item.URI), item.Item.Language, 0, text, v.Encoding())
	out.Range = &protocol.Range{Start: doc.Position(span.Start), End: doc.Position(span.End)}
	return out
}
