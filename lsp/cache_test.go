package lsp_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// keeper is an editor that asks with the cache on, in front of a model server
// whose answers are "answer 1.", "answer 2." and so on.
type keeper struct {
	*lsptest.Editor
	t      *testing.T
	server *backendtest.Server
	asked  int
}

// numbered are answers that can be told apart. They come in two pieces.
func numbered() []backendtest.Answer {
	answers := make([]backendtest.Answer, 60)
	for i := range answers {
		answers[i] = backendtest.Tokens("answer ", strconv.Itoa(i+1)+".")
	}
	return answers
}

// twoModels is a server with two models.
func twoModels(answers []backendtest.Answer) backendtest.Script {
	return backendtest.Script{Answers: answers, Models: []backendtest.Model{
		{Name: "tiny", Digest: "1", Context: 32768}, {Name: "other", Digest: "2", Context: 32768},
	}}
}

// startKeeper starts both. The answers are numbered where none are given.
func startKeeper(t *testing.T, o lsptest.Options, answers ...backendtest.Answer) *keeper {
	t.Helper()
	noLeaks(t)
	if answers == nil {
		answers = numbered()
	}
	server := backendtest.Ollama(t, twoModels(answers))
	return openKeeper(t, o, server)
}

// openKeeper starts an editor in front of a server that is there.
func openKeeper(t *testing.T, o lsptest.Options, server *backendtest.Server) *keeper {
	t.Helper()
	o.URL = server.URL
	return &keeper{Editor: lsptest.Start(t, o), t: t, server: server}
}

// said is what an editor got for a question.
type said struct {
	chat.Result
	text  string
	first lsptest.Partial
	chats int // how many chats the question cost the server
}

// sent sends a question. more are members besides its words, by name.
func (k *keeper) sent(message string, more chatParams) *lsptest.Call {
	k.asked++
	p := chatParams{"message": message, "partialResultToken": fmt.Sprintf("part %d", k.asked)}
	for name, value := range more {
		p[name] = value
	}
	return k.Send("rigrun/chat", p)
}

// said asks, and returns what came of it.
func (k *keeper) said(message string, more chatParams) said {
	k.t.Helper()
	before := len(k.server.Chats())
	c := k.sent(message, more)
	s := said{Result: answered(k.t, c)}
	s.text, s.first, s.chats = c.Stream.Text(), c.Stream.Values()[0], len(k.server.Chats())-before
	if first := *s.first.Cache; first.Hit != s.Cache.Hit || s.Cache.Hit != chat.HitNone && first != s.Cache {
		k.t.Errorf("%q: the first value says %+v, the result %+v", message, first, s.Cache)
	}
	return s
}

// hits asks a question that must be answered from the cache.
func (k *keeper) hits(why, message string, more chatParams, hit chat.CacheHit, text string) said {
	k.t.Helper()
	s := k.said(message, more)
	if s.Cache.Hit != hit || s.text != text || s.chats != 0 {
		k.t.Errorf("%s: %q got %q, cache %+v, and %d chats of the server; want %q, a hit that is %s", why, message, s.text, s.Cache, s.chats, text, hit)
	}
	if s.Route.Tier != chat.TierCache || s.first.Route.Tier != chat.TierCache || s.CostCents != 0 || s.Cache.EntryID == "" || s.Cache.AgeSeconds < 0 {
		k.t.Errorf("%s: %q was routed %+v, cost %v, cache %+v", why, message, s.Route, s.CostCents, s.Cache)
	}
	return s
}

// misses asks a question that the server must answer.
func (k *keeper) misses(why, message string, more chatParams) said {
	k.t.Helper()
	s := k.said(message, more)
	if s.Cache.Hit != chat.HitNone || s.chats != 1 || s.Route.Tier == chat.TierCache {
		k.t.Errorf("%s: %q got %q from %+v, cache %+v, and %d chats of the server; want the server's answer", why, message, s.text, s.Route, s.Cache, s.chats)
	}
	return s
}

// selects is the context of a question about two lines of a document.
func selects(d *lsptest.Document) chatParams {
	return chatParams{"action": "explain", "context": []any{map[string]any{"kind": "selection", "uri": d.URI, "range": d.Lines(3, 4)}}}
}

const someCode = "package main\n\nfunc double(n int) int { return 2 * n }\nfunc halve(n int) int { return n / 2 }\n"

