//go:build ignore

// The program generate copies the lexer definitions that the outline uses, and
// their licence, from the chroma module this module requires. Importing chroma's
// own lexers package instead would register some 280 lexers when the process
// starts. Run it with "go generate ./engine/backend/outline".
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// selected are the definitions copied, as chroma names them.
const selected = `bash c c# c++ clojure crystal dart elixir groovy haskell java javascript julia kotlin lua nim
objective-c ocaml perl php powershell python r ruby rust scala sql swift typescript zig`

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/alecthomas/chroma/v2").Output()
	if err != nil {
		return fmt.Errorf("find chroma: %w", err)
	}
	module := strings.TrimSpace(string(out))
	old, err := filepath.Glob("lexers/*.xml")
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	if err := copyFile(filepath.Join(module, "COPYING"), "lexers/COPYING"); err != nil {
		return err
	}
	for _, name := range strings.Fields(selected) {
		if err := copyFile(filepath.Join(module, "lexers", "embedded", name+".xml"), filepath.Join("lexers", fileName(name))); err != nil {
			return err
		}
	}
	return nil
}

// fileName spells a definition's file name without the characters that go:embed
// and some file systems do not take.
func fileName(name string) string {
	return strings.NewReplacer("#", "sharp", "+", "p").Replace(name) + ".xml"
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}
