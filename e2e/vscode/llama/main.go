// Command llama runs a real llama-server with a tiny model of random weights, for
// the tests in VS Code:
//
//	go run ./e2e/vscode/llama PORT FOLDER
//
// It writes the model into the folder and becomes llama-server, on loopback. Where
// the server cannot be had it says why on standard output and ends with status 3.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/e2e/gguf"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: llama PORT FOLDER")
		os.Exit(2)
	}
	err := run(context.Background(), os.Args[1], os.Args[2])
	if u, ok := errors.AsType[*components.Unavailable](err); ok {
		fmt.Println(u)
		os.Exit(3)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// run returns only where llama-server could not be started.
func run(ctx context.Context, port, folder string) error {
	program, err := components.LlamaServer(ctx)
	if err != nil {
		return err
	}
	shape := gguf.Tiny()
	model := filepath.Join(folder, shape.Name+".gguf")
	if err := gguf.WriteFile(model, shape); err != nil {
		return err
	}
	// One thread: two of them on two busy cores are far slower.
	cmd := program.Command(ctx, "--model", model, "--alias", shape.Name, "--offline", "--no-webui",
		"--ctx-size", "8192", "--parallel", "1", "--threads", "1", "--threads-batch", "1",
		"--host", "127.0.0.1", "--port", port)
	return syscall.Exec(cmd.Path, cmd.Args, cmd.Environ()) //nolint:gosec // our own command line
}
