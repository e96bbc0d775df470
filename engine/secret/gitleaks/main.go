package main

import (
	"bytes"
	"fmt"
	"os"
)

// Where the files go, relative to this folder.
const (
	tableFile    = "../table.go"
	examplesFile = "../testdata/gitleaks.jsonl.gz"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gitleaks:", err)
		os.Exit(1)
	}
}

func run() error {
	table, err := writeTable()
	if err != nil {
		return fmt.Errorf("rules: %w", err)
	}
	examples, err := writeExamples()
	if err != nil {
		return fmt.Errorf("examples: %w", err)
	}
	for name, content := range map[string][]byte{tableFile: table, examplesFile: examples} {
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, content) {
			continue
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
