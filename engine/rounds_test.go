package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/stream"
	"github.com/rigrun/rigrun-lsp/engine/tools"
)

// read is a call of read_file.
func read(id, path string) chat.ToolCall {
	return chat.ToolCall{ID: id, Name: tools.ReadFile, Arguments: fmt.Sprintf(`{"path":%q}`, path)}
}

// workspace is the files of the tests.
func workspace() *enginetest.Files {
	return &enginetest.Files{Texts: map[string]string{
		"sum.go":    "package sum\n",
		"plan.md":   "(S) The plan.\n\nSECRET//NOFORN\n\nAttack at dawn.\n",
		"keys.go":   "package keys\n\nconst aws = \"" + awsKey + "\"\n",
		"config.py": "user = 'svc'\npassword = \"" + bare + "\"\nretries = 3\n",
	}}
}

// bare is a secret that nothing but its name tells from a word.
const bare = "x7KqT2mZp9Lw"

// give lets an engine's models look into files.
func give(files *enginetest.Files) func(*engine.Setup) {
	return func(s *engine.Setup) {
		s.Workspace = func([]string) tools.Workspace { return files }
		s.LocalTools, s.CloudTools = true, true
	}
}

// openTools is a house whose local model plays the scripts and may look into files.
func openTools(t *testing.T, files *enginetest.Files, scripts ...enginetest.Script) house {
	t.Helper()
	h := open(t, scripts...)
	s := enginetest.Setup(h.local)
	give(files)(&s)
	h.Configure(s)
	return h
}

// about is a question in the workspace.
func about(message string) chat.Request {
	return chat.Request{Message: message, Folders: []string{"/w"}}
}

func TestAModelLooksBeforeItAnswers(t *testing.T) {
	h := openTools(t, workspace(),
		enginetest.Script{{Text: "Let me look."}, {Thinking: "hm"}, {Calls: []chat.ToolCall{read("a", "sum.go"), read("b", "none.go")}}},
		enginetest.Words("It ", "is empty."))
	text, r, rec := say(t, h, about("what is in sum.go"))
	if text != "Let me look.\n\nIt is empty." || rec.Thinking() != "hm" || r.FinishReason != chat.FinishStop || *r.Text != text {
		t.Errorf("%q, %q, %+v", text, rec.Thinking(), r)
	}
	steps := []chat.Step{
		{Tool: tools.ReadFile, Detail: "sum.go, lines 1 to 1", OK: true},
		{Tool: tools.ReadFile, Detail: "none.go: there is no such file"},
	}
	c, _ := h.Conversations().Get(r.ConversationID)
	for _, got := range [][]chat.Step{rec.Steps(), r.Steps, c.Messages[1].Steps} {
		if diff := cmp.Diff(steps, got); diff != "" {
			t.Error(diff)
		}
	}
	prompts := h.backend.Prompts()
	if len(prompts) != 2 || len(prompts[0].Tools) == 0 || prompts[0].Rounds != nil || prompts[1].NoCalls {
		t.Fatalf("%d prompts: %+v", len(prompts), prompts)
	}
	want := []chat.Round{{
		Text: "Let me look.", Thinking: "hm", Calls: []chat.ToolCall{read("a", "sum.go"), read("b", "none.go")},
		Results: []string{"sum.go, lines 1 to 1 of 1:\npackage sum\n", "error: there is no such file"},
	}}
	if diff := cmp.Diff(want, prompts[1].Rounds); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(prompts[0].Turns, prompts[1].Turns); diff != "" {
		t.Errorf("the beginning of the prompt moved: %s", diff)
	}
}

// TestWhatWasReadRaisesTheNextRound: a line out of a marked file goes on with the file's level,
// which the door goes by; the line itself does not show it.
func TestWhatWasReadRaisesTheNextRound(t *testing.T) {
	h := openTools(t, workspace(), enginetest.Script{
		{Calls: []chat.ToolCall{{ID: "a", Name: tools.ReadFile, Arguments: `{"path":"plan.md","first_line":5,"last_line":5}`}}},
	}, enginetest.Words("At dawn."))
	say(t, h, about("when"))
	prompts := h.backend.Prompts()
	if len(prompts) != 2 || prompts[0].Level != chat.Unclassified || prompts[1].Level != chat.Secret {
		t.Errorf("%d rounds, the first at %v, the last at %v", len(prompts), prompts[0].Level, prompts[len(prompts)-1].Level)
	}
}

