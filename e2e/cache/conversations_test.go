package cache_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// get returns a conversation as an editor is given it.
func (e *editor) get(id string) (c chat.Conversation) {
	e.t.Helper()
	if err := lsptest.Strict(e.Call("rigrun/conversations/get", map[string]string{"conversationId": id}), &c); err != nil {
		e.t.Fatal(err)
	}
	return c
}

func (e *editor) list() (items []chat.Summary) {
	e.t.Helper()
	var page struct {
		Items []chat.Summary `json:"items"`
	}
	if err := lsptest.Strict(e.Call("rigrun/conversations/list", map[string]any{}), &page); err != nil {
		e.t.Fatal(err)
	}
	return page.Items
}

func (e *editor) search(query string) (items []chat.Found) {
	e.t.Helper()
	var found struct {
		Items []chat.Found `json:"items"`
	}
	if err := lsptest.Strict(e.Call("rigrun/conversations/search", map[string]any{"query": query}), &found); err != nil {
		e.t.Fatal(err)
	}
	return found.Items
}

// TestConversationOutlivesItsProcess kills a process with SIGKILL in mid-answer.
// Another process, which ran beside it, lists the conversation, opens it, goes on
// with it, finds it, and deletes it.
func TestConversationOutlivesItsProcess(t *testing.T) {
	never := make(chan struct{})
	half := backendtest.Answer{backendtest.Text("the first half"), backendtest.Hold(never)}
	server := backendtest.Ollama(t, script(half, backendtest.Tokens("and ", "the rest")))
	defer close(never)
	h := newHome(t, server)
	first, second := h.editor(), h.editor()
	first.flowing(first.sent("what are both halves of it?"))
	var id string
	eventually(t, "the other process sees the conversation", func() error {
		items := second.list()
		if len(items) != 1 || items[0].MessageCount != 2 {
			return fmt.Errorf("it lists %+v", items)
		}
		id = items[0].ConversationID
		return nil
	})
	<-time.After(time.Second)
	first.kill()
	c := second.get(id)
	if m := c.Messages[1]; m.Text != "the first half" || !m.Interrupted || c.Title != "what are both halves of it?" {
		t.Errorf("after the death it says %+v", m)
	}
	r := second.wants("and the rest", chat.HitNone, "go on", "conversationId", id)
	if r.ConversationID != id {
		t.Errorf("it went on as %q", r.ConversationID)
	}
	requests := server.Chats()
	if last := string(requests[len(requests)-1].Body); !strings.Contains(last, "what are both halves of it?") || !strings.Contains(last, "the first half") {
		t.Errorf("the model was not sent what was said before: %s", last)
	}
	third := h.editor()
	eventually(t, "a third process has all of it", func() error {
		if c := third.get(id); len(c.Messages) != 4 || c.Messages[3].Text != "and the rest" || c.Messages[3].Interrupted {
			return fmt.Errorf("it says %+v", c.Messages)
		}
		return nil
	})
	eventually(t, "what the dead process was told is found", func() error {
		if f := third.search("FIRST hal"); len(f) != 1 || f[0].Summary.ConversationID != id || f[0].Snippets[0] != "the first half" {
			return fmt.Errorf("it finds %+v", f)
		}
		return nil
	})
	if got := h.command("conversations", "list"); !strings.HasPrefix(got, id) || strings.Count(got, "\n") != 1 {
		t.Errorf("the command line lists %q", got)
	}
	third.Call("rigrun/conversations/delete", map[string]string{"conversationId": id})
	if items := second.list(); len(items) != 0 {
		t.Errorf("after it was deleted there is %+v", items)
	}
	eventually(t, "nothing of it is left in the file", func() error {
		for _, end := range []string{"", "-wal"} {
			if b, err := os.ReadFile(h.file() + end); err == nil && strings.Contains(string(b), "halves of it") {
				return fmt.Errorf("rigrun.db%s has it", end)
			}
		}
		return nil
	})
}

// TestFeedbackAfterARestart takes a bad answer out of the cache, whose process is gone.
func TestFeedbackAfterARestart(t *testing.T) {
	server := backendtest.Ollama(t, script(backendtest.Tokens("first"), backendtest.Tokens("second")))
	h := newHome(t, server)
	first := h.editor()
	r := first.wants("first", chat.HitNone, question)
	<-time.After(700 * time.Millisecond) // it is in the file well before that
	first.kill()
	second := h.editor()
	second.wants("first", chat.HitExact, question)
	second.Call("rigrun/feedback", map[string]string{"messageId": r.MessageID, "rating": "bad"})
	second.wants("second", chat.HitNone, question)
}

// TestConversationsSwitchedOff keeps nothing on the disk.
func TestConversationsSwitchedOff(t *testing.T) {
	server := backendtest.Ollama(t, script(backendtest.Tokens("unkept ", "answer")))
	h := newHome(t, server, "[conversations]", "enabled = false", "[cache]", "enabled = false")
	e := h.editor()
	r := e.wants("unkept answer", chat.HitNone, "an unkept question")
	if c := e.get(r.ConversationID); len(c.Messages) != 2 {
		t.Errorf("the process itself has %+v", c)
	}
	<-time.After(time.Second)
	if b, err := os.ReadFile(h.file()); err == nil && len(b) > 0 {
		t.Errorf("there is a file of %d bytes", len(b))
	}
}
