package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// binary is this program as testscript.Main put it on the path.
func binary(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("rigrun-lsp")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEditors has each editor do the main job with the program itself, over its
// real standard input and output.
func TestEditors(t *testing.T) {
	tokens := backendtest.OddTokens(200)
	for _, profile := range lsptest.Profiles() {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			server := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{backendtest.Tokens(tokens...)}})
			e := lsptest.Spawn(t, binary(t), lsptest.Options{Profile: profile, URL: server.URL, ProcessID: os.Getpid()})
			doc := e.Open("main.go", "go", "package main\n\n// 🚀 é\nfunc f() {}\n")
			c := e.Send("rigrun/chat", map[string]any{
				"message": "", "action": "explain", "partialResultToken": 1,
				"context": []any{map[string]any{"kind": "selection", "uri": doc.URI, "range": doc.Lines(3, 4)}},
			})
			if _, err := c.Wait(); err != nil {
				t.Fatal(err)
			}
			if got := c.Stream.Text(); got != strings.Join(tokens, "") {
				t.Errorf("the answer came as %q", got)
			}
			if prompt := lastPrompt(t, server); !strings.Contains(prompt, "\n// 🚀 é\nfunc f() {}\n```") {
				t.Errorf("the model was asked about something else than the selection:\n%s", prompt)
			}
			e.Close()
			if err := e.WaitEnd(); err != nil {
				t.Errorf("the program ended with %v", err)
			}
		})
	}
}

// lastPrompt is the last message that the model server was sent.
func lastPrompt(t *testing.T, server *backendtest.Server) string {
	t.Helper()
	var body struct{ Messages []struct{ Content string } }
	chats := server.Chats()
	if err := json.Unmarshal(chats[len(chats)-1].Body, &body); err != nil {
		t.Fatal(err)
	}
	return body.Messages[len(body.Messages)-1].Content
}

// TestEndsOfTheProcess ends the program while an answer streams: it must go, and
// the model server must see its client go.
func TestEndsOfTheProcess(t *testing.T) {
	ends := map[string]func(*lsptest.Editor){
		"end of input": func(e *lsptest.Editor) { e.Hangup() },
		"exit": func(e *lsptest.Editor) {
			e.Call("shutdown", nil)
			e.Notify("exit", nil)
		},
	}
	if runtime.GOOS != "windows" {
		ends["SIGTERM"] = func(e *lsptest.Editor) {
			if err := e.Process.Signal(syscall.SIGTERM); err != nil {
				t.Error(err)
			}
		}
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{append(backendtest.Tokens("a"), backendtest.Stall())}})
			e := lsptest.Spawn(t, binary(t), lsptest.Options{URL: server.URL})
			c := e.Send("rigrun/chat", map[string]any{"message": "Why?", "partialResultToken": "t"})
			e.Until("the first text", func() bool { return c.Stream.Text() == "a" })
			end(e)
			<-server.Closed()
			if err := e.WaitEnd(); err != nil {
				t.Errorf("the program ended with %v", err)
			}
		})
	}
}

// TestEditorGone writes to an editor that has left both of its pipes: that fails
// the write, and must not end the process before it has kept what it knows.
func TestEditorGone(t *testing.T) {
	cmd := exec.Command(binary(t))
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out.Close()
	const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`
	if _, err := fmt.Fprintf(in, "Content-Length: %d\r\n\r\n%s", len(initialize), initialize); err != nil {
		t.Error(err)
	}
	in.Close()
	err = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != statusFailed {
		t.Errorf("the program ended with %v", err)
	}
}