// TestCountsWithToolsTeachNothing: a server counts the tools' descriptions and results as well,
// so its count says nothing of how it counts the texts that the next prompt is estimated by.
func TestCountsWithToolsTeachNothing(t *testing.T) {
	h := openTools(t, workspace(), enginetest.Words("yes"))
	h.backend.Choose = func(p *chat.Prompt) enginetest.Script {
		return enginetest.Script{{Finish: &stream.End{Reason: chat.FinishStop, Usage: chat.Usage{PromptTokens: p.Tokens * 19 / 10}}}}
	}
	for range 2 {
		say(t, h, about(strings.Repeat("is it so? ", 200)))
	}
	first, second := h.backend.Prompts()[0], h.backend.Prompts()[1]
	if len(first.Tools) == 0 || first.Tokens < 400 || second.Tokens != first.Tokens {
		t.Errorf("the same prompt is estimated anew: %d tokens, then %d", first.Tokens, second.Tokens)
	}
}

func TestToolsAreOfferedToThoseWhoMay(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*engine.Setup, *enginetest.Local, *chat.Request)
		want   bool
	}{
		{"a free question", func(*engine.Setup, *enginetest.Local, *chat.Request) {}, true},
		{"whose server says so", func(s *engine.Setup, l *enginetest.Local, _ *chat.Request) {
			s.LocalTools, l.Capabilities = false, []string{"completion", "tools"}
		}, true},
		{"whose server does not", func(s *engine.Setup, _ *enginetest.Local, _ *chat.Request) { s.LocalTools = false }, false},
		{"an action", func(_ *engine.Setup, _ *enginetest.Local, r *chat.Request) { r.Action = chat.Explain }, false},
		{"an action of one's own", func(_ *engine.Setup, _ *enginetest.Local, r *chat.Request) { r.Instruction = "Translate." }, false},
		{"no folder", func(_ *engine.Setup, _ *enginetest.Local, r *chat.Request) { r.Folders = nil }, false},
		{"switched off", func(s *engine.Setup, _ *enginetest.Local, _ *chat.Request) { s.Workspace = nil }, false},
		{"a small window", func(_ *engine.Setup, l *enginetest.Local, _ *chat.Request) { l.ContextLength = 4096 }, false},
		{"a large one", func(_ *engine.Setup, l *enginetest.Local, _ *chat.Request) { l.ContextLength = 32768 }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := open(t, enginetest.Words("yes"))
			s, req := enginetest.Setup(h.local), about("is it")
			give(workspace())(&s)
			test.change(&s, h.local, &req)
			h.Configure(s)
			say(t, h, req)
			if got := len(h.backend.Prompts()[0].Tools) > 0; got != test.want {
				t.Errorf("offered: %v", got)
			}
		})
	}
}

func TestRoundsEnd(t *testing.T) {
	var scripts []enginetest.Script
	for n := range tools.MaxRounds + 5 {
		scripts = append(scripts, enginetest.Script{
			{Calls: []chat.ToolCall{{ID: "c", Name: tools.Search, Arguments: fmt.Sprintf(`{"words":"%d"}`, n)}}},
			{Finish: &stream.End{Reason: chat.FinishTool, Usage: chat.Usage{PromptTokens: 10, CompletionTokens: 1}}},
		})
	}
	h := openTools(t, workspace(), scripts...)
	text, r, _ := say(t, h, about("round and round"))
	prompts := h.backend.Prompts()
	if len(prompts) != tools.MaxRounds+1 || len(r.Steps) != tools.MaxRounds || text != "" || r.FinishReason != chat.FinishStop {
		t.Errorf("%d calls, %d steps, %q, %q", len(prompts), len(r.Steps), text, r.FinishReason)
	}
	for i, p := range prompts {
		if p.NoCalls != (i == tools.MaxRounds) {
			t.Errorf("round %d: it may not call: %v", i+1, p.NoCalls)
		}
	}
	if r.Usage.PromptTokens != 10*len(prompts) || r.Usage.CompletionTokens != len(prompts) {
		t.Errorf("%+v", r.Usage)
	}
}

