package cache_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/e2e/binary"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// patience is how long a thing may take that takes no time on an idle machine.
const patience = 2 * time.Minute

// builtIn is where TestMain lets the binary be built.
var builtIn string

func TestMain(m *testing.M) {
	actAsAnother()
	dir, err := os.MkdirTemp("", "rigrun-e2e-cache-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e/cache:", err)
		os.Exit(1)
	}
	builtIn = dir
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir) // it lies in the folder for temporary files
		os.Exit(code)
	}))
}

// built makes the binary once.
var built = sync.OnceValues(func() (string, error) { return binary.Build("../..", builtIn) })

// rigrun is the real binary. The test is skipped where no end-to-end tests are wanted.
func rigrun(t *testing.T) string {
	t.Helper()
	if os.Getenv("RIGRUN_E2E") == "" {
		t.Skip("starts the real binary: set RIGRUN_E2E=1 (make e2e)")
	}
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// home is a user's folder for settings and state, which processes may share.
type home struct {
	t   *testing.T
	dir string
}

// newHome makes one whose config.toml names a model server. more are further
// lines of it.
func newHome(t *testing.T, server *backendtest.Server, more ...string) home {
	t.Helper()
	h := home{t, t.TempDir()}
	lines := append([]string{"[local]", fmt.Sprintf("url = %q", server.URL)}, more...)
	write(t, filepath.Join(h.dir, "config", "rigrun", "config.toml"), strings.Join(lines, "\n")+"\n")
	return h
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// environment is what has a process live in this home.
func (h home) environment() []string {
	return []string{
		"HOME=" + h.dir, "USERPROFILE=" + h.dir,
		"XDG_CONFIG_HOME=" + filepath.Join(h.dir, "config"), "XDG_STATE_HOME=" + filepath.Join(h.dir, "state"),
	}
}

// file is where the binary keeps answers.
func (h home) file() string { return filepath.Join(h.dir, "state", "rigrun", "rigrun.db") }

// editor starts an editor with a process of the binary.
func (h home) editor(more ...string) *editor {
	h.t.Helper()
	return h.editorOf(rigrun(h.t), more...)
}

// editorOf starts another program in its place. more are variables of its environment.
func (h home) editorOf(program string, more ...string) *editor {
	h.t.Helper()
	return &editor{lsptest.Spawn(h.t, program, lsptest.Options{}, append(h.environment(), more...)...), h.t, 0}
}

// command runs the binary's command line in this home and returns what it printed.
func (h home) command(args ...string) string {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), rigrun(h.t), args...)
	cmd.Env = append(os.Environ(), h.environment()...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		h.t.Fatalf("rigrun-lsp %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// editor is an editor and its process.
type editor struct {
	*lsptest.Editor
	t     *testing.T
	asked int
}

// kill ends the process at once, as SIGKILL does, and waits for that.
func (e *editor) kill() {
	e.t.Helper()
	if err := e.Process.Kill(); err != nil {
		e.t.Fatal(err)
	}
	_ = e.WaitEnd() // a killed process ends with an error
}

// sent sends a question with a token for its answer. more are further members, by
// name and value in turn.
func (e *editor) sent(message string, more ...string) *lsptest.Call {
	e.asked++
	p := map[string]any{"message": message, "partialResultToken": e.asked}
	for i := 0; i+1 < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	return e.Send("rigrun/chat", p)
}

// flowing waits until text of an answer has come.
func (e *editor) flowing(c *lsptest.Call) {
	e.t.Helper()
	e.Until("the first text", func() bool { return c.Stream.Text() != "" })
}

// answered waits for an answer and returns its text and where it came from.
func (e *editor) answered(c *lsptest.Call) (string, chat.Result) {
	e.t.Helper()
	raw, failed := c.Wait()
	if failed != nil {
		e.t.Fatalf("the question failed: %v %s", failed, failed.Data)
	}
	var r chat.Result
	if err := lsptest.Strict(raw, &r); err != nil {
		e.t.Fatal(err)
	}
	return c.Stream.Text(), r
}

// wants asks a question and checks its answer, and how the cache had it.
func (e *editor) wants(text string, hit chat.CacheHit, message string, more ...string) chat.Result {
	e.t.Helper()
	got, r := e.answered(e.sent(message, more...))
	if got != text || r.Cache.Hit != hit {
		e.t.Errorf("%q is answered with %q, cache %+v; want %q, %s", message, got, r.Cache, text, hit)
	}
	return r
}

// finds waits until a question has an answer in the cache, without any model
// server: the team's is left alone for a while after it was slow once, which on a
// busy machine it is.
func (e *editor) finds(text string, hit chat.CacheHit, message string) {
	e.t.Helper()
	eventually(e.t, "the answer is found", func() error {
		c := e.sent(message, "maxTier", "cache")
		if _, failed := c.Wait(); failed != nil {
			return failed
		}
		got, r := e.answered(c)
		if got != text || r.Cache.Hit != hit {
			e.t.Fatalf("%q is answered with %q, cache %+v; want %q, %s", message, got, r.Cache, text, hit)
		}
		return nil
	})
}

// chatted checks how many questions have reached the model server.
func chatted(t *testing.T, s *backendtest.Server, want int) {
	t.Helper()
	if got := len(s.Chats()); got != want {
		t.Errorf("%d questions have reached the model server, want %d", got, want)
	}
}

// eventually waits until check is content.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	t.Fatalf("%s: not within %v: %v", what, patience, err)
}
