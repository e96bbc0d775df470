package neovim

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

const fixed = "Plus, not minus:\n\n```go\nfunc add(a, b int) int {\n\treturn a + b\n}\n```\n"

// longer has room for two hunks with a line between them that stays.
const longer = `package main

import "fmt"

func add(a, b int) int {
	x := a
	fmt.Println(a, b)
	return x - b
}
`

// TestEdit previews an edit, accepts one hunk and rejects the other; what was
// accepted is one step to undo.
func TestEdit(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t, backendtest.Tokens("```go\nfunc add(a, b int) int {\n\tsum := a\n\tfmt.Println(a, b)\n\treturn x + b\n}\n```\n"))
		h.write(t, "project/main.go", longer)
		e := open(t, version, h)
		e.command("Rigrun refactor")
		screen := e.sees("+       sum := a", "+       return x + b", "x := a", "return x - b")
		t.Logf("the preview:\n%s", screen)
		if e.lines(0)+"\n" != longer {
			t.Error("the preview changes the buffer")
		}
		e.keys("gr") // the first hunk, which the cursor is on
		e.keys("ga")
		e.is(`vim.tbl_contains(Events, 'RigrunEditDone')`)
		want := "package main\n\nimport \"fmt\"\n\nfunc add(a, b int) int {\n\tx := a\n\tfmt.Println(a, b)\n\treturn x + b\n}\n"
		if got := e.lines(0) + "\n"; got != want {
			t.Errorf("the buffer holds\n%s\nwant\n%s", got, want)
		}
		e.keys("u")
		e.is(`vim.api.nvim_buf_get_lines(0, 7, 8, true)[1] == '\treturn x - b'`)
		if got := e.lines(0) + "\n"; got != longer {
			t.Errorf("one undo leaves\n%s", got)
		}
		e.is(`#vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, {}) == 0 or vim.iter(vim.api.nvim_buf_get_keymap(0, 'n')):all(function(m) return m.lhs ~= 'gA' end)`)
	})
}

// TestApply applies a code block of an explanation, through lines that were put
// above the code meanwhile.
func TestApply(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t, backendtest.Tokens(fixed))
		e := open(t, version, h)
		e.command("Rigrun explain")
		e.sees("return a + b")
		e.is(`vim.tbl_contains(Events, 'RigrunDone')`)
		e.command("Rigrun explain") // into the float
		e.lua(nil, `vim.fn.search('return a')
			vim.api.nvim_buf_set_lines(vim.fn.bufnr('main.go'), 1, 1, true, { '// One.', '// Two.' })`)
		e.keys("ga")
		e.is(`vim.tbl_contains(Events, 'RigrunPreview') and vim.fn.expand('%:t') == 'main.go'`)
		e.sees("+       return a + b")
		e.keys("gA")
		e.is(`vim.api.nvim_buf_get_lines(0, 7, 8, true)[1] == '\treturn a + b'`)
		e.keys("u")
		e.is(`vim.api.nvim_buf_get_lines(0, 7, 8, true)[1] == '\treturn a - b'`)
		e.is(`vim.api.nvim_buf_get_lines(0, 1, 2, true)[1] == '// One.'`)
	})
}

// TestFix takes the fix of a diagnostic, and turns the whole edit down.
func TestFix(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, server := world(t, backendtest.Tokens(fixed))
		e := open(t, version, h)
		e.command("Rigrun fix")
		e.is(`#Said == 1 and Said[1]:find('nothing to fix', 1, true) or #Said == 1 and Said[1]:find('no diagnostic', 1, true)`)
		e.lua(nil, `vim.diagnostic.set(vim.api.nvim_create_namespace('test'), 0, {
			{ lnum = 5, col = 1, end_lnum = 5, end_col = 13, message = 'add subtracts', severity = 1, source = 'test' } })`)
		e.command("Rigrun fix")
		e.sees("+       return a + b")
		if body := string(server.Chats()[0].Body); !strings.Contains(body, "add subtracts") {
			t.Errorf("the diagnostic was not sent: %s", body)
		}
		e.keys("gX")
		e.is(`vim.tbl_contains(Events, 'RigrunEditDone')`)
		if got := e.lines(0) + "\n"; got != program {
			t.Errorf("a rejected edit leaves\n%s", got)
		}
	})
}
