package transport

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// maxDocument bounds the answer to a small call. The longest known are lists of
// models with some hundred entries (1 MB) and batches of embeddings.
const maxDocument = 32 << 20

// JSON sends in, nil for none, and decodes the answer into out, nil for
// whatever it is. The whole call, retries included, has the call's Limit. Errors
// are those of [Client.Stream]; answers over 32 MiB are bad_response.
func (c *Client) JSON(ctx context.Context, call Call, in, out any) error {
	if err := call.encode(in); err != nil {
		return err
	}
	limit := cmp.Or(call.Limit, c.opts.Call)
	limited, cancel := context.WithTimeoutCause(ctx, limit, &expired{"call limit", limit})
	defer cancel()

	err := c.exchange(limited, &call, out)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return call.ended(ctx)
	}
	if e, ok := errors.AsType[*expired](context.Cause(limited)); ok {
		return call.timeout(e)
	}
	return call.broken(err, false)
}

// encode makes the request's body and chooses its method.
func (c *Call) encode(in any) (err error) {
	if in == nil {
		c.Method = cmp.Or(c.Method, http.MethodGet)
		return nil
	}
	c.Method = cmp.Or(c.Method, http.MethodPost)
	c.body, err = json.Marshal(in)
	return err
}

func (c *Client) exchange(ctx context.Context, call *Call, out any) error {
	resp, err := c.send(ctx, call)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read to its end, or given up

	text, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	switch {
	case err != nil:
		return err
	case len(text) > maxDocument:
		return call.fail(chat.BadResponse, nil, "%s answered %s with more than %d MiB", call.who(), call.URL.Path, maxDocument>>20)
	case isHTML(resp.Header.Get("Content-Type"), text):
		return call.fail(chat.BadResponse, nil, "%s answered %s with %s", call.who(), call.URL.Path, htmlMessage)
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return call.fail(chat.BadResponse, err, "%s answered %s with something else than the JSON expected", call.who(), call.URL.Path)
	}
	return nil
}
