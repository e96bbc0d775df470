package cache_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

const (
	question   = "How do I reverse a slice in Go?"
	paraphrase = "How can I reverse a slice in Go?"
)

// script is a model server's with these answers.
func script(answers ...backendtest.Answer) backendtest.Script {
	return backendtest.Script{Answers: answers}
}

// TestAnswersOutliveTheProcess kills a process with SIGKILL a moment after its
// answer. The next one has it, for the same question and for one in other words.
func TestAnswersOutliveTheProcess(t *testing.T) {
	tokens := backendtest.OddTokens(100)
	want := strings.Join(tokens, "")
	server := backendtest.Ollama(t, script(backendtest.Tokens(tokens...), backendtest.Tokens("another")))
	h := newHome(t, server)
	first := h.editor()
	first.wants(want, chat.HitNone, question)
	<-time.After(300 * time.Millisecond) // an answer is in the file well before that
	first.kill()
	second := h.editor()
	second.wants(want, chat.HitExact, question)
	third := h.editor()
	third.wants(want, chat.HitSemantic, paraphrase)
	chatted(t, server, 1)
}

// TestCommandLine counts and removes what an editor's process keeps, while that runs.
func TestCommandLine(t *testing.T) {
	server := backendtest.Ollama(t, script(backendtest.Tokens("first"), backendtest.Tokens("second")))
	h := newHome(t, server)
	e := h.editor()
	e.wants("first", chat.HitNone, question)
	eventually(t, "the answer is kept", func() error {
		if got := h.command("cache", "stats", "--json"); !strings.Contains(got, `"entries": 1`) && !strings.Contains(got, `"entries":1`) {
			return fmt.Errorf("cache stats says %s", got)
		}
		return nil
	})
	if got := h.command("cache", "stats"); !strings.HasPrefix(got, "1 answers, ") || !strings.Contains(got, h.file()) {
		t.Errorf("cache stats says %q", got)
	}
	if got := h.command("cache", "clear"); got != "1 removed\n" {
		t.Errorf("cache clear says %q", got)
	}
	<-time.After(1100 * time.Millisecond) // a process looks once a second whether another removed something
	e.wants("second", chat.HitNone, question)
	chatted(t, server, 2)
}

// TestTwoProcessesAskAtOnce has a second process ask what the first is being told:
// the model is asked once, and both get the answer, as it is written.
func TestTwoProcessesAskAtOnce(t *testing.T) {
	release := make(chan struct{})
	answer := backendtest.Answer{backendtest.Text("so "), backendtest.Hold(release), backendtest.Text("it is")}
	server := backendtest.Ollama(t, script(answer, backendtest.Tokens("asked twice")))
	h := newHome(t, server)
	first, second := h.editor(), h.editor()
	mine := first.sent(question)
	first.flowing(mine)
	yours := second.sent(question)
	asked := time.Now()
	second.flowing(yours)
	t.Logf("the second process had the first text %v after it had asked", time.Since(asked).Round(time.Millisecond))
	if got := yours.Stream.Text(); got != "so " {
		t.Errorf("meanwhile the second process has %q", got)
	}
	chatted(t, server, 1)
	close(release)
	if text, r := first.answered(mine); text != "so it is" || r.Cache.Hit != chat.HitNone {
		t.Errorf("the first process got %q, cache %+v", text, r.Cache)
	}
	text, r := second.answered(yours)
	if text != "so it is" || r.Cache.Hit != chat.HitExact || r.Cache.EntryID == "" || r.Route.Tier != chat.TierCache {
		t.Errorf("the second process got %q by %+v, cache %+v", text, r.Route, r.Cache)
	}
	chatted(t, server, 1)
	route := slices.Collect(func(yield func(string) bool) {
		for _, v := range yours.Stream.Values() {
			if v.Route != nil && !yield(v.Route.Tier) {
				return
			}
		}
	})
	if !slices.Equal(route, []string{chat.TierLocal, chat.TierCache}) {
		t.Errorf("the second process was told the routes %v", route)
	}
	second.Call("rigrun/feedback", map[string]string{"messageId": r.MessageID, "rating": "bad"})
	second.wants("asked twice", chat.HitNone, question)
}

// TestManyQuestionsAtOnce has two processes send each of many questions at the
// same moment.
func TestManyQuestionsAtOnce(t *testing.T) {
	const rounds = 20
	release := make(chan struct{}, 2)
	server := backendtest.Ollama(t, script(backendtest.Answer{backendtest.Hold(release), backendtest.Text("once")}))
	h := newHome(t, server)
	first, second := h.editor(), h.editor()
	for i := range rounds {
		asked := fmt.Sprintf("What is number %d?", i)
		mine, yours := first.sent(asked), second.sent(asked)
		first.Until("the first one's route", func() bool { return len(mine.Stream.Values()) > 0 })
		second.Until("the second one's route", func() bool { return len(yours.Stream.Values()) > 0 })
		<-server.Started()
		<-time.After(50 * time.Millisecond) // the other one now waits, or has asked, too
		chatted(t, server, i+1)
		if t.Failed() {
			close(release)
			return
		}
		release <- struct{}{}
		a, _ := first.answered(mine)
		b, _ := second.answered(yours)
		if a != "once" || b != "once" {
			t.Errorf("%q is answered with %q and %q", asked, a, b)
		}
	}
}

