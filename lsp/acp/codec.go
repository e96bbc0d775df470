package acp

import (
	"encoding/json"
	"errors"
	"fmt"

	"go.lsp.dev/jsonrpc2"
)

// codec encodes parameters and results. It repairs text that is not UTF-8, and
// writes no line ends.
type codec struct{}

func (codec) Marshal(v any) ([]byte, error) {
	if raw, ok := v.(jsonrpc2.RawMessage); ok {
		return raw, nil
	}
	return json.Marshal(v)
}

func (codec) Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }

// decode reads a message's parameters. The error names the member that is wrong.
func decode(params []byte, into any) error {
	if len(params) == 0 {
		params = []byte("{}")
	}
	err := json.Unmarshal(params, into)
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
		return invalid(e.Field, "unexpected %s", e.Value)
	}
	return invalid("params", "an object was expected")
}

// invalid returns the error for bad parameters. field names the member.
func invalid(field, format string, args ...any) error {
	return jsonrpc2.Errorf(jsonrpc2.InvalidParams, "%s: %s", field, fmt.Sprintf(format, args...))
}
