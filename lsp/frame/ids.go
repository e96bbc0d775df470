package frame

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"

	"go.lsp.dev/jsonrpc2"
)

// ParseID reads a request's id as a message has it: a number of up to 64 bits, or
// a string. ok is false for anything else.
func ParseID(raw json.RawMessage) (id jsonrpc2.ID, ok bool) {
	if string(bytes.TrimSpace(raw)) == "null" {
		return id, false
	}
	if n, err := strconv.ParseInt(string(bytes.TrimSpace(raw)), 10, 64); err == nil {
		return jsonrpc2.NewNumberID(n), true
	}
	var name string
	if json.Unmarshal(raw, &name) != nil {
		return id, false
	}
	return jsonrpc2.NewStringID(name), true
}

// ReleaseAfterPanic releases a call whose handler did not come that far. For one
// that did, jsonrpc2 panics.
func ReleaseAfterPanic(ctx context.Context) {
	defer func() { _ = recover() }()
	jsonrpc2.Async(ctx)
}
