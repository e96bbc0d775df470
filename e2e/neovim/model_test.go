package neovim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/e2e/gguf"
)

// llama starts a real llama-server with a model that never ends an answer, and
// returns its address.
func llama(t *testing.T) string {
	t.Helper()
	if os.Getenv("RIGRUN_E2E") == "" {
		t.Skip("needs llama-server: set RIGRUN_E2E=llama (make e2e)")
	}
	program, err := components.LlamaServer(t.Context())
	if u, ok := errors.AsType[*components.Unavailable](err); ok {
		t.Skip(u.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	model := filepath.Join(t.TempDir(), "slow.gguf")
	if err := gguf.WriteFile(model, gguf.Slow()); err != nil {
		t.Fatal(err)
	}
	port := components.FreePort(t)
	cmd := program.Command(context.WithoutCancel(t.Context()), "--model", model, "--alias", "slow", "--offline", "--no-webui",
		"--ctx-size", "8192", "--parallel", "1", "--threads", "1", "--threads-batch", "1", "--host", "127.0.0.1", "--port", port)
	serve(t, cmd, "http://127.0.0.1:"+port+"/health")
	return "http://127.0.0.1:" + port
}

// serve runs a server until the test's end and waits until it is ready.
func serve(t *testing.T, cmd *exec.Cmd, health string) {
	t.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { // ends with the process
		defer close(ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("the model server said:\n%s", said.String()[max(0, said.Len()-4000):])
		}
	})
	within(t, "the model server is ready", func() string { return health }, func() bool {
		select {
		case <-ended:
			t.Fatal("the model server ended before it was ready")
		default:
		}
		resp, err := http.Get(health)
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// idle waits until llama-server works on nothing.
func idle(t *testing.T, url string) {
	t.Helper()
	within(t, "the model server is idle", func() string { return url }, func() bool {
		resp, err := http.Get(url + "/slots")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var slots []struct {
			IsProcessing bool `json:"is_processing"`
		}
		if err := json.NewDecoder(resp.Body).Decode(&slots); err != nil || len(slots) != 1 {
			t.Fatalf("/slots: %v, %d slots", err, len(slots))
		}
		return !slots[0].IsProcessing
	})
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
	url := llama(t)
	versions(t, func(t *testing.T, version string) {
		h := newHome(t, fmt.Sprintf("[local]\nurl = %q\nkind = \"openai\"\n", url))
		h.write(t, "project/.git/HEAD", "ref: refs/heads/main\n")
		h.write(t, "project/main.go", program)
		e := open(t, version, h)
		e.command("5,7Rigrun explain")
		e.grows(inFloat)
		e.sees("Explain", "local · slow")
		e.command("Rigrun stop")
		e.sees("stopped")
		idle(t, url)

		e.command("Rigrun ask What is a sum?")
		e.grows(inChat)
		e.command("Rigrun stop")
		e.is(inChat + `.call == nil`)
		idle(t, url)
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
		idle(t, url)
		e.command("Rigrun ask And now?")
		e.grows(inChat)
		e.command("Rigrun stop")
		idle(t, url)
	})
}
