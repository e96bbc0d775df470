package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBothForms(t *testing.T) {
	dir := t.TempDir()
	list, lines := filepath.Join(dir, "list.txt"), filepath.Join(dir, "lines.jsonl")
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(list, "# questions\n\n? How do I sort a slice?\n= how can I sort a slice\n! How do I copy a slice?\n")
	write(lines, `{"a": "What is a mutex?", "b": "Explain mutexes", "same": true}`+"\n"+`{"a": "Sort a map", "b": "Sort a list", "same": true}`+"\n")
	var out strings.Builder
	if err := run(&out, true, []string{list, lines}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"list.txt: 1 pairs ask the same, 1 do not", "     1  100.0 %                     0       1.000   guard alone",
		"lines.jsonl: 2 pairs ask the same, 0 do not", "     1   50.0 %                     0       1.000   guard alone", "refused: word map/list",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestBadFilesAreNamed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "bad.jsonl")
	if err := os.WriteFile(name, []byte("\n{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, files := range [][]string{nil, {name}, {name + ".none"}} {
		if err := run(new(strings.Builder), false, files); err == nil {
			t.Errorf("%q: no error", files)
		}
	}
}
