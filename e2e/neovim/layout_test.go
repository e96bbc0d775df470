package neovim

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// TestLayouts opens the chat where the settings want it, and closes it.
func TestLayouts(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		for _, layout := range []string{"right", "below", "float"} {
			h, _ := world(t, backendtest.Tokens("An answer."))
			e := open(t, version, h)
			e.lua(nil, `require('rigrun').setup({ chat = { layout = ... } })`, layout)
			e.command("Rigrun ask What?")
			e.sees("## You", "What?", "An answer.")
			e.is(inChat + `.call == nil and #vim.api.nvim_tabpage_list_wins(0) == 3`)
			e.keys("q")
			e.is(`#vim.api.nvim_tabpage_list_wins(0) == 1`)
			e.quit()
		}
	})
}

// TestFollows leaves a window where it is while its cursor is not on the last line.
func TestFollows(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		first, second := make(chan struct{}), make(chan struct{})
		h, _ := world(t, backendtest.Answer{
			backendtest.Text(strings.Repeat("line\n", 40) + "middle"), backendtest.Hold(first),
			backendtest.Text(strings.Repeat("\nmore", 40) + " end one"), backendtest.Hold(second),
			backendtest.Text(strings.Repeat("\nmore", 40) + " end two"),
		})
		e := open(t, version, h)
		e.command("Rigrun ask What?")
		e.sees("middle")
		e.lua(nil, `vim.cmd('wincmd k | normal! 3G')`)
		close(first)
		e.is(`vim.api.nvim_buf_get_lines(` + inChat + `.bufnr, -2, -1, true)[1] == 'more end one'`)
		e.is(`vim.api.nvim_win_get_cursor(0)[1] == 3`)
		e.command("normal! G")
		close(second)
		e.sees("more end two")
	})
}

// TestUnseen closes the chat while its answer comes: that is written all the same, a
// few times in all.
func TestUnseen(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		words := tokensOfCode(3000)
		h, _ := world(t, backendtest.Tokens(words...))
		e := open(t, version, h)
		e.lua(nil, `vim.g.rigrun_measure = true
			vim.cmd('Rigrun ask What?')
			vim.cmd('Rigrun chat close')`)
		e.is(`vim.tbl_contains(Events, 'RigrunDone')`)
		var text string
		e.lua(&text, `return table.concat(vim.api.nvim_buf_get_lines(`+inChat+`.bufnr, 0, -1, true), '\n')`)
		if !strings.HasSuffix(text, strings.Join(words, "")) {
			t.Errorf("the buffer ends in %q", text[max(0, len(text)-100):])
		}
		size := len(strings.Join(words, ""))
		if n := len(e.took("flushes").passed); n > size/128/2 {
			t.Errorf("%d bytes that nobody saw were written in %d pieces", size, n)
		}
		e.command("Rigrun chat")
		e.sees("returns their sum.")
	})
}

// TestMenu takes an action as Neovim's own menu does, by a command whose edit the
// server has Neovim make: it is previewed as well.
func TestMenu(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t, backendtest.Tokens(fixed))
		e := open(t, version, h)
		e.lua(nil, `require('rigrun.client').attach(0)`)
		e.is(`require('rigrun.client').running().initialized`)
		e.lua(nil, `local at = { line = 5, character = 2 }
			require('rigrun.client').request('workspace/executeCommand', { command = 'rigrun.refactor',
				arguments = { { uri = vim.uri_from_bufnr(0), range = { start = at, ['end'] = at } } } }, {}, function(err) Failed = err end)`)
		e.sees("+       return a + b")
		e.keys("gA")
		e.is(`vim.api.nvim_buf_get_lines(0, 5, 6, true)[1] == '\treturn a + b'`)
		e.is(`Failed == nil`)
	})
}

// TestNewFile makes the file of new tests once a person agrees.
func TestNewFile(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t, backendtest.Tokens("```go\npackage main\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) {\n\tif add(1, 2) != 3 {\n\t\tt.Error(\"no\")\n\t}\n}\n```\n"))
		h.write(t, "project/go.mod", "module project\n")
		e := open(t, version, h)
		e.lua(nil, `vim.ui.select = function(_, opts, done) Asked = opts.prompt; done('yes') end`)
		e.command("Rigrun tests")
		e.is(`Asked == 'rigrun: create main_test.go?'`)
		e.is(`vim.iter(vim.api.nvim_list_bufs()):any(function(b)
			return vim.api.nvim_buf_get_name(b):find('main_test.go', 1, true) and
				table.concat(vim.api.nvim_buf_get_lines(b, 0, -1, false), '\n'):find('func TestAdd', 1, true)
		end)`)
	})
}

// TestEnable starts the server by vim.lsp.enable, without setup; :Rigrun asks the
// same one.
func TestEnable(t *testing.T) {
	h, _ := world(t, backendtest.Tokens("An answer."))
	e := start(t, components.Neovim12, h)
	e.lua(nil, `vim.lsp.enable('rigrun')`)
	e.command("edit " + h.dir + "/project/main.go")
	e.is(`#vim.lsp.get_clients({ bufnr = 0, name = 'rigrun' }) == 1 and vim.lsp.get_clients({ name = 'rigrun' })[1].initialized`)
	e.command("normal! 6G")
	e.command("Rigrun explain")
	e.sees("An answer.")
	e.is(`#vim.lsp.get_clients({ name = 'rigrun' }) == 1`)
}
