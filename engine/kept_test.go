package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/engine/route"
)

// alike embeds every question as the same vector, so that the guard alone decides.
type alike struct{}

func (alike) Embed(context.Context, chat.Level, string) ([]float32, error) {
	v := make([]float32, 512)
	v[0] = 1
	return v, nil
}
func (alike) Name() string       { return "alike" }
func (alike) Threshold() float64 { return 0.5 }

// openCache is a house whose local server answers with one script after the
// other, and which keeps answers.
func openCache(t *testing.T, scripts ...enginetest.Script) house {
	t.Helper()
	h := open(t, scripts...)
	s := enginetest.Setup(h.local)
	s.Cache = cache.New(cache.Options{Embedder: alike{}})
	t.Cleanup(func() { _ = s.Cache.Close() })
	h.Configure(s)
	return h
}

func TestTheSameQuestionIsAnsweredFromTheCache(t *testing.T) {
	h := openCache(t, enginetest.Script{{Thinking: "hm"}, {Text: "one "}, {Text: "answer"}}, enginetest.Words("never"))
	req := chat.Request{Message: "how do I reverse a slice in Go"}
	_, first, _ := say(t, h, req)
	text, second, rec := say(t, h, req)
	if text != "one answer" || rec.Thinking() != "hm" || len(h.backend.Prompts()) != 1 {
		t.Errorf("%q, thinking %q, %d calls", text, rec.Thinking(), len(h.backend.Prompts()))
	}
	if first.Cache.Hit != chat.HitNone || first.Cache.EntryID != "" || second.Cache.Hit != chat.HitExact || second.Cache.EntryID == "" {
		t.Errorf("%+v, then %+v", first.Cache, second.Cache)
	}
	d := second.Route
	if d.Tier != chat.TierCache || d.Model != "scripted" || d.Backend != "ollama" || d.Complexity == "" || !strings.Contains(d.Reason, "ago by scripted") {
		t.Errorf("%+v", d)
	}
	if second.Usage != first.Usage || second.CostCents != 0 || second.FinishReason != chat.FinishStop {
		t.Errorf("%+v", second)
	}
	if foreseen, err := h.Route(t.Context(), req); err != nil || foreseen.Tier != chat.TierCache {
		t.Errorf("%+v, %v", foreseen, err)
	}
	if s := h.Stats().Cache; s.ExactHits < 1 || s.Misses != 1 {
		t.Errorf("%+v", s)
	}
}

// TestLeftOut wants said of a kept answer, too, what its question was to bring in
// and did not, and nothing where that is nothing.
func TestLeftOut(t *testing.T) {
	h := openCache(t, enginetest.Words("yes"))
	if _, r, _ := say(t, h, chat.Request{Message: "Is it right?"}); r.Left != nil {
		t.Errorf("left out %+v", r.Left)
	}
	left := []chat.Left{{Kind: chat.ContextFile, Name: "@file:.env", Reason: "is a file of secrets"}}
	_, r, _ := say(t, h, chat.Request{Message: "Is it right?", Left: left})
	if r.Cache.Hit != chat.HitExact || !slices.Equal(r.Left, left) {
		t.Errorf("%+v, left out %+v", r.Cache, r.Left)
	}
}

func TestAParaphraseIsAnsweredFromTheCacheAndANearMissIsNot(t *testing.T) {
	h := openCache(t, enginetest.Words("reversed"), enginetest.Words("sorted"))
	say(t, h, chat.Request{Message: "How do I reverse a slice in Go?"})
	req := chat.Request{Message: "How can I reverse a slice in Go?"}
	foreseen, err := h.Route(t.Context(), req)
	text, r, _ := say(t, h, req)
	if text != "reversed" || r.Cache.Hit != chat.HitSemantic || r.Cache.Similarity != 1 || !strings.Contains(r.Route.Reason, "means the same") {
		t.Errorf("%q, %+v, %+v", text, r.Cache, r.Route)
	}
	if foreseen != r.Route || err != nil {
		t.Errorf("foreseen as %+v, %v, answered as %+v", foreseen, err, r.Route)
	}
	if text, r, _ := say(t, h, chat.Request{Message: "How do I sort a slice in Go?"}); text != "sorted" || r.Cache.Hit != chat.HitNone || strings.Contains(r.Route.Reason, "refused") {
		t.Errorf("%q, %+v, %s", text, r.Cache, r.Route.Reason)
	}
}

