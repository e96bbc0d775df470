// Package binary has the program that the end-to-end tests are about, and the
// Neovim plugin, as a person gets them.
//
// A repository's root goes in, a path in the caller's folder comes out. Where
// RIGRUN_E2E_DIST names a folder of a release (.ci/dist makes it), they are
// unpacked from its archives, and nothing of the tree is used: so does CI. Else the
// binary is made by "make build" and nothing else, so that what is tested is
// compiled as what is shipped, and the plugin is the tree's. Each package of tests
// makes its own once, in a folder that it removes at its end; Go's build cache
// makes all but the first quick.
package binary

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
)

// Build makes the binary of the repository at root in a folder and returns its
// path. Its error has what make said.
func Build(root, folder string) (string, error) {
	path := filepath.Join(folder, "rigrun-lsp")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if dist := Release(); dist != "" {
		return path, unpack(dist, "rigrun-lsp_*_"+runtime.GOOS+"_"+runtime.GOARCH+".tar.gz", folder)
	}
	cmd := exec.Command("make", "-s", "build", "BINARY="+path)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return path, nil
}

// Plugin returns the path of the Neovim plugin of the repository at root: the
// tree's, or the release's, which is unpacked in a folder.
func Plugin(root, folder string) (string, error) {
	dist := Release()
	if dist == "" {
		return filepath.Abs(filepath.Join(root, "editors/neovim"))
	}
	path := filepath.Join(folder, "rigrun.nvim")
	return path, unpack(dist, "rigrun.nvim_*.tar.gz", path)
}
