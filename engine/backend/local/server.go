package local

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/ollama"
	"github.com/rigrun/rigrun-lsp/engine/backend/openai"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// The kinds of server a [Config] can name.
const (
	KindAuto   = "auto"
	KindOllama = "ollama"
	KindOpenAI = "openai"
)

const (
	renewAfter = 30 * time.Second // how old the knowledge of a model's digest may be
	renewLimit = 2 * time.Second
)

// Config is the section "local" of the configuration.
type Config struct {
	Kind       string // "" means [KindAuto]
	URL        string // asked first; with a scheme or as OLLAMA_HOST has it
	Model      string // "" leaves the choice to [Server.Pick]
	EmbedModel string // for [Server.Embed]
	KeepAlive  string // how long Ollama keeps a model in memory, "5m"

	// URLSet says that a person chose the URL: then no other address is tried.
	URLSet bool
}

// Backend answers questions in one server's protocol.
type Backend interface {
	Name() string
	Chat(ctx context.Context, p *chat.Prompt, w stream.Writer) (stream.End, error)
	Models(ctx context.Context) ([]chat.Model, error)
}

// Target is who answers a question.
type Target struct {
	Backend Backend
	Model   chat.Model // ContextLength and Capabilities as far as they are known
}

// Server is the local model server, found when it is first needed.
type Server struct {
	config    Config
	transport *transport.Client
	wellKnown []string // asked besides the configured URL, in order of preference

	found  transport.Shared[*place]
	choice transport.Shared[chat.Model]

	mu     sync.Mutex
	failed error     // what the last search returned; guarded by mu
	until  time.Time // how long failed is believed; guarded by mu
	sought time.Time // when Renew last looked for the server; guarded by mu
}

// New returns a Server. It sends nothing.
func New(c Config, t *transport.Client) *Server {
	c.Kind = cmp.Or(c.Kind, KindAuto)
	return &Server{config: c, transport: t, wellKnown: wellKnown()}
}

// wellKnown are the addresses where servers of the OpenAI kind listen by default.
func wellKnown() []string {
	return []string{
		"http://127.0.0.1:8080", // llama-server
		"http://127.0.0.1:1234", // LM Studio
		"http://127.0.0.1:8000", // vLLM
	}
}

// Pick says who answers a question for a model, "" for the configured or best one.
func (s *Server) Pick(ctx context.Context, model string) (Target, error) {
	p, err := s.place(ctx)
	if err != nil {
		return Target{}, err
	}
	if name := cmp.Or(model, s.config.Model); name != "" {
		m, err := p.named(ctx, name)
		if err != nil {
			return Target{}, err
		}
		return Target{Backend: p.backend, Model: m}, nil
	}
	m, err := s.choice.Get(ctx, p.choose)
	if err != nil {
		return Target{}, err
	}
	return Target{Backend: p.backend, Model: m}, nil
}

// Known returns the model that Pick would return, with its name at least, as far
// as that is known without asking the server.
func (s *Server) Known(model string) (chat.Model, bool) {
	if _, ok := s.found.Peek(); !ok {
		return chat.Model{}, false
	}
	if name := cmp.Or(model, s.config.Model); name != "" {
		return chat.Model{ID: name}, true
	}
	return s.choice.Peek()
}

// Digest is what Ollama told last that a model's name stands for, "" where it has
// told nothing.
func (s *Server) Digest(model string) string {
	if p, ok := s.found.Peek(); ok && p.ollama != nil {
		return p.ollama.Digest(model)
	}
	return ""
}

// Renew learns whether a model was replaced under its name, where the server was
// last asked half a minute ago; one that was not found yet is looked for as often.
// Callers at the same time share one request. What goes wrong shows when the
// server is needed.
func (s *Server) Renew(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, renewLimit)
	defer cancel()
	p, ok := s.found.Peek()
	if !ok {
		if s.soughtLately() {
			return
		}
		var err error
		if p, err = s.place(ctx); err != nil {
			return
		}
	}
	if p.ollama != nil {
		_ = p.ollama.Renew(ctx, renewAfter)
	}
}

