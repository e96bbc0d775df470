package lsp

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// decode reads a message's parameters. The error names the member that is wrong.
func decode(params jsonrpc2.RawMessage, into any) error {
	if len(params) == 0 {
		params = jsonrpc2.RawMessage("{}")
	}
	err := protocol.Unmarshal(params, into)
	if err == nil {
		return nil
	}
	field, expected := "params", "a valid value was expected"
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		if name := strings.ReplaceAll(strings.TrimPrefix(string(e.JSONPointer), "/"), "/", "."); name != "" {
			field = name
		}
		if e.JSONKind != 0 {
			expected = "unexpected " + e.JSONKind.String()
		}
	}
	return invalid(field, "%s", expected)
}
