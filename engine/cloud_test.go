package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/audit"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/engine/ledger"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// hard is a question that wants a strong model, easy one that does not.
const (
	hard = "Design a lock-free queue for many producers and consumers, prove that it is linearizable, compare its memory reclamation with hazard pointers and epochs, and explain every trade-off."
	easy = "what is a slice"
)

// openCloud is a house with a cloud tier besides the local server. change may
// alter the setup.
func openCloud(t *testing.T, cloud engine.Backend, change func(*engine.Setup)) house {
	t.Helper()
	h := open(t, enginetest.Words("from ", "here"))
	s := enginetest.Setup(h.local)
	s.Cloud = cloud
	s.Rules.NoCloud = ""
	s.Rules.MaxTier = chat.TierCloud
	s.Rules.Tiers = []route.Tier{{Name: chat.TierCloud, Model: "big", Address: "cloud.example:443", Price: route.Price{In: 10, Out: 100, Known: true}}}
	if change != nil {
		change(&s)
	}
	h.Configure(s)
	return h
}

// say asks a question and returns the answer's text and what is known of it.
func say(t *testing.T, h house, req chat.Request) (string, *chat.Result, *enginetest.Recorder) {
	t.Helper()
	rec := &enginetest.Recorder{T: t}
	result, err := h.Chat(t.Context(), req, rec)
	if err != nil {
		t.Fatal(err)
	}
	text := rec.Text()
	return text, result, rec
}

func words(label string, w ...string) *enginetest.Backend {
	return &enginetest.Backend{Label: label, Scripts: []enginetest.Script{enginetest.Words(w...)}}
}

func failing(err error) *enginetest.Backend {
	return &enginetest.Backend{Label: "openai", Scripts: []enginetest.Script{{{Fail: err}}}}
}

func TestAHardQuestionGoesToTheCloudAndIsPaidFor(t *testing.T) {
	cloud := &enginetest.Backend{Label: "openai", Scripts: []enginetest.Script{{
		{Text: "from above"},
		{Finish: &stream.End{Reason: chat.FinishStop, Usage: chat.Usage{PromptTokens: 1000, CompletionTokens: 200}}},
	}}}
	h := openCloud(t, cloud, nil)
	text, result, _ := say(t, h, chat.Request{Message: hard})
	if text != "from above" || result.Route.Tier != chat.TierCloud || result.Route.Model != "big" || result.Route.EstimatedCostCents <= 0 {
		t.Errorf("%q by %+v", text, result.Route)
	}
	const cents = (1000*10 + 200*100) / 10_000.0
	if result.CostCents != cents || result.SavedCents != 0 {
		t.Errorf("cost %v, saved %v; want %v, 0", result.CostCents, result.SavedCents, cents)
	}
	if s := h.Stats(); s.CostTodayCents != cents {
		t.Errorf("today %v", s.CostTodayCents)
	}
	if c, _ := h.Conversations().Get(result.ConversationID); c.CostCents != cents {
		t.Errorf("the conversation cost %v", c.CostCents)
	}
	if p := cloud.Prompts(); len(p) != 1 || p[0].Context != nil || p[0].Question != "" {
		t.Errorf("the cloud was handed %+v", p)
	}
	text, result, _ = say(t, h, chat.Request{Message: easy})
	if text != "from here" || result.Route.Tier != chat.TierLocal || result.CostCents != 0 || result.SavedCents <= 0 {
		t.Errorf("%q by %+v, cost %v, saved %v", text, result.Route, result.CostCents, result.SavedCents)
	}
}

// echo answers with what it was sent, a few bytes at a time.
type echo struct {
	mu   sync.Mutex
	sent []string
}

func (*echo) Name() string { return "openai" }

func (e *echo) Chat(_ context.Context, p *chat.Prompt, w stream.Writer) (stream.End, error) {
	text := p.Turns[len(p.Turns)-1].Content
	e.mu.Lock()
	e.sent = append(e.sent, text)
	e.mu.Unlock()
	for piece := range slices.Chunk([]byte(text), 3) {
		if err := w.Write(stream.Chunk{Data: piece}); err != nil {
			return stream.End{}, err
		}
	}
	return stream.End{Reason: chat.FinishStop}, nil
}

// awsKey is made up, and put together here so that no scanner takes it for a real one.
var awsKey = "AKIA" + "Q3EGRIZ7P2MXWN5T"

