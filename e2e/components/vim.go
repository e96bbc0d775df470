package components

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Vim returns Vim 9, unpacked from a newer Debian suite like [LlamaServer], together
// with the plugin ALE, whose folder is the variable [ALE] in its environment. It needs
// a terminal: see [Tmux].
func Vim(ctx context.Context) (Program, error) {
	return debian{name: "vim", pkgs: []string{"vim-ale"}, suites: []string{"trixie", "sid"}, in: vimIn}.get(ctx)
}

// ALE is the variable in Vim's environment with the folder of the plugin ALE.
const ALE = "RIGRUN_VIM_ALE"

func vimIn(root string) (Program, error) {
	runtime, err := only(root, "usr/share/vim/vim9*")
	if err != nil {
		return Program{}, err
	}
	ale := filepath.Join(root, "usr/share/vim-ale")
	if _, err := os.Stat(filepath.Join(ale, "plugin/ale.vim")); err != nil {
		return Program{}, fmt.Errorf("look for the plugin ALE: %w", err)
	}
	p, err := loaded(root, "vim.basic")
	p.Env = []string{"VIMRUNTIME=" + runtime, ALE + "=" + ale}
	return p, err
}
