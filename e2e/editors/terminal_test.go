package editors

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
)

// terminal is a program in a terminal of 100 columns and 30 lines.
type terminal struct {
	t      *testing.T
	tmux   components.Program
	socket string
}

// openTerminal starts a program in a home. The program ends with the test.
func openTerminal(t *testing.T, h home, program components.Program, args ...string) *terminal {
	t.Helper()
	tmux, err := components.Tmux(t.Context())
	term := &terminal{t, component(t, tmux, err), filepath.Join(h.dir, "tmux")}
	command := slices.Concat([]string{"-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "--", program.Path}, program.Args, args)
	cmd := term.command(command...)
	cmd.Env = h.environment(program)
	cmd.Dir = h.file("sum")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the screen:\n%s", term.screen())
		}
		_ = term.command("kill-server").Run() // it ends by itself with the program
	})
	return term
}

// command is a command to this terminal. It does not end with the test's
// context, so that a failed test can still show the screen.
func (term *terminal) command(args ...string) *exec.Cmd {
	return term.tmux.Command(context.WithoutCancel(term.t.Context()), append([]string{"-S", term.socket}, args...)...)
}

// screen is what the terminal shows.
func (term *terminal) screen() string {
	out, err := term.command("capture-pane", "-p").CombinedOutput()
	if err != nil {
		return fmt.Sprintf("no screen: %v %s", err, out)
	}
	return trimmed(string(out))
}

// press sends keys by their names in tmux: "Enter", "Escape", "C-n".
func (term *terminal) press(keys ...string) {
	term.t.Helper()
	if out, err := term.command(append([]string{"send-keys"}, keys...)...).CombinedOutput(); err != nil {
		term.t.Fatalf("press %q: %v\n%s", keys, err, out)
	}
}

// types sends text as it is.
func (term *terminal) types(text string) {
	term.t.Helper()
	term.press("-l", "--", text)
}

// sees waits until the screen holds all of the texts, and returns it.
func (term *terminal) sees(texts ...string) string {
	term.t.Helper()
	var screen string
	eventually(term.t, fmt.Sprintf("the screen holds %q", texts), func() error {
		screen = term.screen()
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return fmt.Errorf("no %q", text)
			}
		}
		return nil
	})
	return screen
}

// misses waits until a text is gone from the screen.
func (term *terminal) misses(text string) {
	term.t.Helper()
	eventually(term.t, fmt.Sprintf("the screen no longer holds %q", text), func() error {
		if strings.Contains(term.screen(), text) {
			return fmt.Errorf("still %q", text)
		}
		return nil
	})
}
