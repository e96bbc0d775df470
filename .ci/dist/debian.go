package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/deb" // registers the format
	"github.com/goreleaser/nfpm/v2/files"
)

// debian makes the packages for Debian and what comes from it, by nfpm.
func (m *making) debian(context.Context) error {
	for _, s := range m.systems {
		if s.os != "linux" {
			continue
		}
		if err := m.debianFor(s); err != nil {
			return fmt.Errorf("the Debian package for %s: %w", s.arch, err)
		}
	}
	return nil
}

func (m *making) debianFor(s system) error {
	staged, err := os.MkdirTemp("", "rigrun-deb-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(staged) }() // in the system's folder for such
	contents := files.Contents{{Source: m.built[s], Destination: "/usr/bin/rigrun-lsp", FileInfo: &files.ContentFileInfo{Mode: 0o755}}}
	for i, f := range m.extras {
		to, data := debianPlace(f)
		if to == "" {
			continue
		}
		path := filepath.Join(staged, fmt.Sprint(i))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
		contents = append(contents, &files.Content{Source: path, Destination: to, FileInfo: &files.ContentFileInfo{Mode: 0o644}})
	}
	info := nfpm.WithDefaults(&nfpm.Info{
		Name: "rigrun-lsp", Arch: s.arch, Platform: "linux", Version: debianVersion(m.version), VersionSchema: "none",
		Section: "devel", Priority: "optional", Maintainer: "The rigrun authors <rigrun@users.noreply.github.com>",
		Description: "language server that answers questions about code\nSelect, ask, and the answer streams in, from a model server on this machine.",
		Homepage:    "https://github.com/rigrun/rigrun-lsp", License: "Apache-2.0", DisableGlobbing: true, MTime: m.time,
		Overridables: nfpm.Overridables{Contents: contents, Deb: nfpm.Deb{Compression: "zstd"}},
	})
	if err := nfpm.PrepareForPackager(info, "deb"); err != nil {
		return err
	}
	packager, err := nfpm.Get("deb")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := packager.Package(info, &b); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.out, packager.ConventionalFileName(info)), b.Bytes(), 0o600)
}

// debianPlace is where a file goes, and how: Debian's policy packs manuals and
// changelogs, calls the licence "copyright", and has no use for a README of how
// to build.
func debianPlace(f file) (to string, data []byte) {
	switch {
	case strings.HasPrefix(f.name, "share/man/"):
		return "/usr/" + f.name + ".gz", gzipped(f.data)
	case strings.HasPrefix(f.name, "share/zsh/"):
		return "/usr/share/zsh/vendor-completions/_rigrun-lsp", f.data
	case strings.HasPrefix(f.name, "share/"):
		return "/usr/" + f.name, f.data
	case f.name == "LICENSE":
		return "/usr/share/doc/rigrun-lsp/copyright", f.data
	case f.name == "CHANGELOG.md":
		return "/usr/share/doc/rigrun-lsp/changelog.gz", gzipped(f.data)
	case f.name == "NOTICE" || f.name == "THIRD-PARTY-LICENSES":
		return "/usr/share/doc/rigrun-lsp/" + f.name, f.data
	}
	return "", nil
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // that level exists
	_, _ = w.Write(data)                                  // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// debianVersion is git's description as Debian orders it: a commit without a tag
// comes before the first release.
func debianVersion(described string) string {
	v := strings.TrimPrefix(described, "v")
	if tag, _, _ := strings.Cut(v, "-"); !strings.Contains(tag, ".") {
		return "0~git." + strings.ReplaceAll(v, "-", ".")
	}
	return strings.ReplaceAll(v, "-", "+")
}
