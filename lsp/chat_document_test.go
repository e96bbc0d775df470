package lsp_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

var chatMark = regexp.MustCompile(`<!-- (/?)rigrun [A-Z2-7]{26}( [!-~]+)? -->`)

// plainChat is a chat document with its ids made the same.
func plainChat(text string) string {
	return chatMark.ReplaceAllStringFunc(text, func(m string) string {
		parts := chatMark.FindStringSubmatch(m)
		if parts[2] != "" {
			return "<!-- " + parts[1] + "rigrun TOKEN ID -->"
		}
		return "<!-- " + parts[1] + "rigrun TOKEN -->"
	})
}

const chatClosing = "*local · ollama · tiny:latest — Ollama at SERVER is the local model server*"

// chatDesk opens a chat document.
func chatDesk(t *testing.T, profile, text string, answers ...backendtest.Answer) *desk {
	t.Helper()
	noLeaks(t)
	d := openDeskWith(t, lsptest.Options{Profile: profile}, answers...)
	d.doc = d.Open("notes.rigrun.md", "markdown", text)
	return d
}

func (d *desk) sendChat() *lsptest.Work {
	d.t.Helper()
	return d.begin(d.choose(d.menu(d.doc.Range(0, 0), map[string]any{"triggerKind": 2}), "Send to rigrun"))
}

func (d *desk) chatText() string {
	return strings.ReplaceAll(plainChat(d.doc.Now()), strings.TrimPrefix(d.server.URL, "http://"), "SERVER")
}

// TestChatDocument holds a conversation of two questions in every client.
func TestChatDocument(t *testing.T) {
	forEachProfile(t, func(t *testing.T, can ability) {
		d := chatDesk(t, can.profile, "# Notes\n\nWhat is 🚀?\n", backendtest.Tokens("A ", "rocket 🚀."), backendtest.Tokens("Fast."))
		d.WaitWork(d.sendChat())
		first := "# Notes\n\nWhat is 🚀?\n\n<!-- rigrun TOKEN -->\n\nA rocket 🚀.\n\n" + chatClosing + "\n\n<!-- /rigrun TOKEN ID -->\n\n"
		if got := d.chatText(); got != first {
			t.Fatalf("the document is %q, want %q", got, first)
		}
		d.doc.Change(len(d.doc.Text), len(d.doc.Text), "\nHow fast?")
		d.WaitWork(d.sendChat())
		second := first + "\nHow fast?\n\n<!-- rigrun TOKEN -->\n\nFast.\n\n" + chatClosing + "\n\n<!-- /rigrun TOKEN ID -->\n"
		if got := d.chatText(); got != second {
			t.Fatalf("the document is %q, want %q", got, second)
		}
		if c := latest(t, d.Editor); len(c.Messages) != 4 || c.Messages[2].Text != "How fast?" {
			t.Errorf("the conversation is %+v", c)
		}
		for _, e := range d.Edits() {
			if len(e.Edit.ChangeAnnotations) != 0 || e.Failure != "" {
				t.Errorf("an edit %+v", e)
			}
		}
	})
}

// TestChatDocumentWhileTyping wants everything kept that a person types while
// the answer comes: above it, below it and inside it.
func TestChatDocumentWhileTyping(t *testing.T) {
	release := make(chan struct{})
	answer := backendtest.Answer{
		backendtest.Text("One. "), backendtest.Hold(release), backendtest.Text("Two. "), backendtest.Hold(release), backendtest.Text("Three."),
	}
	d := chatDesk(t, "neovim-0.10", "Count.\r\n", answer)
	w := d.sendChat()
	d.Until("the first words", func() bool { return strings.Contains(d.doc.Now(), "One. ") })
	d.doc.Type("Above. ", "Count.")
	d.doc.Type("(mine) ", "One. ")
	d.doc.Type("Next question?", "\r\n<!-- /rigrun")
	release <- struct{}{}
	release <- struct{}{}
	d.WaitWork(w)
	want := "Above. Count.\r\n\r\n<!-- rigrun TOKEN -->\r\n\r\n(mine) One. \r\nNext question?Two. Three.\r\n\r\n" + chatClosing + "\r\n<!-- /rigrun TOKEN ID -->\r\n\r\n"
	if got := d.chatText(); got != want {
		t.Errorf("the document is %q, want %q", got, want)
	}
}

