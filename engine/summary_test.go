package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
)

// long is an answer that fills a small window soon.
var long = strings.Repeat("so it goes on and on, ", 40)

// asks reports which of a backend's calls were for a summary.
func asks(p chat.Prompt) bool { return strings.HasPrefix(p.Turns[0].Content, "You write notes") }

// TestOldTurnsAreSummarised holds a conversation until its oldest turns are
// summarised, and looks at what the next question sends in their place.
func TestOldTurnsAreSummarised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, enginetest.Words(long))
		h.local.ContextLength = 4096
		id, summed := "", 0
		for i := range 12 {
			_, result, rec := say(t, h, chat.Request{ConversationID: id, Message: fmt.Sprintf("question %d about %s", i, awsKey)})
			id = result.ConversationID
			synctest.Wait() // until what runs in the background is done
			if reason := rec.Routes()[0].Reason; strings.Contains(reason, "left out") {
				t.Errorf("question %d: %s", i, reason)
			}
			if last := h.backend.Prompts(); asks(last[len(last)-1]) {
				summed++
				checkSummaryPrompt(t, last[len(last)-1])
			}
		}
		if summed == 0 || summed > 4 {
			t.Fatalf("%d summaries in 12 questions", summed)
		}
		_, _, _ = say(t, h, chat.Request{ConversationID: id, Message: "last"})
		all := h.backend.Prompts()
		for _, p := range all {
			if last := p.Turns[len(p.Turns)-1].Content; last == "last" {
				if want := "Summary of the conversation so far:\n\n" + strings.TrimSpace(long); p.Turns[1].Content != want || p.Turns[2].Role != chat.RoleAssistant {
					t.Errorf("the summary is sent as %.100q", p.Turns[1].Content)
				}
				if strings.Contains(fmt.Sprint(p.Turns), "question 0 ") {
					t.Error("what was summarised is sent, too")
				}
			}
		}
		if c, _ := h.Conversations().Get(id); len(c.Messages) != 26 {
			t.Errorf("%d messages are kept, want all 26", len(c.Messages))
		}
	})
}

func checkSummaryPrompt(t *testing.T, p chat.Prompt) {
	t.Helper()
	text := fmt.Sprint(p.Turns)
	if !strings.Contains(text, "User:\nquestion ") || strings.Contains(text, awsKey) || p.Options.MaxTokens == 0 || p.Tokens > 4096-512 {
		t.Errorf("the summary is asked for with %d tokens, at most %d in answer: %.300q", p.Tokens, p.Options.MaxTokens, text)
	}
}

// TestAQuestionGoesBeforeASummary holds a summary up and asks on: the summary is
// cancelled, the question is answered, and what does not fit is said.
func TestAQuestionGoesBeforeASummary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, enginetest.Words(long))
		h.local.ContextLength = 2048
		h.backend.Choose = func(p *chat.Prompt) enginetest.Script {
			if asks(*p) {
				return enginetest.Script{{Wait: make(chan struct{})}}
			}
			return nil
		}
		id, cut := "", false
		for i := range 8 {
			_, result, rec := say(t, h, chat.Request{ConversationID: id, Message: fmt.Sprint("question ", i)})
			id = result.ConversationID
			synctest.Wait()
			cut = cut || strings.Contains(rec.Routes()[0].Reason, "left out to fit 2,048 tokens: the oldest ")
		}
		if !cut || h.backend.Cancelled() == 0 {
			t.Errorf("cut: %v, summaries cancelled: %d", cut, h.backend.Cancelled())
		}
	}) // the engine's Close ends the last one, or goleak complains
}

// TestACloudsConversationIsNotSummarised: it has more room than the local model.
func TestACloudsConversationIsNotSummarised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openCloud(t, words("openai", long), nil)
		h.local.ContextLength = 2048
		id := ""
		for i := range 8 {
			_, result, _ := say(t, h, chat.Request{ConversationID: id, Message: fmt.Sprint("question ", i), Mode: chat.ModeCloud})
			id = result.ConversationID
			synctest.Wait()
		}
		if got := h.backend.Prompts(); len(got) != 0 {
			t.Errorf("%d calls of the local model", len(got))
		}
	})
}