func TestSecretsGoOutAsPlaceholdersAndComeBack(t *testing.T) {
	cloud := &echo{}
	h := openCloud(t, cloud, nil)
	item := chat.ContextItem{
		Kind: chat.ContextSelection, URI: "file:///w/main.go", Path: "/w/main.go", Language: "go",
		Text: "package main\n\nconst key = \"" + awsKey + "\"\n", Span: chat.Span{FirstLine: 11, LastLine: 13},
	}
	text, result, _ := say(t, h, chat.Request{Message: "refactor with " + awsKey, Mode: chat.ModeCloud, Context: []chat.ContextItem{item}})
	if strings.Count(text, awsKey) != 2 {
		t.Errorf("the answer does not have the key back: %q", text)
	}
	if sent := cloud.sent[0]; strings.Contains(sent, awsKey) {
		t.Errorf("sent: %q", sent)
	}
	if len(result.Redactions) != 2 || result.Redactions[0].Line != 1 || result.Redactions[1].URI != item.URI || result.Redactions[1].Line != 13 {
		t.Fatalf("redactions: %+v", result.Redactions)
	}
	placeholder := result.Redactions[1].Placeholder
	if placeholder != result.Redactions[0].Placeholder || !strings.Contains(cloud.sent[0], placeholder) || strings.Contains(text, placeholder) {
		t.Errorf("placeholder %q in %q", placeholder, cloud.sent[0])
	}
	c, _ := h.Conversations().Get(result.ConversationID)
	if !strings.Contains(c.Messages[1].Text, awsKey) {
		t.Errorf("the conversation holds %q", c.Messages[1].Text)
	}
	// The next question carries the answer, in which the key stands alone.
	_, _, _ = say(t, h, chat.Request{Message: "again", Mode: chat.ModeCloud, ConversationID: result.ConversationID})
	for _, sent := range cloud.sent {
		if strings.Contains(sent, awsKey) {
			t.Errorf("sent later: %q", sent)
		}
	}
}

func TestFilesOfSecretsStayAndSealTheConversation(t *testing.T) {
	for name, req := range map[string]chat.Request{
		"by path": {Context: []chat.ContextItem{{Kind: chat.ContextFile, URI: "file:///w/.env", Path: "/w/.env", Text: "A=b"}}},
		"by link": {Context: []chat.ContextItem{{Kind: chat.ContextFile, Path: "/w/notes.txt", RealPath: "/w/.env.production", Text: "A=b"}}},
		"by URI":  {Context: []chat.ContextItem{{Kind: chat.ContextText, URI: "untitled:/server.pem", Text: "A=b"}}},
		"by diff": {Context: []chat.ContextItem{{Kind: chat.ContextGit, Text: "diff --git a/x/.env b/x/.env\n--- a/x/.env\n+++ b/x/.env\n+A=b\n"}}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := words("openai", "above")
			h := openCloud(t, cloud, nil)
			req.Message, req.Mode = hard, chat.ModeCloud
			_, first, _ := say(t, h, req)
			_, second, _ := say(t, h, chat.Request{Message: hard, Mode: chat.ModeCloud, ConversationID: first.ConversationID})
			for _, r := range []*chat.Result{first, second} {
				if r.Route.Tier != chat.TierLocal || r.Route.ForcedBy != route.ForcedBySecrets || !strings.Contains(r.Route.Reason, "a file of secrets") {
					t.Errorf("%+v", r.Route)
				}
			}
			if len(cloud.Prompts()) != 0 {
				t.Error("the cloud was asked")
			}
		})
	}
}

func TestWithoutRedactionASecretKeepsTheQuestionHere(t *testing.T) {
	h := openCloud(t, words("openai", "above"), func(s *engine.Setup) { s.Redact = false })
	// As it was asked, and as a conversation has it after a restart.
	for _, key := range []string{awsKey, "REDACTED_AWS_ACCESS_TOKEN_0123456789"} {
		_, r, _ := say(t, h, chat.Request{Message: "why does " + key + " fail", Mode: chat.ModeCloud})
		if r.Route.Tier != chat.TierLocal || r.Route.ForcedBy != route.ForcedBySecrets {
			t.Errorf("%s: %+v", key, r.Route)
		}
	}
	_, r, _ := say(t, h, chat.Request{Message: "why does it fail", Mode: chat.ModeCloud})
	if r.Route.Tier != chat.TierCloud {
		t.Errorf("%+v", r.Route)
	}
}

