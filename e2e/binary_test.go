package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/e2e/binary"
)

// patience is the longest a test waits for anything. It is for machines that do
// five things at once; what is measured is logged, and held to its own limit.
const patience = 60 * time.Second

// builtIn is where TestMain lets the binary be built.
var builtIn string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "rigrun-e2e-")
		if err != nil {
			fmt.Fprintln(os.Stderr, "e2e:", err)
			return 1
		}
		defer os.RemoveAll(dir)
		builtIn = dir
		return m.Run()
	}())
}

// built makes the binary once.
var built = sync.OnceValues(func() (string, error) { return binary.Build("..", builtIn) })

// rigrun returns a command of the real binary, with a home folder of its own and
// none of this machine's settings. config, where not empty, is its config.toml.
func rigrun(ctx context.Context, t *testing.T, config string, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	if config != "" {
		writeFile(t, filepath.Join(home, "config/rigrun/config.toml"), config)
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = home
	cmd.Env = []string{
		"HOME=" + home, "USERPROFILE=" + home,
		"PATH=" + os.Getenv("PATH"),
		"XDG_CONFIG_HOME=" + filepath.Join(home, "config"),
		"XDG_STATE_HOME=" + filepath.Join(home, "state"),
		"XDG_CACHE_HOME=" + filepath.Join(home, "cache"),
		"XDG_DATA_HOME=" + filepath.Join(home, "data"),
	}
	return cmd
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// within runs f again and again until it is true, and fails the test after limit.
func within(t *testing.T, limit time.Duration, what string, f func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", limit, what)
		}
		<-tick.C
	}
}

// fileURI is the URI of a file in the form editors send.
func fileURI(path string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed
	}
	return "file://" + slashed
}
