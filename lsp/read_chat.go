package lsp

import (
	"context"
	"errors"

	"go.lsp.dev/jsonrpc2"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// ReadChat reads and checks rigrun/chat's parameters as a server does whose
// editor has no document open: the text of a document is the disk's, and only
// files inside the folders are read. Mentions stay text, and nothing is added. The error names the member that is wrong.
func ReadChat(params []byte, inside ...string) (chat.Request, error) {
	p := new(ext.ChatParams)
	if err := decode(params, p); err != nil {
		return chat.Request{}, plain(err)
	}
	req, err := view{Snapshot: document.NewStore().Snapshot(), folders: inside}.request(context.Background(), p)
	return req, plain(err)
}

// plain is a protocol error as a person reads it, without its code.
func plain(err error) error {
	if e, ok := errors.AsType[*jsonrpc2.Error](err); ok {
		return errors.New(e.Message)
	}
	return err
}
