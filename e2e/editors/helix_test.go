package editors

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// helix is a Helix with the code open and the page's configuration.
type helix struct {
	*terminal
	home home
}

func openHelix(t *testing.T, url string) *helix {
	t.Helper()
	program, err := components.Helix(t.Context())
	program = component(t, program, err)
	h := newHome(t, url)
	h.write("config/helix/languages.toml", configuration(t, "helix.md", "toml"))
	e := &helix{openTerminal(t, h, program, "--log", h.file("helix.log"), "sum.go"), h}
	e.sees("func Twice")
	e.types("5gggs")
	e.sees(findings)
	return e
}

// choose opens the menu of code actions and takes one. It returns the screen with
// the menu.
func (e *helix) choose(title string) string {
	e.t.Helper()
	e.types(" a")
	screen := e.sees(title)
	index, found := 0, false
	for line := range strings.Lines(screen) {
		if strings.Contains(line, title) {
			found = true
			break
		}
		if strings.Contains(line, "with rigrun") {
			index++
		}
	}
	if !found {
		e.t.Fatal("no ", title)
	}
	for range index {
		e.press("C-n")
	}
	e.press("Enter")
	return screen
}

// runs types a command.
func (e *helix) runs(command string) {
	e.t.Helper()
	e.types(command)
	e.press("Enter")
}

// TestHelix does with the page's configuration what the page says: it explains a
// selection, fixes what another server reports, takes that back, and asks and
// explains by commands.
func TestHelix(t *testing.T) {
	t.Parallel()
	server := scripted(t, backendtest.Tokens(explained), backendtest.Tokens(fixed), backendtest.Tokens("A question of its own."), backendtest.Tokens("Twice adds."))
	e := openHelix(t, server.URL)
	e.types("4ggx2x")
	shows(t, "helix.md", "menu", e.choose("Explain"))
	shows(t, "helix.md", "answer", e.sees(explained, "is the local model server"))
	e.runs(":bc")
	e.sees("func Twice")
	e.types("5gggs")
	e.sees(findings)
	e.choose("Fix")
	e.sees("return a + b")
	e.misses(findings)
	e.misses("●")
	shows(t, "helix.md", "fix", e.sees("return a + b"))
	e.types("u")
	e.sees(mistake)
	e.runs(":w")
	e.sees("written")
	if got := e.home.read("sum/sum.go"); got != code {
		t.Errorf("after one undo the file is %q", got)
	}
	e.runs(":lsp-workspace-command")
	e.sees("rigrun.explain", "rigrun.ask")
	e.press("Escape")
	e.misses("rigrun.explain")
	e.runs(`:lsp-workspace-command rigrun.ask {"message":"What is this?"}`)
	e.sees("A question of its own.")
	e.runs(fmt.Sprintf(`:lsp-workspace-command rigrun.explain {"uri":"file://%s","range":{"start":{"line":7,"character":0},"end":{"line":7,"character":9}}}`, e.home.file("sum/sum.go")))
	e.sees("# Explain sum.go:8-8", "Twice adds.")
	e.untroubled()
	for _, chat := range server.Chats() {
		if !strings.Contains(string(chat.Body), model) {
			t.Errorf("the page's model is not asked: %s", chat.Body)
		}
	}
}

// TestHelixSlow has a model that takes longer to begin than Helix waits for any
// response, for an answer that is shown and for one that is an edit.
func TestHelixSlow(t *testing.T) {
	t.Parallel()
	for title, c := range map[string]struct{ answer, want string }{
		"Explain": {explained, explained},
		"Fix":     {fixed, "return a + b"},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			e := openHelix(t, scripted(t, slow(t, c.answer)).URL)
			e.types("5gggs")
			e.choose(title)
			e.types("8ggo// typed while the model works")
			e.press("Escape")
			e.sees("typed while the model works")
			e.sees(c.want)
			e.untroubled()
		})
	}
}

// TestHelixLlama explains with a real model server.
func TestHelixLlama(t *testing.T) {
	url := startLlama(t)
	e := openHelix(t, url)
	e.types("4ggx2x")
	e.choose("Explain")
	e.sees("# Explain sum.go")
	e.types("ge") // what a model of random weights says is long
	e.sees("local · openai · " + model)
	e.untroubled()
}

// untroubled checks that Helix has not logged that it gave up on anything.
func (e *helix) untroubled() {
	e.t.Helper()
	for line := range strings.Lines(e.home.read("helix.log")) {
		if strings.Contains(line, "[ERROR]") && !strings.Contains(line, "err <-") { // what a server logs
			e.t.Errorf("Helix has logged %s", line)
		}
	}
}
