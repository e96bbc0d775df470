package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// codeRequestFailed is LSP's code for a valid request that could not be fulfilled.
const codeRequestFailed jsonrpc2.Code = -32803

// The reasons for which a session ends.
var (
	// ErrNoShutdown says that the editor sent exit without shutdown before.
	ErrNoShutdown = errors.New("exit without shutdown")

	errExit       = errors.New("exit")
	errParentGone = errors.New("the editor's process is gone")
)

// invalid returns the error for bad parameters. field names the member.
func invalid(field, format string, args ...any) error {
	return jsonrpc2.Errorf(jsonrpc2.InvalidParams, "%s: %s", field, fmt.Sprintf(format, args...))
}

// unanswered is the failure of a question that has a conversation, where what had
// arrived of the answer is kept.
type unanswered struct {
	error
	conversationID string
}

func (u *unanswered) Unwrap() error { return u.error }

// wire is the error for the client, which may not know the conversation yet.
func (u *unanswered) wire() error {
	err := wireError(u.error)
	e, ok := errors.AsType[*jsonrpc2.Error](err)
	if !ok || e.Code != codeRequestFailed && e.Code != protocol.CodeRequestCancelled {
		return err
	}
	cause, _ := errors.AsType[*chat.Error](u.error) // none where it was cancelled
	if e.Code == protocol.CodeRequestCancelled {
		cause = nil
	}
	data, failed := json.Marshal(ext.ErrorData{Error: cause, ConversationID: u.conversationID})
	if failed != nil {
		return err
	}
	return &jsonrpc2.Error{Code: e.Code, Message: e.Message, Data: data}
}

// wireError turns an error into the one the client gets.
func wireError(err error) error {
	if u, ok := errors.AsType[*unanswered](err); ok {
		return u.wire()
	}
	if e, ok := errors.AsType[*jsonrpc2.Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return jsonrpc2.NewError(protocol.CodeRequestCancelled, "the request was cancelled")
	}
	if errors.Is(err, engine.ErrNoConversation) {
		return invalid("conversationId", "%v", engine.ErrNoConversation)
	}
	if errors.Is(err, engine.ErrNoMessage) {
		return invalid("messageId", "%v", engine.ErrNoMessage)
	}
	if errors.Is(err, engine.ErrNoEntry) {
		return invalid("entryId", "%v", engine.ErrNoEntry)
	}
	if errors.Is(err, engine.ErrCursor) {
		return invalid("cursor", "%v", engine.ErrCursor)
	}
	if errors.Is(err, engine.ErrFormat) {
		return invalid("format", "%v", engine.ErrFormat)
	}
	if errors.Is(err, engine.ErrUnknownTier) {
		return invalid("maxTier", "%v", err)
	}
	e, ok := errors.AsType[*chat.Error](err)
	if !ok {
		return jsonrpc2.NewError(jsonrpc2.InternalError, err.Error())
	}
	data, err := json.Marshal(ext.ErrorData{Error: e})
	if err != nil {
		return jsonrpc2.NewError(jsonrpc2.InternalError, e.Message)
	}
	return &jsonrpc2.Error{Code: codeRequestFailed, Message: e.Message, Data: data}
}