// TestExactHit asks the same twice: the second answer comes from the cache, with
// the same bytes, as the wire contract has it, and the conversation says so.
func TestExactHit(t *testing.T) {
	tokens := backendtest.OddTokens(200)
	k := startKeeper(t, lsptest.Options{}, backendtest.Tokens(tokens...))
	about := selects(k.Open("main.go", "go", someCode))
	made := k.misses("the first time", "What does it do?", about)
	if want := strings.Join(tokens, ""); made.text != want {
		t.Fatalf("the text differs at byte %d", difference(made.text, want))
	}
	requests := len(k.server.Requests())
	again := k.hits("the second time", "What does it do?", about, chat.HitExact, made.text)
	if again.Route.Backend != "ollama" || again.Route.Model != made.Route.Model || again.Text != nil {
		t.Errorf("given by %+v, made by %+v, the text in the response: %t", again.Route, made.Route, again.Text != nil)
	}
	if n := len(k.server.Requests()) - requests; n != 0 {
		t.Errorf("a hit made %d requests of the model server", n)
	}
	whole := answered(t, k.Send("rigrun/chat", chatParams{"message": "What does it do?", "action": "explain", "context": about["context"]}))
	if *whole.Text != made.text || whole.Cache.Hit != chat.HitExact {
		t.Errorf("without a token: %d bytes, cache %+v", len(*whole.Text), whole.Cache)
	}
	message := conversation(t, k.Editor, again.ConversationID).Messages[1]
	if message.Text != made.text || message.Cache == nil || *message.Cache != again.Cache || message.Route.Tier != chat.TierCache {
		t.Errorf("the conversation keeps %d bytes, cache %+v, route %+v", len(message.Text), message.Cache, message.Route)
	}
	var stats chat.Stats
	if err := json.Unmarshal(k.Call("rigrun/stats", chatParams{}), &stats); err != nil {
		t.Fatal(err)
	}
	if c := stats.Cache; c.ExactHits != 2 || c.Misses != 1 || c.SemanticHits != 0 || c.Entries != 1 || c.HitRate < 0.66 || c.HitRate > 0.67 {
		t.Errorf("the statistics are %+v", c)
	}
}

// TestThinkingIsKept gives a thinking model's answer again with its thinking.
func TestThinkingIsKept(t *testing.T) {
	k := startKeeper(t, lsptest.Options{}, backendtest.Answer{backendtest.Think("Let me see. "), backendtest.Text("Forty-two.")})
	k.misses("the first time", "How much is it?", nil)
	c := k.sent("How much is it?", nil)
	r := answered(t, c)
	thinking := ""
	for _, v := range c.Stream.Values() {
		if v.Thinking != nil {
			thinking += *v.Thinking
		}
	}
	if r.Cache.Hit != chat.HitExact || thinking != "Let me see. " || c.Stream.Text() != "Forty-two." {
		t.Errorf("cache %+v, thinking %q, text %q", r.Cache, thinking, c.Stream.Text())
	}
}

// TestRefreshAndOff asks past the cache in both ways.
func TestRefreshAndOff(t *testing.T) {
	const question = "What is a rune in Go?"
	k := startKeeper(t, lsptest.Options{})
	off, refresh := chatParams{"cache": "off"}, chatParams{"cache": "refresh"}
	k.misses("off", question, off)
	k.misses("off does not write", question, nil)
	k.misses("off does not read", question, off)
	old := k.hits("off replaces nothing", question, nil, chat.HitExact, "answer 2.")
	k.misses("refresh", question, refresh)
	renewed := k.hits("refresh replaces", question, nil, chat.HitExact, "answer 4.")
	if renewed.Cache.EntryID == old.Cache.EntryID {
		t.Errorf("two answers have the ID %s", old.Cache.EntryID)
	}
}

