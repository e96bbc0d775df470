package lsp_test

import (
	"encoding/json"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

func TestMain(m *testing.M) {
	if os.Getenv(lsp.WaitEnv) != "" {
		_, _ = os.Stdin.Read(make([]byte, 1)) // its end is what is waited for
		return
	}
	goleak.VerifyTestMain(m)
}

// noLeaks fails the test where a goroutine that it started is left when all its
// other cleanups have run. It is to be called first.
func noLeaks(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

// chatParams are the parameters of rigrun/chat as the tests write them.
type chatParams map[string]any

// ask returns the parameters of a streamed question that shares nothing.
func ask(message string, token any) chatParams {
	p := chatParams{"message": message, "cache": "off"}
	if token != nil {
		p["partialResultToken"] = token
	}
	return p
}

// answered waits for a chat and returns its result; an error ends the test.
func answered(t *testing.T, c *lsptest.Call) chat.Result {
	t.Helper()
	raw, err := c.Wait()
	if err != nil {
		t.Fatalf("%s: %v %s", c.Method, err, err.Data)
	}
	var r chat.Result
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// failed waits for a request that must fail with -32803 and returns the error's data.
func failed(t *testing.T, c *lsptest.Call) chat.Error {
	t.Helper()
	raw, err := c.Wait()
	if err == nil {
		t.Fatalf("%s succeeded with %.300s", c.Method, raw)
	}
	var data ext.ErrorData
	if unread := lsptest.Strict(err.Data, &data); err.Code != -32803 || unread != nil {
		t.Fatalf("%s: %v with data %s (%v), want -32803 with kind, message and hint", c.Method, err, err.Data, unread)
	}
	if data.Kind == "" || data.Message != err.Message || data.Hint == "" {
		t.Fatalf("%s: data %s of the error %q", c.Method, err.Data, err.Message)
	}
	return *data.Error
}

// conversation reads a conversation back.
func conversation(t *testing.T, e *lsptest.Editor, id string) chat.Conversation {
	t.Helper()
	var c chat.Conversation
	if err := json.Unmarshal(e.Call("rigrun/conversations/get", map[string]string{"conversationId": id}), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// latest reads back the conversation that was used last.
func latest(t *testing.T, e *lsptest.Editor) chat.Conversation {
	t.Helper()
	var list struct{ Items []chat.Summary }
	if err := json.Unmarshal(e.Call("rigrun/conversations/list", map[string]int{"limit": 1}), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 1 {
		t.Fatalf("%d conversations in a list of one", len(list.Items))
	}
	return conversation(t, e, list.Items[0].ConversationID)
}

// wantText asks a question and wants an answer: the session goes on.
func wantText(t *testing.T, e *lsptest.Editor, want string) {
	t.Helper()
	if got := *answered(t, e.Send("rigrun/chat", ask("and now?", nil))).Text; got != want {
		t.Fatalf("the next question is answered with %.200q, want %.200q", got, want)
	}
}
