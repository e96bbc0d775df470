package workspace

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestMentions(t *testing.T) {
	for message, want := range map[string][]string{
		"what does @file:main.go do?":              {"@file:main.go"},
		"see @file:main.go.":                       {"@file:main.go"},
		"(@file:src/a.ts), @buffer!":               {"@file:src/a.ts", "@buffer"},
		`@file:"with blank.txt" and more`:          {`@file:"with blank.txt"`},
		`@file:"a \"b\" \\ c.txt"`:                 {`@file:"a \"b\" \\ c.txt"`},
		"@file:f(x).go":                            {"@file:f(x).go"},
		"@git":                                     {"@git"},
		"@git, please":                             {"@git"},
		"@git:main..":                              {"@git:main.."},
		"@git:HEAD~1.":                             {"@git:HEAD~1"},
		"@git:--output=f":                          {"@git:--output=f"},
		"@file:a@git":                              {"@file:a@git"},
		"@selection @diagnostics\n@symbol:New.":    {"@selection", "@diagnostics", "@symbol:New"},
		`@search:"two words" x`:                    {`@search:"two words"`},
		"@search:größe":                            {"@search:größe"},
		"@url:https://a.test/@codebase":            nil,
		"@url:x @codebase":                         nil,
		"mail a@b.c or me@git or @property":        nil,
		"@Override @dataclass @git_hook @git/x":    nil,
		"@selection.text @buffer(1) @git=x @gits":  nil,
		"@file @file: @symbol @search: @file:\"\"": nil,
		"@file:\"open\nquote\"":                    nil,
		"use `@file:main.go` literally":            nil,
		"```go\n@file:main.go\n```\n@git":          {"@git"},
		"```\n@git":                                nil,
		"@":                                        nil,
		"@@git":                                    nil,
		"":                                         nil,
	} {
		var got []string
		for _, m := range Mentions(message) {
			got = append(got, m.String())
			again := Mentions(m.String())
			if len(again) != 1 || again[0].Value != m.Value || again[0].Kind != m.Kind {
				t.Errorf("%q is read back as %v", m.String(), again)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", message, got, want)
		}
	}
}

func TestGather(t *testing.T) {
	dir, _ := repository(t)
	write(t, dir, "sub/use.go", "package b\n\nfunc use() { a() }\n")
	write(t, dir, "large.txt", strings.Repeat(strings.Repeat("x", 99)+"\n", 4000))
	w := New(Options{Folders: []string{dir}, Secret: secretName})
	buffer := chat.ContextItem{Kind: chat.ContextFile, URI: "untitled:1", Text: "draft"}
	selection := chat.ContextItem{Kind: chat.ContextSelection, URI: "file:///x", Text: "x"}
	for _, c := range []struct {
		message string
		focus   Focus
		items   []string // "kind path first bytes"
		left    []string
	}{
		{"@file:a.go @file:a.go", Focus{}, []string{"file a.go // SECRET//NOFORN"}, nil},
		{"@file:.env and @file:tracked.log", Focus{}, nil, []string{"@file:.env is a file of secrets", "@file:tracked.log is ignored by .gitignore"}},
		{"@file:../x @file:/etc/passwd", Focus{}, nil, []string{"@file:../x lies outside the workspace's folders", "@file:/etc/passwd lies outside the workspace's folders"}},
		{"@file:a@git", Focus{}, nil, []string{"@file:a@git is not there"}},
		{"@buffer", Focus{Buffer: &buffer}, []string{"file  draft"}, nil},
		{"@buffer", Focus{}, nil, []string{"@buffer means no document: none is open"}},
		{"@selection", Focus{Given: []chat.ContextItem{selection}}, nil, nil},
		{"@selection", Focus{}, nil, []string{"@selection was not sent: the editor has no selection"}},
		{"@diagnostics", Focus{}, nil, []string{"@diagnostics were not sent by the editor"}},
		{"@symbol:use", Focus{}, []string{"symbol sub/use.go func use() { a() }"}, nil},
		{"@symbol:nowhere", Focus{}, nil, []string{"@symbol:nowhere is declared nowhere in the workspace"}},
		{"@search:use", Focus{}, []string{"search sub/use.go 3: func use() { a() }"}, nil},
		{"@search:" + canary, Focus{}, nil, []string{"@search:" + canary + " is found nowhere in the workspace"}},
		{"@git:--output=f", Focus{}, nil, []string{"@git:--output=f is no revision"}},
		{"@git:main~1..main", Focus{}, []string{"git sub/b c.go diff --git a/sub/b c.go b/sub/b c.go"}, nil},
		{"@git", Focus{}, []string{"git a.go diff --git a/a.go b/a.go", "git gone.go diff --git a/gone.go b/gone.go"}, []string{
			"@git leaves out .env, which is a file of secrets", "@git leaves out private/plan.txt, which is ignored by .rigrunignore",
			"@git leaves out tracked.log, which is ignored by .gitignore",
		}},
		{"@file:large.txt", Focus{}, []string{"file large.txt " + strings.Repeat("x", 99)}, []string{"@file:large.txt is cut after line 2621: 256 KB of a file are read"}},
	} {
		items, out := w.Gather(t.Context(), c.message, c.focus)
		var got, reasons []string
		for _, i := range items {
			name, _ := filepath.Rel(dir, i.Path)
			line, _, _ := strings.Cut(i.Text, "\n")
			got = append(got, string(i.Kind)+" "+filepath.ToSlash(name)+" "+line)
			if i.Path != "" && (i.Document == "" || i.Folder != dir || !strings.HasPrefix(i.URI, "file:///")) {
				t.Errorf("%s: an item without its document, folder or address: %+v", c.message, i)
			}
			if strings.Contains(i.Text+i.Document, canary) {
				t.Errorf("%s: what may not be shown is gathered", c.message)
			}
		}
		for _, l := range out {
			reasons = append(reasons, l.Name+" "+l.Reason)
		}
		if !slices.Equal(got, c.items) || !slices.Equal(reasons, c.left) {
			t.Errorf("%s:\n%q, want\n%q\nleft %q, want\n%q", c.message, got, c.items, reasons, c.left)
		}
	}
}

// TestGatherLimits has a message that asks for too much.
func TestGatherLimits(t *testing.T) {
	dir := t.TempDir()
	var message strings.Builder
	for i := range 40 {
		name := "f" + strings.Repeat("x", i) + ".txt"
		write(t, dir, name, name+strings.Repeat("y", 30<<10)+"\n")
		message.WriteString("@file:" + name + " ")
	}
	w := New(Options{Folders: []string{dir}})
	items, out := w.Gather(t.Context(), message.String(), Focus{})
	size := 0
	for _, i := range items {
		size += len(i.Text)
	}
	if size > maxGathered || len(items) < 10 || len(items)+len(out) != maxMentions+1 {
		t.Errorf("%d items of %d bytes, %d left out", len(items), size, len(out))
	}
	if last := out[len(out)-1]; !strings.Contains(last.Reason, "more than the 32 mentions") {
		t.Errorf("%+v", last)
	}
}

func FuzzMentions(f *testing.F) {
	for _, seed := range []string{"@file:a@git", "@git:--output=f", "@url:x/@codebase", `@file:"a b" @search:"x`, "`@git` ```\n@file:x", "@symbol:\u202e"} {
		f.Add(seed)
	}
	dir, _ := guarded(f)
	w := New(Options{Folders: []string{dir}, Secret: secretName})
	f.Fuzz(func(t *testing.T, message string) {
		end := 0
		for _, m := range Mentions(message) {
			if m.Start < end || m.End <= m.Start || m.End > len(message) || message[m.Start] != '@' {
				t.Fatalf("%q: %+v", message, m)
			}
			end = m.End
			if again := Mentions(m.String()); len(again) != 1 || again[0].Value != m.Value {
				t.Fatalf("%q: %q is read back as %v", message, m.String(), again)
			}
		}
		items, out := w.Gather(t.Context(), message, Focus{})
		for _, i := range items {
			if strings.Contains(i.Text+i.Document, canary) {
				t.Fatalf("%q brings in what may not be shown", message)
			}
		}
		for _, l := range out {
			if strings.ContainsAny(l.Name+l.Reason, "\n\x1b") {
				t.Fatalf("%q: %q %q breaks the line", message, l.Name, l.Reason)
			}
		}
		_, from := w.Complete(t.Context(), message, nil)
		if from < 0 || from > len(message) {
			t.Fatalf("%q: completed from %d", message, from)
		}
	})
}
