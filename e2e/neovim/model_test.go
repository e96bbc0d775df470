package neovim

import (
	"fmt"
	"os"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/gguf"
	"github.com/rigrun/rigrun-lsp/e2e/modelserver"
)

// llama starts a real llama-server with a model that never ends an answer.
func llama(t *testing.T) *modelserver.Server {
	t.Helper()
	if os.Getenv("RIGRUN_E2E") == "" {
		t.Skip("needs llama-server: set RIGRUN_E2E=llama (make e2e)")
	}
	return modelserver.Llama(t, gguf.Slow())
}

// idle waits until llama-server works on nothing.
func idle(t *testing.T, server *modelserver.Server) {
	t.Helper()
	within(t, "the model server is idle", func() string { return server.URL }, func() bool { return !server.Busy(t) })
}

// grows waits until a conversation's buffer was seen in several lengths while its
// answer is under way: tokens arrive.
func (e *editor) grows(talk string) {
	e.t.Helper()
	seen := map[int]bool{}
	within(e.t, "tokens arrive", e.screen, func() bool {
		var n int
		e.lua(&n, `local t = `+talk+`
			return t and t.call and #table.concat(vim.api.nvim_buf_get_lines(t.bufnr, 0, -1, true)) or 0`)
		seen[n] = true
		return len(seen) > 6
	})
}

const (
	inFloat = `require('rigrun.float').shown()`
	inChat  = `require('rigrun.chat').current()`
)

// TestRealModel asks a real llama-server: an explanation arrives token by token,
// stopping it stops the model, a chat goes on after Neovim was started anew, and
// after the server was killed.
func TestRealModel(t *testing.T) {
	server := llama(t)
	versions(t, func(t *testing.T, version string) {
		h := newHome(t, fmt.Sprintf("[local]\nurl = %q\nkind = \"openai\"\n", server.URL))
		h.write(t, "project/.git/HEAD", "ref: refs/heads/main\n")
		h.write(t, "project/main.go", program)
		e := open(t, version, h)
		e.command("5,7Rigrun explain")
		e.grows(inFloat)
		e.sees("Explain", "local · slow")
		e.command("Rigrun stop")
		e.sees("stopped")
		idle(t, server)

		e.command("Rigrun ask What is a sum?")
		e.grows(inChat)
		e.command("Rigrun stop")
		e.is(inChat + `.call == nil`)
		idle(t, server)
		e.quit()

		e = open(t, version, h)
		// Neovim does not wait for its server, which keeps the stopped answer at its end.
		e.lua(nil, `require('rigrun.client').attach(0)`)
		e.is(`(function()
			local list = require('rigrun.client').request_sync('rigrun/conversations/list', { limit = 1 }, 5000)
			return list and list.items[1] and list.items[1].title:find('What is a sum?', 1, true)
		end)()`)
		e.command("Rigrun resume")
		e.is(`vim.tbl_contains(Events, 'RigrunResumed')`)
		e.lua(nil, `vim.cmd('normal! gg')`)
		e.is(`vim.iter(vim.api.nvim_buf_get_lines(` + inChat + `.bufnr, 0, -1, true)):any(function(l) return l == 'What is a sum?' end)`)
		e.command("Rigrun ask And a product?")
		e.grows(inChat)
		e.lua(nil, `for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do vim.uv.kill(pid, 'sigkill') end`)
		e.sees("> the server ended")
		idle(t, server)
		e.command("Rigrun ask And now?")
		e.grows(inChat)
		e.command("Rigrun stop")
		idle(t, server)
	})
}
