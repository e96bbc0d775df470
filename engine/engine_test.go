package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/engine/store"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is an engine over scripts, with the parts a test looks at.
type house struct {
	*engine.Engine
	backend, outline *enginetest.Backend
	local            *enginetest.Local
}

func open(t *testing.T, scripts ...enginetest.Script) house {
	h := house{
		backend: &enginetest.Backend{Label: "ollama", Scripts: scripts},
		outline: &enginetest.Backend{Label: "outline", Scripts: []enginetest.Script{enginetest.Words("an ", "outline")}},
	}
	h.local = &enginetest.Local{Backend: h.backend}
	h.Engine = engine.New(engine.Options{
		Setup:   enginetest.Setup(h.local),
		Outline: h.outline, OutlineModel: "built-in", Now: time.Now,
	})
	t.Cleanup(h.Close)
	return h
}

// want is what an answer must come to.
type want struct {
	text, thinking string
	routes         string // backends in order
	kind           chat.ErrorKind
	err            error // in the chain
	reason         chat.FinishReason
	interrupted    bool
}

// check asks a question, plays the script, and compares what the listener, the
// result and the conversation say.
func check(t *testing.T, script enginetest.Script, w want) {
	t.Helper()
	h := open(t, script)
	rec := &enginetest.Recorder{T: t}
	result, err := h.Chat(t.Context(), chat.Request{Message: "q"}, rec)
	compare(t, rec, result, err, w)
	items, _, _ := h.Conversations().List("", 0)
	if len(items) != 1 {
		t.Fatalf("%d conversations", len(items))
	}
	c, _ := h.Conversations().Get(items[0].ConversationID)
	if m := c.Messages[1]; m.Text != w.text || m.Thinking != w.thinking || m.Interrupted != w.interrupted {
		t.Errorf("the conversation holds %+v, want text %q, interrupted %v", m, w.text, w.interrupted)
	}
}

func compare(t *testing.T, rec *enginetest.Recorder, result *chat.Result, err error, w want) {
	t.Helper()
	var routes []string
	for _, d := range rec.Routes() {
		routes = append(routes, d.Backend)
	}
	if got := strings.Join(routes, " "); got != w.routes {
		t.Errorf("routes %q, want %q", got, w.routes)
	}
	if rec.Text() != w.text || rec.Thinking() != w.thinking {
		t.Errorf("text %q, thinking %q; want %q, %q", rec.Text(), rec.Thinking(), w.text, w.thinking)
	}
	if chat.KindOf(err) != w.kind || w.err != nil && !errors.Is(err, w.err) || (err != nil) != (w.kind != "" || w.err != nil) {
		t.Errorf("error %v, want kind %q, cause %v", err, w.kind, w.err)
	}
	end, ok := rec.Ended()
	if !ok || !errors.Is(end.Err, err) {
		t.Errorf("the listener's end is %+v %v, the error %v", end, ok, err)
	}
	if (result == nil) != (err != nil) {
		t.Fatalf("result %v beside error %v", result, err)
	}
	if result != nil && (*result.Text != w.text || result.FinishReason != w.reason || result.Route.Backend != routes[len(routes)-1]) {
		t.Errorf("result %+v", result)
	}
}

func TestAnswers(t *testing.T) {
	broken := &chat.Error{Kind: chat.StreamInterrupted, Message: "cut"}
	down := &chat.Error{Kind: chat.Unreachable, Message: "127.0.0.1:11434 refuses connections"}
	denied := &chat.Error{Kind: chat.Auth, Message: "no"}
	for name, tc := range map[string]struct {
		script enginetest.Script
		want   want
	}{
		"whole":        {enginetest.Words("one ", "two"), want{text: "one two", routes: "ollama", reason: chat.FinishStop}},
		"empty":        {enginetest.Script{}, want{routes: "ollama", reason: chat.FinishStop}},
		"length":       {enginetest.Script{{Text: "a"}, {Finish: &stream.End{Reason: chat.FinishLength}}}, want{text: "a", routes: "ollama", reason: chat.FinishLength}},
		"thinking":     {enginetest.Script{{Thinking: "hm "}, {Thinking: "so"}, {Text: "a"}}, want{text: "a", thinking: "hm so", routes: "ollama", reason: chat.FinishStop}},
		"cut":          {enginetest.Script{{Text: "half"}, {Fail: broken}}, want{text: "half", routes: "ollama", kind: chat.StreamInterrupted, interrupted: true}},
		"refused":      {enginetest.Script{{Fail: denied}}, want{routes: "ollama", kind: chat.Auth, interrupted: true}},
		"down":         {enginetest.Script{{Fail: down}}, want{text: "an outline", routes: "ollama outline", reason: chat.FinishStop}},
		"down later":   {enginetest.Script{{Text: "a"}, {Fail: down}}, want{text: "a", routes: "ollama", kind: chat.Unreachable, interrupted: true}},
		"panic":        {enginetest.Script{{Panic: "bug"}}, want{routes: "ollama", kind: chat.BadResponse, interrupted: true}},
		"panic inside": {enginetest.Script{{Text: "a"}, {Panic: "bug"}}, want{text: "a", routes: "ollama", kind: chat.BadResponse, interrupted: true}},
	} {
		t.Run(name, func(t *testing.T) { check(t, tc.script, tc.want) })
	}
}

