package lsp

import (
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/slash"
)

// triggers are the characters that begin a mention and a command.
func triggers() []string { return []string{"@", "/"} }

// contextComplete offers what can stand in a message that is being typed.
func (s *Server) contextComplete(ctx context.Context, p *ext.CompleteParams, v view) (ext.CompleteResult, error) {
	if p.Text == nil {
		return ext.CompleteResult{}, invalid("text", "a string was expected")
	}
	if p.Offset == nil {
		return ext.CompleteResult{}, invalid("offset", "where the cursor is was expected")
	}
	s.configured(ctx) // which commands there are is a setting
	before := (*p.Text)[:document.Bytes(*p.Text, *p.Offset, v.Encoding())]
	result := ext.CompleteResult{Items: []ext.CompleteItem{}}
	items, _ := v.files.Complete(ctx, before, v.commands())
	for _, i := range items {
		result.Items = append(result.Items, ext.CompleteItem{Label: i.Label, InsertText: i.Insert, Detail: i.Detail})
	}
	return result, ctx.Err()
}

// completion offers the same in a document that is a chat. In every other it
// answers with an empty list at once: clients that take no dynamic registration ask
// for each document they have.
func (s *Server) completion(ctx context.Context, p *protocol.CompletionParams, v view) (*protocol.CompletionList, error) {
	list := &protocol.CompletionList{Items: []protocol.CompletionItem{}}
	doc, ok := v.Get(p.TextDocument.URI)
	if !ok || !isChatDocument(doc) {
		return list, nil
	}
	s.configured(ctx)
	at := doc.Offset(p.Position)
	line := doc.Offset(protocol.Position{Line: p.Position.Line})
	before := doc.Text[min(line, at):at]
	items, from := v.files.Complete(ctx, before, v.commands())
	list.IsIncomplete = true // what fits is chosen here, of more than is sent
	typed := before[from:]
	for n, i := range items {
		list.Items = append(list.Items, protocol.CompletionItem{
			Label: i.Label, Kind: completionKind(i), Detail: optional(i.Detail), FilterText: protocol.NewOptional(typed),
			SortText: protocol.NewOptional(fmt.Sprintf("%02d", n)),
			TextEdit: &protocol.TextEdit{Range: doc.Range(line+from, at), NewText: i.Insert},
		})
	}
	return list, ctx.Err()
}

// optional is a text that is left out where it is empty.
func optional(s string) (o protocol.Optional[string]) {
	if s != "" {
		return protocol.NewOptional(s)
	}
	return o
}

// completionKind is the kind of a completion, for the sign beside it.
func completionKind(c workspace.Completion) protocol.CompletionItemKind {
	switch {
	case strings.HasPrefix(c.Insert, "/"):
		return protocol.CompletionItemKindFunction
	case strings.HasPrefix(c.Insert, "@file:") && c.Label != "@file:":
		return protocol.CompletionItemKindFile
	case strings.HasPrefix(c.Insert, "@symbol:") && c.Label != "@symbol:":
		return protocol.CompletionItemKindReference
	}
	return protocol.CompletionItemKindKeyword
}

// commands are what can stand after a slash: the actions, and the configuration's own.
func (v view) commands() (list []workspace.Completion) {
	for _, c := range slash.Commands(v.custom()) {
		list = append(list, workspace.Completion{Label: "/" + c.Name, Insert: "/" + c.Name, Detail: c.About})
	}
	return list
}