func TestARoundThatWasCutIsTheEnd(t *testing.T) {
	h := openTools(t, workspace(), enginetest.Script{
		{Text: "so "},
		{Calls: []chat.ToolCall{{ID: "a", Name: tools.ReadFile, Arguments: `{"path":"su`}}},
		{Finish: &stream.End{Reason: chat.FinishLength}},
	})
	if text, r, _ := say(t, h, about("q")); text != "so " || r.FinishReason != chat.FinishLength || r.Steps != nil {
		t.Errorf("%q, %+v", text, r)
	}
}

// TestHostileCallsAreSentBackHarmless holds what a server is sent of calls that no
// server would accept.
func TestHostileCallsAreSentBackHarmless(t *testing.T) {
	calls := []chat.ToolCall{
		{ID: "same", Name: tools.ReadFile, Arguments: `{"path":"sum.go"}`},
		{ID: "same", Name: "rm -rf /\n", Arguments: `[1]`},
		{ID: "", Name: "", Arguments: `{"path":`},
		{ID: "x\ny", Name: strings.Repeat("n", 70), Arguments: `"` + strings.Repeat("a", tools.MaxArguments) + `"`},
	}
	for range 40 {
		calls = append(calls, read("more", "sum.go"))
	}
	h := openTools(t, workspace(), enginetest.Script{{Calls: calls}}, enginetest.Words("well"))
	say(t, h, about("q"))
	round := h.backend.Prompts()[1].Rounds[0]
	if len(round.Calls) != 16 || len(round.Results) != 16 {
		t.Fatalf("%d calls, %d results", len(round.Calls), len(round.Results))
	}
	ids := map[string]bool{}
	for i, c := range round.Calls {
		ids[c.ID] = true
		if strings.ContainsAny(c.ID+c.Name, " \n/") || c.Name == "" || !strings.HasPrefix(c.Arguments, "{") {
			t.Errorf("call %d is sent back as %+v", i, c)
		}
		if i > 0 && !strings.HasPrefix(round.Results[i], "error: ") {
			t.Errorf("call %d: %q", i, round.Results[i])
		}
	}
	if len(ids) != 16 {
		t.Errorf("%d different ids", len(ids))
	}
}

// sentTo is everything a backend was sent.
func sentTo(b *enginetest.Backend) string {
	return fmt.Sprintf("%+v", b.Prompts())
}

func TestMarkedFilesDoNotGoToTheCloud(t *testing.T) {
	ask := enginetest.Script{{Calls: []chat.ToolCall{read("a", "plan.md")}}}
	search := enginetest.Script{{Calls: []chat.ToolCall{{ID: "a", Name: tools.Search, Arguments: `{"words":"dawn"}`}}}}
	lines := enginetest.Script{{Calls: []chat.ToolCall{{ID: "a", Name: tools.ReadFile, Arguments: `{"path":"plan.md","first_line":5}`}}}}
	for _, test := range []struct {
		name  string
		first enginetest.Script
		mode  chat.Mode
		local bool // the local model answers
	}{
		{"asked for the cloud", ask, chat.ModeCloud, false},
		{"a line without its marking", lines, chat.ModeCloud, false},
		{"found by a search", search, chat.ModeCloud, false},
		{"by whoever can", ask, chat.ModeAuto, true},
		{"lines by whoever can", lines, chat.ModeAuto, true},
		{"found by whoever can", search, chat.ModeAuto, false},
		{"after something was said", append(enginetest.Words("So: "), ask...), chat.ModeAuto, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			cloud := &enginetest.Backend{Label: "openai", Scripts: []enginetest.Script{test.first, enginetest.Words("above")}}
			h := openCloud(t, cloud, give(workspace()))
			h.backend.Scripts = []enginetest.Script{ask, enginetest.Words("Attack ", "at dawn.")}
			req := about(hard)
			req.Mode = test.mode
			text, r, _ := say(t, h, req)
			if sent := sentTo(cloud); strings.Contains(sent, "dawn.") || strings.Contains(sent, "NOFORN") {
				t.Errorf("the cloud was sent %s", sent)
			}
			if local := r.Route.Tier == chat.TierLocal; local != test.local || !local && !strings.HasSuffix(text, "above") {
				t.Fatalf("%q by %+v, %+v", text, r.Route, r.Steps)
			}
			if last := r.Steps[len(r.Steps)-1]; last.OK != test.local || r.Steps[0].OK {
				t.Errorf("%+v", r.Steps)
			}
			if !test.local {
				return
			}
			if r.Route.Classification != chat.Secret || !strings.Contains(r.Route.Reason, "marked SECRET") || r.Route.FallbackFrom != chat.TierCloud {
				t.Errorf("%+v", r.Route)
			}
			before := len(cloud.Prompts())
			req.ConversationID, req.Message, req.Mode = r.ConversationID, "and when?", chat.ModeCloud
			if _, r, _ = say(t, h, req); r.Route.ForcedBy != route.ForcedByClassification || len(cloud.Prompts()) != before {
				t.Errorf("the next question went by %+v", r.Route)
			}
		})
	}
}

