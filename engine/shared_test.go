package engine_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	cachestore "github.com/rigrun/rigrun-lsp/engine/cache/store"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// processes are two engines of one user, each with caches and flights of its own;
// all they share is a file. Each plays its own script, then says "again".
type processes struct {
	t             *testing.T
	file          string
	first, second house
}

func openProcesses(t *testing.T, first enginetest.Script, given ...func(*engine.Setup)) processes {
	t.Helper()
	p := processes{t: t, file: filepath.Join(t.TempDir(), "shared.db")}
	p.first = p.open(first, given)
	p.second = p.open(enginetest.Words("asked ", "twice"), given)
	return p
}

func (p *processes) open(script enginetest.Script, given []func(*engine.Setup)) house {
	h := open(p.t, script, enginetest.Words("again"))
	s := enginetest.Setup(h.local)
	for _, f := range given {
		f(&s)
	}
	s.Cache = cache.New(cache.Options{Backing: cachestore.New(cachestore.Options{Path: p.file, Now: time.Now})})
	p.t.Cleanup(func() { _ = s.Cache.Close() })
	h.Configure(s)
	return h
}

// published is all text that the file has of answers that are being written.
func (p *processes) published() string {
	p.t.Helper()
	db, err := sql.Open("sqlite", p.file)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var text string
	if err := db.QueryRow("SELECT coalesce(group_concat(data, ''), '') FROM (SELECT data FROM pieces ORDER BY owner, till)").Scan(&text); err != nil {
		p.t.Fatal(err)
	}
	return text
}

// asking is a question that is on its way.
type asking struct {
	*enginetest.Recorder
	leave context.CancelFunc
	done  chan struct{}

	result *chat.Result // both once done is closed
	err    error
}

func ask(t *testing.T, h house, req chat.Request) *asking {
	ctx, cancel := context.WithCancel(t.Context())
	a := &asking{Recorder: &enginetest.Recorder{T: t}, leave: cancel, done: make(chan struct{})}
	go func() {
		defer close(a.done)
		a.result, a.err = h.Chat(ctx, req, a.Recorder)
	}()
	return a
}

// wants waits for the answer.
func (a *asking) wants(t *testing.T, w want) {
	t.Helper()
	<-a.done
	compare(t, a.Recorder, a.result, a.err, w)
}

// moment is longer than it takes until one process knows what another has written.
const moment = time.Second

// TestProcessesShareOneStream has a second process read the first one's answer while
// that is written.
func TestProcessesShareOneStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		p := openProcesses(t, enginetest.Script{{Thinking: "hm\n"}, {Text: "one "}, {Wait: release}, {Text: "two"}})
		req := chat.Request{Message: "how do two processes share a stream"}
		a := ask(t, p.first, req)
		time.Sleep(moment)
		if p.published() != "" {
			t.Errorf("published for nobody: %q", p.published())
		}
		b := ask(t, p.second, req)
		time.Sleep(moment)
		if b.Text() != "one " || b.Thinking() != "hm\n" || p.published() != "hm\none " {
			t.Errorf("meanwhile the second has %q, thinking %q; published is %q", b.Text(), b.Thinking(), p.published())
		}
		close(release)
		w := want{text: "one two", thinking: "hm\n", reason: chat.FinishStop, routes: "ollama"}
		a.wants(t, w)
		w.routes = "ollama ollama"
		b.wants(t, w)
		d := b.Routes()[1]
		if d.Tier != chat.TierCache || d.Model != "scripted" || !strings.Contains(d.Reason, "in another process") {
			t.Errorf("the second was told %+v", d)
		}
		if b.result.Cache.Hit != chat.HitExact || b.result.Cache.EntryID == "" || len(p.second.backend.Prompts()) > 0 {
			t.Errorf("%+v, %d calls", b.result.Cache, len(p.second.backend.Prompts()))
		}
		time.Sleep(moment)
		if p.published() != "" {
			t.Errorf("published is still %q", p.published())
		}
	})
}

