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
	"syscall"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/e2e/gguf"
	"github.com/rigrun/rigrun-lsp/e2e/modelserver"
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
	cmd, err := modelserver.LlamaCommand(ctx, gguf.Tiny(), folder, port)
	if err != nil {
		return err
	}
	return syscall.Exec(cmd.Path, cmd.Args, cmd.Environ()) //nolint:gosec // our own command line
}
