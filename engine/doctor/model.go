package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Server is the local model server, as far as a probe asks it.
type Server interface {
	Address() string // host:port
	Models(ctx context.Context) ([]chat.Model, error)
	// Chosen returns the model that a question without a wish gets.
	Chosen(ctx context.Context) (chat.Model, error)
	// FirstToken asks a model for one word and returns when it came.
	FirstToken(ctx context.Context, m chat.Model) (time.Duration, error)
}

// ModelServer tells whether a model server answers, and what it has.
func ModelServer(s Server) Probe {
	return Probe{"model server", func(ctx context.Context) Finding {
		models, err := s.Models(ctx)
		if err != nil {
			return failure(err, "start Ollama (ollama serve) or another server, or set rigrun.local.url")
		}
		if len(models) == 0 {
			return Finding{s.Address() + " answers and has no model", "ollama pull qwen2.5-coder:7b"}
		}
		return Finding{Detail: fmt.Sprintf("%s at %s, %s", models[0].Backend, s.Address(), count(len(models), "model"))}
	}}
}

// Model tells which model answers, and what it can do.
func Model(s Server) Probe {
	return Probe{"model", func(ctx context.Context) Finding {
		m, err := s.Chosen(ctx)
		if kind := chat.KindOf(err); kind == chat.NoBackend || kind == chat.Unreachable {
			return Finding{Detail: "not known: no model server answers"}
		}
		if err != nil {
			return failure(err, "ollama pull qwen2.5-coder:7b, or set rigrun.local.model")
		}
		detail := m.ID
		if m.ContextLength > 0 {
			detail += fmt.Sprintf(", context of %d tokens", m.ContextLength)
		}
		if len(m.Capabilities) > 0 {
			detail += ", can do " + strings.Join(m.Capabilities, ", ")
		}
		if m.ContextLength > 0 && m.ContextLength < smallContext {
			return Finding{detail, "choose a model with a longer context (rigrun.local.model), or start llama-server with -c 8192"}
		}
		return Finding{Detail: detail}
	}}
}

// smallContext is the context length, in tokens, below which a file of some
// hundred lines and its answer do not fit.
const smallContext = 2048

// slowFirstToken is when a first word feels late: beyond this, people look away
// (Nielsen's limit for keeping the attention is 10 s, for the flow of thought 1 s).
const slowFirstToken = 5 * time.Second

// FirstToken measures how long the first word takes. A model that is not in
// memory is not loaded for that.
func FirstToken(s Server) Probe {
	return Probe{"first token", func(ctx context.Context) Finding {
		m, err := s.Chosen(ctx)
		if err != nil {
			return Finding{Detail: "not measured: no model answers"}
		}
		if m.Loaded != nil && !*m.Loaded {
			return Finding{Detail: "not measured: the model is not in memory, the first question loads it"}
		}
		took, err := s.FirstToken(ctx, m)
		switch {
		case err != nil:
			return failure(err, "ask again; if it stays so, restart the model server")
		case took > slowFirstToken:
			return Finding{fmt.Sprintf("%.1f s", took.Seconds()), "choose a smaller model (rigrun.local.model), or one that fits the graphics card"}
		}
		return Finding{Detail: fmt.Sprintf("%d ms", took.Milliseconds())}
	}}
}

// Completion tells whether the model can complete inside a line.
func Completion(s Server, enabled bool) Probe {
	return Probe{"inline completion", func(ctx context.Context) Finding {
		if !enabled {
			return Finding{Detail: "off (rigrun.inlineCompletion.enabled)"}
		}
		m, err := s.Chosen(ctx)
		if err != nil {
			return Finding{Detail: "on; no model answers"}
		}
		if len(m.Capabilities) > 0 && !slices.Contains(m.Capabilities, "insert") {
			return Finding{"on, but " + m.ID + " cannot fill in the middle", "choose a model that can (ollama pull qwen2.5-coder:1.5b-base), or set rigrun.inlineCompletion.enabled to false"}
		}
		return Finding{Detail: "on, by " + m.ID}
	}}
}

// failure is a finding about an error. Errors meant for people have their own hint.
func failure(err error, fix string) Finding {
	if e, ok := errors.AsType[*chat.Error](err); ok && e.Hint != "" {
		fix = e.Hint
	}
	return Finding{Detail: err.Error(), Fix: fix}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
