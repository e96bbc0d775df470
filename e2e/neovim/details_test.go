package neovim

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// TestStoppedFirst stops the first answer of a conversation: what is asked then goes
// on in it.
func TestStoppedFirst(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, server := world(t, backendtest.Answer{backendtest.Text("It begins"), backendtest.Stall()}, backendtest.Tokens("It goes on."))
		e := open(t, version, h)
		e.command("Rigrun ask What is first?")
		e.sees("It begins")
		e.command("Rigrun stop")
		e.sees("stopped")
		e.command("Rigrun ask And second?")
		e.sees("It goes on.")
		e.is(inChat + `.call == nil`)
		if body := string(server.Chats()[1].Body); !strings.Contains(body, "What is first?") {
			t.Errorf("the second question does not follow the first: %s", body)
		}
		e.is(`#require('rigrun.client').request_sync('rigrun/conversations/list', { limit = 10 }, 5000).items == 1`)
	})
}

// TestDetails sees that something was left out, and what, by a key; and which question
// a kept answer was made for.
func TestDetails(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t, backendtest.Tokens("I cannot see it."), backendtest.Tokens("A total."))
		h.write(t, "project/.env", "PASSWORD=hunter2\n")
		e := open(t, version, h)
		e.lua(nil, `require('rigrun').setup({ chat = { width = 60 } })`)
		e.command("Rigrun ask What is in @file:.env?")
		e.sees("I cannot see it.", "1 left out")
		e.keys("<Esc><C-w>k")
		e.is(`vim.api.nvim_get_current_buf() == ` + inChat + `.bufnr`)
		e.keys("K")
		e.sees("Not sent to the model", "@file:.env", "is the local model server", "tokens in")
		t.Logf("the details:\n%s", e.screen())
		for range 2 {
			e.command("Rigrun chat new")
			e.command("Rigrun ask What is a sum?")
			e.sees("A total.")
			e.is(inChat + `.call == nil`)
		}
		e.sees("exact hit")
		e.keys("<Esc><C-w>k")
		e.is(`vim.api.nvim_get_current_buf() == ` + inChat + `.bufnr`)
		e.keys("K")
		e.sees("Kept since", "> What is a sum?")
		t.Logf("the details:\n%s", e.screen())
	})
}
