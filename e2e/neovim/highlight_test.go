package neovim

import (
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// looks is a piece of Lua that returns how the first place on the screen looks where a
// text stands, 0 where it is not to be seen.
const looks = `local text = ...
	for row, line in ipairs(vim.split(Screen(), '\n')) do
		local at = line:find(text, 1, true)
		if at then
			return vim.fn.screenattr(row, vim.fn.strchars(line:sub(1, at - 1)) + 1)
		end
	end
	return 0`

// differ waits until two texts are on the screen and look different.
func (e *editor) differ(one, other string) {
	e.t.Helper()
	within(e.t, one+" does not look like "+other, e.screen, func() bool {
		var a, b int
		e.lua(&a, looks, one)
		e.lua(&b, looks, other)
		return a != b && a+b > 0
	})
}

// TestHighlight sees a long chat highlighted while an answer comes: its end, with the
// code of a block whose beginning is far above the window, and what is scrolled to.
func TestHighlight(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		first, second := make(chan struct{}), make(chan struct{})
		answer := backendtest.Tokens(tokensOfCode(3000)...)
		answer = append(answer, backendtest.Text("So **this** is:\n\n```lua\nlocal x = 'one'\n"), backendtest.Hold(first))
		for range 200 {
			answer = append(answer, backendtest.Text("\n"))
		}
		answer = append(answer, backendtest.Text("local last = 'two'\n"), backendtest.Hold(second), backendtest.Text("```\n"))
		h, _ := world(t, answer)
		e := open(t, version, h)
		e.command("Rigrun ask What?")
		e.sees("local x")
		e.differ("this**", "So ")
		e.differ("local x", "So ")
		e.differ("'one'", "x = ")
		close(first)
		e.sees("local last")
		e.differ("local last", "last = ")
		e.differ("'two'", "last = ")
		e.lua(nil, `vim.cmd('wincmd k | normal! 20G')`)
		e.sees("their")
		e.differ("their**", "returns")
		e.is(inChat + `.call ~= nil`)
		close(second)
	})
}
