package neovim

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/components"
)

var update = flag.Bool("update", false, "write the plugin's help and the captures of its page")

// TestHelp holds the help to the tables it is made of, and finds it by :help.
func TestHelp(t *testing.T) {
	const file = "../../editors/neovim/doc/rigrun.txt"
	h, _ := world(t)
	e := start(t, components.Neovim12, h)
	generator, err := filepath.Abs("help.lua")
	if err != nil {
		t.Fatal(err)
	}
	var text string
	e.lua(&text, `return dofile(...)`, generator)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(was) != text {
		t.Error("doc/rigrun.txt is not what the plugin's tables say: go test ./e2e/neovim -run TestHelp -update writes it")
	}
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	docs := h.write(t, "help/doc/rigrun.txt", text) // a copy, for the tags are written beside it
	e.lua(nil, `vim.opt.rtp:append(...)`, filepath.Dir(filepath.Dir(docs)))
	e.command("helptags " + filepath.Dir(docs))
	e.command("help rigrun-keys.send")
	e.sees("send the question")
}

// TestEvents finds every event that the plugin fires in the help's table.
func TestEvents(t *testing.T) {
	h, _ := world(t)
	e := start(t, components.Neovim12, h)
	var names []string
	e.lua(&names, `return vim.tbl_map(function(v) return v.name end, require('rigrun.message').events)`)
	files, err := filepath.Glob("../../editors/neovim/lua/rigrun/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for _, name := range names {
		if !strings.Contains(all.String(), ".event('"+name+"'") {
			t.Errorf("Rigrun%s is in the table and never fired", name)
		}
	}
	if fired := strings.Count(all.String(), ".event('"); fired < len(names) {
		t.Errorf("%d places fire events, and %d events are named", fired, len(names))
	}
	for part := range strings.SplitSeq(all.String(), ".event('") {
		name, _, _ := strings.Cut(part, "'")
		if strings.Contains(name, "\n") { // what stands before the first
			continue
		}
		if !strings.Contains(strings.Join(names, " ")+" ", name+" ") {
			t.Errorf("Rigrun%s is fired and not in the table", name)
		}
	}
}
