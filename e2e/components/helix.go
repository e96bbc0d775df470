package components

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Helix returns the editor hx, unpacked from a newer Debian suite like
// [LlamaServer], with its own runtime files. It needs a terminal: see [Tmux].
func Helix(ctx context.Context) (Program, error) {
	return debian{name: "helix", pkgs: []string{"hx"}, suites: []string{"sid", "testing"}, in: helixIn}.get(ctx)
}

func helixIn(root string) (Program, error) {
	runtime := filepath.Join(root, "usr/lib/hx/runtime")
	if _, err := os.Stat(filepath.Join(runtime, "themes")); err != nil {
		return Program{}, fmt.Errorf("look for the runtime files of hx: %w", err)
	}
	p, err := loaded(root, "hx")
	p.Env = []string{"HELIX_RUNTIME=" + runtime}
	return p, err
}
