package ollama_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// TestCancelWhileAsked holds that a cancel before the question is sent, while
// the model is asked about, is a cancel too and closes the connection.
func TestCancelWhileAsked(t *testing.T) {
	began, closed := make(chan struct{}), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = r.Body.Read(make([]byte, 1024)) // so that the client's leaving is noticed
		close(began)
		<-r.Context().Done()
		close(closed)
	}))
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-began
		cancel()
	}()
	end, err := newClient(t, s.URL, transport.Options{}).Chat(ctx, prompt("tiny"), &backendtest.Recorder{})
	if !errors.Is(err, context.Canceled) || !errors.Is(end.Err, context.Canceled) || chat.KindOf(err) != "" {
		t.Errorf("%v, %+v", err, end)
	}
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Error("the connection stayed open")
	}
}

// TestErrors holds the kinds of failure of Ollama's own protocol, and that the
// next question works.
func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer backendtest.Answer
		want   chat.ErrorKind
	}{
		{"cut", append(backendtest.Tokens("a"), backendtest.Cut()), chat.StreamInterrupted},
		{"no end mark", append(backendtest.Tokens("a"), backendtest.NoEnd()), chat.StreamInterrupted},
		{"an error line", append(backendtest.Tokens("a"), backendtest.Fail("an error was encountered while running the model")), chat.StreamInterrupted},
		{"an error line at once", backendtest.Answer{backendtest.Fail("llama runner process has terminated")}, chat.BadResponse},
		{"garbage", backendtest.Answer{backendtest.Raw("garbage\n"), backendtest.NoEnd()}, chat.BadResponse},
		{"a key", backendtest.Answer{backendtest.Refuse(401, "unauthorized")}, chat.Auth},
		{"a missing model", backendtest.Answer{backendtest.Refuse(404, "model 'tiny' not found")}, chat.ModelNotFound},
		{"a busy server", backendtest.Answer{backendtest.Refuse(429, "busy", "Retry-After", "99")}, chat.RateLimited},
		{"a broken server", backendtest.Answer{backendtest.Refuse(500, "boom")}, chat.BadResponse},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{test.answer, backendtest.Tokens("next")}})
			c := newClient(t, s.URL, transport.Options{})
			_, err := c.Chat(t.Context(), prompt("tiny"), &backendtest.Recorder{})
			e, ok := errors.AsType[*chat.Error](err)
			if !ok || e.Kind != test.want || e.Hint == "" {
				t.Errorf("want %s, got %#v", test.want, err)
			}
			var got backendtest.Recorder
			if _, err := c.Chat(t.Context(), prompt("tiny"), &got); err != nil || got.Text() != "next" {
				t.Errorf("the next question: %q, %v", got.Text(), err)
			}
		})
	}
}
