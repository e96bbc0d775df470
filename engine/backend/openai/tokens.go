package openai

import (
	"context"
	"errors"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// CountTokens counts the tokens of texts with the model's own tokenizer, which
// llama-server and vLLM offer at /tokenize. Other servers answer with an error. A
// cloud server is never asked.
func (c *Client) CountTokens(ctx context.Context, model string, texts []string) ([]int, error) {
	if c.tier != chat.TierLocal {
		return nil, errors.New("only a local server is asked to count tokens")
	}
	counts := make([]int, len(texts))
	errs := make([]error, len(texts))
	var all sync.WaitGroup
	for i, text := range texts {
		all.Go(func() { counts[i], errs[i] = c.countTokens(ctx, model, text) })
	}
	all.Wait()
	return counts, errors.Join(errs...)
}

// tokenizeRequest has the text under llama-server's name and under vLLM's.
type tokenizeRequest struct {
	Model   string `json:"model"`
	Content string `json:"content"`
	Prompt  string `json:"prompt"`
}

func (c *Client) countTokens(ctx context.Context, model, text string) (int, error) {
	var out struct {
		Count  int   `json:"count"`  // vLLM's
		Tokens []any `json:"tokens"` // numbers, or objects where pieces were asked for
	}
	call := c.call("/tokenize", model)
	call.Once = true
	if err := c.transport.JSON(ctx, call, tokenizeRequest{model, text, text}, &out); err != nil {
		return 0, err
	}
	n := max(out.Count, len(out.Tokens))
	if n == 0 && text != "" {
		return 0, &chat.Error{
			Kind:    chat.BadResponse,
			Message: "the model server at " + c.Address() + " counted no tokens in a text",
			Hint:    hint(chat.BadResponse, c.tier),
		}
	}
	return n, nil
}
