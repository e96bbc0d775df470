package neovim

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// pick has the next list answered with the first entry whose text holds something.
func (e *editor) pick(text string) {
	e.t.Helper()
	e.lua(nil, `local text = ...
		vim.ui.select = function(items, opts, done)
			Listed = vim.tbl_map(opts.format_item, items)
			for i, label in ipairs(Listed) do
				if label:find(text, 1, true) then return done(items[i], i) end
			end
			done(nil)
		end`, text)
}

// TestPickers picks a model for the chat, and a conversation by its words.
func TestPickers(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		server := backendtest.Ollama(t, backendtest.Script{
			Answers: []backendtest.Answer{backendtest.Tokens("Striped."), backendtest.Tokens("Grey.")},
			Models:  []backendtest.Model{{Name: "first:7b", Context: 32768}, {Name: "second:7b", Context: 32768}},
		})
		h := newHome(t, "[local]\nurl = \""+server.URL+"\"\nkind = \"ollama\"\nmodel = \"first:7b\"\n")
		e := start(t, version, h)
		var line string
		e.lua(&line, `return require('rigrun').statusline()`)
		if line != "" {
			t.Errorf("the status line is %q before the first use", line)
		}
		e.pick("second:7b")
		e.command("Rigrun models")
		e.sees("→ second:7b")
		e.command("Rigrun ask How does a zebra look?")
		e.sees("Striped.")
		e.is(inChat + `.call == nil`)
		if body := string(server.Chats()[0].Body); !strings.Contains(body, "second:7b") {
			t.Errorf("the model that was picked was not asked: %s", body)
		}
		e.is(`require('rigrun').statusline() == 'rigrun'`)
		e.command("Rigrun chat new")
		e.command("Rigrun ask How does an elephant look?")
		e.sees("Grey.")
		e.is(inChat + `.call == nil`)
		if body := string(server.Chats()[1].Body); !strings.Contains(body, "first:7b") {
			t.Errorf("a new conversation does not ask the configured model: %s", body)
		}
		e.pick("zebra")
		e.command("Rigrun conversations zebra")
		e.sees("Striped.")
		e.is(`#Listed == 1`)
		e.command("Rigrun conversations")
		e.is(`#Listed == 2`)
		e.command("Rigrun stats")
		e.is(`Said[1] and Said[#Said]:find('2 answers', 1, true)`)
	})
}

// TestInlineCompletion sees a suggestion in grey in the Neovim that has them, and
// takes it.
func TestInlineCompletion(t *testing.T) {
	server := backendtest.Ollama(t, backendtest.Script{
		Fill:   backendtest.Filling{Text: "a + b"},
		Models: []backendtest.Model{{Name: "tiny", Context: 32768, Capabilities: []string{"completion", "insert"}}},
	})
	h := newHome(t, "[local]\nurl = \""+server.URL+"\"\nkind = \"ollama\"\n[inlineCompletion]\nenabled = true\n")
	h.write(t, "project/.git/HEAD", "ref: refs/heads/main\n")
	h.write(t, "project/main.go", program)
	e := start(t, components.Neovim12, h)
	e.lua(nil, `require('rigrun').setup({ autostart = true, inline_completion = true })`)
	e.command("edit " + h.dir + "/project/main.go")
	e.is(`require('rigrun.client').running() and require('rigrun.client').running().initialized`)
	e.command("normal! 6G")
	e.keys("Sreturn ")
	e.sees("return a + b")
	e.lua(nil, `vim.lsp.inline_completion.get()`)
	e.is(`vim.api.nvim_get_current_line():find('return a + b', 1, true)`)
}

// TestAdd puts the buffer, named twice, and its diagnostics beside a question.
func TestAdd(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, server := world(t, backendtest.Tokens("Yes."))
		e := open(t, version, h)
		e.lua(nil, `vim.diagnostic.set(vim.api.nvim_create_namespace('test'), 0, {
			{ lnum = 5, col = 1, message = 'add subtracts', severity = 1, source = 'test' } })`)
		e.command("Rigrun add diagnostics")
		e.sees("+ diagnostics main.go")
		e.command("wincmd t")
		e.command("Rigrun add buffer")
		e.command("wincmd t")
		e.command("Rigrun add buffer") // once more, which changes nothing
		e.sees("+ diagnostics main.go  + main.go")
		e.keys("iWhy?<C-s>")
		e.sees("Yes.", "with diagnostics main.go, main.go")
		if body := string(server.Chats()[0].Body); !strings.Contains(body, "add subtracts") || strings.Count(body, "fmt.Println(add(1, 2))") != 1 {
			t.Errorf("what was added was not sent, or not once: %s", body)
		}
	})
}