// TestTheFirstLeaves cancels the question in the process that asked first: the
// answer is written on for the other one.
func TestTheFirstLeaves(t *testing.T) {
	release := make(chan struct{})
	answer := backendtest.Answer{backendtest.Text("so "), backendtest.Hold(release), backendtest.Text("it is")}
	server := backendtest.Ollama(t, script(answer, backendtest.Tokens("asked twice")))
	h := newHome(t, server)
	first, second := h.editor(), h.editor()
	mine := first.sent(question)
	first.flowing(mine)
	yours := second.sent(question)
	second.flowing(yours)
	mine.Cancel()
	if _, failed := mine.Wait(); failed == nil {
		t.Error("the question was not cancelled")
	}
	close(release)
	if text, r := second.answered(yours); text != "so it is" || r.Cache.Hit != chat.HitExact {
		t.Errorf("the second process got %q, cache %+v", text, r.Cache)
	}
	chatted(t, server, 1)
	first.wants("so it is", chat.HitExact, question)
}

// TestTheFirstDiesBeforeItsAnswer kills the process whose answer another one waits
// for. That one soon asks for itself. A machine that is busy elsewhere is given
// three tries.
func TestTheFirstDiesBeforeItsAnswer(t *testing.T) {
	const limit, tries = 2500 * time.Millisecond, 3
	took := limit + 1
	for try := 0; try < tries && took > limit; try++ {
		server := backendtest.Ollama(t, script(backendtest.Answer{backendtest.Stall()}, backendtest.Tokens("whole")))
		h := newHome(t, server)
		first, second := h.editor(), h.editor()
		first.sent(question)
		<-server.Started()
		yours := second.sent(question)
		second.Until("the second one's route", func() bool { return len(yours.Stream.Values()) > 0 })
		<-time.After(200 * time.Millisecond) // it now waits for the first one's answer
		chatted(t, server, 1)
		first.kill()
		killed := time.Now()
		text, r := second.answered(yours)
		took = time.Since(killed)
		if text != "whole" || r.Cache.Hit != chat.HitNone || r.Route.Tier != chat.TierLocal {
			t.Fatalf("the second process got %q by %+v, cache %+v", text, r.Route, r.Cache)
		}
		chatted(t, server, 2)
		t.Logf("the second process had its own answer %v after the first was killed", took.Round(time.Millisecond))
		second.wants("whole", chat.HitExact, question)
	}
	if took > limit {
		t.Errorf("more than %v in each of %d tries", limit, tries)
	}
}

// TestTheFirstDiesInMidAnswer kills the process whose answer another one is
// reading. That one says so, and has its own answer when it is asked again.
func TestTheFirstDiesInMidAnswer(t *testing.T) {
	server := backendtest.Ollama(t, script(append(backendtest.Tokens("never "), backendtest.Stall()), backendtest.Tokens("whole")))
	h := newHome(t, server)
	first, second := h.editor(), h.editor()
	first.flowing(first.sent(question))
	yours := second.sent(question)
	second.flowing(yours)
	chatted(t, server, 1)
	first.kill()
	killed := time.Now()
	_, failed := yours.Wait()
	t.Logf("the second process said so %v after the first was killed", time.Since(killed).Round(time.Millisecond))
	if failed == nil || !strings.Contains(string(failed.Data), string(chat.StreamInterrupted)) {
		t.Fatalf("the second process's answer ended with %v", failed)
	}
	second.wants("whole", chat.HitNone, question)
	chatted(t, server, 2)
}

// TestTheSecondDies kills the process that reads another one's answer: nothing
// happens to that.
func TestTheSecondDies(t *testing.T) {
	release := make(chan struct{})
	answer := backendtest.Answer{backendtest.Text("so "), backendtest.Hold(release), backendtest.Text("it is")}
	server := backendtest.Ollama(t, script(answer, backendtest.Tokens("asked twice")))
	h := newHome(t, server)
	first, second := h.editor(), h.editor()
	mine := first.sent(question)
	first.flowing(mine)
	second.flowing(second.sent(question))
	second.kill()
	close(release)
	if text, r := first.answered(mine); text != "so it is" || r.Cache.Hit != chat.HitNone {
		t.Errorf("the first process got %q, cache %+v", text, r.Cache)
	}
	h.editor().wants("so it is", chat.HitExact, question)
	chatted(t, server, 1)
}
