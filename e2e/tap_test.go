package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// tap is a relay in front of a model server that keeps what passes.
type tap struct {
	url    string
	server *modelServer

	mu    sync.Mutex
	chats []*exchange
}

// exchange is one answer of the model server on its way through the tap.
type exchange struct {
	mu       sync.Mutex
	response bytes.Buffer
	closed   time.Time // when the asking side closed its connection before the answer's end
}

// startTap starts a relay that ends with the test.
func startTap(t *testing.T, server *modelServer) *tap {
	t.Helper()
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	tp := &tap{server: server}
	relay := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		FlushInterval: -1, // a token is passed on when it comes
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ModifyResponse: func(r *http.Response) error {
			if x, ok := r.Request.Context().Value(exchangeKey{}).(*exchange); ok {
				r.Body = &recordedBody{r.Body, x}
			}
			return nil
		},
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tp.relay(relay, w, r) }))
	t.Cleanup(front.Close)
	tp.url = front.URL
	return tp
}

type exchangeKey struct{}

func (tp *tap) relay(next http.Handler, w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v1/chat/completions" && r.URL.Path != "/api/chat" {
		next.ServeHTTP(w, r)
		return
	}
	x := &exchange{}
	tp.mu.Lock()
	tp.chats = append(tp.chats, x)
	tp.mu.Unlock()
	stop := context.AfterFunc(r.Context(), func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.closed = time.Now()
	})
	defer stop() // the context also ends with the handler: that is no closed connection
	// A server closes a question's body when the answer begins. The relay may still be
	// looking for its end then, and would give up the answer for that.
	question, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(question))
	next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x)))
}

// recordedBody keeps what is read through it.
type recordedBody struct {
	io.ReadCloser
	x *exchange
}

func (b *recordedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	b.x.response.Write(p[:n])
	return n, err
}

// last returns the latest answer, and how many there were.
func (tp *tap) last() (*exchange, int) {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	if len(tp.chats) == 0 {
		return nil, 0
	}
	return tp.chats[len(tp.chats)-1], len(tp.chats)
}

// closedAt is when the asking side gave the answer up; zero while it has not.
func (x *exchange) closedAt() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.closed
}

// answer is what a model server said, read from the raw bytes with nothing of
// the project's own.
type answer struct {
	text                           string
	promptTokens, completionTokens int
	reason                         string
}

// chunk has the fields of both dialects: Ollama's and OpenAI's.
type chunk struct {
	Message         struct{ Content string }
	DoneReason      string `json:"done_reason"`
	PromptEvalCount int    `json:"prompt_eval_count"`
	EvalCount       int    `json:"eval_count"`

	Choices []struct {
		Delta        struct{ Content string }
		FinishReason string `json:"finish_reason"`
	}
	Usage struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
	}
}

func (x *exchange) answer(t *testing.T) answer {
	t.Helper()
	x.mu.Lock()
	raw := bytes.Clone(x.response.Bytes())
	x.mu.Unlock()
	var a answer
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "data:"))
		if line == "" || line == "[DONE]" {
			continue
		}
		var c chunk
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatalf("the model server sent %.200q: %v", line, err)
		}
		a.text += c.Message.Content
		a.reason += c.DoneReason
		for _, choice := range c.Choices {
			a.text += choice.Delta.Content
			a.reason += choice.FinishReason
		}
		a.promptTokens += c.PromptEvalCount + c.Usage.PromptTokens
		a.completionTokens += c.EvalCount + c.Usage.CompletionTokens
	}
	return a
}