// TestWhatAnAnswerDependsOn changes one thing at a time about a question that was
// answered. The same question of before hits all the while.
func TestWhatAnAnswerDependsOn(t *testing.T) {
	const question = "What does it do?"
	k := startKeeper(t, lsptest.Options{})
	doc := k.Open("main.go", "go", someCode)
	about := selects(doc)
	with := func(name string, value any) chatParams {
		return chatParams{"action": about["action"], "context": about["context"], name: value}
	}
	k.misses("the first time", question, about)
	answer := "answer 1."
	earlier := k.misses("an earlier question", "What is a slice?", nil)
	for why, p := range map[string]chatParams{
		"another file's content":   selects(k.Open("other.go", "go", strings.Replace(someCode, "2 * n", "3 * n", 1))),
		"another language":         selects(k.Open("main.txt", "plaintext", someCode)),
		"other lines":              selects(k.Open("shifted.go", "go", "package main\n\nvar n int\n"+someCode[len("package main\n\n"):])),
		"the whole file":           with("context", []any{map[string]any{"kind": "file", "uri": doc.URI}}),
		"more context":             with("context", append([]any{map[string]any{"kind": "text", "text": "n is even"}}, about["context"].([]any)...)),
		"no context":               {"action": "explain"},
		"another model":            with("model", "other"),
		"another action":           with("action", "review"),
		"another classification":   with("classification", "CUI"),
		"another history":          with("conversationId", earlier.ConversationID),
		"a classification on that": with("classification", "SECRET"),
	} {
		k.misses(why, question, p)
		k.hits("unchanged, after "+why, question, about, chat.HitExact, answer)
	}
	k.hits("a renamed file", question, selects(k.Open("renamed.go", "go", someCode)), chat.HitExact, answer)
	k.misses("another letter", "What does it do ?", about)
	at := strings.Index(doc.Text, "2 * n")
	doc.Change(at, at+1, "4")
	k.misses("the buffer changed", question, selects(doc))
	doc.Change(at, at+1, "2")
	k.hits("the buffer changed back", question, selects(doc), chat.HitExact, answer)
}

// TestSemanticHit asks in other words. What asks for something else, however
// little differs, and what leans on its context goes to the server.
func TestSemanticHit(t *testing.T) {
	k := startKeeper(t, lsptest.Options{})
	const question = "How do I reverse a slice in Go?"
	k.misses("the first time", question, nil)
	hit := k.hits("other words", "How can I reverse a slice in Go?", nil, chat.HitSemantic, "answer 1.")
	if hit.Cache.Similarity < 0.7 || hit.Cache.Similarity >= 1 || !strings.Contains(hit.Route.Reason, "means the same") {
		t.Errorf("cache %+v, reason %q", hit.Cache, hit.Route.Reason)
	}
	var made ext.CacheEntryResult
	if err := json.Unmarshal(k.Call("rigrun/cache/entry", chatParams{"entryId": hit.Cache.EntryID}), &made); err != nil {
		t.Fatal(err)
	}
	if age := time.Since(made.CreatedAt); made.Question != question || made.Tier != chat.TierLocal || made.Model != "tiny:latest" || age < 0 || age > time.Minute {
		t.Errorf("the kept answer was made for %+v", made)
	}
	for _, near := range []string{
		"How do I reverse a string in Go?", "How do I reverse a slice in Rust?", "How do I sort a slice in Go?",
		"How do I not reverse a slice in Go?", "How do I reverse 2 slices in Go?",
	} {
		k.misses("a near miss", near, nil)
	}
	k.misses("other words at another level", "How can I reverse a slice in Go?", chatParams{"classification": "CUI"})
	k.misses("other words to another model", "How can I reverse a slice in Go?", chatParams{"model": "other"})
	about := selects(k.Open("main.go", "go", someCode))
	k.misses("other words about code", "How can I reverse a slice in Go?", about)
	k.misses("leaning on the code", "explain it", about)
	k.misses("leaning on the code, in other words", "explain this", about)
	leaning := k.misses("leaning on the code", "Explain what it does", about)
	k.misses("leaning, in other words", "Explain what this does", about)
	k.hits("leaning, the same", "Explain what it does", about, chat.HitExact, leaning.text)
	k.hits("exactly, past all the others", question, nil, chat.HitExact, "answer 1.")
}

// TestFeedback rates answers: a good one stays, a bad one goes.
func TestFeedback(t *testing.T) {
	const question, same = "How do I reverse a slice in Go?", "How can I reverse a slice in Go?"
	k := startKeeper(t, lsptest.Options{})
	rate := func(messageID, rating string) {
		k.Call("rigrun/feedback", map[string]string{"messageId": messageID, "rating": rating})
	}
	made := k.misses("the first time", question, nil)
	rate(made.MessageID, "good")
	hit := k.hits("after a good rating", question, nil, chat.HitExact, "answer 1.")
	rate(hit.MessageID, "bad")
	made = k.misses("after a bad rating of the hit", question, nil)
	rate(made.MessageID, "bad")
	k.misses("after a bad rating of the answer itself", question, nil)
	rate(k.hits("in other words", same, nil, chat.HitSemantic, "answer 3.").MessageID, "bad")
	k.misses("in other words, after a bad rating", same, nil)
	if err := k.Refuse("rigrun/feedback", map[string]string{"messageId": "nobody", "rating": "bad"}); err.Code != -32803 && err.Code != -32602 {
		t.Errorf("a message that nobody knows: %v", err)
	}
}