// TestRouteSaysWhichKeptAnswerIsNear asks where a question would go that is near to
// one that was asked before, and no more than that.
func TestRouteSaysWhichKeptAnswerIsNear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openCache(t, enginetest.Words("reversed"))
		say(t, h, chat.Request{Message: "How do I reverse a slice in Go?"})
		time.Sleep(time.Second) // the question is embedded behind its answer
		req := chat.Request{Message: "How do I sort a slice in Go?"}
		if d, err := h.Route(t.Context(), req); !strings.HasSuffix(d.Reason, notTaken+"word reverse/sort") || d.Tier != chat.TierLocal || err != nil {
			t.Errorf("%+v, %v", d, err)
		}
		req.MaxTier = chat.TierCache
		if d, err := h.Route(t.Context(), req); !strings.HasSuffix(d.Reason, notTaken+"word reverse/sort") || d.Tier != chat.TierCache || err != nil {
			t.Errorf("from the cache alone: %+v, %v", d, err)
		}
	})
}

// notTaken is what a route's reason says before the kept answer that came nearest.
const notTaken = "; a kept answer was similar 1.00, refused: "

// TestARefusalOfOneThatIsAlikeIsSaid asks what only the last of the guard's rules
// tells from what was asked before: it was waited for, so it is said.
func TestARefusalOfOneThatIsAlikeIsSaid(t *testing.T) {
	h := openCache(t, enginetest.Words("yes"), enginetest.Words("no"))
	say(t, h, chat.Request{Message: "How do I write a test for a parser in Go?"})
	_, r, _ := say(t, h, chat.Request{Message: "How do I write a parser for a test in Go?"})
	if r.Cache.Hit != chat.HitNone || !strings.Contains(r.Route.Reason, notTaken+"direction ") {
		t.Errorf("%+v, %s", r.Cache, r.Route.Reason)
	}
}

// TestNothingElseCrosses changes one thing at a time that an answer depends on.
func TestNothingElseCrosses(t *testing.T) {
	base := func() chat.Request {
		return chat.Request{
			Message: "why does this loop end early", Action: chat.Explain,
			Context: []chat.ContextItem{{
				Kind: chat.ContextSelection, URI: "file:///w/a.go", Path: "/w/a.go", Language: "go", Text: "for {\n}\n", Span: chat.Span{FirstLine: 3, LastLine: 4},
			}},
		}
	}
	for name, change := range map[string]func(*chat.Request){
		"content":  func(r *chat.Request) { r.Context[0].Text = "for i := range 3 {\n}\n" },
		"lines":    func(r *chat.Request) { r.Context[0].Span.FirstLine++ },
		"action":   func(r *chat.Request) { r.Action = chat.Review },
		"words":    func(r *chat.Request) { r.Message = "why does this loop never end" },
		"level":    func(r *chat.Request) { r.Classification = chat.CUI },
		"model":    func(r *chat.Request) { r.Model = "another" },
		"language": func(r *chat.Request) { r.Context[0].Language = "rust" },
		"mode":     func(r *chat.Request) { r.Mode = chat.ModeLocal },
		"more": func(r *chat.Request) {
			r.Context = append(r.Context, chat.ContextItem{Kind: chat.ContextText, Text: "and this"})
		},
		"none": func(r *chat.Request) { r.Context = nil },
	} {
		t.Run(name, func(t *testing.T) {
			h := openCache(t, enginetest.Words("first"), enginetest.Words("second"))
			say(t, h, base())
			req := base()
			change(&req)
			if text, r, _ := say(t, h, req); text != "second" || r.Cache.Hit != chat.HitNone {
				t.Errorf("%q, %+v", text, r.Cache)
			}
		})
	}
	t.Run("a file's name", func(t *testing.T) {
		h := openCache(t, enginetest.Words("first"), enginetest.Words("second"))
		say(t, h, base())
		req := base()
		req.Context[0].URI, req.Context[0].Path = "file:///w/b.go", "/w/b.go"
		if text, r, _ := say(t, h, req); text != "first" || r.Cache.Hit != chat.HitExact {
			t.Errorf("a renamed file: %q, %+v", text, r.Cache)
		}
	})
}

