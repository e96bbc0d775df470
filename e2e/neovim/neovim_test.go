package neovim

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/e2e/binary"
	"github.com/rigrun/rigrun-lsp/e2e/components"
)

// patience is the longest a test waits for anything, on a machine that does five
// things at once.
const patience = 30 * time.Second

// builtIn is where TestMain lets the binary be built.
var builtIn string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "rigrun-neovim-")
		if err != nil {
			fmt.Fprintln(os.Stderr, "e2e/neovim:", err)
			return 1
		}
		defer os.RemoveAll(dir)
		builtIn = dir
		return m.Run()
	}())
}

// built makes the binary once.
var built = sync.OnceValues(func() (string, error) { return binary.Build("../..", builtIn) })

// unpacked is the plugin's folder.
var unpacked = sync.OnceValues(func() (string, error) { return binary.Plugin("../..", builtIn) })

// home is the folder of a person: the settings and the state outlive a Neovim, and
// so does the project that is worked on.
type home struct{ dir string }

func newHome(t *testing.T, config string) home {
	t.Helper()
	dir, err := os.MkdirTemp("", "rigrun-home-")
	if err != nil {
		t.Fatal(err)
	}
	h := home{dir}
	t.Cleanup(func() { // Neovim does not wait for its server, which has a last line to write
		within(t, "the home folder is removed", func() string { return dir }, func() bool { return os.RemoveAll(dir) == nil })
	})
	h.write(t, "config/rigrun/config.toml", config)
	return h
}

// write makes a file below the home folder and returns its path.
func (h home) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// editor is a running Neovim. It has one test's goroutine for its user.
type editor struct {
	t    *testing.T
	in   io.WriteCloser
	out  *bufio.Reader
	quit func()
}

// versions runs a test in both Neovims.
func versions(t *testing.T, test func(t *testing.T, version string)) {
	t.Helper()
	for _, version := range []string{components.Neovim10, components.Neovim12} {
		t.Run(version, func(t *testing.T) { test(t, version) })
	}
}

// start starts a Neovim whose plugin finds the real binary on PATH, and quits it at
// the test's end.
func start(t *testing.T, version string, h home) *editor {
	t.Helper()
	if os.Getenv("RIGRUN_E2E") == "" {
		t.Skip("drives real Neovims: set RIGRUN_E2E=1 (make e2e)")
	}
	program, err := components.Neovim(t.Context(), version)
	if u, ok := errors.AsType[*components.Unavailable](err); ok {
		t.Skip(u.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := unpacked()
	if err != nil {
		t.Fatal(err)
	}
	driver, err := filepath.Abs("driver.lua")
	if err != nil {
		t.Fatal(err)
	}
	parsers := ""
	for _, variable := range program.Env {
		if name, value, _ := strings.Cut(variable, "="); name == components.NeovimParsers {
			parsers = value
		}
	}
	cmd := program.Command(context.WithoutCancel(t.Context()), "--clean", "--headless", "-n", "-i", "NONE",
		"--cmd", "set columns=100 lines=30 rtp^="+plugin+" rtp+="+parsers, "--cmd", "luafile "+driver)
	cmd.Dir = h.dir
	cmd.Env = append(h.environment(filepath.Dir(binary)), program.Env...)
	return run(t, cmd)
}

// environment is that of a person who has the binary on the PATH, and none of this
// machine's settings.
func (h home) environment(bin string) []string {
	return []string{
		"HOME=" + h.dir, "PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "LANG=C.UTF-8", "TERM=xterm-256color",
		"XDG_CONFIG_HOME=" + filepath.Join(h.dir, "config"), "XDG_STATE_HOME=" + filepath.Join(h.dir, "state"),
		"XDG_CACHE_HOME=" + filepath.Join(h.dir, "cache"), "XDG_DATA_HOME=" + filepath.Join(h.dir, "data"),
	}
}

// run starts the process and ends it with the test.
func run(t *testing.T, cmd *exec.Cmd) *editor {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := &editor{t: t, in: in, out: bufio.NewReaderSize(out, 1<<20)}
	e.quit = sync.OnceFunc(func() {
		in.Close() // the driver quits at the end of its input
		kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		_ = cmd.Wait()
	})
	t.Cleanup(func() {
		e.quit()
		if t.Failed() {
			t.Logf("Neovim said:\n%s", said.String())
		}
	})
	return e
}

// lua runs code in Neovim and stores what it returned in result, which may be nil.
func (e *editor) lua(result any, code string, args ...any) {
	e.t.Helper()
	request, err := json.Marshal(map[string]any{"code": code, "args": args})
	if err != nil {
		e.t.Fatal(err)
	}
	if _, err := e.in.Write(append(request, '\n')); err != nil {
		e.t.Fatalf("write to Neovim: %v", err)
	}
	line, err := e.out.ReadBytes('\n')
	if err != nil {
		e.t.Fatalf("read from Neovim: %v", err)
	}
	var answer struct {
		Result json.RawMessage
		Error  string
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		e.t.Fatalf("Neovim answered %q: %v", line, err)
	}
	if answer.Error != "" {
		e.t.Fatalf("%s\nfailed: %s", code, answer.Error)
	}
	if result != nil && answer.Result != nil {
		if err := json.Unmarshal(answer.Result, result); err != nil {
			e.t.Fatalf("%s\nreturned %s: %v", code, answer.Result, err)
		}
	}
}

// command runs an Ex command.
func (e *editor) command(text string) {
	e.t.Helper()
	e.lua(nil, `vim.cmd(...)`, text)
}

// keys types, as a person would.
func (e *editor) keys(text string) {
	e.t.Helper()
	e.lua(nil, `vim.api.nvim_input(...)`, text)
}

// screen is what a person sees.
func (e *editor) screen() string {
	e.t.Helper()
	var s string
	e.lua(&s, `return Screen()`)
	return s
}

// sees waits until the screen holds all of the texts.
func (e *editor) sees(texts ...string) string {
	e.t.Helper()
	last := ""
	within(e.t, strings.Join(texts, ", ")+" on the screen", func() string { return last }, func() bool {
		last = e.screen()
		for _, text := range texts {
			if !strings.Contains(last, text) {
				return false
			}
		}
		return true
	})
	return last
}

// is waits until a Lua expression is true.
func (e *editor) is(expression string) {
	e.t.Helper()
	within(e.t, expression, e.screen, func() bool {
		var ok bool
		e.lua(&ok, "return ("+expression+") and true or false")
		return ok
	})
}

// lines is the text of a buffer, 0 for the current one.
func (e *editor) lines(buffer int) string {
	e.t.Helper()
	var text string
	e.lua(&text, `return table.concat(vim.api.nvim_buf_get_lines(..., 0, -1, true), '\n')`, buffer)
	return text
}

// within runs f again and again until it is true.
func within(t *testing.T, what string, shown func() string, f func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s\n%s", patience, what, shown())
		}
		<-tick.C
	}
}
