package outline

import (
	"context"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Model is the name shown for the built-in answerer where a model's would stand.
const Model = "built-in"

// Backend answers from the code alone. It is safe for concurrent use.
type Backend struct {
	files  Files
	budget time.Duration // for reading other files, in one answer
	std    stdCache
}

// New returns a Backend that reads other files of the workspace through files;
// nil means that only the code in the question is read.
func New(files Files) *Backend { return &Backend{files: files, budget: readBudget} }

// Name returns "outline".
func (*Backend) Name() string { return "outline" }

// Chat answers p into w and says how the answer ended. It fails only where the
// context ends or w returns an error; the error is also in [stream.End.Err].
// The token count is an estimate.
func (b *Backend) Chat(ctx context.Context, p *chat.Prompt, w stream.Writer) (stream.End, error) {
	v := &voice{ctx: ctx, out: w}
	b.answer(v, p)
	v.closing(p.Reason)
	return v.end()
}

// closing is the last line: what answered, why, and what to do for more.
func (v *voice) closing(reason string) {
	v.gap()
	note := "*Built-in outline, read from the code"
	if reason != "" {
		note += "; " + reason
	}
	v.say(note + ". Start Ollama or set `rigrun.local.url` for full answers.*\n")
}
