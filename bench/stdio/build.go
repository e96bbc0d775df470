package stdio

import (
	"fmt"
	"os/exec"
	"path/filepath"
)

// Build makes the program in a folder, as "make build" makes it, and returns its
// path. It is called in the folder of this module.
func Build(folder string) (string, error) {
	path := filepath.Join(folder, "rigrun-lsp")
	build := exec.Command("make", "-s", "build", "BINARY="+path)
	build.Dir = ".." // the program's own module, with its own dependencies
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
}
