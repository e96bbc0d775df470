package editors

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/e2e/binary"
	"github.com/rigrun/rigrun-lsp/e2e/components"
)

// patience is how long an editor may take for what takes it a second on an idle
// machine.
const patience = 90 * time.Second

var update = flag.Bool("update", false, "write what the editors show into the pages")

// builtIn is where TestMain lets the binary be built.
var builtIn string

// TestMain runs the tests, or serves an editor that has started this program
// under the name of a language server.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == otherServer {
		if err := diagnose(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, otherServer+":", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "rigrun-e2e-editors-")
		if err != nil {
			fmt.Fprintln(os.Stderr, "e2e/editors:", err)
			return 1
		}
		defer os.RemoveAll(dir)
		builtIn = dir
		return m.Run()
	}())
}

// built makes the binary once and puts the other server beside it. It returns
// their folder, for PATH.
var built = sync.OnceValues(func() (string, error) {
	if _, err := binary.Build("../..", builtIn); err != nil {
		return "", err
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	if runtime.GOOS == "windows" {
		return builtIn, nil // no editor is started there
	}
	return builtIn, os.Symlink(self, filepath.Join(builtIn, otherServer))
})

// programs is the folder of the servers. The test is skipped where no end-to-end
// tests are wanted.
func programs(t *testing.T) string {
	t.Helper()
	if os.Getenv("RIGRUN_E2E") == "" {
		t.Skip("starts real editors: set RIGRUN_E2E=llama (make e2e)")
	}
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// component returns a program, or skips the test where this machine cannot have it.
func component(t *testing.T, program components.Program, err error) components.Program {
	t.Helper()
	if u, ok := errors.AsType[*components.Unavailable](err); ok {
		t.Skip(u.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// home is a user's folder, with the code that the questions are about.
type home struct {
	t    *testing.T
	dir  string
	path string // the servers' folder, first in PATH
}

// code is a Go file with a mistake in it, which the other server reports.
const code = `package sum

// Add adds.
func Add(a, b int) int {
	return a - b
}

func Twice(a int) int { return Add(a, a) }
`

// newHome makes one whose config.toml names a model server.
func newHome(t *testing.T, url string) home {
	t.Helper()
	h := home{t, t.TempDir(), programs(t)}
	t.Cleanup(h.ends)
	h.write("config/rigrun/config.toml", fmt.Sprintf("[local]\nurl = %q\n", url))
	h.write("sum/go.mod", "module sum\n")
	h.write("sum/sum.go", code)
	return h
}

// ends waits until nothing runs any more that has this home: an editor that is killed
// leaves a server behind, which writes its last lines and ends by itself.
func (h home) ends() {
	eventually(h.t, "the programs of the test end", func() error {
		environments, err := filepath.Glob("/proc/[0-9]*/environ")
		for _, name := range environments {
			// One that cannot be read belongs to nobody's test, or has just ended.
			if raw, err := os.ReadFile(name); err == nil && bytes.Contains(raw, []byte(h.dir)) {
				return fmt.Errorf("%s is still there", filepath.Dir(name))
			}
		}
		return err
	})
}

func (h home) file(name string) string { return filepath.Join(h.dir, filepath.FromSlash(name)) }

func (h home) write(name, text string) {
	h.t.Helper()
	if err := os.MkdirAll(filepath.Dir(h.file(name)), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(h.file(name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h home) read(name string) string {
	h.t.Helper()
	raw, err := os.ReadFile(h.file(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(raw)
}

// environment is what has a program live in this home, with a program's own
// variables added.
func (h home) environment(p components.Program) []string {
	return append([]string{
		"HOME=" + h.dir, "LANG=C.UTF-8", "TERM=xterm-256color", "SHELL=/bin/sh",
		"PATH=" + h.path + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"XDG_CONFIG_HOME=" + h.file("config"), "XDG_STATE_HOME=" + h.file("state"),
		"XDG_CACHE_HOME=" + h.file("cache"), "XDG_DATA_HOME=" + h.file("data"),
	}, p.Env...)
}

// eventually waits until check is content.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(100 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	t.Fatalf("%s: not within %v: %v", what, patience, err)
}

// trimmed is a screen without blanks at the ends of lines and of the screen.
func trimmed(screen string) string {
	lines := strings.Split(screen, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
