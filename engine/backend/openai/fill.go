package openai

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// fillLimit bounds a fill: what comes later than this is not what is typed any more.
const fillLimit = 10 * time.Second

// infill is llama-server's request for what stands between two texts. The prompt's
// cache makes the next one, with some letters more, cheap.
type infill struct {
	Prefix      string   `json:"input_prefix"`
	Suffix      string   `json:"input_suffix"`
	Predict     int      `json:"n_predict"`
	Temperature float64  `json:"temperature"`
	Stop        []string `json:"stop"`
	CachePrompt bool     `json:"cache_prompt"`
	Stream      bool     `json:"stream"`
}

// completion is OpenAI's old request with a suffix, which some servers take.
type completion struct {
	Model       string   `json:"model"`
	Prompt      string   `json:"prompt"`
	Suffix      string   `json:"suffix"`
	MaxTokens   int      `json:"max_tokens"`
	Temperature float64  `json:"temperature"`
	Stop        []string `json:"stop"`
	Stream      bool     `json:"stream"`
}

// Fill returns what the model writes into a gap: by llama-server's /infill, else
// by /v1/completions. A cancelled ctx closes the connection.
func (c *Client) Fill(ctx context.Context, g chat.Gap) (string, error) {
	if c.quirk(g.Model).noInfill {
		return c.complete(ctx, g)
	}
	var out struct {
		Content string `json:"content"`
	}
	call := c.call("/infill", g.Model)
	call.Level, call.Limit, call.Once = g.Level, fillLimit, true
	err := c.transport.JSON(ctx, call, infill{
		Prefix: g.Prefix, Suffix: g.Suffix, Predict: g.MaxTokens, Stop: []string{"\n\n"}, CachePrompt: true,
	}, &out)
	refused, ok := errors.AsType[*stream.ServerError](err)
	switch {
	case ok && refused.Status == http.StatusNotImplemented:
		return "", &chat.Error{
			Kind: chat.BadResponse, Message: g.Model + " cannot fill in the middle", Err: err,
			Hint: "load a model made for it, such as qwen2.5-coder, or set rigrun.inlineCompletion.enabled to false",
		}
	case !ok || refused.Status != http.StatusNotFound && refused.Status != http.StatusMethodNotAllowed:
		return out.Content, err
	}
	q := c.quirk(g.Model)
	q.noInfill = true
	c.remember(g.Model, q)
	return c.complete(ctx, g)
}

func (c *Client) complete(ctx context.Context, g chat.Gap) (string, error) {
	var out struct {
		Choices []struct {
			Text string `json:"text"`
		} `json:"choices"`
	}
	call := c.call("/v1/completions", g.Model)
	call.Level, call.Limit, call.Once = g.Level, fillLimit, true
	err := c.transport.JSON(ctx, call, completion{
		Model: g.Model, Prompt: g.Prefix, Suffix: g.Suffix, MaxTokens: g.MaxTokens, Stop: []string{"\n\n"},
	}, &out)
	if err != nil || len(out.Choices) == 0 {
		return "", err
	}
	return out.Choices[0].Text, nil
}
