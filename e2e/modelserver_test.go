package e2e

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
	"strings"
	"sync"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/e2e/gguf"
)

// modelServer is a running model server with one model.
type modelServer struct {
	kind  string // "openai" or "ollama", as local.kind has it
	url   string
	model string
	kill  func() // ends the process and waits for it; more than once without harm
}

// startModelServer starts the server that RIGRUN_E2E names, or skips the test. llama
// are further arguments where that is llama-server.
func startModelServer(t *testing.T, shape gguf.Shape, llama ...string) *modelServer {
	t.Helper()
	switch which := os.Getenv("RIGRUN_E2E"); which {
	case "":
		t.Skip("needs a real model server: set RIGRUN_E2E=llama or =ollama (make e2e, make e2e-ollama)")
	case "llama", "1":
		return startLlama(t, shape, llama...)
	case "ollama":
		return startOllama(t, shape)
	default:
		t.Fatalf("RIGRUN_E2E=%s: want llama or ollama", which)
	}
	return nil
}

// startLlama starts llama-server with one thread: with two on two busy cores it
// is hundreds of times slower. more are further arguments.
func startLlama(t *testing.T, shape gguf.Shape, more ...string) *modelServer {
	t.Helper()
	program, err := components.LlamaServer(t.Context())
	if u, ok := errors.AsType[*components.Unavailable](err); ok {
		t.Skip(u.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	port := components.FreePort(t)
	s := &modelServer{kind: "openai", url: "http://127.0.0.1:" + port, model: shape.Name}
	cmd := program.Command(context.WithoutCancel(t.Context()), append([]string{
		"--model", modelFile(t, shape), "--alias", shape.Name, "--offline", "--no-webui",
		"--ctx-size", "8192", "--parallel", "1", "--threads", "1", "--threads-batch", "1",
		"--host", "127.0.0.1", "--port", port,
	}, more...)...)
	s.start(t, cmd, s.url+"/health")
	return s
}

// startOllama starts the ollama on PATH with a home of its own and makes the model.
func startOllama(t *testing.T, shape gguf.Shape) *modelServer {
	t.Helper()
	program, err := exec.LookPath("ollama")
	if err != nil {
		t.Skip((&components.Unavailable{Component: "ollama", Reason: "it is not on PATH"}).Error())
	}
	port := components.FreePort(t)
	s := &modelServer{kind: "ollama", url: "http://127.0.0.1:" + port, model: shape.Name + ":latest"}
	home := t.TempDir()
	env := append(os.Environ(), "HOME="+home, "OLLAMA_HOST=127.0.0.1:"+port, "OLLAMA_NO_CLOUD=1",
		"OLLAMA_MODELS="+filepath.Join(home, "models"), "OLLAMA_NUM_PARALLEL=1")
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, "serve")
	cmd.Env = env
	s.start(t, cmd, s.url+"/api/version")
	modelfile := filepath.Join(home, "Modelfile")
	writeFile(t, modelfile, fmt.Sprintf("FROM %s\nPARAMETER num_thread 1\nTEMPLATE \"\"\"%s\"\"\"\n", modelFile(t, shape), ollamaTemplate))
	create := exec.CommandContext(t.Context(), program, "create", shape.Name, "-f", modelfile)
	create.Env = env
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("ollama create: %v\n%s", err, out)
	}
	return s
}

// ollamaTemplate says in Go's template language what gguf.ChatTemplate says in Jinja.
const ollamaTemplate = `{{ range .Messages }}{{ .Role }}: {{ .Content }}
{{ end }}assistant: `

// start runs the server until the test's end and waits until it is ready. Its
// output is shown when the test has failed.
func (s *modelServer) start(t *testing.T, cmd *exec.Cmd, health string) {
	t.Helper()
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { // ends with the process
		defer close(ended)
		_ = cmd.Wait() // a killed process ends with an error
	}()
	s.kill = sync.OnceFunc(func() {
		killGroup(cmd)
		<-ended
	})
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(cmd.Path), tail(output.String(), 40))
		}
	})
	within(t, patience, "the model server is ready", func() bool {
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

// busy asks llama-server whether its slot is at work; ok is false for servers
// that do not tell.
func (s *modelServer) busy(t *testing.T) (busy, ok bool) {
	t.Helper()
	if s.kind != "openai" {
		return false, false
	}
	resp, err := http.Get(s.url + "/slots")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var slots []struct {
		IsProcessing bool `json:"is_processing"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&slots); err != nil || len(slots) == 0 {
		t.Fatalf("/slots: %v, %d slots", err, len(slots))
	}
	for _, slot := range slots {
		busy = busy || slot.IsProcessing
	}
	return busy, true
}

// modelFile writes the model into the test's folder.
func modelFile(t *testing.T, shape gguf.Shape) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), shape.Name+".gguf")
	if err := gguf.WriteFile(path, shape); err != nil {
		t.Fatal(err)
	}
	return path
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
