package assemble

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/cache/redis"
	"github.com/rigrun/rigrun-lsp/engine/cache/store"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/database"
	"github.com/rigrun/rigrun-lsp/engine/embed"
)

// How much is kept besides the number of entries that the settings allow.
const (
	maxMemory = 32 << 20  // bytes of answers and vectors in this process
	maxStored = 512 << 20 // in the file
)

// shelf is the house's cache of answers. It outlives a configuration that does
// not change it.
type shelf struct {
	file    *database.File // where answers are kept, nil for nowhere
	builtin *embed.Model   // the embedder inside the binary; it loads nothing before it is used

	mu    sync.Mutex
	now   *cache.Cache // guarded by mu; nil before the first setup
	built plan         // what now was built from; guarded by mu
}

// plan is everything a cache is built from.
type plan struct {
	settings   config.Cache
	embedModel string
	servers    string // that embed, where embedModel is set
	door       string // the rules of the way there
}

// open returns the cache for a configuration: the one in use where nothing that
// matters to it has changed. One that is replaced is closed; answers that are
// under way then find nothing in it, and keep nothing.
func (s *shelf) open(c config.Config, l *local.Server, dial redis.Dial) *cache.Cache {
	p := plan{settings: c.Cache, embedModel: c.Local.EmbedModel}
	if p.embedModel != "" {
		p.servers = servers(c)
	}
	if p.embedModel != "" || c.Cache.Store != "" {
		p.door = fmt.Sprint(c.Offline, c.Paranoid, c.Classification)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil && s.built == p {
		return s.now
	}
	_ = s.closeLocked() // what it could not keep, its Err has told
	s.now, s.built = s.build(p, l, dial), p
	return s.now
}

func (s *shelf) closeLocked() error {
	if s.now == nil {
		return nil
	}
	return s.now.Close()
}

// close writes what is to be kept.
func (s *shelf) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closeLocked()
}

// build makes the cache of a plan; one that is switched off is a closed one.
func (s *shelf) build(p plan, l *local.Server, dial redis.Dial) *cache.Cache {
	if !p.settings.Enabled {
		c := cache.New(cache.Options{})
		_ = c.Close() // it has no backing
		return c
	}
	o := cache.Options{
		Threshold: p.settings.Threshold, TTL: p.settings.TTL,
		MaxEntries: p.settings.MaxEntries, MaxBytes: maxMemory, NoMarked: !p.settings.Marked,
	}
	o.Backing = s.backing(p, dial)
	switch {
	case !p.settings.Semantic:
	case p.embedModel != "":
		o.Embedder = served{l, p.embedModel, p.servers}
	default:
		o.Embedder = builtin{s.builtin}
	}
	return cache.New(o)
}

// backing is where a plan keeps answers beyond the process: the team's Redis,
// the user's file, or nowhere.
func (s *shelf) backing(p plan, dial redis.Dial) cache.Backing {
	if p.settings.Store != "" {
		r, err := openRedis(p.settings, dial)
		if err != nil {
			return nil // the setting was judged when it was read; what is left keeps answers in memory
		}
		return r
	}
	if s.file == nil {
		return nil
	}
	return store.New(store.Options{
		File: s.file, TTL: p.settings.TTL, MaxEntries: p.settings.MaxEntries, MaxBytes: maxStored, Now: time.Now,
	})
}

func openRedis(c config.Cache, dial redis.Dial) (*redis.Redis, error) {
	address, err := redis.ParseURL(c.Store)
	if err != nil {
		return nil, err
	}
	return redis.Open(redis.Config{Address: address, Dial: dial, TTL: c.TTL})
}

// cacheHost is the "host:port" of the team's Redis, "" for none.
func cacheHost(c config.Config) string {
	if c.Cache.Store == "" {
		return ""
	}
	address, err := redis.ParseURL(c.Cache.Store)
	if err != nil {
		return ""
	}
	return address.Host
}

// builtin is the embedder inside the binary: it sends nothing, so a level is
// nothing to it.
type builtin struct{ *embed.Model }

func (b builtin) Embed(ctx context.Context, _ chat.Level, text string) ([]float32, error) {
	return b.Model.Embed(ctx, text)
}

// served is the configured embedding model of the local model server.
type served struct {
	server  *local.Server
	model   string
	servers string
}

// servedThreshold is the least cosine for models that nobody has fitted one for.
// It is high, because embedding models differ in how close they put what is not
// the same; cache.threshold replaces it.
const servedThreshold = 0.9

func (s served) Name() string       { return s.servers + " " + s.model }
func (s served) Threshold() float64 { return servedThreshold }

// Embed returns the text's vector with unit length.
func (s served) Embed(ctx context.Context, level chat.Level, text string) ([]float32, error) {
	vectors, err := s.server.Embed(ctx, level, []string{text})
	if err != nil {
		return nil, fmt.Errorf("embed the question: %w", err)
	}
	return unit(vectors[0]), nil
}

// unit scales a vector to length 1. One without a direction stays as it is.
func unit(v []float32) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return v
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
	return v
}

// servers tells a configuration's servers and models from others.
func servers(c config.Config) string {
	var b strings.Builder
	for _, part := range []string{c.Local.Kind, c.Local.URL, c.Local.Model, c.Cloud.URL, c.Cloud.Model} {
		fmt.Fprintf(&b, "%q ", part)
	}
	for _, t := range c.Cloud.Tiers {
		fmt.Fprintf(&b, "%q %q ", t.Name, t.Model)
	}
	return b.String()
}