func TestSecretsThatToolsReadGoOutAsPlaceholders(t *testing.T) {
	files := workspace()
	var placeholder string
	cloud := &asker{t: t, reply: func(p *chat.Prompt, w stream.Writer) error {
		switch len(p.Rounds) {
		case 0:
			return enginetest.Ask(w, []chat.ToolCall{read("a", "keys.go")})
		case 1:
			at := strings.Index(p.Rounds[0].Results[0], "REDACTED_")
			placeholder, _, _ = strings.Cut(p.Rounds[0].Results[0][at:], `"`)
			return enginetest.Ask(w, []chat.ToolCall{{ID: "b", Name: tools.Search, Arguments: `{"words":"` + placeholder + `"}`}})
		}
		return w.Write(stream.Chunk{Data: []byte("It is " + placeholder + ".")})
	}}
	h := openCloud(t, cloud, give(files))
	req := about("what is the key")
	req.Mode = chat.ModeCloud
	text, r, _ := say(t, h, req)
	if text != "It is "+awsKey+"." || strings.Contains(fmt.Sprintf("%+v", cloud.prompts), awsKey) {
		t.Errorf("%q, sent %+v", text, cloud.prompts)
	}
	if !slices.Contains(files.Calls(), "search "+awsKey) {
		t.Errorf("the search was for %v", files.Calls())
	}
	if len(r.Redactions) != 1 || r.Redactions[0].URI != "file:///w/keys.go" || r.Redactions[0].Line != 3 || r.Redactions[0].Placeholder != placeholder {
		t.Errorf("%+v", r.Redactions)
	}
}

// asker is a backend that decides by its prompt what it says.
type asker struct {
	t       *testing.T
	reply   func(*chat.Prompt, stream.Writer) error
	prompts []chat.Prompt
}

func (*asker) Name() string { return "openai" }

func (a *asker) Chat(_ context.Context, p *chat.Prompt, w stream.Writer) (stream.End, error) {
	a.prompts = append(a.prompts, *p)
	return stream.End{Reason: chat.FinishStop}, a.reply(p, w)
}

func TestWithoutRedactionFilesWithSecretsStay(t *testing.T) {
	cloud := &enginetest.Backend{Label: "openai", Scripts: []enginetest.Script{{{Calls: []chat.ToolCall{read("a", "keys.go")}}}, enginetest.Words("above")}}
	h := openCloud(t, cloud, func(s *engine.Setup) {
		give(workspace())(s)
		s.Redact = false
	})
	req := about("what is the key")
	req.Mode = chat.ModeCloud
	if _, r, _ := say(t, h, req); strings.Contains(sentTo(cloud), awsKey) || r.Steps[0].OK {
		t.Errorf("%+v, sent %s", r.Steps, sentTo(cloud))
	}
}

// TestAQuotedSecretSealsTheConversation holds that a secret which only its file
// shows to be one does not reach the cloud with the answer that quotes it.
func TestAQuotedSecretSealsTheConversation(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer enginetest.Script
		sealed bool
	}{
		{"quoted", enginetest.Words("It is ", bare[:5], bare[5:], ", I think."), true},
		{"not quoted", enginetest.Words("It has a password."), false},
		{"with its name", enginetest.Words("password = \"" + bare + "\""), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			cloud := words("openai", "above")
			h := openCloud(t, cloud, give(workspace()))
			h.backend.Scripts = []enginetest.Script{{{Calls: []chat.ToolCall{read("a", "config.py")}}}, test.answer}
			req := about(easy)
			req.Mode = chat.ModeLocal
			_, r, _ := say(t, h, req)
			req.ConversationID, req.Mode, req.Folders = r.ConversationID, chat.ModeCloud, nil
			_, r, _ = say(t, h, req)
			if sealed := r.Route.ForcedBy == route.ForcedBySecrets; sealed != test.sealed || strings.Contains(sentTo(cloud), bare) {
				t.Errorf("%+v, the cloud was sent %s", r.Route, sentTo(cloud))
			}
		})
	}
}

