package ollama

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// atOnce bounds the /api/show calls of one list.
const atOnce = 8

// Listed is a model with when it was last changed, as a list shows it.
type Listed struct {
	chat.Model
	Modified time.Time
}

// Models lists the server's models, with their context lengths and capabilities
// where /api/show tells them.
func (c *Client) Models(ctx context.Context) ([]chat.Model, error) {
	listed, err := c.List(ctx)
	if err != nil {
		return nil, err
	}
	c.describe(ctx, listed)
	models := make([]chat.Model, len(listed))
	for i := range listed {
		models[i] = listed[i].Model
	}
	return models, nil
}

// List is Models with the times and without the details: two requests, at once.
func (c *Client) List(ctx context.Context) ([]Listed, error) {
	var running map[string]bool
	var wg sync.WaitGroup
	wg.Go(func() { running = c.running(ctx) })
	out, err := c.tags(ctx, c.call("/api/tags", ""))
	wg.Wait()
	if err != nil {
		return nil, err
	}
	listed := make([]Listed, len(out.Models))
	for i, m := range out.Models {
		listed[i].Model = chat.Model{ID: m.Name, Backend: c.Name(), Tier: chat.TierLocal, Capabilities: []string{}, SizeBytes: m.Size, Digest: m.Digest}
		listed[i].Modified, _ = time.Parse(time.RFC3339, m.Modified) // zero where it is not a time
		if running != nil {
			loaded := running[key(m.Name)]
			listed[i].Loaded = &loaded
		}
	}
	return listed, nil
}

// tags is what /api/tags answers.
type tags struct {
	Models []struct {
		Name     string `json:"name"`
		Digest   string `json:"digest"`
		Size     int64  `json:"size"`
		Modified string `json:"modified_at"`
	} `json:"models"`
}

// tags asks for the list, and notes the digests.
func (c *Client) tags(ctx context.Context, call transport.Call) (out tags, err error) {
	c.mu.Lock()
	c.asked = time.Now()
	c.mu.Unlock()
	if err := c.transport.JSON(ctx, call, nil, &out); err != nil {
		return out, err
	}
	for _, m := range out.Models {
		c.listed(m.Name, m.Digest)
	}
	return out, nil
}

// Renew has the digests learnt again, where the list was last asked for longer ago
// than that: a model may be replaced under its name at any time. Who calls it while
// they are being learnt waits for that.
func (c *Client) Renew(ctx context.Context, after time.Duration) error {
	c.renewing.Lock()
	defer c.renewing.Unlock()
	c.mu.Lock()
	due := time.Since(c.asked) >= after
	c.mu.Unlock()
	if !due {
		return nil
	}
	call := c.call("/api/tags", "")
	call.Once = true
	_, err := c.tags(ctx, call)
	return err
}

// running is the set of loaded models, nil where the server does not tell.
func (c *Client) running(ctx context.Context) map[string]bool {
	var out struct {
		Models []struct {
			Name string `json:"name"`
		} `json:"models"`
	}
	if c.transport.JSON(ctx, c.call("/api/ps", ""), nil, &out) != nil {
		return nil
	}
	set := make(map[string]bool, len(out.Models))
	for _, m := range out.Models {
		set[key(m.Name)] = true
	}
	return set
}

func key(name string) string { return strings.ToLower(fullName(name)) }

// describe asks about each model, some at once.
func (c *Client) describe(ctx context.Context, listed []Listed) {
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i := range listed {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			_ = c.Describe(ctx, &listed[i].Model) // it keeps its place without details
		})
	}
	wg.Wait()
}

// Describe fills in what Show knows of a model.
func (c *Client) Describe(ctx context.Context, m *chat.Model) error {
	info, err := c.Show(ctx, m.ID)
	if err != nil {
		return err
	}
	m.ContextLength = info.ContextLength
	m.Digest = cmp.Or(m.Digest, c.Digest(m.ID))
	if info.Capabilities != nil {
		m.Capabilities = info.Capabilities
	}
	return nil
}