func TestNoServerAtAll(t *testing.T) {
	h := open(t, enginetest.Words("never"))
	h.local.Err = &chat.Error{Kind: chat.NoBackend, Message: "no model server was found at 127.0.0.1:11434"}
	rec := &enginetest.Recorder{T: t}
	result, err := h.Chat(t.Context(), chat.Request{Message: "q", Action: chat.Explain}, rec)
	compare(t, rec, result, err, want{text: "an outline", routes: "outline", reason: chat.FinishStop})
	d := rec.Routes()[0]
	if d.FallbackFrom != "local" || !strings.Contains(d.Reason, "no model server was found at 127.0.0.1:11434") {
		t.Errorf("the route does not say why: %+v", d)
	}
	p := h.outline.Prompts()[0]
	if p.Reason != "no model server was found at 127.0.0.1:11434" || p.Action != chat.Explain || p.Question != "q" {
		t.Errorf("the outline was given %+v", p)
	}
	if models, err := h.Models(t.Context()); err != nil || len(models) != 1 || !models[0].Default || models[0].Backend != "outline" {
		t.Errorf("models %+v, %v", models, err)
	}
}

func TestWhatIsNoLongerTrueOfAServerIsForgotten(t *testing.T) {
	for kind, want := range map[chat.ErrorKind]int{chat.Unreachable: 1, chat.ModelNotFound: 1, chat.RateLimited: 0} {
		h := open(t, enginetest.Script{{Fail: &chat.Error{Kind: kind, Message: "gone"}}})
		if _, err := h.Chat(t.Context(), chat.Request{Message: "q"}, &enginetest.Recorder{T: t}); (err == nil) != (kind == chat.Unreachable) {
			t.Errorf("%s: error %v", kind, err)
		}
		if n := h.local.Forgotten(); n != want {
			t.Errorf("%s: the server was forgotten %d times, want %d", kind, n, want)
		}
	}
}

func TestOtherPickErrorsAreTheAnswersError(t *testing.T) {
	h := open(t, enginetest.Words("never"))
	h.local.Err = &chat.Error{Kind: chat.ModelNotFound, Message: "no model"}
	rec := &enginetest.Recorder{T: t}
	result, err := h.Chat(t.Context(), chat.Request{Message: "q"}, rec)
	compare(t, rec, result, err, want{kind: chat.ModelNotFound})
	if _, err := h.Models(t.Context()); chat.KindOf(err) != chat.ModelNotFound {
		t.Errorf("Models: %v", err)
	}
}

func TestPanicWhilePlanningCostsTheAnswerAlone(t *testing.T) {
	h := open(t, enginetest.Words("fine"))
	h.local.Panic = "bug"
	rec := &enginetest.Recorder{T: t}
	func() {
		defer func() {
			if recover() != "bug" {
				t.Error("the panic was swallowed: nobody would hear of it")
			}
		}()
		_, _ = h.Chat(t.Context(), chat.Request{Message: "q"}, rec)
	}()
	if end, ok := rec.Ended(); !ok || end.Err == nil {
		t.Errorf("the listener's end is %+v, %v", end, ok)
	}
	h.local.Panic = ""
	rec = &enginetest.Recorder{T: t}
	result, err := h.Chat(t.Context(), chat.Request{Message: "q"}, rec)
	compare(t, rec, result, err, want{text: "fine", routes: "ollama", reason: chat.FinishStop})
}

func TestQuestionTooLong(t *testing.T) {
	h := open(t, enginetest.Words("never"))
	rec := &enginetest.Recorder{T: t}
	result, err := h.Chat(t.Context(), chat.Request{Message: strings.Repeat("x", chat.MaxQuestionBytes+1)}, rec)
	compare(t, rec, result, err, want{kind: chat.QueryTooLong})
	if len(h.backend.Prompts()) != 0 {
		t.Error("the backend was asked")
	}
}