// TestCacheClear removes everything, and says how much that was.
func TestCacheClear(t *testing.T) {
	k := startKeeper(t, lsptest.Options{})
	clear := func(want string) {
		t.Helper()
		if got := string(k.Call("rigrun/cache/clear", chatParams{})); got != want {
			t.Errorf("clearing answers %s, want %s", got, want)
		}
	}
	clear(`{"removed":0}`)
	k.misses("one", "What is a slice?", nil)
	k.misses("two", "What is a map?", nil)
	k.untilKept("answer 1.", "answer 2.")
	clear(`{"removed":2}`)
	k.misses("one, after that", "What is a slice?", nil)
	k.hits("one, once more", "What is a slice?", nil, chat.HitExact, "answer 3.")
}

// files are what the cache keeps on the disk, by name.
func files(t *testing.T, stateDir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	names, err := filepath.Glob(filepath.Join(stateDir, "rigrun.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		found[filepath.Base(name)] = string(content)
	}
	return found
}

// holds reports whether any file of the cache holds a text.
func (k *keeper) holds(text string) bool {
	k.t.Helper()
	for _, content := range files(k.t, k.StateDir) {
		if strings.Contains(content, text) {
			return true
		}
	}
	return false
}

// untilKept waits until the cache's files hold all texts: they are written some
// time after the answer.
func (k *keeper) untilKept(texts ...string) {
	k.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
		if !slices.ContainsFunc(texts, func(text string) bool { return !k.holds(text) }) {
			return
		}
	}
	k.t.Fatalf("not all of %q are in the file after a minute", texts)
}

// TestWorkspaceTurnsTheCacheOff has a repository forbid keeping answers.
func TestWorkspaceTurnsTheCacheOff(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, ".rigrun.toml"), []byte("[cache]\nenabled = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	k := startKeeper(t, lsptest.Options{Folders: []string{folder}})
	for _, why := range []string{"once", "again", "and again"} {
		if s := k.misses(why, "What is a slice?", nil); s.Cache.EntryID != "" {
			t.Errorf("the answer is kept as %+v", s.Cache)
		}
	}
	k.Close()
	if found := files(t, k.StateDir); len(found) > 0 {
		t.Errorf("a cache that is off has %d files", len(found))
	}
}

// TestOnlyWholeAnswersAreKept has answers that were cut by the person, the
// connection, the server or a limit. None is given again.
func TestOnlyWholeAnswersAreKept(t *testing.T) {
	k := startKeeper(
		t, lsptest.Options{},
		append(backendtest.Tokens("given up"), backendtest.Stall()),
		append(backendtest.Tokens("cut off"), backendtest.Cut()),
		append(backendtest.Tokens("not so"), backendtest.Fail("out of memory")),
		append(backendtest.Tokens("too lo"), backendtest.End(chat.FinishLength, 10, 2)),
		backendtest.Tokens(),
		backendtest.Tokens("whole"),
	)
	const question = "What is a slice?"
	c := k.sent(question, nil)
	k.Until("the first text", func() bool { return c.Stream.Text() == "given up" })
	c.Cancel()
	if _, err := c.Wait(); err == nil || err.Code != -32800 {
		t.Fatalf("the cancelled question ended with %v", err)
	}
	for _, why := range []string{"cut", "failing"} {
		failed(t, k.sent(question, nil))
		if m := latest(t, k.Editor).Messages[1]; !m.Interrupted || m.Cache != nil && m.Cache.EntryID != "" {
			t.Errorf("%s: the conversation keeps %+v", why, m)
		}
	}
	if cut := k.misses("cut by a limit", question, nil); cut.FinishReason != chat.FinishLength || cut.Cache.EntryID != "" {
		t.Errorf("an answer cut by a limit: %v, kept as %q", cut.FinishReason, cut.Cache.EntryID)
	}
	k.misses("empty", question, nil)
	k.misses("whole", question, nil)
	k.hits("whole, again", question, nil, chat.HitExact, "whole")
}

