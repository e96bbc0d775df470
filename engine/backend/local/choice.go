package local

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// named is a model that was asked for, with what is known of it. That the server
// is down, or says that it does not have it, shows here already.
func (p *place) named(ctx context.Context, name string) (chat.Model, error) {
	for i := range p.seen {
		if p.seen[i].ID == name {
			return p.seen[i], nil
		}
	}
	m := chat.Model{ID: name, Backend: p.backend.Name(), Tier: chat.TierLocal, Capabilities: []string{}}
	err := p.describe(ctx, &m)
	return m, err
}

// describe fills in what Ollama tells of a model. A server that does not know how
// to tell is no failure.
func (p *place) describe(ctx context.Context, m *chat.Model) error {
	if p.ollama == nil {
		return nil
	}
	if err := p.ollama.Describe(ctx, m); chat.KindOf(err) != chat.BadResponse {
		return err
	}
	return nil
}

// option is a model that may be chosen.
type option struct {
	chat.Model
	modified time.Time // zero where the server does not tell
}

// choose picks the model for questions that name none.
func (p *place) choose(ctx context.Context) (chat.Model, error) {
	options, err := p.options(ctx)
	if err != nil {
		return chat.Model{}, err
	}
	slices.SortStableFunc(options, prefer)
	for i := range options {
		m := &options[i].Model
		if embeds(m) {
			continue
		}
		if err := p.describe(ctx, m); err != nil {
			return chat.Model{}, err
		}
		if !embeds(m) {
			m.Default = true
			return *m, nil
		}
	}
	return chat.Model{}, p.noModel()
}

func (p *place) options(ctx context.Context) ([]option, error) {
	if p.ollama == nil {
		models, err := p.backend.Models(ctx)
		options := make([]option, len(models))
		for i := range models {
			options[i].Model = models[i]
		}
		return options, err
	}
	listed, err := p.ollama.List(ctx)
	options := make([]option, len(listed))
	for i := range listed {
		options[i] = option{listed[i].Model, listed[i].Modified}
	}
	return options, err
}

// prefer orders models: in memory first, then for code, then changed last. The
// server's order decides between equals.
func prefer(a, b option) int {
	return cmp.Or(
		rank(b.Loaded != nil && *b.Loaded)-rank(a.Loaded != nil && *a.Loaded),
		rank(forCode(b.ID))-rank(forCode(a.ID)),
		b.modified.Compare(a.modified),
	)
}

func rank(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// forCode holds for "coder" too.
func forCode(name string) bool { return strings.Contains(strings.ToLower(name), "code") }

// embeds reports whether a model only embeds: by its capabilities, else by its name.
func embeds(m *chat.Model) bool {
	if len(m.Capabilities) > 0 {
		return !slices.Contains(m.Capabilities, "completion")
	}
	name := strings.ToLower(m.ID)
	for _, word := range []string{"embed", "minilm", "bge-"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func (p *place) noModel() error {
	e := &chat.Error{
		Kind:    chat.ModelNotFound,
		Message: "the model server at " + p.address + " has no model that can answer",
		Hint:    "start it with a model, or set rigrun.local.model",
	}
	if p.ollama != nil {
		e.Message = "Ollama at " + p.address + " has no model that can answer"
		e.Hint = "run `ollama pull qwen2.5-coder:7b`"
	}
	return e
}
