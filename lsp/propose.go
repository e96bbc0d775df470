package lsp

import (
	"context"
	"errors"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/edit"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// editPropose reads an answer as a change of a document's range, for a client
// that shows it before it applies it. It asks no model.
func (s *Server) editPropose(_ context.Context, p *ext.ProposeParams, v view) (ext.ProposeResult, error) {
	if p.Range == nil {
		return ext.ProposeResult{}, invalid("range", "a range was expected")
	}
	item, err := v.resolve(ext.ContextItem{Kind: chat.ContextSelection, URI: p.URI, Range: p.Range})
	if err != nil {
		return ext.ProposeResult{}, invalid("uri", "%v", err)
	}
	doc, open := v.Get(uri.URI(item.URI))
	if !open {
		doc = document.NewDoc(uri.URI(item.URI), item.Language, 0, item.Document, v.Encoding())
	}
	start, end := doc.Span(*p.Range)
	proposal, err := edit.Propose(p.Text, edit.Target{
		Path: item.Path, Language: doc.Language, Text: doc.Text, Start: start, End: end, Action: p.Action,
	})
	if refusal, ok := errors.AsType[*edit.Refusal](err); ok {
		return ext.ProposeResult{Refused: refusal.Reason, Edits: []protocol.TextEdit{}, Imports: []protocol.TextEdit{}}, nil
	}
	return ext.ProposeResult{Edits: textEdits(doc, proposal.Hunks), Imports: textEdits(doc, proposal.Imports)}, err
}

func textEdits(doc *document.Doc, hunks []edit.Hunk) []protocol.TextEdit {
	edits := make([]protocol.TextEdit, len(hunks))
	for i, h := range hunks {
		edits[i] = textEdit(doc, h)
	}
	return edits
}
