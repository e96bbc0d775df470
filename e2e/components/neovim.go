package components

import (
	"context"
	"path/filepath"
)

// Neovim 0.10 comes from trixie and 0.12 from sid: the oldest and the newest that
// the plugin is for.
const (
	Neovim10 = "neovim-0.10"
	Neovim12 = "neovim-0.12"
)

// Neovim returns one of the two Neovims, unpacked from a newer Debian suite like
// [LlamaServer]. Its environment names its own runtime files; its own Tree-sitter
// parsers are under usr/lib/nvim, which a caller adds to 'runtimepath' by
// [NeovimParsers], because a program run by a loader cannot find what lies beside it.
func Neovim(ctx context.Context, version string) (Program, error) {
	suite := "trixie"
	if version == Neovim12 {
		suite = "sid"
	}
	return debian{name: version, pkgs: []string{"neovim"}, suites: []string{suite}, in: neovimIn}.get(ctx)
}

func neovimIn(root string) (Program, error) {
	p, err := loaded(root, "nvim")
	p.Env = []string{
		"VIMRUNTIME=" + filepath.Join(root, "usr/share/nvim/runtime"),
		NeovimParsers + "=" + filepath.Join(root, "usr/lib/nvim"),
	}
	return p, err
}

// NeovimParsers is the variable in a Neovim's environment with the folder of its
// Tree-sitter parsers.
const NeovimParsers = "RIGRUN_NEOVIM_PARSERS"
