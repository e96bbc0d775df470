package neovim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

const program = `package main

import "fmt"

func add(a, b int) int {
	return a - b
}

func main() {
	fmt.Println(add(1, 2))
}
`

// world is a home with a project in it, in front of a scripted model server.
func world(t *testing.T, answers ...backendtest.Answer) (home, *backendtest.Server) {
	t.Helper()
	server := backendtest.Ollama(t, backendtest.Script{Answers: answers})
	h := newHome(t, fmt.Sprintf("[local]\nurl = %q\nkind = \"ollama\"\n", server.URL))
	h.write(t, "project/.git/HEAD", "ref: refs/heads/main\n")
	h.write(t, "project/main.go", program)
	return h, server
}

// open starts a Neovim with the project's file open and the cursor in add.
func open(t *testing.T, version string, h home) *editor {
	t.Helper()
	e := start(t, version, h)
	e.command("edit " + h.dir + "/project/main.go")
	e.command("normal! 6G")
	return e
}

// TestExplain sees the tokens of an answer arrive one by one in the float, and goes
// on in the chat.
func TestExplain(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		first, second := make(chan struct{}), make(chan struct{})
		h, server := world(t, backendtest.Answer{
			backendtest.Text("It takes **b** from a"), backendtest.Hold(first),
			backendtest.Text(", though its"), backendtest.Hold(second),
			backendtest.Text(" name says *add*.\n\n```go\nreturn a + b\n```\n"),
		})
		e := open(t, version, h)
		e.lua(nil, `vim.api.nvim_create_autocmd('LspProgress', { callback = function(a)
			if type(a.data.params.value) == 'table' and not a.data.params.value.kind then Noise = true end
		end })`)
		e.command("Rigrun explain")
		screen := e.sees("Explain function add", "It takes **b** from a", "local · ")
		if strings.Contains(screen, "though its") {
			t.Error("the second token is there before the server sent it")
		}
		close(first)
		e.sees("It takes **b** from a, though its")
		close(second)
		e.sees("It takes b from a, though its name says add.", "return a + b") // and concealed
		e.is(`vim.tbl_contains(Events, 'RigrunDone')`)
		var noise, same bool
		e.lua(&noise, `return Noise == true`)
		if noise {
			t.Error("a progress widget was told of the answer's own pieces")
		}
		if body := string(server.Chats()[0].Body); !strings.Contains(body, "return a - b") {
			t.Errorf("the function was not sent: %s", body)
		}
		t.Logf("the float:\n%s", e.screen())
		e.command("Rigrun explain") // into the float
		e.keys("gc")
		e.is(`#vim.api.nvim_tabpage_list_wins(0) == 3 and vim.bo.filetype == 'rigrun-prompt'`)
		e.lua(&same, `return require('rigrun.chat').current().id ~= nil`)
		if !same {
			t.Error("the chat does not go on with the float's conversation")
		}
		e.sees("## You", "## rigrun", "return a + b")
		t.Logf("the chat:\n%s", e.screen())
	})
}

// TestStop stops an answer that has begun: the connection to the model server is
// closed, and what had come stays.
func TestStop(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, server := world(t, backendtest.Answer{backendtest.Text("It begins"), backendtest.Stall()})
		e := open(t, version, h)
		e.command("Rigrun explain")
		e.sees("It begins")
		asked := time.Now()
		e.command("Rigrun stop")
		select {
		case closed := <-server.Closed():
			t.Logf("the model server's connection was closed after %v", closed.Sub(asked).Round(time.Millisecond))
		case <-time.After(patience):
			t.Fatal("the connection to the model server stays open")
		}
		e.sees("It begins", "stopped")
		var said int
		e.lua(&said, `return #Said`)
		if said != 0 {
			t.Errorf("a person who stops an answer is told %d times that it was stopped", said)
		}
	})
}
