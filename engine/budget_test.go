package engine_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
)

// counting is a backend whose tokenizer has a token for every byte.
type counting struct {
	*enginetest.Backend
	asked atomic.Int32
}

func (c *counting) CountTokens(_ context.Context, _ string, texts []string) ([]int, error) {
	c.asked.Add(1)
	counts := make([]int, len(texts))
	for i, text := range texts {
		counts[i] = len(text)
	}
	return counts, nil
}

// countingLocal is a local server with such a backend.
type countingLocal struct {
	*enginetest.Local
	server *counting
}

func (l countingLocal) Pick(ctx context.Context, model string) (local.Target, error) {
	t, err := l.Local.Pick(ctx, model)
	t.Backend = l.server
	return t, err
}

// TestATokenizerIsAskedWhereItsCountMatters holds that a server is asked how it
// counts once, and not before a prompt may be too long for a window that is known.
func TestATokenizerIsAskedWhereItsCountMatters(t *testing.T) {
	long := []chat.ContextItem{code("a.go", 100)}
	for name, c := range map[string]struct {
		window  int
		context []chat.ContextItem
		asked   int32
	}{
		"a window that nobody knows": {0, long, 0},
		"a prompt that surely fits":  {8192, nil, 0},
		"one that may not":           {2048, long, 1},
	} {
		t.Run(name, func(t *testing.T) {
			server := &counting{Backend: words("openai", "fine")}
			place := countingLocal{&enginetest.Local{Backend: server.Backend, ContextLength: c.window}, server}
			e := engine.New(engine.Options{Setup: enginetest.Setup(place), Outline: words("outline", "x"), Now: time.Now})
			t.Cleanup(e.Close)
			h := house{Engine: e}
			for range 3 {
				_, _, _ = say(t, h, chat.Request{Message: "why", Cache: chat.CacheOff, Context: c.context})
			}
			if got := server.asked.Load(); got != c.asked {
				t.Errorf("its tokenizer was asked %d times, want %d", got, c.asked)
			}
			if prompt := server.Prompts()[0]; c.asked > 0 && len(strings.Join(contents(prompt.Turns), "")) > c.window {
				t.Errorf("a prompt of %d bytes for a window of as many tokens", c.window)
			}
		})
	}
}

func contents(turns []chat.Turn) (all []string) {
	for _, t := range turns {
		all = append(all, t.Content)
	}
	return all
}

// TestALongerWindowIsFound plays servers that refuse a prompt for its length and
// are started with a longer window then, as the refusal's hint says.
func TestALongerWindowIsFound(t *testing.T) {
	t.Run("of one that tells none", func(t *testing.T) {
		refusal := &chat.Error{Kind: chat.ContextTooLong, Message: "too long", Tokens: 60, Window: 40}
		h := open(t, enginetest.Script{{Fail: refusal}}, enginetest.Words("fine"))
		if _, err := h.Chat(t.Context(), chat.Request{Message: "why"}, &enginetest.Recorder{T: t}); chat.KindOf(err) != chat.ContextTooLong {
			t.Fatalf("%v", err)
		}
		if n := len(h.backend.Prompts()); n != 1 {
			t.Errorf("%d calls for a question that cannot be made shorter", n)
		}
		if text, _, _ := say(t, h, chat.Request{Message: "why"}); text != "fine" {
			t.Errorf("%q after the server was started anew", text)
		}
	})
	t.Run("of one that tells another", func(t *testing.T) {
		refusal := &chat.Error{Kind: chat.ContextTooLong, Message: "too long", Tokens: 5000, Window: 2048}
		h := open(t, enginetest.Script{{Fail: refusal}}, enginetest.Words("fine"))
		h.local.ContextLength = 4096
		req := chat.Request{Message: "why", Cache: chat.CacheOff, Context: []chat.ContextItem{code("a.go", 200)}}
		if _, result, _ := say(t, h, req); len(result.Left) != 1 {
			t.Fatalf("left out %+v, want a part of the file", result.Left)
		}
		h.local.ContextLength = 32768
		if _, result, _ := say(t, h, req); len(result.Left) != 0 {
			t.Errorf("left out %+v of a window of 32768", result.Left)
		}
	})
}