// TestAReplacedModelDoesNotAnswer has the model pulled again under its name.
func TestAReplacedModelDoesNotAnswer(t *testing.T) {
	h := openCache(t, enginetest.Words("by the old one"), enginetest.Words("by the new one"))
	h.local.Replace("1")
	say(t, h, chat.Request{Message: "what is a slice"})
	if text, _, _ := say(t, h, chat.Request{Message: "what is a slice"}); text != "by the old one" {
		t.Errorf("the same model: %q", text)
	}
	h.local.Replace("2")
	for _, hit := range []chat.CacheHit{chat.HitNone, chat.HitExact} {
		if text, r, _ := say(t, h, chat.Request{Message: "what is a slice"}); text != "by the new one" || r.Cache.Hit != hit {
			t.Errorf("another model: %q, %+v", text, r.Cache)
		}
	}
	h.Close() // waits for what goes on beside the answers
	if n := h.local.Renewed(); n < 5 {
		t.Errorf("the digest was renewed %d times: beside each of two answers, and before each of three kept ones, was expected", n)
	}
}

// TestASlowServerIsNotWaitedFor gives a kept answer whose model may have been
// replaced, since the server does not say; it is listened to, and the next question
// knows.
func TestASlowServerIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openCache(t, enginetest.Words("by the old one"), enginetest.Words("by the new one"))
		h.local.Replace("1")
		say(t, h, chat.Request{Message: "what is a slice"})
		synctest.Wait()
		h.local.Replace("2")
		h.local.Slow = make(chan struct{})
		began := time.Now()
		if text, _, _ := say(t, h, chat.Request{Message: "what is a slice"}); text != "by the old one" || time.Since(began) > 100*time.Millisecond {
			t.Errorf("%q after %v", text, time.Since(began))
		}
		close(h.local.Slow)
		synctest.Wait()
		if text, _, _ := say(t, h, chat.Request{Message: "what is a slice"}); text != "by the new one" {
			t.Errorf("once it has said so: %q", text)
		}
		h.Close()
	})
}

func TestAnotherHistoryIsAnotherQuestion(t *testing.T) {
	h := openCache(t, enginetest.Words("a"), enginetest.Words("b"), enginetest.Words("c"))
	_, first, _ := say(t, h, chat.Request{Message: "what is a slice"})
	if text, _, _ := say(t, h, chat.Request{Message: "what is a map", ConversationID: first.ConversationID}); text != "b" {
		t.Errorf("%q", text)
	}
	if text, r, _ := say(t, h, chat.Request{Message: "what is a map"}); text != "c" || r.Cache.Hit != chat.HitNone {
		t.Errorf("%q, %+v", text, r.Cache)
	}
}

func TestRefreshReplacesAndOffDoesNeither(t *testing.T) {
	h := openCache(t, enginetest.Words("one"), enginetest.Words("two"), enginetest.Words("three"), enginetest.Words("four"))
	ask := func(use chat.CacheUse) string {
		text, _, _ := say(t, h, chat.Request{Message: "what is a channel", Cache: use})
		return text
	}
	got := []string{ask(""), ask(chat.CacheOff), ask(chat.CacheOn), ask(chat.CacheRefresh), ask(chat.CacheOn)}
	if s := strings.Join(got, " "); s != "one two one three three" {
		t.Errorf("%s", s)
	}
}