// TestAFailingCloudLeavesTheQuestionHere goes through the kinds of failure.
func TestAFailingCloudLeavesTheQuestionHere(t *testing.T) {
	for _, kind := range []chat.ErrorKind{chat.Unreachable, chat.Auth, chat.RateLimited, chat.Timeout, chat.ModelNotFound, chat.BadResponse, chat.ContextTooLong, chat.Policy} {
		err := &chat.Error{Kind: kind, Message: "it failed"}
		h := openCloud(t, failing(err), nil)
		text, r, rec := say(t, h, chat.Request{Message: hard})
		if text != "from here" || r.Route.FallbackFrom != chat.TierCloud || !strings.HasPrefix(r.Route.Reason, "it failed: ") || len(rec.Routes()) != 2 {
			t.Errorf("%s: %q by %+v", kind, text, r.Route)
		}
		if r.CostCents != 0 || h.Stats().CostTodayCents != 0 {
			t.Errorf("%s: cost %v, today %v", kind, r.CostCents, h.Stats().CostTodayCents)
		}
		_, asked := h.Chat(t.Context(), chat.Request{Message: hard, Mode: chat.ModeCloud}, &enginetest.Recorder{T: t})
		if !errors.Is(asked, err) {
			t.Errorf("%s: asked for the cloud: %v", kind, asked)
		}
	}
}

func TestTheCloudStandsInForAMissingServer(t *testing.T) {
	h := openCloud(t, words("openai", "above"), nil)
	h.local.Err = &chat.Error{Kind: chat.Unreachable, Message: "nothing answers"}
	text, r, _ := say(t, h, chat.Request{Message: easy})
	if text != "above" || r.Route.FallbackFrom != chat.TierLocal {
		t.Errorf("%q by %+v", text, r.Route)
	}
	text, r, _ = say(t, h, chat.Request{Message: easy, Mode: chat.ModeLocal})
	if text != "an outline" || r.Route.Backend != "outline" {
		t.Errorf("%q by %+v", text, r.Route)
	}
	text, r, _ = say(t, h, chat.Request{Message: "(S//NF) " + hard})
	if text != "an outline" || r.Route.ForcedBy != route.ForcedByClassification {
		t.Errorf("%q by %+v", text, r.Route)
	}
}

func TestAServerThatDiesBeforeItsFirstWordIsReplaced(t *testing.T) {
	h := openCloud(t, words("openai", "above"), nil)
	h.backend.Scripts = []enginetest.Script{{{Fail: &chat.Error{Kind: chat.Unreachable, Message: "it hung up"}}}}
	text, r, _ := say(t, h, chat.Request{Message: easy})
	if text != "above" || r.Route.FallbackFrom != chat.TierLocal || r.CostCents <= 0 {
		t.Errorf("%q by %+v, cost %v", text, r.Route, r.CostCents)
	}
	h = openCloud(t, failing(&chat.Error{Kind: chat.Unreachable, Message: "no network"}), nil)
	h.backend.Scripts = []enginetest.Script{{{Fail: &chat.Error{Kind: chat.Unreachable, Message: "it hung up"}}}}
	if text, r, _ := say(t, h, chat.Request{Message: hard}); text != "an outline" {
		t.Errorf("%q by %+v", text, r.Route)
	}
}

func TestTheDaysLimitHolds(t *testing.T) {
	books := ledger.Open("", time.Now)
	h := openCloud(t, words("openai", "above"), func(s *engine.Setup) { s.MaxDayCents, s.Ledger = 1000, books })
	_, r, _ := say(t, h, chat.Request{Message: hard})
	if r.Route.Tier != chat.TierCloud {
		t.Fatalf("%+v", r.Route)
	}
	paid, err := books.Reserve(999.5, -1)
	if err != nil {
		t.Fatal(err)
	}
	paid.Settle(999.5)
	_, r, _ = say(t, h, chat.Request{Message: hard, Cache: chat.CacheOff})
	if r.Route.Tier != chat.TierLocal {
		t.Errorf("%+v", r.Route)
	}
}

func TestHighestTierCacheAsksNobody(t *testing.T) {
	h := openCloud(t, words("openai", "above"), nil)
	_, err := h.Chat(t.Context(), chat.Request{Message: easy, MaxTier: chat.TierCache}, &enginetest.Recorder{T: t})
	if chat.KindOf(err) != chat.Policy || len(h.backend.Prompts()) != 0 {
		t.Errorf("%v, %d prompts", err, len(h.backend.Prompts()))
	}
	if _, err := h.Chat(t.Context(), chat.Request{Message: easy, MaxTier: "hge"}, &enginetest.Recorder{T: t}); !errors.Is(err, engine.ErrUnknownTier) {
		t.Errorf("%v", err)
	}
}

