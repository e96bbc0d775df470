package ollama

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
)

func TestNumCtx(t *testing.T) {
	for _, test := range []struct {
		name    string
		tokens  int
		options chat.Options
		info    Info
		want    int
	}{
		{"short", 10, chat.Options{MaxTokens: 100}, Info{}, 2048},
		{"room for an answer", 10, chat.Options{}, Info{}, 4096},
		{"exactly a step", 2048, chat.Options{}, Info{}, 4096},
		{"over a step", 2049, chat.Options{}, Info{}, 8192},
		{"long", 20000, chat.Options{}, Info{ContextLength: 131072}, 32768},
		{"the Modelfile's own", 10, chat.Options{}, Info{NumCtx: 16384}, 16384},
		{"the model's length", 3000, chat.Options{}, Info{ContextLength: 4096}, 4096},
		{"a small model", 10, chat.Options{}, Info{ContextLength: 512}, 512},
		{"asked for", 10, chat.Options{ContextLength: 3000}, Info{}, 3000},
		{"asked for too much", 10, chat.Options{ContextLength: 9000}, Info{ContextLength: 8192}, 8192},
	} {
		if got := numCtx(test.tokens, test.options, test.info); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestEstimate(t *testing.T) {
	for _, test := range []struct {
		text string
		want int
	}{{"", 8}, {"abc", 9}, {"abcd", 10}, {"1234", 12}, {"漢字", 10}} {
		if got, rest := estimate(&chat.Prompt{Turns: []chat.Turn{{Content: test.text}}}); got != test.want || rest != 0 {
			t.Errorf("%q: %d, want %d", test.text, got, test.want)
		}
	}
}

func TestParameter(t *testing.T) {
	lines := "num_ctx                        1024\nstop                           \"num_ctx 5\"\ntemperature 0.8"
	for name, want := range map[string]int{"num_ctx": 1024, "temperature": 0, "absent": 0} {
		if got := parameter(lines, name); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}

func newTestClient(t *testing.T, s *backendtest.Server) *Client {
	t.Helper()
	tr := transport.New(door.New(door.Rules{}, nil, nil), transport.Options{})
	t.Cleanup(tr.CloseIdle)
	c, err := New(s.URL, tr, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sentSize is the num_ctx of the server's last chat request.
func sentSize(t *testing.T, s *backendtest.Server) int {
	t.Helper()
	chats := s.Chats()
	var body struct {
		Options struct {
			NumCtx int `json:"num_ctx"`
		} `json:"options"`
	}
	if err := json.Unmarshal(chats[len(chats)-1].Body, &body); err != nil {
		t.Fatal(err)
	}
	return body.Options.NumCtx
}

func ask(t *testing.T, c *Client, bytes int) error {
	t.Helper()
	p := &chat.Prompt{Model: "tiny", Turns: []chat.Turn{{Role: chat.RoleUser, Content: strings.Repeat("a", bytes)}}}
	_, err := c.Chat(t.Context(), p, &backendtest.Recorder{})
	return err
}

// TestSizeIsKept holds that a short question after a long one does not load the model again.
func TestSizeIsKept(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{Models: []backendtest.Model{{Name: "tiny", Digest: "1", Context: 32768}}})
	c := newTestClient(t, s)
	for _, step := range []struct{ bytes, want int }{{10, 4096}, {15000, 8192}, {10, 8192}} {
		if err := ask(t, c, step.bytes); err != nil {
			t.Fatal(err)
		}
		if got := sentSize(t, s); got != step.want {
			t.Errorf("%d bytes: num_ctx %d, want %d", step.bytes, got, step.want)
		}
	}
	if _, err := c.Models(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := ask(t, c, 10); err != nil || sentSize(t, s) != 8192 {
		t.Errorf("a list of the same model changed the size: %v", err)
	}
	c.listed("tiny:latest", "another digest")
	if err := ask(t, c, 10); err != nil || sentSize(t, s) != 4096 {
		t.Errorf("another model under the name kept the size: %v", err)
	}
}

// TestTooLong holds that a prompt Ollama would cut is refused before it is sent.
func TestTooLong(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{Models: []backendtest.Model{{Name: "tiny", Context: 2048}}})
	err := ask(t, newTestClient(t, s), 9000)
	if chat.KindOf(err) != chat.ContextTooLong || !strings.Contains(err.Error(), "3008") || !strings.Contains(err.Error(), "2048") {
		t.Error(err)
	}
	if len(s.Chats()) != 0 {
		t.Error("the prompt was sent")
	}
}

// TestShowTellsAPathFromAModel has servers answer /api/show with 404: one that
// names the model lacks the model, one that says nothing, or speaks of a page,
// lacks the path and can still be asked.
func TestShowTellsAPathFromAModel(t *testing.T) {
	for body, want := range map[string]chat.ErrorKind{
		`{"error":"model 'm' not found"}`: chat.ModelNotFound,
		``:                                chat.BadResponse,
		`404 page not found`:              chat.BadResponse,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(s.Close)
		c, err := New(s.URL, transport.New(door.New(door.Rules{}, nil, nil), transport.Options{}), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Show(t.Context(), "m"); chat.KindOf(err) != want {
			t.Errorf("%q: %v, want %s", body, err, want)
		}
	}
}
