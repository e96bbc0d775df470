package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/policy"
	"github.com/rigrun/rigrun-lsp/engine/secret"
)

// kibibyte is what the table of this file measures by: 1,000 ns for one are
// 1,024 MB/s.
const kibibyte = 1024

// cleanTable looks through this project's own source for markings and secrets,
// as every text is that goes to a cloud.
func cleanTable() (*table, error) {
	text, err := cleanSource("../engine", "../lsp", "../cmd")
	if err != nil {
		return nil, err
	}
	t := &table{title: "Markings and secrets in clean source", unit: "KiB", ops: len(text) / kibibyte}
	t.add("both (engine/policy, engine/secret)", func() error { return unmarked(text, true, true) })
	t.add("secrets alone (engine/secret)", func() error { return unmarked(text, false, true) })
	t.add("markings alone (engine/policy)", func() error { return unmarked(text, true, false) })
	t.add("floor: every byte's bit in a table", func() error {
		var none [256]bool
		for i := range len(text) {
			if none[text[i]] {
				return errFound
			}
		}
		return nil
	})
	return t, nil
}

var errFound = errors.New("the clean source is not clean")

func unmarked(text string, markings, secrets bool) error {
	if markings && policy.Level(text) != chat.Unclassified || secrets && secret.Has(text) {
		return errFound
	}
	return nil
}

// cleanSource joins the Go files in which neither a marking nor a secret is found;
// tests of both are full of them.
func cleanSource(folders ...string) (string, error) {
	var b strings.Builder
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.Contains(filepath.ToSlash(name), "engine/secret/") {
				return err
			}
			raw, err := os.ReadFile(name)
			if text := string(raw) + "\n\n\n"; unmarked(text, true, true) == nil {
				b.WriteString(text)
			}
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return b.String(), nil
}
