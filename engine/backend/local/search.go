package local

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

const (
	searchLimit    = 1500 * time.Millisecond // for each address, all at the same time
	believeFailure = 2 * time.Second
)

// search finds the server as the package comment says.
func (s *Server) search(ctx context.Context) (*place, error) {
	switch s.config.Kind {
	case KindOllama:
		return s.ollamaAt(s.config.URL)
	case KindOpenAI:
		return s.openaiAt(s.config.URL)
	}
	ctx, cancel := context.WithCancel(ctx)
	results := s.ask(ctx, s.candidates())
	defer func() {
		cancel()
		for _, r := range results {
			<-r.done
		}
	}()
	for _, r := range results {
		<-r.done
		if r.err == nil {
			return r.place, nil
		}
	}
	return nil, s.explain(ctx, results)
}

// candidate is an address and a dialect to try there.
type candidate struct {
	url   string
	probe func(ctx context.Context, url string) (*place, error)
}

func (s *Server) candidates() []candidate {
	all := []candidate{{s.config.URL, s.probeOllama}, {s.config.URL, s.probeOpenAI}}
	if s.config.URLSet {
		return all
	}
	for _, url := range s.wellKnown {
		all = append(all, candidate{url, s.probeOpenAI})
	}
	return all
}

// result is what asking a candidate brought, final once done is closed.
type result struct {
	done  chan struct{}
	place *place
	err   error
}

// ask tries all candidates at once. Each goroutine ends with its result.
func (s *Server) ask(ctx context.Context, candidates []candidate) []*result {
	results := make([]*result, len(candidates))
	for i, c := range candidates {
		r := &result{done: make(chan struct{})}
		results[i] = r
		go func() {
			defer close(r.done)
			r.place, r.err = c.probe(ctx, c.url)
		}()
	}
	return results
}

// probeOllama asks for Ollama's version.
func (s *Server) probeOllama(ctx context.Context, url string) (*place, error) {
	p, err := s.ollamaAt(url)
	if err != nil {
		return nil, err
	}
	if _, err := p.ollama.Probe(ctx, searchLimit); err != nil {
		return nil, err
	}
	return p, nil
}

// probeOpenAI asks for the list of models, and keeps it.
func (s *Server) probeOpenAI(ctx context.Context, url string) (*place, error) {
	p, err := s.openaiAt(url)
	if err != nil {
		return nil, err
	}
	p.seen, err = p.openai.Probe(ctx, searchLimit)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func errNoServer(address string) error {
	return &chat.Error{
		Kind:    chat.BadResponse,
		Message: "the server at " + address + " answers, but not as Ollama or an OpenAI-compatible server",
		Hint:    "set rigrun.local.url to the model server's address",
	}
}

// explain says why nothing was found. What the configured address answered tells
// most; that nothing listens at the default one is no failure of a setting.
func (s *Server) explain(ctx context.Context, results []*result) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	configured := results[:2]
	for _, kind := range []chat.ErrorKind{chat.NoBackend, chat.Policy, chat.Auth} {
		for _, r := range configured {
			if chat.KindOf(r.err) == kind {
				return r.err
			}
		}
	}
	silent := silence(configured[0].err) && silence(configured[1].err)
	switch {
	case !silent:
		return errNoServer(s.Address())
	case s.config.URLSet:
		return &chat.Error{
			Kind:    chat.Unreachable,
			Message: fmt.Sprintf("no model server answers at %s", s.Address()),
			Hint:    "start it (`ollama serve`), or set rigrun.local.url",
			Err:     configured[0].err,
		}
	}
	return s.nothing()
}

// silence reports whether an address did not answer at all.
func silence(err error) bool {
	kind := chat.KindOf(err)
	return kind == chat.Unreachable || kind == chat.Timeout
}

func (s *Server) nothing() error {
	ports := make([]string, 0, len(s.wellKnown))
	for _, url := range s.wellKnown {
		ports = append(ports, url[strings.LastIndexByte(url, ':'):])
	}
	return &chat.Error{
		Kind:    chat.NoBackend,
		Message: fmt.Sprintf("no model server was found at %s or its ports %s", s.Address(), strings.Join(ports, ", ")),
		Hint:    "install Ollama and run `ollama serve`, or set rigrun.local.url",
	}
}
