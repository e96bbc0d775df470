package components

import (
	"context"
	"os"
	"os/exec"
	"slices"
)

// Program is a command line that starts a component.
type Program struct {
	Path string   // the executable, or the loader that runs it
	Args []string // what comes before the caller's own arguments
	Env  []string // added to the environment, as KEY=value
}

// Command returns the program with further arguments, not yet started. When ctx
// ends, the process is killed.
func (p Program) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.Path, slices.Concat(p.Args, args)...)
	cmd.Env = append(os.Environ(), p.Env...)
	return cmd
}