// TestOutlineIsNotKept asks while there is no model server: its stand-in's answer
// does not take the place of the model's that comes later.
func TestOutlineIsNotKept(t *testing.T) {
	noLeaks(t)
	state := t.TempDir()
	e := lsptest.Start(t, lsptest.Options{StateDir: state})
	k := &keeper{Editor: e, t: t, server: backendtest.Ollama(t, backendtest.Script{})}
	about := selects(k.Open("main.go", "go", someCode))
	for range 2 {
		if s := k.said("What does it do?", about); s.Cache != (chat.CacheInfo{Hit: chat.HitNone}) || s.Route.Backend != "outline" {
			t.Errorf("cache %+v, answered by %+v", s.Cache, s.Route)
		}
	}
}

// TestSecretsStayOutOfTheFile asks about code with a password and gets an answer
// that quotes it. The files hold neither it nor a part of it; the hit has it.
func TestSecretsStayOutOfTheFile(t *testing.T) {
	// Both are put together here, so that no scanner takes this file for a leak.
	key, password := "AKIA"+"QYLPMN5HHHFPZAM2", "gX7!"+"qPz42vRkLm"
	quoting := "The key " + key + " and the password " + password + " are in the marked line."
	k := startKeeper(t, lsptest.Options{}, append(backendtest.Tokens(strings.SplitAfter(quoting, "Q")...), backendtest.End(chat.FinishStop, 10, 9)))
	code := "package main\n\nvar awsKey = \"" + key + "\"\nvar password = \"" + password + "\"\n"
	question := "Why is " + key + " refused?"
	made := k.misses("the first time", question, selects(k.Open("main.go", "go", code)))
	if made.text != quoting {
		t.Fatalf("the model's answer arrived as %q", made.text)
	}
	k.untilKept("are in the marked line")
	for _, open := range []bool{true, false} {
		if !open {
			k.Close()
		}
		for name, content := range files(t, k.StateDir) {
			for _, secret := range []string{key, key[4:], password} {
				if strings.Contains(content, secret) {
					t.Errorf("%s holds the secret %s", name, secret)
				}
			}
		}
	}
	next := openKeeper(t, lsptest.Options{StateDir: k.StateDir}, k.server)
	next.hits("after a restart", question, selects(next.Open("main.go", "go", code)), chat.HitExact, quoting)
	changed := strings.Replace(code, password, "hY8!"+"rQa53wSlMn", 1)
	next.misses("with another password", question, selects(next.Open("main2.go", "go", changed)))
}

// TestSecretOfTheAnswerAlone gets an answer with a password that nobody asked
// about, an example's. It cannot be kept as it is, and must not come back with
// something else in the password's place.
func TestSecretOfTheAnswerAlone(t *testing.T) {
	example := "Write this: password = \"gX7!" + "qPz42vRkLm\" and go on."
	k := startKeeper(t, lsptest.Options{}, backendtest.Tokens(strings.SplitAfter(example, " ")...))
	for _, wording := range []string{"How do I set a password in curl?", "How do I set a password in curl?", "How can I set a password in curl?"} {
		if s := k.misses("whatever the words", wording, nil); s.text != example {
			t.Errorf("the answer is %q", s.text)
		}
	}
	k.Close()
	if k.holds("qPz42vRkLm") || k.holds("Write this") {
		t.Error("the file holds the answer")
	}
}

// TestMarkedAnswersMayBeForbidden has the settings keep nothing above UNCLASSIFIED.
func TestMarkedAnswersMayBeForbidden(t *testing.T) {
	k := startKeeper(t, lsptest.Options{Settings: map[string]any{"cache": map[string]any{"marked": false}}})
	marked := chatParams{"classification": "CUI"}
	k.misses("marked", "What is a slice?", marked)
	k.misses("marked, again", "What is a slice?", marked)
	k.misses("unmarked", "What is a slice?", nil)
	k.hits("unmarked, again", "What is a slice?", nil, chat.HitExact, "answer 3.")
}

// TestMarkedAnswersStayInTheProcess asks at every level: above UNCLASSIFIED an
// answer is given again in this process, and not a byte of it is written.
func TestMarkedAnswersStayInTheProcess(t *testing.T) {
	k := startKeeper(t, lsptest.Options{})
	levels := []string{"CUI", "CONFIDENTIAL", "SECRET", "TOP SECRET", "UNCLASSIFIED"}
	question := func(level string) (string, chatParams) {
		return "How does the zq" + strings.ReplaceAll(strings.ToLower(level), " ", "") + " protocol work?", chatParams{"classification": level}
	}
	for i, level := range levels {
		words, p := question(level)
		k.misses(level, words, p)
		k.hits(level, words, p, chat.HitExact, fmt.Sprintf("answer %d.", i+1))
	}
	k.untilKept("answer 5.")
	k.Close()
	for i := range levels[:4] {
		words, _ := question(levels[i])
		if k.holds(fmt.Sprintf("answer %d.", i+1)) || k.holds(strings.Fields(words)[3]) {
			t.Errorf("%s: it is in the file", levels[i])
		}
	}
	next := openKeeper(t, lsptest.Options{StateDir: k.StateDir}, k.server)
	for _, level := range levels[:4] {
		words, p := question(level)
		next.misses(level+" in another process", words, p)
	}
	words, p := question(levels[4])
	next.hits("unmarked in another process", words, p, chat.HitExact, "answer 5.")
}

