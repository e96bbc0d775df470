package components

import (
	"context"
	"os/exec"
)

// Tmux returns the terminal that editors are driven in: the machine's own, else
// one that is unpacked like [LlamaServer].
func Tmux(ctx context.Context) (Program, error) {
	if path, err := exec.LookPath("tmux"); err == nil {
		return Program{Path: path}, nil
	}
	return debian{name: "tmux", pkgs: []string{"tmux"}, suites: []string{"trixie", "sid"}, in: tmuxIn, version: "-V"}.get(ctx)
}

func tmuxIn(root string) (Program, error) { return loaded(root, "tmux") }
