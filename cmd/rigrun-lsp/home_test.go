package main

import (
	"errors"
	"os/user"
	"path/filepath"
	"runtime"
	"testing"
)

func TestWithHome(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("HOME is a variable of other systems")
	}
	dir := t.TempDir()
	of := func(home string) func() (*user.User, error) {
		return func() (*user.User, error) { return &user.User{HomeDir: home}, nil }
	}
	variables := func(all map[string]string) func(string) (string, bool) {
		return func(name string) (string, bool) {
			value, ok := all[name]
			return value, ok
		}
	}
	bare := variables(map[string]string{"PATH": "/bin"})
	for name, c := range map[string]struct {
		lookup  func(string) (string, bool)
		account func() (*user.User, error)
		want    string
	}{
		"set":            {variables(map[string]string{"HOME": "/home/me", "PATH": "/bin"}), of(dir), "/home/me"},
		"set to nothing": {variables(map[string]string{"HOME": "", "PATH": "/bin"}), of(dir), ""},
		"not set":        {bare, of(dir), dir},
		"not there":      {bare, of(filepath.Join(dir, "none")), ""},
		"no name":        {bare, of(""), ""},
		"unknown person": {bare, func() (*user.User, error) { return nil, errors.New("unknown") }, ""},
	} {
		getenv := withHome(c.lookup, c.account)
		if got := getenv("HOME"); got != c.want {
			t.Errorf("%s: HOME is %q, want %q", name, got, c.want)
		}
		if got := getenv("PATH"); got != "/bin" {
			t.Errorf("%s: PATH is %q", name, got)
		}
	}
}
