package openai

import (
	"errors"
	"net/http"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// quirk is what a model was found not to accept. Each field turns true at most
// once, so a request is repeated at most once for each.
type quirk struct {
	noStreamOptions  bool // older vLLM, some gateways
	completionTokens bool // OpenAI's reasoning models: max_completion_tokens for max_tokens
	noTemperature    bool // the same: only the default is allowed
	noSeed           bool // some gateways
	noInfill         bool // servers that have no llama-server's /infill
	noTools          bool // models that were not made for them, and servers that do not pass them on
}

func (c *Client) quirk(model string) quirk {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.quirks[model]
}

func (c *Client) remember(model string, q quirk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quirks[model] = q
}

// learn returns q with what a refusal names added, and q itself where the error
// is no such refusal or names nothing that was sent.
func (q quirk) learn(err error, p *chat.Prompt) quirk {
	se, ok := errors.AsType[*stream.ServerError](err)
	if !ok {
		return q
	}
	// OpenRouter says 404 where no server of a model takes tools.
	if len(p.Tools) > 0 && len(p.Rounds) == 0 && !q.noTools && refusal(se.Status) && namesTools(se.Message) {
		q.noTools = true
		return q
	}
	if (se.Status != http.StatusBadRequest && se.Status != http.StatusUnprocessableEntity) || chat.KindOf(err) != chat.BadResponse {
		return q
	}
	msg := se.Message
	switch {
	case !q.noStreamOptions && (strings.Contains(msg, "stream_options") || strings.Contains(msg, "include_usage")):
		q.noStreamOptions = true
	case !q.completionTokens && p.Options.MaxTokens > 0 && strings.Contains(msg, "max_completion_tokens"):
		q.completionTokens = true
	case !q.noTemperature && p.Options.Temperature != nil && strings.Contains(msg, "temperature"):
		q.noTemperature = true
	case !q.noSeed && p.Options.Seed != nil && strings.Contains(msg, "seed"):
		q.noSeed = true
	}
	return q
}

func refusal(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusNotImplemented, http.StatusInternalServerError:
		return true
	}
	return false
}

// namesTools reports whether a refusal is about tools: "does not support tools",
// "No endpoints found that support tool use", "tools param requires --jinja flag".
func namesTools(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "tool") || strings.Contains(message, "function call")
}
