package modelserver

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/e2e/gguf"
)

// LlamaCommand writes a model into a folder and returns the command that serves it on
// loopback, under the shape's name. more are further arguments. The error is an
// [*components.Unavailable] where this machine cannot have llama-server.
//
// It has one thread: with two on two busy cores it is hundreds of times slower.
func LlamaCommand(ctx context.Context, shape gguf.Shape, folder, port string, more ...string) (*exec.Cmd, error) {
	program, err := components.LlamaServer(ctx)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "model.gguf")
	if err := gguf.WriteFile(file, shape); err != nil {
		return nil, err
	}
	return program.Command(context.WithoutCancel(ctx), append([]string{
		"--model", file, "--alias", shape.Name, "--offline", "--no-webui",
		"--ctx-size", "8192", "--parallel", "1", "--threads", "1", "--threads-batch", "1",
		"--host", "127.0.0.1", "--port", port,
	}, more...)...), nil
}

// Llama starts llama-server, or skips the test where this machine cannot have it.
func Llama(t *testing.T, shape gguf.Shape, more ...string) *Server {
	t.Helper()
	port := components.FreePort(t)
	cmd, err := LlamaCommand(t.Context(), shape, t.TempDir(), port, more...)
	if u, ok := errors.AsType[*components.Unavailable](err); ok {
		t.Skip(u.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	url := "http://127.0.0.1:" + port
	return Start(t, cmd, url, "/health")
}

// Busy asks llama-server whether it works on an answer.
func (s *Server) Busy(t testing.TB) bool {
	t.Helper()
	resp, err := http.Get(s.URL + "/slots")
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
	return slots[0].IsProcessing
}