// soughtLately reports whether Renew has looked for the server in vain, and notes
// that it does so now where it has not. One that is being looked for is waited for.
func (s *Server) soughtLately() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil && time.Since(s.sought) < renewAfter {
		return true
	}
	s.sought = time.Now()
	return false
}

// Models lists the server's models, the one Pick chooses marked as the default.
func (s *Server) Models(ctx context.Context) ([]chat.Model, error) {
	p, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	models, err := p.backend.Models(ctx)
	if err != nil {
		return nil, err
	}
	name := s.config.Model
	if name == "" {
		m, err := s.choice.Get(ctx, p.choose)
		if err != nil && chat.KindOf(err) != chat.ModelNotFound {
			return nil, err
		}
		name = m.ID
	}
	for i := range models {
		models[i].Default = name != "" && p.same(models[i].ID, name)
	}
	return models, nil
}

// Embed turns texts of a level into vectors with the configured embedding model.
func (s *Server) Embed(ctx context.Context, level chat.Level, texts []string) ([][]float32, error) {
	if s.config.EmbedModel == "" {
		return nil, &chat.Error{
			Kind:    chat.ModelNotFound,
			Message: "no embedding model is configured",
			Hint:    "set rigrun.local.embedModel, for example to nomic-embed-text",
		}
	}
	p, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	return p.embed(ctx, level, s.config.EmbedModel, texts)
}

// Forget drops what was found and chosen: the next question looks again.
func (s *Server) Forget() {
	s.found.Forget()
	s.choice.Forget()
	s.mu.Lock()
	s.failed = nil
	s.mu.Unlock()
}

// Address is the server's host and port for a message: the one found, else the
// one configured.
func (s *Server) Address() string {
	if p, ok := s.found.Peek(); ok {
		return p.address
	}
	u, err := transport.Base(s.config.URL, ollama.DefaultPort)
	if err != nil {
		return "the configured address"
	}
	return transport.Address(u)
}

// place finds the server, unless that is known or has just failed.
func (s *Server) place(ctx context.Context) (*place, error) {
	if err := s.recentFailure(); err != nil {
		return nil, err
	}
	return s.found.Get(ctx, func(ctx context.Context) (*place, error) {
		p, err := s.search(ctx)
		if err != nil && ctx.Err() == nil {
			s.fail(err)
		}
		return p, err
	})
}

func (s *Server) recentFailure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil && time.Now().Before(s.until) {
		return s.failed
	}
	return nil
}

func (s *Server) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed, s.until = err, time.Now().Add(believeFailure)
}

// place is a server that was found, with its dialect.
type place struct {
	backend Backend
	address string

	ollama *ollama.Client // one of the two is set
	openai *openai.Client
	seen   []chat.Model // what an OpenAI-style server listed while it was found
}

func (s *Server) ollamaAt(url string) (*place, error) {
	c, err := ollama.New(url, s.transport, ollama.Options{KeepAlive: s.config.KeepAlive})
	if err != nil {
		return nil, badURL(err)
	}
	return &place{backend: c, address: c.Address(), ollama: c}, nil
}

func (s *Server) openaiAt(url string) (*place, error) {
	c, err := openai.New(url, s.transport, openai.Options{Tier: chat.TierLocal})
	if err != nil {
		return nil, badURL(err)
	}
	return &place{backend: c, address: c.Address(), openai: c}, nil
}

func badURL(err error) error {
	return &chat.Error{
		Kind:    chat.NoBackend,
		Message: "the address of the model server is " + err.Error(),
		Hint:    "set rigrun.local.url to one like http://127.0.0.1:" + ollama.DefaultPort,
		Err:     err,
	}
}

func (p *place) same(a, b string) bool {
	if p.ollama != nil {
		return ollama.SameModel(a, b)
	}
	return a == b
}

func (p *place) embed(ctx context.Context, level chat.Level, model string, texts []string) ([][]float32, error) {
	if p.ollama != nil {
		return p.ollama.Embed(ctx, level, model, texts)
	}
	if p.openai != nil {
		return p.openai.Embed(ctx, level, model, texts)
	}
	return nil, errors.New("a server without a dialect")
}
