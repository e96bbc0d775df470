package components

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Emacs returns Emacs 30 without a window system, unpacked from a newer Debian
// suite like [LlamaServer]. Eglot is a part of it, and the package lsp-mode lies
// beside it, as the variable [LSPMode] in its environment says.
func Emacs(ctx context.Context) (Program, error) {
	return debian{name: "emacs", pkgs: []string{"emacs-nox", "elpa-lsp-mode"}, suites: []string{"trixie", "sid"}, in: emacsIn}.get(ctx)
}

// LSPMode is the variable in Emacs' environment with the folder in which lsp-mode and
// what it needs have a folder each.
const LSPMode = "RIGRUN_EMACS_LSP_MODE"

// emacsIn finds what Emacs has compiled in as paths of the system, and says
// where it is instead.
func emacsIn(root string) (Program, error) {
	lisp, err := only(root, "usr/share/emacs/*/lisp")
	if err != nil {
		return Program{}, err
	}
	dump, err := only(root, "usr/libexec/emacs/*/*/*.pdmp")
	if err != nil {
		return Program{}, err
	}
	load, err := folders(lisp)
	if err != nil {
		return Program{}, err
	}
	packages := filepath.Join(root, "usr/share/emacs/site-lisp/elpa-src")
	if _, err := only(packages, "lsp-mode-*"); err != nil {
		return Program{}, err
	}
	p, err := loaded(root, "emacs-nox")
	etc := filepath.Join(filepath.Dir(lisp), "etc")
	p.Env = []string{
		"EMACSLOADPATH=" + strings.Join(load, ":"),
		"EMACSDATA=" + etc, "EMACSDOC=" + etc,
		"EMACSPATH=" + filepath.Dir(dump),
		LSPMode + "=" + packages,
	}
	if err != nil {
		return p, err
	}
	// Emacs looks at a dump only where its own name is that of a program.
	p.Args[slices.Index(p.Args, "--argv0")+1] = p.Args[len(p.Args)-1]
	p.Args = append(p.Args, "--dump-file="+dump)
	return p, nil
}

// only returns the one file of an unpacked folder that matches a pattern.
func only(root, pattern string) (string, error) {
	found, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil {
		return "", fmt.Errorf("look for %s: %w", pattern, err)
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d files match %s, one was expected", len(found), pattern)
	}
	return found[0], nil
}

// folders lists a folder and all folders below it.
func folders(root string) ([]string, error) {
	var list []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			list = append(list, name)
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(errors.New("list the folders of "+filepath.Base(root)), err)
	}
	return list, nil
}
