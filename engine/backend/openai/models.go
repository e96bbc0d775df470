package openai

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// listing is the answer to /v1/models, with the fields that servers add to
// OpenAI's: llama-server's meta and models, vLLM's max_model_len, OpenRouter's
// context_length and architecture, LM Studio's lengths, type and state.
type listing struct {
	Object string      `json:"object"`
	Data   []listed    `json:"data"`
	Models []llamaInfo `json:"models"`
}

type listed struct {
	ID            string `json:"id"`
	MaxModelLen   int    `json:"max_model_len"`
	ContextLength int    `json:"context_length"`
	MaxContext    int    `json:"max_context_length"`
	LoadedContext int    `json:"loaded_context_length"`
	Type          string `json:"type"`
	State         string `json:"state"`
	Meta          struct {
		Context int   `json:"n_ctx"`
		Train   int   `json:"n_ctx_train"`
		Size    int64 `json:"size"`
	} `json:"meta"`
	Architecture struct {
		Input []string `json:"input_modalities"`
	} `json:"architecture"`
	Parameters []string `json:"supported_parameters"`
}

type llamaInfo struct {
	Name         string   `json:"name"`
	Capabilities []string `json:"capabilities"`
}

// Models lists the server's models in its own order.
func (c *Client) Models(ctx context.Context) ([]chat.Model, error) {
	var out listing
	if err := c.transport.JSON(ctx, c.call("/v1/models", ""), nil, &out); err != nil {
		return nil, err
	}
	out.template(ctx, c, 0)
	return c.models(&out), nil
}

// Probe is Models for finding out whether a server speaks this protocol: asked
// once, within a limit. A llama-server that is still loading its model does, and
// lists nothing yet.
func (c *Client) Probe(ctx context.Context, limit time.Duration) ([]chat.Model, error) {
	call := c.call("/v1/models", "")
	call.Limit, call.Once = limit, true
	var out listing
	err := c.transport.JSON(ctx, call, nil, &out)
	if se, ok := errors.AsType[*stream.ServerError](err); ok && se.Type == "unavailable_error" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if out.Data == nil && out.Object != "list" {
		return nil, &chat.Error{Kind: chat.BadResponse, Message: "the server at " + c.Address() + " does not list models", Hint: hint(chat.BadResponse, c.tier)}
	}
	out.template(ctx, c, limit)
	return c.models(&out), nil
}

// template asks llama-server whether its model's chat template takes tools: its
// list does not say. A server that does not tell is no failure.
func (l *listing) template(ctx context.Context, c *Client, limit time.Duration) {
	if len(l.Models) != 1 || len(l.Data) != 1 { // llama-server with one model lists it both ways
		return
	}
	var out struct {
		Template struct {
			Tools bool `json:"supports_tools"`
		} `json:"chat_template_caps"`
	}
	call := c.call("/props", "")
	call.Limit, call.Once = limit, true
	if c.transport.JSON(ctx, call, nil, &out) == nil && out.Template.Tools {
		l.Data[0].Parameters = append(l.Data[0].Parameters, paramTools)
	}
}

// paramTools is OpenRouter's word for a model that takes tools.
const paramTools = "tools"

func (c *Client) models(l *listing) []chat.Model {
	models := make([]chat.Model, 0, len(l.Data))
	for i := range l.Data {
		d := &l.Data[i]
		if d.ID == "" {
			continue
		}
		models = append(models, chat.Model{
			ID:            d.ID,
			Backend:       c.Name(),
			Tier:          c.tier,
			ContextLength: d.context(),
			Capabilities:  d.capabilities(l.Models),
			SizeBytes:     d.Meta.Size,
			Loaded:        d.loaded(),
		})
	}
	return models
}

// context is the length in force where the server tells it, else what the model can.
func (d *listed) context() int {
	return max(cmp.Or(d.Meta.Context, d.LoadedContext, d.MaxModelLen, d.ContextLength, d.MaxContext, d.Meta.Train), 0)
}

// loaded is told by LM Studio's state, and by llama-server, whose meta is there
// only for a model in memory.
func (d *listed) loaded() *bool {
	if d.State == "" && d.Meta.Context == 0 {
		return nil
	}
	loaded := d.State == "loaded" || d.Meta.Context > 0
	return &loaded
}

// capabilities are the server's where it tells them. Else a model answers, but
// for one whose type or name says that it embeds.
func (d *listed) capabilities(llama []llamaInfo) []string {
	i := slices.IndexFunc(llama, func(m llamaInfo) bool { return m.Name == d.ID })
	if i >= 0 && len(llama[i].Capabilities) > 0 {
		return d.withTools(llama[i].Capabilities)
	}
	if d.Type == "embeddings" || strings.Contains(strings.ToLower(d.ID), "embed") {
		return []string{"embedding"}
	}
	caps := []string{"completion"}
	if d.Type == "vlm" || slices.Contains(d.Architecture.Input, "image") {
		caps = append(caps, "vision")
	}
	return d.withTools(caps)
}

// withTools adds to capabilities that the model takes tools, where the server
// says so.
func (d *listed) withTools(caps []string) []string {
	if slices.Contains(d.Parameters, paramTools) && !slices.Contains(caps, "tools") {
		caps = append(caps, "tools")
	}
	return caps
}

type embedRequest struct {
	Model string   `json:"model"`
	Input []string `json:"input"`
}

// Embed turns texts into vectors, one each, in order. The limit is that of a
// first token, since the model may have to be loaded. level is that of the texts.
func (c *Client) Embed(ctx context.Context, level chat.Level, model string, texts []string) ([][]float32, error) {
	var out struct {
		Data []struct {
			Index     int       `json:"index"`
			Embedding []float32 `json:"embedding"`
		} `json:"data"`
	}
	call := c.call("/v1/embeddings", model)
	call.Level = level
	call.Limit = c.transport.Options().FirstToken
	if err := c.transport.JSON(ctx, call, embedRequest{model, texts}, &out); err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(texts))
	for _, d := range out.Data {
		if d.Index >= 0 && d.Index < len(vectors) {
			vectors[d.Index] = d.Embedding
		}
	}
	if slices.ContainsFunc(vectors, func(v []float32) bool { return len(v) == 0 }) {
		return nil, &chat.Error{
			Kind:    chat.BadResponse,
			Message: "the model server at " + c.Address() + " did not answer with one vector per text",
			Hint:    hint(chat.BadResponse, c.tier),
		}
	}
	return vectors, nil
}