// TestPiecesOfSecretsAreKeptBack holds that a piece which shows a part of a secret
// reaches no model: what it says of it could not be recognised later.
func TestPiecesOfSecretsAreKeptBack(t *testing.T) {
	files := workspace()
	files.Texts["key.pem.txt"] = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEowIBAAKCAQEAx7Q2vZ1mN4kTq9Yb3LrWc8HsJd5Fg6Pz0UoEiAyVtBnMxKj\n-----END RSA PRIVATE KEY-----\n"
	h := openTools(t, files, enginetest.Script{{Calls: []chat.ToolCall{
		{ID: "a", Name: tools.ReadFile, Arguments: `{"path":"key.pem.txt","first_line":2}`},
		{ID: "b", Name: tools.Search, Arguments: `{"words":"MIIE"}`},
	}}}, enginetest.Words("no"))
	_, r, _ := say(t, h, about("q"))
	if r.Steps[0].OK || r.Steps[1].OK || strings.Contains(sentTo(h.backend), "MIIEowIBAAKC") {
		t.Errorf("%+v, sent %s", r.Steps, sentTo(h.backend))
	}
}

// TestFilesOfSecretsAreKeptBack holds that no tool shows a model a file of secrets,
// whatever the workspace gives: no rule knows the text for what it is.
func TestFilesOfSecretsAreKeptBack(t *testing.T) {
	files := workspace()
	files.Texts[".env"] = "GREETING=bonjour\n"
	h := openTools(t, files, enginetest.Script{{Calls: []chat.ToolCall{
		read("a", ".env"), {ID: "b", Name: tools.Search, Arguments: `{"words":"GREETING"}`},
	}}}, enginetest.Words("no"))
	_, r, _ := say(t, h, about("q"))
	if r.Steps[0].OK || strings.Contains(sentTo(h.backend), "bonjour") {
		t.Errorf("%+v, sent %s", r.Steps, sentTo(h.backend))
	}
}

func TestAnswersThatLookedAreNotKept(t *testing.T) {
	look := enginetest.Script{{Calls: []chat.ToolCall{read("a", "sum.go")}}}
	h := open(t, look, enginetest.Words("one"), look, enginetest.Words("two"), enginetest.Words("three"), enginetest.Words("four"))
	s := enginetest.Setup(h.local)
	s.Cache = cache.New(cache.Options{Embedder: alike{}})
	t.Cleanup(func() { _ = s.Cache.Close() })
	give(workspace())(&s)
	h.Configure(s)
	for _, want := range []string{"one", "two", "three", "three"} { // the third asks for nothing and is kept
		if text, _, _ := say(t, h, about("what is in sum.go")); text != want {
			t.Errorf("%q, want %q", text, want)
		}
	}
}

func TestCancelWhileATool(t *testing.T) {
	began := make(chan struct{})
	files := workspace()
	files.Wait, files.Began = make(chan struct{}), began
	h := openTools(t, files, enginetest.Script{{Calls: []chat.ToolCall{read("a", "sum.go")}}}, enginetest.Words("never"))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-began
		cancel()
	}()
	_, err := h.Chat(ctx, about("q"), &enginetest.Recorder{T: t})
	if !errors.Is(err, context.Canceled) || len(h.backend.Prompts()) != 1 {
		t.Errorf("%v, %d calls", err, len(h.backend.Prompts()))
	}
}

func TestAPanicInAToolCostsTheAnswerAlone(t *testing.T) {
	files := workspace()
	files.Panic = "no such luck"
	h := openTools(t, files, enginetest.Script{{Calls: []chat.ToolCall{read("a", "sum.go")}}}, enginetest.Words("next"))
	_, err := h.Chat(t.Context(), about("q"), &enginetest.Recorder{T: t})
	if chat.KindOf(err) != chat.BadResponse || strings.Contains(err.Error(), "luck") {
		t.Errorf("%v", err)
	}
	if text, _, _ := say(t, h, about("again")); text != "next" {
		t.Errorf("%q", text)
	}
}