// TestTheAnswerGoesOnForAnotherProcess has the one who asked first leave, and then
// the other one, too.
func TestTheAnswerGoesOnForAnotherProcess(t *testing.T) {
	for _, bothLeave := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			release := make(chan struct{})
			p := openProcesses(t, enginetest.Script{{Text: "one "}, {Wait: release}, {Text: "two"}})
			req := chat.Request{Message: "how do two processes share a stream"}
			a := ask(t, p.first, req)
			time.Sleep(moment)
			b := ask(t, p.second, req)
			time.Sleep(moment)
			a.leave()
			a.wants(t, want{text: "one ", routes: "ollama", err: context.Canceled})
			time.Sleep(10 * time.Second)
			if p.first.backend.Cancelled() > 0 {
				t.Error("the call was cancelled while the second process follows it")
			}
			if !bothLeave {
				close(release)
				b.wants(t, want{text: "one two", routes: "ollama ollama", reason: chat.FinishStop})
				return
			}
			b.leave()
			b.wants(t, want{text: "one ", routes: "ollama ollama", err: context.Canceled})
			time.Sleep(3 * time.Second)
			if p.first.backend.Cancelled() != 1 {
				t.Error("the call goes on for nobody")
			}
		})
	}
}

// TestTheFollowerLeaves has nobody but the one who asked first listen at the end.
func TestTheFollowerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		p := openProcesses(t, enginetest.Script{{Text: "one "}, {Wait: release}, {Text: "two"}})
		req := chat.Request{Message: "how do two processes share a stream"}
		a := ask(t, p.first, req)
		time.Sleep(moment)
		b := ask(t, p.second, req)
		time.Sleep(moment)
		b.leave()
		b.wants(t, want{text: "one ", routes: "ollama ollama", err: context.Canceled})
		time.Sleep(10 * time.Second)
		close(release)
		a.wants(t, want{text: "one two", routes: "ollama", reason: chat.FinishStop})
	})
}

// TestTheOtherProcessEndsWithoutAnAnswer has what another process answers end badly.
func TestTheOtherProcessEndsWithoutAnAnswer(t *testing.T) {
	fail := enginetest.Step{Fail: &chat.Error{Kind: chat.StreamInterrupted, Message: "cut"}}
	down := enginetest.Step{Fail: &chat.Error{Kind: chat.Unreachable, Message: "down"}}
	for name, tc := range map[string]struct {
		script func(release chan struct{}) enginetest.Script
		want   want
	}{
		"in mid-answer": {
			func(r chan struct{}) enginetest.Script { return enginetest.Script{{Text: "half "}, {Wait: r}, fail} },
			want{text: "half ", routes: "ollama ollama", kind: chat.StreamInterrupted},
		},
		"in silence": {
			func(r chan struct{}) enginetest.Script { return enginetest.Script{{Wait: r}, fail} },
			want{text: "asked twice", routes: "ollama", reason: chat.FinishStop},
		},
		"by another tier": {
			func(r chan struct{}) enginetest.Script { return enginetest.Script{{Wait: r}, down} },
			want{text: "asked twice", routes: "ollama", reason: chat.FinishStop},
		},
		"cut": {
			func(r chan struct{}) enginetest.Script {
				return enginetest.Script{{Text: "half "}, {Wait: r}, {Finish: &stream.End{Reason: chat.FinishLength}}}
			},
			want{text: "half ", routes: "ollama ollama", kind: chat.StreamInterrupted},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				p := openProcesses(t, tc.script(release))
				req := chat.Request{Message: "how do two processes share a stream"}
				a := ask(t, p.first, req)
				time.Sleep(moment)
				b := ask(t, p.second, req)
				time.Sleep(moment)
				close(release)
				<-a.done
				b.wants(t, tc.want)
			})
		})
	}
}

// TestWhatIsNotShared has two processes ask the same at once, each for itself.
func TestWhatIsNotShared(t *testing.T) {
	const q = "how do two processes share a stream"
	for name, tc := range map[string]struct{ first, second chat.Request }{
		"refresh":          {chat.Request{Message: q}, chat.Request{Message: q, Cache: chat.CacheRefresh}},
		"off":              {chat.Request{Message: q}, chat.Request{Message: q, Cache: chat.CacheOff}},
		"refreshed":        {chat.Request{Message: q, Cache: chat.CacheRefresh}, chat.Request{Message: q}},
		"off for the one":  {chat.Request{Message: q, Cache: chat.CacheOff}, chat.Request{Message: q}},
		"CUI":              {chat.Request{Message: q, Classification: chat.CUI}, chat.Request{Message: q, Classification: chat.CUI}},
		"top secret":       {chat.Request{Message: q, Classification: chat.TopSecret}, chat.Request{Message: q, Classification: chat.TopSecret}},
		"another level":    {chat.Request{Message: q}, chat.Request{Message: q, Classification: chat.CUI}},
		"another question": {chat.Request{Message: q}, chat.Request{Message: q + "?!"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				p := openProcesses(t, enginetest.Script{{Text: "one "}, {Wait: release}, {Text: "two"}})
				a := ask(t, p.first, tc.first)
				time.Sleep(moment)
				b := ask(t, p.second, tc.second)
				b.wants(t, want{text: "asked twice", routes: "ollama", reason: chat.FinishStop})
				if tc.first.Classification > chat.Unclassified && p.leases() > 0 {
					t.Error("the file knows of it")
				}
				close(release)
				a.wants(t, want{text: "one two", routes: "ollama", reason: chat.FinishStop})
			})
		})
	}
}