func TestOnlyWholeAnswersOfTheRightServerAreKept(t *testing.T) {
	cut := enginetest.Script{{Text: "half"}, {Fail: &chat.Error{Kind: chat.StreamInterrupted, Message: "cut"}}}
	h := openCache(t, cut, enginetest.Words("whole"))
	if _, err := h.Chat(t.Context(), chat.Request{Message: "what is a mutex"}, &enginetest.Recorder{T: t}); err == nil {
		t.Fatal("no error")
	}
	items, _, _ := h.Conversations().List("", 0)
	if c, _ := h.Conversations().Get(items[0].ConversationID); c.Messages[1].Cache == nil || c.Messages[1].Cache.Hit != chat.HitNone {
		t.Errorf("a failed answer's message: %+v", c.Messages[1])
	}
	if text, _, _ := say(t, h, chat.Request{Message: "what is a mutex"}); text != "whole" {
		t.Errorf("%q", text)
	}
	h.local.Err = &chat.Error{Kind: chat.Unreachable, Message: "gone"}
	say(t, h, chat.Request{Message: "what is an atomic"})
	h.local.Err = nil
	if text, r, _ := say(t, h, chat.Request{Message: "what is an atomic"}); text != "whole" || r.Cache.Hit != chat.HitNone {
		t.Errorf("the outline's answer was kept: %q, %+v", text, r.Cache)
	}
}

// TestAKeptAnswerNeedsNoServer asks again when the server is gone.
func TestAnEmptyAnswerIsAskedForAgain(t *testing.T) {
	h := openCache(t, enginetest.Script{}, enginetest.Words("said"))
	req := chat.Request{Message: "how do I reverse a slice in Go"}
	first, _, _ := say(t, h, req)
	if second, r, _ := say(t, h, req); first != "" || second != "said" || r.Cache.Hit != chat.HitNone {
		t.Errorf("%q, then %q, %+v", first, second, r.Cache)
	}
}

func TestAKeptAnswerNeedsNoServer(t *testing.T) {
	h := openCache(t, enginetest.Words("kept"))
	say(t, h, chat.Request{Message: "what is a defer"})
	h.local.Err = &chat.Error{Kind: chat.Unreachable, Message: "gone"}
	if text, r, _ := say(t, h, chat.Request{Message: "what is a defer", MaxTier: chat.TierLocal}); text == "kept" {
		t.Errorf("another highest tier is another question: %+v", r)
	}
	if text, _, _ := say(t, h, chat.Request{Message: "what is a defer"}); text != "kept" {
		t.Errorf("%q", text)
	}
}

func TestABadAnswerIsForgotten(t *testing.T) {
	h := openCache(t, enginetest.Words("bad"), enginetest.Words("better"))
	req := chat.Request{Message: "what is a rune"}
	say(t, h, req)
	_, hit, _ := say(t, h, req)
	if err := h.Feedback(t.Context(), hit.MessageID, true); err != nil {
		t.Fatal(err)
	}
	if text, _, _ := say(t, h, req); text != "bad" {
		t.Errorf("a good one is gone: %q", text)
	}
	if err := h.Feedback(t.Context(), hit.MessageID, false); err != nil {
		t.Fatal(err)
	}
	if text, _, _ := say(t, h, req); text != "better" {
		t.Errorf("%q", text)
	}
	if err := h.Feedback(t.Context(), "nobody", false); !errors.Is(err, engine.ErrNoMessage) {
		t.Errorf("%v", err)
	}
	if n, err := h.ClearCache(t.Context()); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
}

