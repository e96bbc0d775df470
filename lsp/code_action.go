package lsp

import (
	"context"
	"encoding/json"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// codeAction offers what can be asked about a selection. It answers from memory.
func (s *Server) codeAction(_ context.Context, p *protocol.CodeActionParams, v view) ([]protocol.CommandOrCodeAction, error) {
	doc, ok := v.Get(p.TextDocument.URI)
	if !ok || !wanted(ext.KindExplain, p.Context.Only) {
		return []protocol.CommandOrCodeAction{}, nil
	}
	start, end := doc.Span(p.Range)
	if strings.TrimSpace(doc.Text[start:end]) == "" {
		return []protocol.CommandOrCodeAction{}, nil
	}
	command := protocol.Command{
		Title:     "Explain with rigrun",
		Command:   ext.CommandExplain,
		Arguments: []protocol.LSPAny{argument(ext.CommandParams{URI: p.TextDocument.URI.String(), Range: &p.Range})},
	}
	if !s.client.codeActionLiterals {
		return []protocol.CommandOrCodeAction{&command}, nil
	}
	kind := protocol.CodeActionKind(ext.KindExplain)
	action := &protocol.CodeAction{Title: command.Title, Kind: &kind, Command: command}
	if s.client.llmTag {
		action.Tags = []protocol.CodeActionTag{protocol.CodeActionTagLLMGenerated}
	}
	return []protocol.CommandOrCodeAction{action}, nil
}

// wanted reports whether a client that asked for certain kinds wants this one.
// A kind stands for every kind below it: "a" for "a.b", and "" for all.
func wanted(kind string, only []protocol.CodeActionKind) bool {
	if len(only) == 0 {
		return true
	}
	for _, o := range only {
		if o == "" || kind == string(o) || strings.HasPrefix(kind, string(o)+".") {
			return true
		}
	}
	return false
}

// argument encodes a command's argument. The types given to it always encode.
func argument(v any) protocol.LSPAny {
	raw, err := protocol.Marshal(v)
	if err != nil {
		return protocol.LSPAny("null")
	}
	return protocol.LSPAny(raw)
}

// firstArgument decodes a command's one argument.
func firstArgument(args []protocol.LSPAny, into any) error {
	if len(args) != 1 {
		return invalid("arguments", "one object was expected")
	}
	if !json.Valid(args[0]) || len(args[0]) == 0 || args[0][0] != '{' {
		return invalid("arguments.0", "an object was expected")
	}
	return decode(jsonrpc2.RawMessage(args[0]), into)
}
