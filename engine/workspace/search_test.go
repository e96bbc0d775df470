package workspace

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestSearchOrder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "both-near.go", "package a\n\nfunc retryDelay() {\n\tbackoff := 1 // the limit\n}\n")
	write(t, dir, "both-far.go", "// retryDelay\n"+strings.Repeat("\n", 200)+"// backoff\n")
	write(t, dir, "inside.go", "var myretrydelayer = 1 // retrydelay\n")
	write(t, dir, "one.go", "// backoff alone\n")
	write(t, dir, "none.go", "package none\n")
	w := New(Options{Folders: []string{dir}})
	matches, more, err := w.Search(t.Context(), "retryDelay  BACKOFF", 0)
	if err != nil || more {
		t.Fatal(matches, more, err)
	}
	var order []string
	for _, m := range matches {
		order = append(order, fmt.Sprintf("%s:%d", m.Path, m.Line))
	}
	want := []string{"both-near.go:3", "both-near.go:4", "both-far.go:1", "both-far.go:202", "one.go:1", "inside.go:1"}
	if !slices.Equal(order, want) {
		t.Errorf("found %q, want %q", order, want)
	}
	again, _, _ := w.Search(t.Context(), "retryDelay  BACKOFF", 0)
	if !slices.Equal(matches, again) {
		t.Error("the same words find something else")
	}
	matches, more, err = w.Search(t.Context(), "retryDelay backoff", 2)
	if err != nil || !more || len(matches) != 2 {
		t.Errorf("%d matches, more %v, %v", len(matches), more, err)
	}
	for _, nothing := range []string{"", "  ", "x", "\x00"} {
		if _, _, err := w.Search(t.Context(), nothing, 0); err == nil {
			t.Errorf("%q was looked for", nothing)
		}
	}
}

// TestSearchSeesChanges writes files between searches, the clock going on.
func TestSearchSeesChanges(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.txt", "alpha\n")
	synctest.Test(t, func(t *testing.T) {
		w := New(Options{Folders: []string{dir}})
		find := func(word string) int {
			matches, _, err := w.Search(t.Context(), word, 0)
			if err != nil {
				t.Fatal(err)
			}
			return len(matches)
		}
		if find("alpha") != 1 || find("beta") != 0 {
			t.Fatal("the first look")
		}
		write(t, dir, "b.txt", "beta\n")
		write(t, dir, "a.txt", "gamma!\n")
		time.Sleep(freshFor)
		if find("beta") != 1 || find("gamma") != 1 || find("alpha") != 0 {
			t.Error("a change was not seen")
		}
		write(t, dir, ".gitignore", "b.txt\n")
		time.Sleep(freshFor)
		if find("beta") != 0 || find("gamma") != 1 {
			t.Error("a new ignore file was not seen")
		}
	})
}

func TestSymbols(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a/one.go", "package a\n\n// Open opens.\nfunc Open() {}\n\ntype Door struct{}\n\nfunc (d *Door) Close() {}\n")
	write(t, dir, "b/two.py", "class Gate:\n    def close(self):\n        pass\n\ndef uses():\n    Open()\n")
	write(t, dir, ".gitignore", "c/\n")
	write(t, dir, "c/three.go", "package c\n\nfunc Open() {}\n")
	w := New(Options{Folders: []string{dir}})
	for name, want := range map[string]string{
		"Open": "a/one.go:4", "Close": "a/one.go:8", "close": "b/two.py:2", "Gate.close": "b/two.py:2", "Door.Close": "a/one.go:8", "OPEN": "a/one.go:4", "Nothing": "",
	} {
		found, err := w.Symbols(t.Context(), name, 0)
		var got []string
		for _, f := range found {
			got = append(got, fmt.Sprintf("%s:%d", f.Path, f.Line))
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
	}
}

// TestFilterDeniesNothing holds filters against the texts they were made of.
func TestFilterDeniesNothing(t *testing.T) {
	var room scratch
	for _, text := range []string{"", "ab", "abc", "größe und höhe", strings.Repeat("the quick brown fox ", 50), strings.Repeat("x", 5000)} {
		f := room.newFilter(text)
		for i := range len(text) {
			for n := 1; n < 12 && i+n <= len(text); n++ {
				if len(f) > 0 && !f.mayHold(text[i:i+n]) {
					t.Fatalf("%q in %.30q is denied", text[i:i+n], text)
				}
			}
		}
	}
	f := room.newFilter("the quick brown fox jumps over the lazy dog")
	wrong := 0
	for i := range 1000 {
		if f.mayHold(fmt.Sprintf("w%dword", i)) {
			wrong++
		}
	}
	if wrong > 50 {
		t.Errorf("%d of 1000 words that are not there are taken for there", wrong)
	}
}
