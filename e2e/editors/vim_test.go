package editors

import (
	"os"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// vim is a Vim with ALE, the code open and the page's configuration.
type vim struct {
	*terminal
	home home
}

func openVim(t *testing.T, url string) *vim {
	t.Helper()
	program, err := components.Vim(t.Context())
	program = component(t, program, err)
	h := newHome(t, url)
	h.write(".vimrc", configuration(t, "vim.md", "vim"))
	h.write(".vim/pack/plugins/opt/README", "")
	for _, variable := range program.Env {
		if ale, found := strings.CutPrefix(variable, components.ALE+"="); found {
			if err := os.Symlink(ale, h.file(".vim/pack/plugins/opt/ale")); err != nil {
				t.Fatal(err)
			}
		}
	}
	// With -u it reads no vimrc of the machine, which differs from machine to machine.
	e := &vim{openTerminal(t, h, program, "-N", "-u", h.file(".vimrc"), "sum.go"), h}
	e.sees("func Twice", findings)
	return e
}

// runs types a command.
func (e *vim) runs(command string) {
	e.t.Helper()
	e.types(":" + command)
	e.press("Enter")
}

// choose opens the menu of code actions and takes one, by its number as a person
// does. It returns the screen with the menu.
func (e *vim) choose(title string) string {
	e.t.Helper()
	e.runs("ALECodeAction")
	screen := e.sees(title, "<Enter>")
	for line := range strings.Lines(screen) {
		if number, rest, found := strings.Cut(line, ") "); found && strings.HasPrefix(rest, title) {
			e.types(number)
			e.press("Enter")
			return screen
		}
	}
	e.t.Fatal("no ", title)
	return ""
}

// TestVim does with the page's configuration what the page says: it explains a
// selection, shows that again beside the code, and shows a fix for what another server
// reports, which ALE takes from no server.
func TestVim(t *testing.T) {
	t.Parallel()
	server := scripted(t, backendtest.Tokens(explained), backendtest.Tokens(fixed))
	e := openVim(t, server.URL)
	e.types("4GVjj")
	shows(t, "vim.md", "ale menu", e.choose("Explain"))
	e.sees(explained, "is the local model server")
	e.runs("pclose")
	e.misses(explained)
	e.types("5G")
	e.runs("ALEHover")
	screen := e.sees(explained, "is the local model server", findings)
	windows, _, _ := strings.Cut(screen, "\nsum.go") // below that, messages come and go
	shows(t, "vim.md", "ale answer", windows)
	e.runs("pclose")
	e.types("5G$")
	e.choose("Fix")
	e.sees("Info:rigrun: It subtracted.", "return a + b", "Not applied", mistake)
	for _, chat := range server.Chats() {
		if !strings.Contains(string(chat.Body), model) {
			t.Errorf("the page's model is not asked: %s", chat.Body)
		}
	}
	if got := e.home.read("sum/sum.go"); got != code {
		t.Errorf("the file has become %q", got)
	}
}

// TestVimLlama explains with a real model server.
func TestVimLlama(t *testing.T) {
	e := openVim(t, startLlama(t))
	e.types("4GVjj")
	e.choose("Explain")
	e.sees("ALEPreviewWindow")
	e.press("C-w", "w")
	e.types("G")
	e.sees("local · openai · " + model)
}