// TestChatDocumentStops wants the conversation to go on after an answer was stopped.
func TestChatDocumentStops(t *testing.T) {
	d := chatDesk(t, "vscode", "First?", backendtest.Answer{backendtest.Text("Begun"), backendtest.Stall()}, backendtest.Tokens("Second."))
	w := d.sendChat()
	d.Until("the first words", func() bool { return strings.Contains(d.doc.Now(), "Begun") })
	if err := d.Refuse("workspace/executeCommand", sendOf(d.doc.URI)); !strings.Contains(err.Message, "no question") && !strings.Contains(err.Message, "still being written") {
		t.Errorf("a second answer at the same time: %v", err)
	}
	d.CancelWork(w)
	d.WaitWork(w)
	want := "First?\n\n<!-- rigrun TOKEN -->\n\nBegun\n\n*Stopped by you; what had arrived is kept.*\n\n<!-- /rigrun TOKEN ID -->\n"
	if got := d.chatText(); got != want {
		t.Fatalf("the document is %q, want %q", got, want)
	}
	d.doc.Change(len(d.doc.Text), len(d.doc.Text), "And?")
	d.WaitWork(d.sendChat())
	if c := latest(t, d.Editor); len(c.Messages) != 4 || !c.Messages[1].Interrupted {
		t.Errorf("the conversation is %+v", c)
	}
}

func sendOf(uri string) map[string]any {
	return map[string]any{"command": "rigrun.send", "arguments": []any{map[string]string{"uri": uri}}}
}

// TestChatDocumentLosesItsMark wants the model stopped where its answer has no
// place any more.
func TestChatDocumentLosesItsMark(t *testing.T) {
	release := make(chan struct{})
	d := chatDesk(t, "eglot", "Go.", backendtest.Answer{
		backendtest.Text("One"), backendtest.Hold(release), backendtest.Text(" two"), backendtest.Stall(),
	})
	w := d.sendChat()
	d.Until("the first words", func() bool { return strings.Contains(d.doc.Now(), "One") })
	d.doc.Change(0, len(d.doc.Text), "All gone.")
	d.Call("rigrun/stats", map[string]any{})
	close(release) // the model may have been stopped already: nobody need wait for it
	d.CancelWork(w)
	d.WaitWork(w)
	if got := d.doc.Now(); got != "All gone." {
		t.Errorf("the document is %q", got)
	}
	if m := d.WindowMessages(); len(m) == 0 || !strings.Contains(m[len(m)-1], "its end mark is gone") {
		t.Errorf("the person was told %q", m)
	}
}

// TestForgottenConversation wants the document to stand for a conversation that
// is no longer there.
func TestForgottenConversation(t *testing.T) {
	d := chatDesk(t, "helix-25", "What is a 🚀?", backendtest.Tokens("A rocket."), backendtest.Tokens("Fast."))
	d.WaitWork(d.sendChat())
	c := latest(t, d.Editor)
	d.Call("rigrun/conversations/delete", map[string]string{"conversationId": c.ConversationID})
	d.doc.Change(len(d.doc.Text), len(d.doc.Text), "How fast?")
	d.WaitWork(d.sendChat())
	if body := string(d.server.Chats()[1].Body); !strings.Contains(body, "A rocket.") || !strings.Contains(body, "How fast?") {
		t.Errorf("the model was asked %s", body)
	}
	if got := d.chatText(); !strings.HasSuffix(got, "Fast.\n\n"+chatClosing+"\n\n<!-- /rigrun TOKEN ID -->\n") {
		t.Errorf("the document is %q", got)
	}
}

// TestNoChatDocument wants questions only of chat documents.
func TestNoChatDocument(t *testing.T) {
	d := openDesk(t, lsptest.Options{})
	empty := d.Open("empty.rigrun.md", "markdown", " \n")
	for _, uri := range []string{d.doc.URI, empty.URI, "file:///none.rigrun.md", ""} {
		if err := d.Refuse("workspace/executeCommand", sendOf(uri)); err.Code != -32602 {
			t.Errorf("%q: %v", uri, err)
		}
	}
	for _, i := range d.menu(d.selection, nil) {
		if strings.HasPrefix(i.Title, "Send") {
			t.Errorf("offered %s", i.raw)
		}
	}
}
