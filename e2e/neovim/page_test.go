package neovim

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

const pageFile = "../../docs/editors/neovim.md"

// capture is what stands between two markers of the page.
var capture = regexp.MustCompile("(?s)<!-- seen: ([a-z ]+) -->\n```text\n(.*?)```\n")

// shows holds a capture on the page to what a Neovim has shown, or writes it.
func shows(t *testing.T, what, screen string) {
	t.Helper()
	raw, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	text, now := string(raw), steady(screen)
	for _, m := range capture.FindAllStringSubmatchIndex(text, -1) {
		if text[m[2]:m[3]] != what {
			continue
		}
		switch was := text[m[4]:m[5]]; {
		case was == now:
		case *update:
			if err := os.WriteFile(pageFile, []byte(text[:m[4]]+now+text[m[5]:]), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("the page says of %s\n%s\nbut Neovim shows (-update writes it)\n%s", what, was, now)
		}
		return
	}
	t.Errorf("the page has no place for %q", what)
}

var (
	speed = regexp.MustCompile(` · (\d+) tokens/s *`)
	empty = regexp.MustCompile(`(?m)^~ *(│~)?\n`)
	ends  = regexp.MustCompile(`(?m) +$`)
)

// steady is a screen without what differs from run to run, and without the lines below a buffer.
func steady(screen string) string {
	screen = speed.ReplaceAllStringFunc(screen, func(text string) string {
		return fmt.Sprintf("%-*s", utf8.RuneCountInString(text), " · 87 tokens/s")
	})
	screen = ends.ReplaceAllString(screen, "")
	return empty.ReplaceAllString(strings.TrimRight(screen, "\n ")+"\n", "")
}

// TestPage sees what the documentation shows.
func TestPage(t *testing.T) {
	answer := backendtest.Tokens("`add` subtracts: it takes **b** from a.\n\n", "```go\n", "return a + b\n", "```\n")
	server := backendtest.Ollama(t, backendtest.Script{
		Answers: []backendtest.Answer{answer, backendtest.Tokens("Zero: ", "1 - 1."), backendtest.Tokens(fixed)},
		Models:  []backendtest.Model{{Name: "qwen2.5-coder:7b", Context: 32768}},
	})
	h := newHome(t, "[local]\nurl = \""+server.URL+"\"\nkind = \"ollama\"\n")
	h.write(t, "project/.git/HEAD", "ref: refs/heads/main\n")
	h.write(t, "project/main.go", program)
	e := open(t, components.Neovim12, h)
	e.command("set lines=22 columns=110")
	e.lua(nil, `require('rigrun').setup({ chat = { width = 60 } })`)
	e.command("Rigrun explain")
	e.is(`vim.tbl_contains(Events, 'RigrunDone')`)
	e.sees("return a + b", "tokens/s")
	shows(t, "explain", e.screen())
	e.command("Rigrun explain") // into the float
	e.keys("gc")
	e.is(`vim.bo.filetype == 'rigrun-prompt'`)
	e.keys("iAnd add(1, 1)?<C-s>")
	e.sees("Zero: 1 - 1.")
	e.is(inChat + `.call == nil`)
	e.keys("<Esc>")
	e.is(`vim.fn.mode() == 'n'`)
	e.command("echo")
	shows(t, "chat", e.screen())
	e.keys("q")
	e.is(`#vim.api.nvim_tabpage_list_wins(0) == 1`)
	e.command("Rigrun refactor")
	e.sees("+       return a + b")
	e.command("echo")
	shows(t, "edit", e.screen())
}
