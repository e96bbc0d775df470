package workspace

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	dir, _ := guarded(t)
	write(t, dir, "sub/maintain.txt", "text\n")
	open := documents{filepath.Join(dir, "sub", "greet.go"): "package main\n\nfunc greetAll() {}\n", filepath.Join(dir, ".env"): "func " + canary + "() {}"}
	w := New(Options{Folders: []string{dir}, Files: open, Secret: secretName})
	commands := []Completion{{"/explain", "/explain", ""}, {"/tests", "/tests", ""}}
	for before, want := range map[string]string{
		"@file:mai":         "main.go sub/maintain.txt | @file:main.go",
		"@file:gre":         "sub/greet.go | @file:sub/greet.go",
		"@file:blank":       `sub/with blank.txt | @file:"sub/with blank.txt"`,
		`see @file:"with b`: `sub/with blank.txt | @file:"sub/with blank.txt"`,
		"@file:mgo":         "main.go | @file:main.go",
		"@file:ENV":         "",
		"@file:ignored":     "",
		"@file:":            "sub/greet.go",
		"what @sel":         "@selection | @selection",
		"what @g":           "@git @git: sub/greet.go",
		"@symbol:gre":       "greetAll | @symbol:greetAll",
		"@symbol:CANARY":    "",
		"@git:HEAD~1.":      "HEAD~1..HEAD | @git:HEAD~1..HEAD",
		"/":                 "/explain /tests",
		"/ex":               "/explain | /explain",
		"/nothing":          "",
		"what /ex":          "",
		"a@b":               "",
		"@file:main.go ":    "",
		"":                  "",
	} {
		items, from := w.Complete(t.Context(), before, commands)
		var labels []string
		for _, i := range items {
			labels = append(labels, i.Label)
		}
		got := strings.Join(labels, " ")
		wantLabels, insert, _ := strings.Cut(want, " | ")
		// What fits less follows what fits best.
		if (wantLabels == "") != (got == "") || !strings.HasPrefix(got, wantLabels) || insert != "" && items[0].Insert != insert {
			t.Errorf("%q: %q, want %q", before, got, want)
		}
		if len(items) > 0 && before[from] != '@' && before[from] != '/' {
			t.Errorf("%q: replaces from %d", before, from)
		}
		if slices.ContainsFunc(items, func(c Completion) bool { return strings.Contains(c.Label+c.Insert, canary) }) {
			t.Errorf("%q: offers what may not be shown", before)
		}
	}
}
