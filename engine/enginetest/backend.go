package enginetest

import (
	"context"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Step is one thing a scripted backend does. The first field that is set decides.
type Step struct {
	Text     string          // write a piece of the answer
	Thinking string          // write a piece of thinking
	Wait     <-chan struct{} // wait until it is closed, or the call is cancelled
	Signal   chan<- struct{} // close it: the test knows that the script came this far
	Fail     error           // end with this error
	Finish   *stream.End     // end with this; a script that runs out ends with "stop"
	Panic    string          // panic with this

	Calls []chat.ToolCall // ask for tools, the arguments in pieces
}

// Script is what a scripted backend does for one call.
type Script []Step

// Words returns a script that writes each argument as one piece.
func Words(words ...string) Script {
	s := make(Script, len(words))
	for i, w := range words {
		s[i].Text = w
	}
	return s
}

// Backend plays its scripts in order, one per call; the last is played again
// for every further call. It is safe for concurrent use.
type Backend struct {
	Label   string // what Name returns
	Scripts []Script

	// Choose, where it is set and returns a script, goes before Scripts.
	Choose func(p *chat.Prompt) Script

	mu        sync.Mutex
	prompts   []chat.Prompt // guarded by mu
	cancelled int           // guarded by mu
}

var _ local.Backend = (*Backend)(nil)

// Name returns the label.
func (b *Backend) Name() string { return b.Label }

// Models returns one model.
func (b *Backend) Models(context.Context) ([]chat.Model, error) {
	return []chat.Model{{ID: "scripted", Backend: b.Label, Tier: chat.TierLocal, Default: true}}, nil
}

// Chat plays the next script.
func (b *Backend) Chat(ctx context.Context, p *chat.Prompt, w stream.Writer) (stream.End, error) {
	for _, step := range b.next(p) {
		end, err := step.play(ctx, w)
		if ctx.Err() != nil {
			b.mu.Lock()
			b.cancelled++
			b.mu.Unlock()
			return stream.End{}, ctx.Err()
		}
		if err != nil {
			return stream.End{}, err
		}
		if end != nil {
			return *end, nil
		}
	}
	return stream.End{Reason: chat.FinishStop}, nil
}

func (b *Backend) next(p *chat.Prompt) Script {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.prompts = append(b.prompts, *p)
	if b.Choose != nil {
		if s := b.Choose(p); s != nil {
			return s
		}
	}
	return b.Scripts[min(len(b.prompts), len(b.Scripts))-1]
}

func (s Step) play(ctx context.Context, w stream.Writer) (*stream.End, error) {
	switch {
	case s.Panic != "":
		panic(s.Panic)
	case s.Fail != nil:
		return nil, s.Fail
	case s.Finish != nil:
		return s.Finish, nil
	case s.Signal != nil:
		close(s.Signal)
		return nil, nil
	case s.Wait != nil:
		select {
		case <-s.Wait:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	case s.Calls != nil:
		return nil, Ask(w, s.Calls)
	case s.Thinking != "":
		return nil, w.Write(stream.Chunk{Kind: stream.Thinking, Data: []byte(s.Thinking)})
	}
	return nil, w.Write(stream.Chunk{Data: []byte(s.Text)})
}

// Ask writes tool calls as OpenAI's servers do: the name first, the arguments in
// pieces, which split characters of JSON but none of UTF-8.
func Ask(w stream.Writer, calls []chat.ToolCall) error {
	for i, c := range calls {
		if err := w.Write(stream.Chunk{Kind: stream.Tool, Tool: stream.ToolCall{Index: i, ID: c.ID, Name: c.Name}}); err != nil {
			return err
		}
		for _, r := range c.Arguments {
			if err := w.Write(stream.Chunk{Kind: stream.Tool, Tool: stream.ToolCall{Index: i}, Data: []byte(string(r))}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Prompts returns the prompts of the calls so far.
func (b *Backend) Prompts() []chat.Prompt {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]chat.Prompt(nil), b.prompts...)
}

// Cancelled returns how many calls ended because they were cancelled.
func (b *Backend) Cancelled() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cancelled
}

// Local hands out a backend, or fails.
type Local struct {
	Backend *Backend
	Err     error  // returned by Pick and Models while set
	Panic   string // what Pick panics with, where it is set

	Capabilities  []string // of the model
	ContextLength int
	Slow          chan struct{} // where it is set, Renew waits until it is closed

	mu        sync.Mutex
	forgotten int    // guarded by mu
	renewed   int    // guarded by mu
	digest    string // guarded by mu
	learnt    string // digest as of the last Renew; guarded by mu
}

// Replace gives the model another digest, as who pulls it again does.
func (l *Local) Replace(digest string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.digest = digest
}

// Renew counts its calls, and learns the digest unless the server is slow.
func (l *Local) Renew(ctx context.Context) {
	if l.Slow != nil {
		select {
		case <-l.Slow:
		case <-ctx.Done():
			return
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.renewed++
	l.learnt = l.digest
}

// Digest returns what Renew has learnt.
func (l *Local) Digest(string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.learnt
}

// Renewed returns how often Renew was called.
func (l *Local) Renewed() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.renewed
}

// Pick returns the backend with the model "scripted", or the one asked for.
func (l *Local) Pick(_ context.Context, model string) (local.Target, error) {
	if l.Panic != "" {
		panic(l.Panic)
	}
	if l.Err != nil {
		return local.Target{}, l.Err
	}
	if model == "" {
		model = "scripted"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return local.Target{Backend: l.Backend, Model: chat.Model{
		Digest: l.digest, ID: model, Backend: l.Backend.Label, Tier: chat.TierLocal,
		Capabilities: l.Capabilities, ContextLength: l.ContextLength,
	}}, nil
}

// Known returns what Pick would.
func (l *Local) Known(model string) (chat.Model, bool) {
	if l.Err != nil {
		return chat.Model{}, false
	}
	t, err := l.Pick(context.Background(), model)
	return t.Model, err == nil
}

// Models returns the backend's models.
func (l *Local) Models(ctx context.Context) ([]chat.Model, error) {
	if l.Err != nil {
		return nil, l.Err
	}
	return l.Backend.Models(ctx)
}

// Forget counts its calls.
func (l *Local) Forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgotten++
}

// Forgotten returns how often Forget was called.
func (l *Local) Forgotten() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.forgotten
}

// Address returns a fixed address.
func (*Local) Address() string { return "127.0.0.1:11434" }
