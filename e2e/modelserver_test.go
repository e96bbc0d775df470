package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/e2e/gguf"
	"github.com/rigrun/rigrun-lsp/e2e/modelserver"
)

// modelServer is a running model server with one model.
type modelServer struct {
	kind  string // "openai" or "ollama", as local.kind has it
	model string
	*modelserver.Server
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

// startLlama starts llama-server. more are further arguments.
func startLlama(t *testing.T, shape gguf.Shape, more ...string) *modelServer {
	t.Helper()
	return &modelServer{"openai", shape.Name, modelserver.Llama(t, shape, more...)}
}

// startOllama starts the ollama on PATH with a home of its own and makes the model.
func startOllama(t *testing.T, shape gguf.Shape) *modelServer {
	t.Helper()
	program, err := exec.LookPath("ollama")
	if err != nil {
		t.Skip((&components.Unavailable{Component: "ollama", Reason: "it is not on PATH"}).Error())
	}
	port := components.FreePort(t)
	home := t.TempDir()
	env := append(os.Environ(), "HOME="+home, "OLLAMA_HOST=127.0.0.1:"+port, "OLLAMA_NO_CLOUD=1",
		"OLLAMA_MODELS="+filepath.Join(home, "models"), "OLLAMA_NUM_PARALLEL=1")
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, "serve")
	cmd.Env = env
	server := modelserver.Start(t, cmd, "http://127.0.0.1:"+port, "/api/version")
	modelfile := filepath.Join(home, "Modelfile")
	model := filepath.Join(home, shape.Name+".gguf")
	if err := gguf.WriteFile(model, shape); err != nil {
		t.Fatal(err)
	}
	writeFile(t, modelfile, fmt.Sprintf("FROM %s\nPARAMETER num_thread 1\nTEMPLATE \"\"\"%s\"\"\"\n", model, ollamaTemplate))
	create := exec.CommandContext(t.Context(), program, "create", shape.Name, "-f", modelfile)
	create.Env = env
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("ollama create: %v\n%s", err, out)
	}
	return &modelServer{"ollama", shape.Name + ":latest", server}
}

// ollamaTemplate says in Go's template language what gguf.ChatTemplate says in Jinja.
const ollamaTemplate = `{{ range .Messages }}{{ .Role }}: {{ .Content }}
{{ end }}assistant: `

// busy asks llama-server whether its slot is at work; ok is false for servers
// that do not tell.
func (s *modelServer) busy(t *testing.T) (busy, ok bool) {
	t.Helper()
	if s.kind != "openai" {
		return false, false
	}
	return s.Busy(t), true
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
