package ollama

import (
	"context"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// fillLimit bounds a fill: what comes later than this is not what is typed any more.
const fillLimit = 10 * time.Second

// fillRequest is /api/generate with a suffix, which Ollama takes for models whose
// capabilities have "insert".
type fillRequest struct {
	Model     string      `json:"model"`
	Prompt    string      `json:"prompt"`
	Suffix    string      `json:"suffix"`
	Stream    bool        `json:"stream"`
	KeepAlive keepAlive   `json:"keep_alive,omitempty"`
	Options   fillOptions `json:"options"`
}

type fillOptions struct {
	Temperature float64  `json:"temperature"`
	NumPredict  int      `json:"num_predict"`
	Stop        []string `json:"stop"`
}

// Fill returns what the model writes into a gap. A cancelled ctx closes the
// connection, on which Ollama stops.
func (c *Client) Fill(ctx context.Context, g chat.Gap) (string, error) {
	if g.Suffix == "" {
		g.Suffix = "\n" // without one, Ollama takes the prompt for a question
	}
	in := fillRequest{
		Model: g.Model, Prompt: g.Prefix, Suffix: g.Suffix, KeepAlive: keepAlive(c.opts.KeepAlive),
		Options: fillOptions{NumPredict: g.MaxTokens, Stop: []string{"\n\n"}},
	}
	var out struct {
		Response string `json:"response"`
	}
	call := c.call("/api/generate", g.Model)
	call.Level, call.Limit, call.Once = g.Level, fillLimit, true
	err := c.transport.JSON(ctx, call, in, &out)
	return out.Response, err
}