// TestRoundsArePaid holds that each round is, and that their limits are kept.
func TestRoundsArePaid(t *testing.T) {
	look := func(words string) enginetest.Script {
		return enginetest.Script{
			{Calls: []chat.ToolCall{{ID: "a", Name: tools.Search, Arguments: `{"words":"` + words + `"}`}}},
			{Finish: &stream.End{Reason: chat.FinishTool, Usage: chat.Usage{PromptTokens: 1000, CompletionTokens: 100}}},
		}
	}
	const each = (1000*10 + 100*100) / 10_000.0
	h := openCloud(t, words("openai", "above"), nil)
	d, err := h.Route(t.Context(), chat.Request{Message: hard, Mode: chat.ModeCloud})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		limit float64
		calls int
	}{
		{"without a limit", -1, 4},
		{"a limit that one more round would pass", each + 1.5*d.EstimatedCostCents, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			cloud := &enginetest.Backend{Label: "openai", Scripts: []enginetest.Script{look("a"), look("b"), look("c"), {
				{Text: "done"}, {Finish: &stream.End{Reason: chat.FinishStop, Usage: chat.Usage{PromptTokens: 1000, CompletionTokens: 100}}},
			}}}
			h := openCloud(t, cloud, func(s *engine.Setup) {
				give(workspace())(s)
				s.Rules.MaxAnswerCents = test.limit
			})
			req := about(hard)
			req.Mode = chat.ModeCloud
			_, r, _ := say(t, h, req)
			if got := len(cloud.Prompts()); got != test.calls || r.CostCents != each*float64(got) || h.Stats().CostTodayCents != r.CostCents {
				t.Errorf("%d calls, %v ¢; each is estimated at %v", got, r.CostCents, r.Route.EstimatedCostCents)
			}
		})
	}
}

// TestThoseWhoJoinGetTheSteps has a second asker join after a marked file was read
// and quoted: it has the whole answer, its steps, its level and its seal.
func TestThoseWhoJoinGetTheSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := openTools(t, workspace(),
			enginetest.Script{{Calls: []chat.ToolCall{read("a", "plan.md"), read("b", "config.py")}}},
			enginetest.Script{{Text: "It is " + bare}, {Wait: release}, {Text: "."}})
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				text, r, rec := say(t, h, about("what is in plan.md"))
				if text != "It is "+bare+"." || len(rec.Steps()) != 2 || len(r.Steps) != 2 || r.Route.Classification != chat.Secret {
					t.Errorf("%q, %+v", text, r)
				}
				if c, _ := h.Conversations().Get(r.ConversationID); c.Classification != chat.Secret || h.Conversations().Upcoming(r.ConversationID).Sealed == "" {
					t.Errorf("%+v", c)
				}
			})
			synctest.Wait()
		}
		close(release)
		wg.Wait()
		if n := len(h.backend.Prompts()); n != 2 {
			t.Errorf("%d calls", n)
		}
	})
}

// TestResultsThatDoNotFitAreLeftOut has a server refuse the second round for its
// length: the model answers without what it read.
func TestResultsThatDoNotFitAreLeftOut(t *testing.T) {
	h := openTools(t, workspace(),
		enginetest.Script{{Calls: []chat.ToolCall{read("a", "sum.go")}}},
		enginetest.Script{{Fail: &chat.Error{Kind: chat.ContextTooLong, Message: "too long"}}},
		enginetest.Words("so be it"))
	text, r, _ := say(t, h, about("q"))
	prompts := h.backend.Prompts()
	if text != "so be it" || len(r.Steps) != 1 || len(prompts) != 3 || !prompts[2].NoCalls {
		t.Fatalf("%q, %+v, %d prompts", text, r, len(prompts))
	}
	if before, after := prompts[1].Rounds[0].Results[0], prompts[2].Rounds[0].Results[0]; !strings.Contains(before, "package sum") || !strings.HasPrefix(after, "(left out") {
		t.Errorf("%q, then %q", before, after)
	}
}
