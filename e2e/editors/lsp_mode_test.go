package editors

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// lspMode is an Emacs in a terminal with lsp-mode, the code open and the page's
// configuration.
type lspMode struct {
	*terminal
	home home
}

// packaged is what Emacs' package manager does for an installed package, and what
// spares a test what is not unpacked: a compiler, and Go's own mode.
const packaged = `
(setq native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil)
(dolist (folder (file-expand-wildcards (expand-file-name "*" (getenv "RIGRUN_EMACS_LSP_MODE"))))
  (add-to-list 'load-path folder)
  (dolist (autoloads (directory-files folder t "-autoloads\\.el$"))
    (load autoloads nil t)))
(define-derived-mode go-mode prog-mode "Go")
(add-to-list 'auto-mode-alist '("\\.go\\'" . go-mode))
`

func openLSPMode(t *testing.T, url string) *lspMode {
	t.Helper()
	program, err := components.Emacs(t.Context())
	program = component(t, program, err)
	h := newHome(t, url)
	own := blocks(t, "lsp-mode.md", "emacs-lisp")
	h.write("init.el", packaged+strings.Join(own, "\n"))
	e := &lspMode{openTerminal(t, h, program, "-nw", "-Q", "--load", h.file("init.el"), "sum.go"), h}
	e.sees("func Twice", "(Go)")
	e.runs("lsp")
	e.sees("Select action:")
	e.types("i")
	e.sees("LSP[", "rigrun:", "gopls:", "Flymake[1 ") // and what gopls has found
	return e
}

// runs types a command.
func (e *lspMode) runs(command string) {
	e.t.Helper()
	e.press("M-x")
	e.sees("M-x")
	e.types(command)
	e.press("Enter")
}

// choose opens the menu of code actions and takes one as a person does, by the
// beginning of its title. It returns the screen with the menu.
func (e *lspMode) choose(title string) string {
	e.t.Helper()
	e.runs("lsp-execute-code-action")
	e.sees("Select code action")
	e.press("Tab")
	screen := e.sees("possible completions", title)
	e.types(title)
	e.press("Tab")
	e.sees("Select code action: " + title + " ")
	e.press("Enter")
	return screen
}

// window is what stands on a screen behind a text, up to the next mode line.
func window(screen, behind string) string {
	_, screen, _ = strings.Cut(screen, behind)
	screen, _, _ = strings.Cut(screen, "\n-UU")
	return screen
}

// TestLSPMode does with the page's configuration what the page says: it explains,
// shows that again beside the code, fixes what another server reports, takes the fix
// back, and asks by a command.
func TestLSPMode(t *testing.T) {
	t.Parallel()
	server := scripted(t, backendtest.Tokens(explained), backendtest.Tokens(fixed), backendtest.Tokens("A question of its own."))
	e := openLSPMode(t, server.URL)
	e.press("M-<", "C-n", "C-n", "C-n", "C-Space", "C-n", "C-n", "C-n")
	shows(t, "lsp-mode.md", "menu", window(e.choose("Explain"), "possible completions:\n"))
	shows(t, "lsp-mode.md", "answer", window(e.sees(explained, "is the local model server", "-Explain-sum.go"), "Help\n"))
	e.press("C-x", "b", "Enter")
	e.sees(mistake)
	e.press("M-<", "C-n", "C-n", "C-n", "C-n", "C-e", "C-b")
	e.runs("lsp-describe-thing-at-point")
	e.sees(explained, mistake)
	e.press("C-x", "1")
	e.choose("Fix")
	e.sees("return a + b")
	e.misses("!!") // the mark of what gopls no longer finds
	shows(t, "lsp-mode.md", "fix", window(e.screen(), "sum.go\n"))
	e.press("C-/")
	e.sees(mistake)
	e.runs("rigrun-ask")
	e.sees("Ask rigrun:")
	e.types("What is this?")
	e.press("Enter")
	e.sees("A question of its own.")
	for _, chat := range server.Chats() {
		if !strings.Contains(string(chat.Body), model) {
			t.Errorf("the page's model is not asked: %s", chat.Body)
		}
	}
	if got := e.home.read("sum/sum.go"); got != code {
		t.Errorf("the file has become %q", got)
	}
}

// TestLSPModeLlama explains with a real model server.
func TestLSPModeLlama(t *testing.T) {
	e := openLSPMode(t, startLlama(t))
	e.press("M-<", "C-n", "C-n", "C-n", "C-n")
	e.choose("Explain")
	e.sees("# Explain", "local · openai · "+model)
}

// TestLSPModeSlow has a model that takes longer to begin than lsp-mode waits for any
// response, for an answer that is an edit.
func TestLSPModeSlow(t *testing.T) {
	t.Parallel()
	e := openLSPMode(t, scripted(t, slow(t, fixed)).URL)
	e.press("M-<", "C-n", "C-n", "C-n", "C-n")
	e.choose("Refactor")
	e.sees("return a + b")
}
