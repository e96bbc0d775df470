package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Options are what a client adds to its requests.
type Options struct {
	Key    string            // the bearer key, "" for a server that wants none
	Header map[string]string // further headers, such as OpenRouter's X-Title
	Tier   string            // of the models; "" means [chat.TierLocal]; any other is a cloud server to the door and in hints
}

// Client asks one server.
type Client struct {
	base      *url.URL // without /v1
	transport *transport.Client
	header    http.Header
	tier      string

	mu     sync.Mutex
	quirks map[string]quirk // what a model was found not to accept
}

// New returns a client for the server at baseURL, with or without /v1 at its
// end. It sends nothing.
func New(baseURL string, c *transport.Client, o Options) (*Client, error) {
	base, err := transport.Base(baseURL, "")
	if err != nil {
		return nil, err
	}
	base.Path = strings.TrimRight(strings.TrimSuffix(base.Path, "/v1"), "/")
	return &Client{
		base:      base,
		transport: c,
		header:    header(o),
		tier:      cmp.Or(o.Tier, chat.TierLocal),
		quirks:    map[string]quirk{},
	}, nil
}

func header(o Options) http.Header {
	h := http.Header{}
	for name, value := range o.Header {
		h.Set(name, value)
	}
	if o.Key != "" {
		h.Set("Authorization", "Bearer "+o.Key)
	}
	return h
}

// Name is "openai".
func (c *Client) Name() string { return "openai" }

// Address is the server's host and port.
func (c *Client) Address() string { return transport.Address(c.base) }

// Chat sends a prompt and writes the answer to w. The error is End.Err.
func (c *Client) Chat(ctx context.Context, p *chat.Prompt, w stream.Writer) (stream.End, error) {
	q := c.quirk(p.Model)
	for {
		body, err := json.Marshal(request(p, q))
		if err != nil {
			return stream.End{Err: err}, err
		}
		call := c.call("/v1/chat/completions", p.Model)
		call.Prefix, call.Level = "data: ", p.Level
		end, err := c.transport.Stream(ctx, call, body, stream.Tagged(stream.NewSSE()), w)
		learned := q.learn(err, p)
		if learned == q {
			return end, err
		}
		q = learned
		c.remember(p.Model, q)
	}
}

type chatRequest struct {
	Model               string         `json:"model"`
	Messages            []message      `json:"messages"`
	Stream              bool           `json:"stream"`
	StreamOptions       *streamOptions `json:"stream_options,omitempty"`
	Temperature         *float64       `json:"temperature,omitempty"` // a pointer: 0 is sent
	Seed                *int           `json:"seed,omitempty"`
	MaxTokens           int            `json:"max_tokens,omitempty"`
	MaxCompletionTokens int            `json:"max_completion_tokens,omitempty"`
	Tools               []tool         `json:"tools,omitempty"`
	ToolChoice          string         `json:"tool_choice,omitempty"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

func request(p *chat.Prompt, q quirk) chatRequest {
	r := chatRequest{Model: p.Model, Messages: messages(p, q), Stream: true}
	if len(p.Tools) > 0 && !q.noTools {
		r.Tools = toolsOf(p)
		if p.NoCalls { // the tools stay, so that the prompt's beginning does
			r.ToolChoice = "none"
		}
	}
	if !q.noStreamOptions {
		r.StreamOptions = &streamOptions{IncludeUsage: true}
	}
	if !q.noTemperature {
		r.Temperature = p.Options.Temperature
	}
	if !q.noSeed {
		r.Seed = p.Options.Seed
	}
	if q.completionTokens {
		r.MaxCompletionTokens = p.Options.MaxTokens
	} else {
		r.MaxTokens = p.Options.MaxTokens
	}
	return r
}

// call describes a request to one of the server's paths.
func (c *Client) call(path, model string) transport.Call {
	role, server := door.Local, "the model server"
	if c.tier != chat.TierLocal {
		role, server = door.Cloud, "the cloud model server"
	}
	return transport.Call{
		URL:    c.base.JoinPath(path),
		Header: c.header,
		Role:   role,
		Server: server,
		Model:  model,
		Hint:   func(kind chat.ErrorKind) string { return hint(kind, c.tier) },
	}
}

// hint says what helps against a failure.
func hint(kind chat.ErrorKind, tier string) string {
	if tier == chat.TierLocal {
		return localHint(kind)
	}
	switch kind {
	case chat.Unreachable:
		return "check the network, HTTPS_PROXY and rigrun.cloud.url"
	case chat.ModelNotFound:
		return "set rigrun.cloud.model to one the server lists"
	case chat.Auth:
		return "set RIGRUN_CLOUD_API_KEY to a valid key"
	case chat.RateLimited:
		return "ask again later, or check the account's limits and credit"
	case chat.ContextTooLong:
		return "select less code, or set rigrun.cloud.model to a model with a longer context"
	case chat.Timeout, chat.StreamInterrupted:
		return "ask again, or set rigrun.cloud.model to a faster model"
	}
	return "check rigrun.cloud.url and rigrun.cloud.model"
}

func localHint(kind chat.ErrorKind) string {
	switch kind {
	case chat.Unreachable:
		return "start the model server, or set rigrun.local.url"
	case chat.ModelNotFound:
		return "start the server with that model, or set rigrun.local.model to one it lists"
	case chat.Auth:
		return "start the server without a key, or set rigrun.cloud.url to it and RIGRUN_CLOUD_API_KEY to its key"
	case chat.RateLimited:
		return "ask again later, or give the server more slots (llama-server --parallel)"
	case chat.ContextTooLong:
		return "select less code, or start the server with a longer context (llama-server -c)"
	case chat.Timeout:
		return "see the server's log, or set rigrun.local.model to a smaller model"
	case chat.StreamInterrupted:
		return "ask again; the server's log says why it stopped"
	}
	return "check rigrun.local.url and rigrun.local.kind; the server's log says more"
}
