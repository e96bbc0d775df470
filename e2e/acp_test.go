package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/e2e/gguf"
)

// acpSeen is what e2e/acp/client.mjs saw.
type acpSeen struct {
	About struct {
		ProtocolVersion int
		LoadSession     bool
		Name            string
	}
	SessionID, StopReason, Text, Mode string
	Modes, Models, Status             int
	Commands, Reads, Kinds            []string
	Replayed                          struct{ User, Text string }
	Edit                              struct{ Title, NewText, Written, Ended string }
	Cancelled                         struct {
		StopReason   string
		At, Answered int64 // milliseconds since 1970
	}
}

// acpWorld is a folder with code, and a home that all its clients share.
type acpWorld struct {
	t            *testing.T
	folder, home string
	env          []string
	client       components.Program
}

func newACPWorld(t *testing.T, server *modelServer, url string) *acpWorld {
	t.Helper()
	client, err := components.ACPClient(t.Context(), filepath.Join("acp", "client.mjs"), t.TempDir())
	if u, ok := errors.AsType[*components.Unavailable](err); ok {
		t.Skip(u.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	w := &acpWorld{t: t, folder: t.TempDir(), client: client}
	writeFile(t, filepath.Join(w.folder, "sum.go"), code)
	cmd := rigrun(t.Context(), t, "[local]\nkind = \""+server.kind+"\"\nurl = \""+url+"\"\n[cache]\nenabled = false\n")
	w.home, w.env = cmd.Dir, cmd.Env
	return w
}

// run has the client play a scene.
func (w *acpWorld) run(scene ...string) acpSeen {
	w.t.Helper()
	binary, err := built()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := w.client.Command(w.t.Context(), append([]string{binary, w.folder}, scene...)...)
	cmd.Dir, cmd.Env = w.home, w.env
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		w.t.Fatalf("the client: %v\n%s", err, tail(log.String(), 40))
	}
	var seen acpSeen
	if err := json.Unmarshal(out.Bytes(), &seen); err != nil {
		w.t.Fatalf("the client said %s: %v", out.String(), err)
	}
	if seen.Status != 0 || seen.About.ProtocolVersion != 1 || !seen.About.LoadSession || seen.About.Name != "rigrun-lsp" {
		w.t.Errorf("the agent says of itself %+v and ended with %d", seen.About, seen.Status)
	}
	return seen
}

// TestAgentClientProtocol has the client of the protocol's own SDK ask, and go on
// with the conversation in a second process.
func TestAgentClientProtocol(t *testing.T) {
	server := startModelServer(t, gguf.Tiny())
	tp := startTap(t, server)
	w := newACPWorld(t, server, tp.url)

	first := w.run("ask")
	x, n := tp.last()
	if n != 1 {
		t.Fatalf("a prompt made %d calls of the model server", n)
	}
	said := x.answer(t)
	if first.Text != said.text || first.StopReason != map[string]string{"stop": "end_turn", "length": "max_tokens"}[said.reason] {
		t.Errorf("received %q (%s)\nthe model server sent %q (%s)", first.Text, first.StopReason, said.text, said.reason)
	}
	if first.Modes != 3 || first.Models < 2 || first.Mode != "local" || len(first.Commands) < 6 {
		t.Errorf("modes %d, models %d, mode %q, commands %q", first.Modes, first.Models, first.Mode, first.Commands)
	}
	if len(first.Reads) != 1 || filepath.Base(first.Reads[0]) != "sum.go" {
		t.Errorf("the client was asked for %q", first.Reads)
	}

	second := w.run("load", first.SessionID)
	if !strings.Contains(second.Replayed.User, "What does it do?") || second.Replayed.Text != first.Text {
		t.Errorf("replayed %+v", second.Replayed)
	}
	if x, n = tp.last(); n != 2 {
		t.Fatalf("two prompts made %d calls of the model server", n)
	}
	if said := x.answer(t); second.Text != said.text {
		t.Errorf("received %q\nthe model server sent %q", second.Text, said.text)
	}
	t.Logf("first: %d bytes, updates %q; loaded: updates %q", len(first.Text), first.Kinds, second.Kinds)
}

// TestAgentClientProtocolCancel has that client cancel an endless answer.
func TestAgentClientProtocolCancel(t *testing.T) {
	server := startModelServer(t, gguf.Slow())
	tp := startTap(t, server)
	c := newACPWorld(t, server, tp.url).run("cancel").Cancelled
	if c.StopReason != "cancelled" {
		t.Errorf("the cancelled prompt ended with %q", c.StopReason)
	}
	x, _ := tp.last()
	within(t, patience, "the model server's connection closes", func() bool { return !x.closedAt().IsZero() })
	closed := x.closedAt().Sub(time.UnixMilli(c.At))
	t.Logf("the model server's connection was closed %v after the cancel, the client was answered after %v", closed, time.Duration(c.Answered-c.At)*time.Millisecond)
	if closed > time.Second { // some milliseconds where nothing else is at work
		t.Errorf("the model server's connection was closed %v after the cancel", closed)
	}
	within(t, patience, "the model server's slot is free", func() bool {
		busy, _ := server.busy(t)
		return !busy
	})
}

// TestAgentClientProtocolEdit has that client allow a change. The model's part is
// played here: the real one's weights are random, and write no Go.
func TestAgentClientProtocolEdit(t *testing.T) {
	if os.Getenv("RIGRUN_E2E") == "" {
		t.Skip("needs the binary and npm: set RIGRUN_E2E=llama (make e2e)")
	}
	changed := func(s string) string { return strings.Replace(s, "v > 0", "v >= 0", 1) }
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1/models":
			_, _ = io.WriteString(w, `{"object":"list","data":[{"id":"played","object":"model"}]}`)
		case "/v1/chat/completions":
			w.Header().Set("Content-Type", "text/event-stream")
			_, function, _ := strings.Cut(code, "func Sum")
			content, _ := json.Marshal("```go\nfunc Sum" + changed(function) + "```\n")
			_, _ = io.WriteString(w, `data: {"choices":[{"delta":{"content":`+string(content)+"}}]}\n\n"+
				`data: {"choices":[{"delta":{},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(model.Close)
	seen := newACPWorld(t, &modelServer{kind: "openai"}, model.URL).run("edit")
	want := "// This line was not saved.\n" + changed(code)
	if e := seen.Edit; e.Title != "Edit sum.go" || e.NewText != want || e.Written != want || e.Ended != "completed" || seen.StopReason != "end_turn" {
		t.Errorf("%+v, stop reason %q, after %q", e, seen.StopReason, seen.Text)
	}
}
