//go:build linux

package redis_test

import (
	"context"
	"errors"
	"hash/fnv"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// words is an embedder that counts words, enough for questions that share most of theirs.
type words struct{}

func (words) Embed(_ context.Context, _ chat.Level, text string) ([]float32, error) {
	v := make([]float32, dim)
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(word)) // a hash never fails
		v[h.Sum32()%dim]++
	}
	return normal(v), nil
}

func (words) Name() string       { return "words" }
func (words) Threshold() float64 { return 0.7 }

// TestTeamAsks has two editors with a cache of their own each: what one stored
// the other finds, exactly and by likeness, but nothing that is marked, and
// nothing for another question that merely sounds alike.
func TestTeamAsks(t *testing.T) {
	s := newServer(t, teamUser(t))
	editor := func() *cache.Cache {
		c := cache.New(cache.Options{
			Backing: s.open(t, "redis", "team", nil), Embedder: words{},
			TTL: time.Hour, MaxEntries: 100, MaxBytes: 1 << 20,
		})
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
		return c
	}
	mine, yours := editor(), editor()
	question := func(wording string, level chat.Level) *cache.Question {
		return &cache.Question{Backend: "ollama", Model: "m", Wording: wording, Level: level}
	}
	const wording = "how do I sort a slice of strings in ascending order in Go?"
	answers := map[chat.Level]string{chat.Unclassified: "slices.Sort(s)", chat.CUI: "sort it in the safe"}
	for level, text := range answers {
		l := mine.Lookup(question(wording, level))
		l.Similar(t.Context()) // embeds
		if id := l.Store(cache.Answer{Text: text, Reason: chat.FinishStop, Tier: chat.TierLocal, Model: "m"}); id == "" {
			t.Fatalf("the answer at %v is not kept", level)
		}
	}
	eventually(t, "the other editor finds the answer", func() error {
		if e, ok := yours.Lookup(question(wording, chat.Unclassified)).Exact(t.Context()); !ok || e.Answer.Text != answers[chat.Unclassified] {
			// A server that was just left alone did not get it: the next answer is another chance.
			l := mine.Lookup(question(wording, chat.Unclassified))
			l.Similar(t.Context())
			l.Store(cache.Answer{Text: answers[chat.Unclassified], Reason: chat.FinishStop, Tier: chat.TierLocal, Model: "m"})
			return errors.New("not found")
		}
		return nil
	})
	third := editor() // has nothing in memory yet
	eventually(t, "a third editor finds it under other words", func() error {
		m, ok := third.Lookup(question("how can I sort a slice of strings in ascending order in Go?", chat.Unclassified)).Similar(t.Context())
		if !ok || m.Answer.Text != answers[chat.Unclassified] {
			return errors.New("not found")
		}
		return nil
	})
	if m, ok := third.Lookup(question("how do I sort a slice of strings in descending order in Go?", chat.Unclassified)).Similar(t.Context()); ok {
		t.Errorf("the opposite question gets %q", m.Answer.Text)
	}
	if e, ok := yours.Lookup(question(wording, chat.CUI)).Exact(t.Context()); ok {
		t.Errorf("an answer at CUI came through: %q", e.Answer.Text)
	}
	counter := s.open(t, "redis", "team", nil)
	eventually(t, "the server tells that one entry is shared", func() error {
		stats, err := counter.Stats(t.Context())
		if err == nil && stats.Entries != 1 {
			t.Fatalf("the server holds %d entries", stats.Entries)
		}
		return err
	})
}
