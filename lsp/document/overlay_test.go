package document

import (
	"errors"
	"io/fs"
	"testing"
)

// beneath is a folder with one file.
type beneath struct{}

func (beneath) ReadFile(path string) ([]byte, error) {
	if path == "/w/a.go" {
		return []byte("on disk"), nil
	}
	return nil, fs.ErrNotExist
}

func (beneath) ReadDir(string) ([]string, error) { return []string{"a.go"}, nil }

func TestOverlay(t *testing.T) {
	o := NewOverlay(beneath{})
	check := func(path, want string) {
		t.Helper()
		text, err := o.ReadFile(path)
		if string(text) != want || (err != nil) != (want == "") {
			t.Errorf("%s reads %q, %v; want %q", path, text, err, want)
		}
	}
	check("/w/a.go", "on disk")
	o.Set("/w/a.go", "in the editor")
	o.Set("/w/new.go", "not saved yet")
	o.Set("", "untitled")
	check("/w/a.go", "in the editor")
	check("/w/new.go", "not saved yet")
	o.Remove("/w/a.go")
	check("/w/a.go", "on disk")
	if _, err := o.ReadFile(""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a document that is no file was kept: %v", err)
	}
	if names, err := o.ReadDir("/w"); err != nil || len(names) != 1 {
		t.Errorf("ReadDir: %v, %v", names, err)
	}
}