func TestUnknownConversation(t *testing.T) {
	h := open(t, enginetest.Words("never"))
	rec := &enginetest.Recorder{T: t}
	if _, err := h.Chat(t.Context(), chat.Request{ConversationID: "nope", Message: "q"}, rec); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
}

func TestConversationGoesOn(t *testing.T) {
	h := open(t, enginetest.Words("first answer"), enginetest.Words("second answer"))
	first, err := h.Chat(t.Context(), chat.Request{Message: "first"}, &enginetest.Recorder{T: t})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Chat(t.Context(), chat.Request{ConversationID: first.ConversationID, Message: "second"}, &enginetest.Recorder{T: t}); err != nil {
		t.Fatal(err)
	}
	turns := h.backend.Prompts()[1].Turns
	if len(turns) != 4 || turns[1].Content != "first" || turns[2].Content != "first answer" || turns[3].Content != "second" {
		t.Errorf("the second prompt is %+v", turns)
	}
	if before := h.backend.Prompts()[0].Turns; before[0] != turns[0] || before[1] != turns[1] {
		t.Error("the second prompt does not begin with the first")
	}
}

func TestCancelStopsTheBackend(t *testing.T) {
	started := make(chan struct{})
	h := open(t, enginetest.Script{{Text: "half"}, {Signal: started}, {Wait: make(chan struct{})}})
	ctx, cancel := context.WithCancel(t.Context())
	rec := &enginetest.Recorder{T: t}
	go func() { <-started; cancel() }()
	result, err := h.Chat(ctx, chat.Request{Message: "q"}, rec)
	compare(t, rec, result, err, want{text: "half", routes: "ollama", err: context.Canceled})
	h.Close()
	if h.backend.Cancelled() != 1 {
		t.Error("the backend went on")
	}
}

func TestListenerThatFailsStopsTheBackend(t *testing.T) {
	gone := errors.New("editor gone")
	h := open(t, enginetest.Script{{Text: "a"}, {Text: "b"}, {Wait: make(chan struct{})}})
	rec := &enginetest.Recorder{T: t, FailAt: 2, Err: gone}
	result, err := h.Chat(t.Context(), chat.Request{Message: "q"}, rec)
	compare(t, rec, result, err, want{text: "a", routes: "ollama", err: gone})
	h.Close()
	if h.backend.Cancelled() != 1 {
		t.Error("the backend went on")
	}
}

func TestIdenticalQuestionsShareOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := open(t, enginetest.Script{{Thinking: "hm"}, {Text: "one "}, {Wait: release}, {Text: "two"}})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				rec := &enginetest.Recorder{T: t}
				result, err := h.Chat(t.Context(), chat.Request{Message: "same"}, rec)
				compare(t, rec, result, err, want{text: "one two", thinking: "hm", routes: "ollama", reason: chat.FinishStop})
			})
			synctest.Wait() // so that some join before the first word, some after it
		}
		close(release)
		wg.Wait()
		if n := len(h.backend.Prompts()); n != 1 {
			t.Errorf("%d calls for five identical questions, want 1", n)
		}
		if _, err := h.Chat(t.Context(), chat.Request{Message: "same"}, &enginetest.Recorder{T: t}); err != nil {
			t.Error(err)
		}
		if n := len(h.backend.Prompts()); n != 2 {
			t.Errorf("%d calls after the flight had ended, want 2", n)
		}
	})
}

func TestDifferentQuestionsDoNotShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := open(t, enginetest.Script{{Wait: release}, {Text: "x"}})
		requests := []chat.Request{
			{Message: "a"},
			{Message: "b"},
			{Message: "a", Model: "other"},
			{Message: "a", Action: chat.Explain},
			{Message: "a", Context: []chat.ContextItem{{Text: "code"}}},
			{Message: "a", Context: []chat.ContextItem{{Text: "code", Path: "/other"}}},
			{Message: "a", Classification: chat.Secret},
			{Message: "a", Folders: []string{"/w"}},
			{Message: "a", Folders: []string{"/w", "/x"}},
			{Message: "a", Cache: chat.CacheOff},
			{Message: "a", Cache: chat.CacheOff},
			{Message: "a", Cache: chat.CacheRefresh},
		}
		var wg sync.WaitGroup
		for _, req := range requests {
			wg.Go(func() {
				if _, err := h.Chat(t.Context(), req, &enginetest.Recorder{T: t}); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(release)
		wg.Wait()
		if n := len(h.backend.Prompts()); n != len(requests) {
			t.Errorf("%d calls for %d different questions", n, len(requests))
		}
	})
}

func TestLeavingDoesNotDisturbTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := open(t, enginetest.Script{{Text: "one "}, {Wait: release}, {Text: "two"}})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			rec := &enginetest.Recorder{T: t}
			result, err := h.Chat(ctx, chat.Request{Message: "same"}, rec)
			compare(t, rec, result, err, want{text: "one ", routes: "ollama", err: context.Canceled})
		})
		synctest.Wait()
		wg.Go(func() {
			rec := &enginetest.Recorder{T: t}
			result, err := h.Chat(t.Context(), chat.Request{Message: "same"}, rec)
			compare(t, rec, result, err, want{text: "one two", routes: "ollama", reason: chat.FinishStop})
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(release)
		wg.Wait()
		if h.backend.Cancelled() != 0 || len(h.backend.Prompts()) != 1 {
			t.Errorf("%d calls, %d cancelled", len(h.backend.Prompts()), h.backend.Cancelled())
		}
	})
}

func TestMetricsAndStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := make(chan struct{}), make(chan struct{})
		h := open(t, enginetest.Script{{Wait: first}, {Text: "a"}, {Wait: second}, {Text: "b"}, {Finish: &stream.End{Reason: chat.FinishStop, Usage: chat.Usage{PromptTokens: 9, CompletionTokens: 20}}}})
		go func() {
			time.Sleep(300 * time.Millisecond)
			close(first)
			time.Sleep(time.Second)
			close(second)
		}()
		result, err := h.Chat(t.Context(), chat.Request{Message: "q"}, &enginetest.Recorder{T: t})
		if err != nil {
			t.Fatal(err)
		}
		if m := result.Metrics; m.FirstTokenMs != 300 || m.TotalMs != 1300 || m.TokensPerSecond != 20 {
			t.Errorf("metrics %+v", m)
		}
		if u := result.Usage; u != (chat.Usage{PromptTokens: 9, CompletionTokens: 20}) {
			t.Errorf("usage %+v", u)
		}
		s := h.Stats()
		if s.Requests != 1 || s.TokensPerSecond != 20 || s.FirstTokenMs.P50 != 300 || s.FirstTokenMs.P95 != 300 || s.UptimeSeconds != 1.3 || s.Goroutines == 0 || s.HeapBytes == 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestUsageIsEstimatedWhereTheServerDoesNotCount(t *testing.T) {
	h := open(t, enginetest.Words("a", "b", "c"))
	result, err := h.Chat(t.Context(), chat.Request{Message: "q"}, &enginetest.Recorder{T: t})
	if err != nil {
		t.Fatal(err)
	}
	if u := result.Usage; !u.Estimated || u.CompletionTokens != 3 || u.PromptTokens == 0 {
		t.Errorf("usage %+v", u)
	}
}

func TestConfigureReplacesTheServer(t *testing.T) {
	h := open(t, enginetest.Words("old"))
	released := false
	other := &enginetest.Local{Backend: &enginetest.Backend{Label: "openai", Scripts: []enginetest.Script{enginetest.Words("new")}}}
	setup := enginetest.Setup(other)
	setup.Release = func() { released = true }
	h.Configure(setup)
	rec := &enginetest.Recorder{T: t}
	result, err := h.Chat(t.Context(), chat.Request{Message: "q"}, rec)
	compare(t, rec, result, err, want{text: "new", routes: "openai", reason: chat.FinishStop})
	h.Close()
	if !released {
		t.Error("the setup in use was not released")
	}
}

func TestRouteRunsNothing(t *testing.T) {
	h := open(t, enginetest.Words("never"))
	d, err := h.Route(t.Context(), chat.Request{Message: "q"})
	if err != nil || d.Backend != "ollama" || d.Model != "scripted" || len(h.backend.Prompts()) != 0 {
		t.Errorf("%+v, %v, %d calls", d, err, len(h.backend.Prompts()))
	}
}

func TestManyAtOnce(t *testing.T) {
	h := open(t, enginetest.Words("the ", "whole ", "answer"))
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			rec := &enginetest.Recorder{T: t}
			if _, err := h.Chat(t.Context(), chat.Request{Message: "q"}, rec); err != nil || rec.Text() != "the whole answer" {
				t.Errorf("%q, %v", rec.Text(), err)
			}
		})
	}
	wg.Wait()
	if s := h.Stats(); s.Requests != 200 {
		t.Errorf("%d requests counted", s.Requests)
	}
}
