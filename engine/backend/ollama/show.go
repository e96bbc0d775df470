package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Info is what Ollama tells about one model.
type Info struct {
	ContextLength int      // tokens the model can take, 0 where not told
	NumCtx        int      // the Modelfile's own num_ctx parameter, 0 where it has none
	Capabilities  []string // "completion", "embedding", "tools", …; nil from servers before 0.6
}

// entry is what the client keeps of a model.
type entry struct {
	show   transport.Shared[Info]
	digest string // as /api/tags listed it last, "" before; guarded by Client.mu
	size   int    // the largest num_ctx sent; guarded by Client.mu
}

// Show asks about a model, once: later calls are answered from memory.
func (c *Client) Show(ctx context.Context, model string) (Info, error) {
	return c.entry(model).show.Get(ctx, func(ctx context.Context) (Info, error) { return c.fetchShow(ctx, model) })
}

func (c *Client) entry(model string) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := fullName(model)
	e := c.known[name]
	if e == nil {
		e = &entry{}
		c.known[name] = e
	}
	return e
}

// listed notes the digest of a listed model and forgets what was known of
// another one under the same name.
func (c *Client) listed(name, digest string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name = fullName(name)
	e := c.known[name]
	if e != nil && e.digest == "" {
		e.digest = digest
	}
	if e == nil || e.digest != digest {
		c.known[name] = &entry{digest: digest}
	}
}

// Digest is what /api/tags listed last of a model, "" where it was not listed yet.
func (c *Client) Digest(model string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.known[fullName(model)]; e != nil {
		return e.digest
	}
	return ""
}

func (c *Client) fetchShow(ctx context.Context, model string) (Info, error) {
	var out struct {
		Parameters   string                     `json:"parameters"`
		ModelInfo    map[string]json.RawMessage `json:"model_info"`
		Capabilities []string                   `json:"capabilities"`
	}
	in := map[string]string{"model": model}
	if err := c.transport.JSON(ctx, c.call("/api/show", model), in, &out); err != nil {
		return Info{}, pathOrModel(err)
	}
	return Info{
		ContextLength: contextLength(out.ModelInfo),
		NumCtx:        parameter(out.Parameters, "num_ctx"),
		Capabilities:  out.Capabilities,
	}, nil
}

// pathOrModel tells a server that lacks the path from one that lacks the model,
// which both answer with 404: Ollama says in words that it is the model.
func pathOrModel(err error) error {
	e, ok := errors.AsType[*chat.Error](err)
	if !ok || e.Kind != chat.ModelNotFound {
		return err
	}
	if said, ok := errors.AsType[*stream.ServerError](e.Err); ok && said.Message == "" {
		return &chat.Error{Kind: chat.BadResponse, Message: "the server does not describe its models", Hint: hint(chat.BadResponse, ""), Err: err}
	}
	return err
}

// contextLength reads "<architecture>.context_length" of a model's metadata.
func contextLength(info map[string]json.RawMessage) int {
	var arch string
	if json.Unmarshal(info["general.architecture"], &arch) != nil {
		return 0
	}
	var n float64 // some writers of metadata use 4096.0
	if json.Unmarshal(info[arch+".context_length"], &n) != nil || n < 0 || n > 1<<30 {
		return 0
	}
	return int(n)
}

// parameter reads a number from the lines "name   value" of a Modelfile's
// parameters, 0 where it is not there.
func parameter(lines, name string) int {
	for line := range strings.Lines(lines) {
		f := strings.Fields(line)
		if len(f) == 2 && f[0] == name {
			n, err := strconv.Atoi(f[1])
			if err == nil && n > 0 && n <= 1<<30 {
				return n
			}
		}
	}
	return 0
}

// The sizes a context comes in, and what an answer without a limit is given.
const (
	minContext = 2048
	answerRoom = 2048
)

// contextSize is the num_ctx for a prompt. A server that does not answer
// /api/show properly is asked with a size of our own choice.
func (c *Client) contextSize(ctx context.Context, p *chat.Prompt) (int, error) {
	info, err := c.Show(ctx, p.Model)
	if err != nil && chat.KindOf(err) != chat.BadResponse {
		return 0, err
	}
	tokens, size := promptTokens(p)
	if info.ContextLength > 0 && tokens > info.ContextLength {
		return 0, &chat.Error{
			Kind:    chat.ContextTooLong,
			Message: fmt.Sprintf("the prompt has about %d tokens, more than the %d of the context of %q", tokens, info.ContextLength, p.Model),
			Hint:    hint(chat.ContextTooLong, p.Model),
		}
	}
	return c.atLeast(p.Model, numCtx(size, p.Options, info), info), nil
}

// promptTokens is a prompt's length, and what it may come to: the engine counts
// the turns without a tokenizer, and too small a context would cost the prompt's
// beginning.
func promptTokens(p *chat.Prompt) (tokens, most int) {
	turns, rest := estimate(p)
	if p.Tokens > 0 {
		return p.Tokens + rest, p.Tokens + p.Tokens/10 + rest
	}
	return turns + rest, turns + rest
}

// numCtx is the size for a prompt of so many tokens, looked at alone.
func numCtx(tokens int, o chat.Options, info Info) int {
	room := o.MaxTokens
	if room <= 0 {
		room = answerRoom
	}
	size := max(o.ContextLength, info.NumCtx)
	if o.ContextLength == 0 {
		size = max(size, step(tokens+room))
	}
	if info.ContextLength > 0 {
		size = min(size, info.ContextLength)
	}
	return size
}

// step rounds up to minContext times a power of two.
func step(tokens int) int {
	if tokens <= minContext {
		return minContext
	}
	return 1 << bits.Len(uint(tokens-1))
}

// atLeast keeps to the largest size a model was given: going back would load it again.
func (c *Client) atLeast(model string, size int, info Info) int {
	e := c.entry(model)
	c.mu.Lock()
	defer c.mu.Unlock()
	e.size = max(e.size, size)
	if info.ContextLength > 0 {
		e.size = min(e.size, info.ContextLength)
	}
	return e.size
}

// turnTokens is what a chat template adds around a message: its role and marks.
const turnTokens = 8

// estimate counts a prompt's tokens from above: a digit is a token of its own in
// the tokenizers of Qwen, Llama and Gemma, and other text has three bytes or more
// to the token (code about 3.3, English 4.2, Chinese and Japanese 3 to 5). Real
// counts of code are 10 to 25 % lower; the excess costs memory, too little would
// cost the prompt's beginning. What stands around the turns, tools and what they
// returned, is counted apart.
func estimate(p *chat.Prompt) (turns, rest int) {
	for i := range p.Turns {
		turns += turnTokens + textTokens(p.Turns[i].Content)
	}
	for _, t := range p.Tools {
		rest += turnTokens + textTokens(t.Name) + textTokens(t.Description) + textTokens(string(t.Parameters))
	}
	for _, r := range p.Rounds {
		rest += turnTokens + textTokens(r.Text) + textTokens(r.Thinking)
		for i, c := range r.Calls {
			rest += 2*turnTokens + textTokens(c.Name) + textTokens(c.Arguments) + textTokens(r.Results[i])
		}
	}
	return turns, rest
}

func textTokens(s string) int {
	digits := 0
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			digits++
		}
	}
	return digits + (len(s)-digits+2)/3
}
