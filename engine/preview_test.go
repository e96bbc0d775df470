package engine_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// code is a file of so many lines.
func code(name string, lines int) chat.ContextItem {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "value%d := compute(%q, %d)\n", i, name, i)
	}
	return chat.ContextItem{
		Kind: chat.ContextFile, URI: "file:///w/" + name, Path: "/w/" + name, Folder: "/w", Language: "go",
		Text: b.String(), Document: b.String(),
	}
}

// TestPreviewIsWhatIsSent previews each question of a growing conversation, then
// asks it, and compares turn by turn. The local model's window is small.
func TestPreviewIsWhatIsSent(t *testing.T) {
	for name, mode := range map[string]chat.Mode{"local": chat.ModeLocal, "cloud": chat.ModeCloud} {
		t.Run(name, func(t *testing.T) {
			cloud := &enginetest.Backend{Label: "openai", Scripts: []enginetest.Script{enginetest.Words("It is ", awsKey, strings.Repeat(" so", 300))}}
			h := openCloud(t, cloud, nil)
			h.local.ContextLength = 2048
			h.backend.Scripts = cloud.Scripts
			h.backend.Choose = func(p *chat.Prompt) enginetest.Script { // no summary takes the old turns' place
				if asks(*p) {
					return enginetest.Script{{Fail: errors.New("busy")}}
				}
				return nil
			}
			asked := map[string]*enginetest.Backend{"local": h.backend, "cloud": cloud}[name]
			id, cut := "", false
			for i := range 12 {
				req := chat.Request{
					ConversationID: id, Mode: mode, Action: chat.Explain, Message: fmt.Sprintf("question %d about %s", i, awsKey),
					Context: []chat.ContextItem{code("a.go", 20), code(fmt.Sprint("b", i, ".go"), 30*i)},
					Left:    []chat.Left{{Kind: chat.ContextFile, URI: "file:///w/.env", Name: "@file:.env", Reason: "is a file of secrets"}},
				}
				preview, err := h.Preview(t.Context(), req)
				if err != nil {
					t.Fatal(err)
				}
				_, result, rec := say(t, h, req)
				id = result.ConversationID
				prompts := slices.DeleteFunc(asked.Prompts(), asks)
				if len(prompts) != i+1 {
					t.Fatalf("%d calls after %d questions: a preview asked", len(prompts), i+1)
				}
				if sent := prompts[i].Turns; !slices.Equal(preview.Turns, sent) {
					t.Fatalf("question %d: previewed %q, sent %q", i, preview.Turns, sent)
				}
				if d := rec.Routes()[0]; d != preview.Route {
					t.Errorf("question %d: route %+v, previewed %+v", i, d, preview.Route)
				}
				if (len(preview.Redactions) > 0) != (mode == chat.ModeCloud) || !slices.Equal(preview.Redactions, result.Redactions) {
					t.Errorf("redactions %+v, previewed %+v", result.Redactions, preview.Redactions)
				}
				if last := preview.Items[len(preview.Items)-1]; last.Cut != "@file:.env is a file of secrets" {
					t.Errorf("items %+v", preview.Items)
				}
				cut = cut || strings.Contains(preview.Route.Reason, "; left out to fit 2,048 tokens: ")
			}
			if cut != (mode == chat.ModeLocal) {
				t.Errorf("something was cut: %v", cut)
			}
		})
	}
}

func TestPreviewWithoutAServer(t *testing.T) {
	h := open(t, enginetest.Words("x"))
	h.local.Err = &chat.Error{Kind: chat.NoBackend, Message: "nothing answers"}
	preview, err := h.Preview(t.Context(), chat.Request{Message: "why", Context: []chat.ContextItem{code("a.go", 3)}})
	if err != nil || preview.Route.Backend != "outline" || len(preview.Turns) != 2 || preview.Tokens == 0 || len(preview.Items) != 1 {
		t.Errorf("%+v, %v", preview, err)
	}
	if len(h.outline.Prompts()) != 0 {
		t.Error("a preview was answered")
	}
}

// TestNothingFits holds that a selection that is too long is an error a person
// can act on, before any server is asked for an answer.
func TestNothingFits(t *testing.T) {
	h := open(t, enginetest.Words("x"))
	h.local.ContextLength = 2048
	item := code("a.go", 2000)
	item.Kind = chat.ContextSelection
	req := chat.Request{Action: chat.Explain, Context: []chat.ContextItem{item}}
	_, err := h.Chat(t.Context(), req, &enginetest.Recorder{T: t})
	if chat.KindOf(err) != chat.ContextTooLong || len(h.backend.Prompts()) != 0 {
		t.Errorf("%v after %d calls", err, len(h.backend.Prompts()))
	}
	if _, err := h.Preview(t.Context(), req); chat.KindOf(err) != chat.ContextTooLong {
		t.Errorf("preview: %v", err)
	}
}

