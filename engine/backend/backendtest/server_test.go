package backendtest_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// post asks a server without any of the project's own clients.
func post(ctx context.Context, t *testing.T, url, body string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{DisableKeepAlives: true}
	return tr.RoundTrip(req)
}

// answer is the whole body of a chat request's answer, "" where the connection broke.
func answer(t *testing.T, url string) (status int, body string, err error) {
	t.Helper()
	resp, err := post(t.Context(), t, url, "{}")
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// TestSteps holds what each step writes, in both dialects.
func TestSteps(t *testing.T) {
	for _, test := range []struct {
		name           string
		answer         backendtest.Answer
		status         int
		ollama, openai []string // what the body holds, in order
		cut            bool
	}{
		{"text", backendtest.Tokens("a\"b"), 200, []string{`"content":"a\"b"`, `"done":true`}, []string{`"content":"a\"b"`, `"finish_reason":"stop"`, "[DONE]"}, false},
		{"thinking", backendtest.Answer{backendtest.Think("h")}, 200, []string{`"thinking":"h"`}, []string{`"reasoning_content":"h"`}, false},
		{"a call", backendtest.Answer{backendtest.Call(1, "i", "f", "{}")}, 200, []string{`"tool_calls"`, `"name":"f"`, `"arguments":{}`}, []string{`"tool_calls"`, `"name":"f"`, `"arguments":"{}"`}, false},
		{"raw", backendtest.Answer{backendtest.Raw("raw\n"), backendtest.NoEnd()}, 200, []string{"raw\n"}, []string{"raw\n"}, false},
		{"an end", backendtest.Answer{backendtest.End("length", 3, 4)}, 200, []string{`"done_reason":"length"`, `"eval_count":4`}, []string{`"length"`, `"prompt_tokens":3`}, false},
		{"a failure", backendtest.Answer{backendtest.Fail("boom")}, 200, []string{`{"error":"boom"}`}, []string{`data: {"error"`, "boom"}, false},
		{"a refusal", backendtest.Answer{backendtest.Refuse(418, "tea")}, 418, []string{`{"error":"tea"}`}, []string{`"code":418`, "tea"}, false},
		{"a status", backendtest.Answer{backendtest.Status(502, "bad", "X-A", "b")}, 502, []string{"bad"}, []string{"bad"}, false},
		{"a document", backendtest.Answer{backendtest.Document("d")}, 200, []string{`"content":"d"`, `"done":true`}, []string{`"message"`, `"content":"d"`}, false},
		{"a cut", append(backendtest.Tokens("a"), backendtest.Cut()), 200, nil, nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			script := backendtest.Script{Answers: []backendtest.Answer{test.answer}, Split: 3}
			for url, want := range map[string][]string{
				backendtest.Ollama(t, script).URL + "/api/chat":            test.ollama,
				backendtest.OpenAI(t, script).URL + "/v1/chat/completions": test.openai,
			} {
				status, body, err := answer(t, url)
				if status != test.status || (err != nil) != test.cut {
					t.Errorf("%s: %d, %v", url, status, err)
				}
				for _, piece := range want {
					_, rest, ok := strings.Cut(body, piece)
					if !ok {
						t.Fatalf("%s: %q is not in its place in %q", url, piece, body)
					}
					body = rest
				}
			}
		})
	}
}

// TestOrder holds that requests take the answers in turn and are recorded.
func TestOrder(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{backendtest.Tokens("one"), backendtest.Tokens("two")}})
	for _, want := range []string{"one", "two", "two"} {
		if _, body, err := answer(t, s.URL+"/api/chat"); err != nil || !strings.Contains(body, want) {
			t.Errorf("want %s: %q, %v", want, body, err)
		}
	}
	if len(s.Chats()) != 3 || string(s.Chats()[0].Body) != "{}" || s.Connections() != 3 {
		t.Errorf("%d chats, %d connections", len(s.Chats()), s.Connections())
	}
}

// TestHold holds that what stands before a held step arrives, and that a client
// that leaves is seen.
func TestHold(t *testing.T) {
	never := make(chan struct{})
	s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{{backendtest.Text("first"), backendtest.Hold(never)}}})
	ctx, cancel := context.WithCancel(t.Context())
	resp, err := post(ctx, t, s.URL+"/v1/chat/completions", "{}")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	if err != nil || !strings.Contains(line, "first") {
		t.Fatalf("%q, %v", line, err)
	}
	<-s.Started()
	before := time.Now()
	cancel()
	if at := <-s.Closed(); at.Before(before) {
		t.Errorf("closed at %s, cancelled at %s", at, before)
	}
}

// TestClose holds that closing ends stalled answers and frees the address.
func TestClose(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{{backendtest.Stall()}}})
	done := make(chan error)
	go func() {
		_, _, err := answer(t, s.URL+"/api/chat")
		done <- err
	}()
	<-s.Started()
	s.Close()
	s.Close()
	if err := <-done; err == nil {
		t.Error("a stalled answer ended well")
	}
	if _, _, err := answer(t, s.URL+"/api/chat"); err == nil {
		t.Error("the address still answers")
	}
}

func TestOddTokens(t *testing.T) {
	seen := map[string]bool{}
	for _, token := range backendtest.OddTokens(500) {
		seen[token] = true
	}
	if len(seen) < 400 {
		t.Errorf("only %d different tokens", len(seen))
	}
}
