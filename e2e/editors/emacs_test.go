package editors

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// seen is one thing that the driven Emacs has printed.
type seen struct{ name, text string }

// driveEmacs has an Emacs take the steps, and returns what it saw. Variables of
// the environment are added to a home's.
func driveEmacs(t *testing.T, url, steps string, variables ...string) []seen {
	t.Helper()
	program, err := components.Emacs(t.Context())
	program = component(t, program, err)
	h := newHome(t, url)
	h.write("page.el", configuration(t, "emacs.md", "emacs-lisp"))
	script, err := filepath.Abs("testdata/drive.el")
	if err != nil {
		t.Fatal(err)
	}
	cmd := program.Command(t.Context(), "--batch", "-Q", "--load", script)
	cmd.Dir = h.file("sum")
	cmd.Env = slices.Concat(h.environment(program), variables, []string{
		"RIGRUN_CONFIGURATION=" + h.file("page.el"), "RIGRUN_CODE=" + h.file("sum/sum.go"), "RIGRUN_STEPS=" + steps,
	})
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("Emacs: %v\n%s\n%s", err, out, stderr.String())
	}
	return parts(string(out))
}

// parts takes the script's output apart.
func parts(out string) []seen {
	var list []seen
	for part := range strings.SplitSeq("\n"+out, "\n== ") {
		name, text, _ := strings.Cut(part, "\n")
		list = append(list, seen{name, strings.TrimRight(text, "\n")})
	}
	return list[1:]
}

// nth returns what was seen under a name for the nth time, from 0.
func nth(t *testing.T, list []seen, name string, n int) string {
	t.Helper()
	for _, s := range list {
		if s.name == name {
			if n == 0 {
				return s.text
			}
			n--
		}
	}
	t.Errorf("Emacs showed no %s %d in %q", name, n, list)
	return ""
}

func holds(t *testing.T, what, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s holds no %q:\n%s", what, want, text)
		}
	}
}

// TestEmacs explains by the menu, edits and undoes, and asks by a command.
func TestEmacs(t *testing.T) {
	t.Parallel()
	seen := t.TempDir()
	server := scripted(t, onceThere(t, filepath.Join(seen, "Explain"), explained), onceThere(t, filepath.Join(seen, "Refactor"), fixed),
		backendtest.Tokens("A question of its own."))
	list := driveEmacs(t, server.URL, `("Explain" "Refactor" ("What is this?"))`, "RIGRUN_SEEN="+seen)
	shows(t, "emacs.md", "menu", nth(t, list, "menu", 0))
	shows(t, "emacs.md", "mode line", nth(t, list, "mode line", 0))
	answer := nth(t, list, "answer", 0)
	holds(t, "the answer", answer, "in a window\n", explained, model)
	_, answer, _ = strings.Cut(answer, "\n")
	shows(t, "emacs.md", "answer", answer)
	edited := nth(t, list, "edited", 0)
	if want := strings.TrimSuffix(strings.Replace(code, mistake, "return a + b", 1), "\n"); edited != want {
		t.Errorf("edited to\n%s", edited)
	}
	shows(t, "emacs.md", "edit", edited)
	if undone := nth(t, list, "undone", 0); undone != "in one step" {
		t.Errorf("one undo leaves\n%s", undone)
	}
	holds(t, "the command's answer", nth(t, list, "answer", 1), "A question of its own.")
	for _, chat := range server.Chats() {
		if !strings.Contains(string(chat.Body), model) {
			t.Errorf("the page's model is not asked: %s", chat.Body)
		}
	}
}

// TestEmacsSlow has a model that takes longer to begin than Eglot waits for any
// response, for an answer that is shown and for one that is an edit.
func TestEmacsSlow(t *testing.T) {
	t.Parallel()
	for title, c := range map[string]struct{ answer, shown string }{
		"Explain":  {explained, "answer"},
		"Refactor": {fixed, "edited"},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			list := driveEmacs(t, scripted(t, slow(t, c.answer)).URL, `("`+title+`")`)
			if got := nth(t, list, c.shown, 0); !strings.Contains(got, explained) && !strings.Contains(got, "return a + b") {
				t.Errorf("Emacs showed %q", got)
			}
		})
	}
}

// TestEmacsLlama explains with a real model server.
func TestEmacsLlama(t *testing.T) {
	list := driveEmacs(t, startLlama(t), `("Explain")`)
	holds(t, "the answer", nth(t, list, "answer", 0), "in a window\n", "# Explain sum.go", "local · openai · "+model)
}