// TestSecretsAreKeptAsPlaceholders looks at what the cache was given.
func TestSecretsAreKeptAsPlaceholders(t *testing.T) {
	h := openCache(t, enginetest.Words("use ", awsKey[:9], awsKey[9:], " there"))
	backing := &seen{}
	kept := cache.New(cache.Options{Backing: backing, Embedder: alike{}})
	s := enginetest.Setup(h.local)
	s.Cache = kept
	h.Configure(s)
	req := chat.Request{Message: "where does " + awsKey + " belong in this deployment"}
	say(t, h, req)
	text, r, _ := say(t, h, req)
	if r.Cache.Hit != chat.HitExact || text != "use "+awsKey+" there" {
		t.Errorf("%q, %+v", text, r.Cache)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	if len(backing.entries) == 0 {
		t.Fatal("nothing was kept")
	}
	for _, e := range backing.entries {
		if strings.Contains(e.Question+e.Answer.Text, awsKey) || !strings.Contains(e.Answer.Text, "REDACTED_") {
			t.Errorf("kept: %q, %q", e.Question, e.Answer.Text)
		}
	}
}

// seen is a backing that has nothing and notes what it is given.
type seen struct{ entries []cache.Entry }

func (*seen) Get(context.Context, cache.Key) (cache.Entry, bool, error) {
	return cache.Entry{}, false, nil
}

func (*seen) Look(context.Context, cache.Key, cache.Key) (e cache.Entry, found, alike bool, err error) {
	return e, false, false, nil
}
func (*seen) Near(context.Context, cache.Probe) ([]cache.Near, error) { return nil, nil }
func (*seen) Touch(context.Context, time.Time, ...cache.Key) error    { return nil }
func (*seen) Delete(context.Context, string) (bool, error)            { return false, nil }
func (*seen) Clear(context.Context) (int, error)                      { return 0, nil }
func (*seen) Epoch(context.Context) (uint64, error)                   { return 0, nil }
func (*seen) Stats(context.Context) (cache.BackingStats, error)       { return cache.BackingStats{}, nil }
func (*seen) Close() error                                            { return nil }
func (*seen) Sync(context.Context) error                              { return nil }
func (s *seen) Put(_ context.Context, entries ...cache.Entry) error {
	s.entries = append(s.entries, entries...)
	return nil
}

// TestACloudAnswerIsPaidOnce asks the cloud a question twice.
func TestACloudAnswerIsPaidOnce(t *testing.T) {
	kept := cache.New(cache.Options{})
	t.Cleanup(func() { _ = kept.Close() })
	h := openCloud(t, words("openai", "above"), func(s *engine.Setup) { s.Cache = kept })
	_, first, _ := say(t, h, chat.Request{Message: hard})
	text, second, _ := say(t, h, chat.Request{Message: hard})
	if text != "above" || first.CostCents <= 0 || second.CostCents != 0 || second.SavedCents < first.CostCents || second.Route.Tier != chat.TierCache {
		t.Errorf("%q: cost %v, then %v, saved %v by %+v", text, first.CostCents, second.CostCents, second.SavedCents, second.Route)
	}
	// A rule that keeps the question here does not give what the cloud has said.
	if _, r, _ := say(t, h, chat.Request{Message: hard, Mode: chat.ModeLocal}); r.Cache.Hit != chat.HitNone || r.Route.ForcedBy != route.ForcedByMode {
		t.Errorf("%+v", r.Route)
	}
}

// TestAnswersAboutFilesOfSecretsAreNotKept asks about one twice.
func TestAnswersAboutFilesOfSecretsAreNotKept(t *testing.T) {
	h := openCache(t, enginetest.Words("first"), enginetest.Words("second"))
	req := chat.Request{Message: "what is in this file", Context: []chat.ContextItem{{Kind: chat.ContextFile, Path: "/w/.env", Text: "A=b\n"}}}
	say(t, h, req)
	if text, r, _ := say(t, h, req); text != "second" || r.Cache.Hit != chat.HitNone {
		t.Errorf("%q, %+v", text, r.Cache)
	}
	if n, err := h.ClearCache(t.Context()); err != nil || n != 0 {
		t.Errorf("%d kept, %v", n, err)
	}
}