// TestMaxTierCache asks for what is kept and nothing else. No server hears of it.
func TestMaxTierCache(t *testing.T) {
	const question = "How do I reverse a slice in Go?"
	kept := chatParams{"maxTier": "cache"}
	k := startKeeper(t, lsptest.Options{})
	if e := failed(t, k.sent(question, kept)); e.Kind != chat.Policy {
		t.Errorf("%+v, want the policy's error", e)
	}
	if n := len(k.server.Requests()); n > 0 {
		t.Errorf("the model server got %d requests", n)
	}
	k.misses("without a limit", question, nil)
	requests := len(k.server.Requests())
	k.hits("exactly", question, kept, chat.HitExact, "answer 1.")
	k.hits("in other words", "How can I reverse a slice in Go?", kept, chat.HitSemantic, "answer 1.")
	if e := failed(t, k.sent("How do I reverse a string in Go?", kept)); e.Kind != chat.Policy {
		t.Errorf("%+v, want the policy's error", e)
	}
	before := k.Configurations()
	k.Configure(map[string]any{"routing": map[string]any{"maxTier": "cache"}})
	k.Until("the configuration", func() bool { return k.Configurations() > before })
	k.hits("by the settings", question, nil, chat.HitExact, "answer 1.")
	if e := failed(t, k.sent("What is a slice?", nil)); e.Kind != chat.Policy {
		t.Errorf("by the settings: %+v, want the policy's error", e)
	}
	if n := len(k.server.Requests()); n != requests {
		t.Errorf("the model server got %d more requests", n-requests)
	}
}

// TestSwitchedOffInMidSession turns the cache off and on again.
func TestSwitchedOffInMidSession(t *testing.T) {
	k := startKeeper(t, lsptest.Options{})
	const question = "What is a slice?"
	set := func(enabled bool) {
		before := k.Configurations()
		k.Configure(map[string]any{"cache": map[string]any{"enabled": enabled}})
		k.Until("the configuration", func() bool { return k.Configurations() > before })
	}
	k.misses("the first time", question, nil)
	set(false)
	k.misses("off", question, nil)
	set(true)
	k.hits("on again", question, nil, chat.HitExact, "answer 1.")
}

// TestSameQuestionTwiceAtOnce sends a question while it is being answered: one
// call of the model, the same text for both.
func TestSameQuestionTwiceAtOnce(t *testing.T) {
	hold := make(chan struct{})
	k := startKeeper(t, lsptest.Options{}, append(backendtest.Answer{backendtest.Text("so "), backendtest.Hold(hold)}, backendtest.Text("it is.")))
	var calls []*lsptest.Call
	for range 3 {
		c := k.sent("What is a slice?", nil)
		k.Until("the first text", func() bool { return c.Stream.Text() == "so " })
		calls = append(calls, c)
	}
	close(hold)
	for _, c := range calls {
		r := answered(t, c)
		if c.Stream.Text() != "so it is." || r.Cache.Hit != chat.HitNone {
			t.Errorf("%q, cache %+v", c.Stream.Text(), r.Cache)
		}
	}
	if n := len(k.server.Chats()); n != 1 {
		t.Errorf("%d chats reached the server", n)
	}
}

// TestDamagedFileIsToldOnce finds garbage in the file's place: the question is
// answered, one message says what was set aside, and answers are kept again.
func TestDamagedFileIsToldOnce(t *testing.T) {
	state := t.TempDir()
	path := filepath.Join(state, "rigrun.db")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("no database at all ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	k := startKeeper(t, lsptest.Options{StateDir: state})
	k.misses("the first time", "What is a slice?", nil)
	k.misses("another", "What is a map?", nil)
	k.hits("the first one again", "What is a slice?", nil, chat.HitExact, "answer 1.")
	if told := k.WindowMessages(); len(told) != 1 || !strings.Contains(told[0], "damaged") {
		t.Errorf("the editor was told %d times: %q", len(told), told)
	}
}
