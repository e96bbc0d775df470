package syntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWindowed holds what is found by the lines around a cursor against what is
// found by reading the whole text, at every line of real files.
func TestWindowed(t *testing.T) {
	var names []string
	for _, pattern := range []string{"*.go", "tokens/*.go", "../backend/outline/*.go", "../*.go", "../backend/outline/testdata/lang/*", "testdata/*"} {
		list, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, list...)
	}
	places, wrong := 0, 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text, language := string(data), Language(name)
		all := Symbols(language, text)
		for at := 0; at < len(text); {
			want, found := innermost(all, text, at, at, isData(language))
			got, ok := windowed(language, text, at, at, 1500)
			places++
			if ok != found || got != want {
				wrong++
				if wrong < 20 {
					t.Errorf("%s:%d: %+v %v, want %+v %v", name, 1+strings.Count(text[:at], "\n"), got, ok, want, found)
				}
			}
			n := strings.IndexByte(text[at:], '\n')
			if n < 0 {
				break
			}
			at += n + 1
		}
	}
	if places < 10000 || wrong > 0 {
		t.Errorf("%d of %d places differ", wrong, places)
	}
}
