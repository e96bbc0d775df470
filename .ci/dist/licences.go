package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// licences gathers the licences of all that is linked into the binaries: most of
// them ask for that. A module without one fails the release.
func (m *making) licences(ctx context.Context) error {
	versions := map[string]string{}
	for _, path := range m.built {
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			return fmt.Errorf("what %s is made of: %w", filepath.Base(path), err)
		}
		for _, d := range info.Deps {
			versions[d.Path] = d.Version
		}
	}
	names := make([]string, 0, len(versions))
	for name := range versions {
		names = append(names, name)
	}
	slices.Sort(names)
	var b bytes.Buffer
	b.WriteString("rigrun-lsp is linked with the following, each under its own licence.\n")
	if err := licence(&b, "Go's standard library and runtime, "+runtime.Version(), runtime.GOROOT()); err != nil {
		return err
	}
	for _, name := range names {
		folder, err := m.run(ctx, nil, "go", "list", "-m", "-f", "{{.Dir}}", name)
		if err != nil {
			return err
		}
		if err := licence(&b, name+" "+versions[name], strings.TrimSpace(string(folder))); err != nil {
			return err
		}
	}
	m.extras = append(m.extras, file{"THIRD-PARTY-LICENSES", b.Bytes(), 0o644})
	return nil
}

// licence writes what a folder has of licences and notices, in order.
func licence(b *bytes.Buffer, title, folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("the licence of %s: %w", title, err)
	}
	found := false
	for _, e := range entries {
		word, _, _ := strings.Cut(strings.ToUpper(e.Name()), ".")
		word, _, _ = strings.Cut(word, "-")
		if e.IsDir() || !slices.Contains([]string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"}, word) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return fmt.Errorf("the licence of %s: %w", title, err)
		}
		found = found || word != "NOTICE" && word != "PATENTS"
		fmt.Fprintf(b, "\n%s\n%s: %s\n%s\n%s\n", strings.Repeat("=", 80), title, e.Name(), strings.Repeat("-", 80), bytes.TrimSpace(text))
	}
	if !found {
		return errors.New(title + " has no licence in its folder")
	}
	return nil
}