// TestARefusedPromptIsMadeShorter plays a server whose window is smaller than
// what it told, and which says so.
func TestARefusedPromptIsMadeShorter(t *testing.T) {
	refusal := &chat.Error{Kind: chat.ContextTooLong, Message: "too long", Tokens: 5000, Window: 2048}
	h := open(t, enginetest.Script{{Fail: refusal}}, enginetest.Words("fine"))
	h.local.ContextLength = 8192
	req := chat.Request{Message: "why", Context: []chat.ContextItem{code("a.go", 200)}}
	text, result, rec := say(t, h, req)
	prompts := h.backend.Prompts()
	if text != "fine" || len(prompts) != 2 || prompts[1].Tokens >= 2048 || prompts[0].Tokens < 2048 {
		t.Fatalf("%q after %d calls: %d, then %d tokens", text, len(prompts), prompts[0].Tokens, prompts[len(prompts)-1].Tokens)
	}
	routes := rec.Routes()
	last := routes[len(routes)-1]
	if !strings.Contains(last.Reason, "left out to fit 2,048 tokens: a.go after its first ") || strings.Contains(last.Because(), "left out") {
		t.Errorf("reason %q, without what was left out %q", last.Reason, last.Because())
	}
	if left := result.Left; len(left) != 1 || left[0].Kind != chat.ContextFile || !strings.HasPrefix(left[0].Name, "a.go after its first ") || left[0].Reason != "did not fit into 2,048 tokens" {
		t.Errorf("left out %+v", left)
	}
	// The conversation keeps what was sent, and the next question fits at once.
	_, _, _ = say(t, h, chat.Request{ConversationID: result.ConversationID, Message: "again"})
	if got := h.backend.Prompts(); len(got) != 3 || got[2].Turns[1] != prompts[1].Turns[1] {
		t.Errorf("%d calls, and the next question has the history %q", len(got), got[len(got)-1].Turns[1].Content)
	}
}

func TestARefusalThatDoesNotHelpIsTheAnswer(t *testing.T) {
	refusal := &chat.Error{Kind: chat.ContextTooLong, Message: "too long", Tokens: 5000, Window: 4000}
	h := open(t, enginetest.Script{{Fail: refusal}})
	h.local.ContextLength = 8192
	_, err := h.Chat(t.Context(), chat.Request{Message: "why", Context: []chat.ContextItem{code("a.go", 200)}}, &enginetest.Recorder{T: t})
	if chat.KindOf(err) != chat.ContextTooLong || len(h.backend.Prompts()) > 2 {
		t.Errorf("%v after %d calls", err, len(h.backend.Prompts()))
	}
}

// TestCountsOfAnswersAreLearnt plays a tokenizer that makes half as many tokens
// again as estimated.
func TestCountsOfAnswersAreLearnt(t *testing.T) {
	h := open(t, enginetest.Words("fine"))
	h.local.ContextLength = 8192
	req := chat.Request{Message: "why", Cache: chat.CacheOff, Context: []chat.ContextItem{code("a.go", 100)}}
	first, err := h.Preview(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	h.backend.Scripts = []enginetest.Script{{{Text: "fine"}, {Finish: &stream.End{
		Reason: chat.FinishStop, Usage: chat.Usage{PromptTokens: first.Tokens * 3 / 2, CompletionTokens: 1},
	}}}}
	for range 10 {
		_, _, _ = say(t, h, req)
	}
	last, err := h.Preview(t.Context(), req)
	if err != nil || last.Tokens < first.Tokens*135/100 || last.Tokens > first.Tokens*165/100 {
		t.Errorf("%d tokens at first, %d later, %v", first.Tokens, last.Tokens, err)
	}
}

// TestAnOverrideIsSaidAndAsksAnew holds that another prompt is another question
// to the cache, and that the person is told of it.
func TestAnOverrideIsSaidAndAsksAnew(t *testing.T) {
	folder := t.TempDir()
	backend := &enginetest.Backend{Label: "ollama", Scripts: []enginetest.Script{enginetest.Words("fine")}}
	setup := enginetest.Setup(&enginetest.Local{Backend: backend})
	setup.Cache = cache.New(cache.Options{})
	e := engine.New(engine.Options{Setup: setup, Outline: backend, Now: time.Now, Prompts: prompt.NewLibrary("")})
	t.Cleanup(e.Close)
	item := code("a.go", 3)
	item.Folder, item.Path = folder, filepath.Join(folder, "a.go")
	ask := func() chat.RouteDecision {
		rec := &enginetest.Recorder{T: t}
		if _, err := e.Chat(t.Context(), chat.Request{Action: chat.Explain, Context: []chat.ContextItem{item}}, rec); err != nil {
			t.Fatal(err)
		}
		return rec.Routes()[0]
	}
	if d := ask(); strings.Contains(d.Reason, "prompt") {
		t.Errorf("reason %q", d.Reason)
	}
	if d := ask(); d.Tier != chat.TierCache {
		t.Errorf("the second time: %+v", d)
	}
	dir := filepath.Join(folder, ".rigrun", "prompts")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"Say it in verse.", "{{nonsense}}"} {
		if err := os.WriteFile(filepath.Join(dir, "explain.md"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		d := ask()
		switch prompts := backend.Prompts(); {
		case i == 0 && (len(prompts) != 2 || !strings.HasSuffix(d.Reason, "; the workspace's prompt .rigrun/prompts/explain.md is used") ||
			!strings.HasSuffix(prompts[1].Turns[1].Content, "\n\n"+text)):
			t.Errorf("%q: %d calls, reason %q", text, len(prompts), d.Reason)
		case i == 1 && (d.Tier != chat.TierCache || e.Trouble() == nil || e.Trouble() != nil):
			t.Errorf("%q: %+v, or the problem was not told once", text, d)
		}
	}
}
