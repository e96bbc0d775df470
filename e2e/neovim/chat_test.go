package neovim

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// TestChat types questions into the prompt, with context beside them, asks again,
// and finds the conversation after Neovim was started anew.
func TestChat(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, server := world(t, backendtest.Tokens("The first", " answer."), backendtest.Tokens("The second", " one."),
			backendtest.Tokens("Again."))
		e := open(t, version, h)
		e.command("5,7Rigrun chat")
		e.sees("+ main.go:5-7")
		e.keys("iWhat is wrong?<C-s>")
		e.sees("What is wrong?", "with main.go:5-7", "The first answer.")
		e.is(`require('rigrun.chat').current().call == nil`)
		if body := string(server.Chats()[0].Body); !strings.Contains(body, "return a - b") {
			t.Errorf("the selected lines were not sent: %s", body)
		}
		e.keys("Is it?<Esc><CR>")
		e.sees("Is it?", "The second one.")
		e.is(`require('rigrun.chat').current().call == nil`)
		if body := string(server.Chats()[1].Body); !strings.Contains(body, "The first answer.") {
			t.Errorf("the second question does not follow the first: %s", body)
		}
		e.command("Rigrun retry")
		e.sees("Again.")
		e.is(`require('rigrun.chat').current().call == nil`)
		e.command("Rigrun chat close")
		e.is(`#vim.api.nvim_tabpage_list_wins(0) == 1`)
		e.command("Rigrun chat")
		e.sees("The first answer.", "Again.")
		e.lua(nil, `require('rigrun.chat').open().talk = require('rigrun.talk').new()`)
		e.command("Rigrun resume")
		e.is(`vim.tbl_contains(Events, 'RigrunResumed')`)
		e.sees("What is wrong?", "The second one.", "Again.")
	})
}

// TestContextCompletion completes a mention in the prompt, by the server.
func TestContextCompletion(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t, backendtest.Tokens("Yes."))
		h.write(t, "project/sum.go", "package main\n")
		e := open(t, version, h)
		e.command("Rigrun chat")
		e.is(`require('rigrun.client').attach(1) and require('rigrun.client').running().initialized`)
		e.keys("ilook at @file:su")
		e.sees("sum.go") // in the menu
		e.keys("<C-n>")
		e.is(`vim.api.nvim_get_current_line() == 'look at @file:sum.go'`)
		e.keys("<C-e><C-u>/")
		e.sees("explain", "refactor")
		t.Logf("the menu:\n%s", e.screen())
	})
}

// TestServerKilled kills the server in the middle of an answer: the person is told,
// and the next question has a new server.
func TestServerKilled(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t, backendtest.Answer{backendtest.Text("It begins"), backendtest.Stall()}, backendtest.Tokens("It is back."))
		e := open(t, version, h)
		e.command("Rigrun ask What is this?")
		e.sees("It begins")
		e.lua(nil, `for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do vim.uv.kill(pid, 'sigkill') end`)
		e.sees("It begins", "> the server ended")
		e.is(`vim.iter(Said):any(function(s) return s:find('the server ended') end)`)
		e.command("Rigrun ask And now?")
		e.sees("It is back.")
	})
}

// TestBlock yanks a code block of an answer.
func TestBlock(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t, backendtest.Tokens("So:\n\n```go\nreturn a + b\n// yes\n```\n\nDone."))
		e := open(t, version, h)
		e.command("5,7Rigrun ask How?")
		e.sees("with main.go:5-7", "Done.")
		e.lua(nil, `vim.api.nvim_set_current_win(vim.fn.win_findbuf(require('rigrun.chat').current().bufnr)[1])
			vim.fn.search('return a')`)
		e.keys("gy")
		e.is(`vim.fn.getreg('"') == 'return a + b\n// yes\n'`)
	})
}
