package ollama

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// DefaultPort is where Ollama listens unless told otherwise.
const DefaultPort = "11434"

// suggested is the model that hints name: it runs on most machines and knows code.
const suggested = "qwen2.5-coder:7b"

// Options are what a client sends with every question.
type Options struct {
	// KeepAlive is how long Ollama keeps the model in memory afterwards, in its
	// own notation: "5m", "-1" for ever, "0" for not at all. "" leaves it to Ollama.
	KeepAlive string
}

// Client asks one Ollama server.
type Client struct {
	base      *url.URL
	transport *transport.Client
	opts      Options

	renewing sync.Mutex // held while Renew asks, so that others wait for what it learns

	mu    sync.Mutex
	known map[string]*entry // by the model's full name
	asked time.Time         // when /api/tags was last asked; guarded by mu
}

// New returns a client for the server at baseURL, which may lack a scheme and a
// port as OLLAMA_HOST does. It sends nothing.
func New(baseURL string, c *transport.Client, o Options) (*Client, error) {
	base, err := transport.Base(baseURL, DefaultPort)
	if err != nil {
		return nil, err
	}
	return &Client{base: base, transport: c, opts: o, known: map[string]*entry{}}, nil
}

// Name is "ollama".
func (c *Client) Name() string { return "ollama" }

// Address is the server's host and port.
func (c *Client) Address() string { return transport.Address(c.base) }

// Version asks for the server's version, "0.17.4".
func (c *Client) Version(ctx context.Context) (string, error) {
	return c.version(ctx, c.call("/api/version", ""))
}

// Probe is Version for finding out whether a server is Ollama: asked once,
// within a limit. Servers of other kinds that answer any path with success do
// not answer it with a version.
func (c *Client) Probe(ctx context.Context, limit time.Duration) (string, error) {
	call := c.call("/api/version", "")
	call.Limit, call.Once = limit, true
	return c.version(ctx, call)
}

func (c *Client) version(ctx context.Context, call transport.Call) (string, error) {
	var out struct {
		Version string `json:"version"`
	}
	if err := c.transport.JSON(ctx, call, nil, &out); err != nil {
		return "", err
	}
	if out.Version == "" {
		return "", &chat.Error{
			Kind:    chat.BadResponse,
			Message: "the server at " + c.Address() + " is not Ollama: it tells no version",
			Hint:    hint(chat.BadResponse, ""),
		}
	}
	return out.Version, nil
}

// Embed turns texts into vectors, one each, in order. The limit is that of a
// first token, since the model may have to be loaded. level is that of the texts.
func (c *Client) Embed(ctx context.Context, level chat.Level, model string, texts []string) ([][]float32, error) {
	in := embedRequest{Model: model, Input: texts, KeepAlive: keepAlive(c.opts.KeepAlive)}
	var out struct {
		Embeddings [][]float32 `json:"embeddings"`
	}
	call := c.call("/api/embed", model)
	call.Level = level
	call.Limit = c.transport.Options().FirstToken
	if err := c.transport.JSON(ctx, call, in, &out); err != nil {
		return nil, err
	}
	if len(out.Embeddings) != len(texts) {
		return nil, &chat.Error{
			Kind:    chat.BadResponse,
			Message: "Ollama at " + c.Address() + " did not answer with one vector per text",
			Hint:    hint(chat.BadResponse, model),
		}
	}
	return out.Embeddings, nil
}

type embedRequest struct {
	Model     string    `json:"model"`
	Input     []string  `json:"input"`
	KeepAlive keepAlive `json:"keep_alive,omitempty"`
}

// keepAlive is a duration in Ollama's notation. Ollama reads a string with a
// unit or a bare number; "-1" in quotes is an error to it.
type keepAlive string

// MarshalJSON writes a number bare and a duration quoted.
func (k keepAlive) MarshalJSON() ([]byte, error) {
	if n, err := strconv.ParseInt(string(k), 10, 64); err == nil {
		return strconv.AppendInt(nil, n, 10), nil
	}
	return json.Marshal(string(k))
}

// call describes a request to one of the server's paths.
func (c *Client) call(path, model string) transport.Call {
	return transport.Call{
		URL:    c.base.JoinPath(path),
		Role:   door.Local,
		Server: "Ollama",
		Model:  model,
		Hint:   func(kind chat.ErrorKind) string { return hint(kind, cmp.Or(model, suggested)) },
	}
}

// hint says what helps against a failure.
func hint(kind chat.ErrorKind, model string) string {
	switch kind {
	case chat.Unreachable:
		return "start it with `ollama serve`, or set rigrun.local.url"
	case chat.ModelNotFound:
		return "run `ollama pull " + typable(model) + "`, or set rigrun.local.model"
	case chat.Auth:
		return "set rigrun.local.url to a server that needs no key"
	case chat.RateLimited:
		return "ask again later, or set OLLAMA_MAX_QUEUE higher for `ollama serve`"
	case chat.ContextTooLong:
		return "select less code, or set rigrun.local.model to a model with a longer context"
	case chat.Timeout:
		return "see with `ollama ps` whether the model is loaded, or set rigrun.local.model to a smaller one"
	case chat.StreamInterrupted:
		return "ask again; the log of `ollama serve` says why it stopped"
	}
	return "check rigrun.local.url and rigrun.local.kind; the log of `ollama serve` says more"
}

// typable is a model's name as it may stand in a command that a person copies; a
// name with anything else than Ollama's own characters is replaced.
func typable(model string) string {
	odd := strings.ContainsFunc(model, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/-", r)
	})
	if odd || len(model) > 200 {
		return suggested
	}
	return model
}

// Chat sends a prompt and writes the answer to w. The error is End.Err.
func (c *Client) Chat(ctx context.Context, p *chat.Prompt, w stream.Writer) (stream.End, error) {
	size, err := c.contextSize(ctx, p)
	if err != nil {
		return stream.End{Err: err}, err
	}
	body, err := json.Marshal(c.request(p, size))
	if err != nil {
		return stream.End{Err: err}, err
	}
	call := c.call("/api/chat", p.Model)
	call.Level = p.Level
	return c.transport.Stream(ctx, call, body, stream.Tagged(stream.NewNDJSON()), w)
}

type chatRequest struct {
	Model     string    `json:"model"`
	Messages  []message `json:"messages"`
	Stream    bool      `json:"stream"`
	Options   options   `json:"options"`
	KeepAlive keepAlive `json:"keep_alive,omitempty"`
	Tools     []tool    `json:"tools,omitempty"`
}

type options struct {
	NumCtx      int      `json:"num_ctx,omitempty"`
	NumPredict  int      `json:"num_predict,omitempty"`
	Seed        *int     `json:"seed,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"` // a pointer: 0 is sent
}

func (c *Client) request(p *chat.Prompt, size int) chatRequest {
	return chatRequest{
		Model:    p.Model,
		Messages: messages(p),
		Tools:    toolsOf(p),
		Stream:   true,
		Options: options{
			NumCtx:      size,
			NumPredict:  p.Options.MaxTokens,
			Seed:        p.Options.Seed,
			Temperature: p.Options.Temperature,
		},
		KeepAlive: keepAlive(c.opts.KeepAlive),
	}
}

// fullName is how Ollama lists a model: "x" is "x:latest".
func fullName(model string) string {
	last := model[strings.LastIndexByte(model, '/')+1:]
	if strings.Contains(last, ":") {
		return model
	}
	return model + ":latest"
}

// SameModel reports whether two names mean the same model: a name without a tag
// means the tag "latest".
func SameModel(a, b string) bool { return strings.EqualFold(fullName(a), fullName(b)) }
