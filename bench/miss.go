package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/cache/store"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/embed"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// stocked is how many answers the file has in the table of misses.
const stocked = 10_000

// missTable asks an engine what nobody asked before, of a model that answers at
// once and whose answers are cut, so that none is kept: what is left is what stands
// before the first token.
func missTable() (*table, error) {
	dir, err := os.MkdirTemp("", "rigrun-bench-")
	if err != nil {
		return nil, err
	}
	t := &table{title: "A question that nobody asked before, 10,000 answers in the file, to the end of a model's answer of one word", unit: "question", ops: 1}
	t.onClose(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "answers.db")
	if err := stock(path); err != nil {
		return t, err
	}
	t.addMiss("kept answers, also in other words", path, vectors{embed.Open()}, chat.CacheOn)
	t.addMiss("kept answers, exactly only", path, nil, chat.CacheOn)
	t.addMiss("past the cache", path, nil, chat.CacheOff)
	return t, nil
}

// vectors makes an embedder for the cache of the model.
type vectors struct{ *embed.Model }

func (v vectors) Embed(ctx context.Context, _ chat.Level, text string) ([]float32, error) {
	return v.Model.Embed(ctx, text)
}

// stock puts answers with vectors into a file.
func stock(path string) error {
	s := store.New(store.Options{Path: path, Now: time.Now})
	r := rand.New(rand.NewPCG(5, 6))
	entries := make([]cache.Entry, 500)
	for n := 0; n < stocked; n += len(entries) {
		for i := range entries {
			e := cache.Entry{
				Question: fmt.Sprintf("How do I open file %d in Go?", n+i), Embedder: "stock", Created: time.Now(), Vector: spread512(r, nil),
				Answer: cache.Answer{Text: "So.", Reason: chat.FinishStop, Model: "m"},
			}
			binary.LittleEndian.PutUint64(e.Key[:], r.Uint64())
			e.ID = cache.NewID(e.Key, e.Created)
			entries[i] = e
		}
		if err := s.Put(context.Background(), entries...); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	return s.Close()
}

// addMiss adds a row with an engine of its own.
func (t *table) addMiss(name, path string, e cache.Embedder, use chat.CacheUse) {
	s := enginetest.Setup(abrupt{})
	s.Cache = cache.New(cache.Options{Backing: store.New(store.Options{Path: path, Now: time.Now}), Embedder: e})
	g := engine.New(engine.Options{Setup: s, Outline: abrupt{}, OutlineModel: "outline", Now: time.Now})
	t.onClose(func() { _ = s.Cache.Close() })
	t.onClose(g.Close)
	asked := 0
	t.add(name, func() error {
		asked++
		heard := &hearing{}
		_, err := g.Chat(context.Background(), chat.Request{Message: fmt.Sprintf("How do I reverse %d slices in Go?", asked), Cache: use}, heard)
		if err == nil && (heard.hit != chat.HitNone || heard.text != "So") {
			err = fmt.Errorf("the model said %q, the cache %q", heard.text, heard.hit)
		}
		return err
	})
}

// abrupt is a model, and the server it is on, whose answers are cut at once.
type abrupt struct{}

func (abrupt) Name() string { return "abrupt" }

func (abrupt) Chat(_ context.Context, _ *chat.Prompt, w stream.Writer) (stream.End, error) {
	err := w.Write(stream.Chunk{Data: []byte("So")})
	return stream.End{Reason: chat.FinishLength}, err
}

func (a abrupt) Pick(context.Context, string) (local.Target, error) {
	m, _ := a.Known("")
	return local.Target{Backend: a, Model: m}, nil
}
func (abrupt) Models(context.Context) ([]chat.Model, error) { return nil, nil }
func (abrupt) Known(string) (chat.Model, bool) {
	return chat.Model{ID: "m", Backend: "abrupt", Tier: chat.TierLocal}, true
}
func (abrupt) Digest(string) string  { return "" }
func (abrupt) Renew(context.Context) {}
func (abrupt) Forget()               {}
func (abrupt) Address() string       { return "127.0.0.1:1" }

// hearing listens to an answer.
type hearing struct {
	hit  chat.CacheHit
	text string
}

func (h *hearing) Route(_ chat.RouteDecision, c *chat.CacheInfo) error {
	if c != nil {
		h.hit = c.Hit
	}
	return nil
}

func (h *hearing) Write(c stream.Chunk) error {
	h.text += string(c.Data)
	return nil
}

func (h *hearing) Close(stream.End) error { return nil }
