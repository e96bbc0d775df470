// Package binary makes the program that the end-to-end tests are about.
//
// A repository's root goes in, a path of the binary in the caller's folder comes
// out. It is made by "make build" and nothing else, so that what is tested is
// compiled as what is shipped. Each package of tests makes its own once, in a
// folder that it removes at its end; Go's build cache makes all but the first quick.
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
	cmd := exec.Command("make", "-s", "build", "BINARY="+path)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return path, nil
}
