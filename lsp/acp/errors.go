package acp

import (
	"context"
	"encoding/json"
	"errors"

	"go.lsp.dev/jsonrpc2"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// The protocol's codes beside JSON-RPC's own.
const (
	codeRequestCancelled jsonrpc2.Code = -32800
	codeResourceNotFound jsonrpc2.Code = -32002
)

// wireError turns an error into the one the client gets. Its message holds what
// helps, too, because editors show nothing else.
func wireError(err error) error {
	if e, ok := errors.AsType[*jsonrpc2.Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return jsonrpc2.NewError(codeRequestCancelled, "the request was cancelled")
	}
	if errors.Is(err, engine.ErrNoConversation) {
		return jsonrpc2.Errorf(codeResourceNotFound, "sessionId: %v", engine.ErrNoConversation)
	}
	e, ok := errors.AsType[*chat.Error](err)
	if !ok {
		return jsonrpc2.NewError(jsonrpc2.InternalError, err.Error())
	}
	wire := jsonrpc2.NewError(jsonrpc2.InternalError, advice(e))
	if data, err := json.Marshal(e); err == nil {
		wire.Data = data
	}
	return wire
}

// advice is a failure in one line: what happened, and what helps.
func advice(e *chat.Error) string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}