func TestAModelsNameChoosesItsTier(t *testing.T) {
	h := openCloud(t, words("openai", "above"), nil)
	if _, r, _ := say(t, h, chat.Request{Message: easy, Model: "big"}); r.Route.Tier != chat.TierCloud {
		t.Errorf("%+v", r.Route)
	}
	if text, r, _ := say(t, h, chat.Request{Message: "(CUI) " + easy, Model: "big"}); r.Route.Tier != chat.TierLocal || r.Route.Model == "big" {
		t.Errorf("%q by %+v", text, r.Route)
	}
	models, err := h.Models(t.Context())
	if err != nil || !slices.ContainsFunc(models, func(m chat.Model) bool { return m.ID == "big" && m.Tier == chat.TierCloud && !m.Default }) {
		t.Errorf("%+v, %v", models, err)
	}
}

// TestASharedAnswerIsPaidOnce has two ask the same while it is answered.
func TestASharedAnswerIsPaidOnce(t *testing.T) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	cloud := &enginetest.Backend{Label: "openai", Scripts: []enginetest.Script{{{Text: "a"}, {Signal: begun}, {Wait: goOn}, {Text: "b"}}}}
	h := openCloud(t, cloud, nil)
	costs := make(chan float64, 2)
	ask := func() {
		r, err := h.Chat(t.Context(), chat.Request{Message: hard}, &enginetest.Recorder{T: t})
		if err != nil {
			t.Error(err)
			costs <- 0
			return
		}
		costs <- r.CostCents
	}
	go ask()
	<-begun
	rec := &enginetest.Recorder{T: t, First: make(chan struct{})}
	go func() {
		r, err := h.Chat(t.Context(), chat.Request{Message: hard}, rec)
		if err != nil {
			t.Error(err)
			costs <- 0
			return
		}
		costs <- r.CostCents
	}()
	<-rec.First
	close(goOn)
	a, b := <-costs, <-costs
	if (a == 0) == (b == 0) || len(cloud.Prompts()) != 1 {
		t.Errorf("costs %v and %v for %d calls", a, b, len(cloud.Prompts()))
	}
}

// events keeps what is recorded.
type events struct {
	mu  sync.Mutex
	all []audit.Event
}

func (e *events) Record(event audit.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event)
}

func (*events) Hash(prompt []byte) string { return strings.Repeat("x", len(prompt)%7+1) }

func TestEveryQuestionIsRecordedWithoutItsText(t *testing.T) {
	log := &events{}
	h := openCloud(t, &echo{}, func(s *engine.Setup) { s.Audit = log })
	say(t, h, chat.Request{Message: hard + " " + awsKey})
	say(t, h, chat.Request{Message: "(TS) " + easy})
	if len(log.all) != 4 {
		t.Fatalf("%+v", log.all)
	}
	sent, kept := log.all[0], log.all[2]
	if sent.Event != audit.EventRoute || sent.Tier != chat.TierCloud || sent.Prompt == "" || len(sent.Redactions) != 1 || sent.RequestBytes == 0 {
		t.Errorf("%+v", sent)
	}
	if log.all[1].Event != audit.EventAnswer || log.all[1].CostCents <= 0 {
		t.Errorf("%+v", log.all[1])
	}
	if kept.Level != "TOP SECRET" || kept.Rule != route.ForcedByClassification || len(kept.Redactions) != 0 {
		t.Errorf("%+v", kept)
	}
}

// TestLimitsLeaveTheQuestionHere asks for the cloud where no tier is within the limits.
func TestLimitsLeaveTheQuestionHere(t *testing.T) {
	h := openCloud(t, words("openai", "above"), func(s *engine.Setup) { s.Rules.MaxAnswerCents = 0.000001 })
	for _, req := range []chat.Request{{Message: hard}, {Message: hard, Mode: chat.ModeCloud}} {
		text, r, _ := say(t, h, req)
		if text != "from here" || r.Route.Tier != chat.TierLocal || !strings.Contains(r.Route.Reason, "an answer may cost") {
			t.Errorf("%q by %+v", text, r.Route)
		}
	}
	h.local.Err = &chat.Error{Kind: chat.Unreachable, Message: "nothing answers"}
	if text, r, _ := say(t, h, chat.Request{Message: hard, Mode: chat.ModeCloud}); text != "an outline" {
		t.Errorf("%q by %+v", text, r.Route)
	}
}