// TestWithToolsTheWholeAnswerIsAwaited offers tools: nothing is published that may
// turn out to be made with them, and who waits asks for itself once they are used.
func TestWithToolsTheWholeAnswerIsAwaited(t *testing.T) {
	for _, used := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			release := make(chan struct{})
			script := enginetest.Script{{Text: "one "}, {Wait: release}, {Text: "two"}}
			first := want{text: "one two", routes: "ollama", reason: chat.FinishStop}
			second := want{text: "one two", routes: "ollama ollama", reason: chat.FinishStop}
			if used {
				script[2] = enginetest.Step{Calls: []chat.ToolCall{read("a", "sum.go")}}
				first.text = "one \n\nagain"
				second = want{text: "asked twice", routes: "ollama", reason: chat.FinishStop}
			}
			p := openProcesses(t, script, give(workspace()))
			a := ask(t, p.first, about("what is in the sum"))
			time.Sleep(moment)
			b := ask(t, p.second, about("what is in the sum"))
			time.Sleep(moment)
			if p.published() != "" || b.Text() != "" {
				t.Errorf("published is %q, the second has %q", p.published(), b.Text())
			}
			close(release)
			a.wants(t, first)
			b.wants(t, second)
		})
	}
}

// leases is how many questions the file says are being answered.
func (p *processes) leases() (n int) {
	p.t.Helper()
	db, err := sql.Open("sqlite", p.file)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_ = db.QueryRow("SELECT count(*) FROM leases").Scan(&n) // there may be no such file yet
	return n
}

// TestSecretsAreSharedAsPlaceholders has answers with the question's secrets and
// with one of their own, in pieces, and looks at the file while they are written.
func TestSecretsAreSharedAsPlaceholders(t *testing.T) {
	const phrase = "Correct-Horse 7 battery!staple"
	asked := "my key is " + awsKey + " and password: \"" + phrase + "\", where do they belong in this deployment"
	own := "AKIA" + "J7ZQKXW3MPRN2T5V"
	for name, tc := range map[string]struct {
		pieces []string
		shown  string // what the second process has before the end
		hidden []string
	}{
		"a key in pieces":     {[]string{"use ", awsKey[:9], awsKey[9:], " there and "}, "use " + awsKey + " there and ", []string{awsKey, awsKey[:9]}},
		"half a key":          {[]string{"use ", awsKey[:9]}, "use ", []string{awsKey[:9]}},
		"half a phrase":       {[]string{"use Correct-Horse 7 "}, "use ", []string{"Correct", "Horse"}},
		"a secret of its own": {[]string{"so take ", own, " as they do\n", "and more "}, "", []string{own, own[:8]}},
		"a value":             {[]string{"then\npassword = ", "hunter2-", "x9Kq7 and "}, "then\npassword ", []string{"hunter2", "x9Kq7"}},
		"a key block":         {[]string{"so\n-----BEGIN RSA PRIVATE", " KEY-----\nMIIabc ", "def\n"}, "so\n", []string{"BEGIN", "MIIabc"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				script := append(enginetest.Words(tc.pieces...), enginetest.Step{Wait: release}, enginetest.Step{Fail: context.DeadlineExceeded})
				p := openProcesses(t, script)
				req := chat.Request{Message: asked}
				a := ask(t, p.first, req)
				time.Sleep(moment)
				b := ask(t, p.second, req)
				time.Sleep(moment)
				if b.Text() != tc.shown {
					t.Errorf("the second process has %q, want %q", b.Text(), tc.shown)
				}
				for _, s := range append(tc.hidden, phrase, awsKey) {
					if strings.Contains(p.published(), s) {
						t.Errorf("the file has %q: %q", s, p.published())
					}
				}
				close(release)
				<-a.done
				<-b.done
			})
		})
	}
}
