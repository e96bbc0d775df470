package edit

import "testing"

func TestPropose(t *testing.T) {
	text := "package a\n\nfunc f() int {\n\treturn 1\n}\n"
	p, err := Propose("Here:\n```go\nfunc f() int {\n\treturn 2\n}\n```\n", Target{Path: "a.go", Language: "go", Text: text, Start: 11, End: len(text)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Apply(text, p.Hunks), "package a\n\nfunc f() int {\n\treturn 2\n}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
