package lsp

import (
	"context"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// folders are the paths of the workspace's folders. Files outside them are never read.
type folders []string

// readFolders reads the workspace's folders out of initialize: the list, or the
// one root that older clients send.
func readFolders(p *protocol.InitializeParams) folders {
	var out folders
	if list, ok := p.WorkspaceFolders.Get(); ok {
		for _, f := range list {
			out = out.add(f.URI)
		}
		return out
	}
	if root := p.RootURI; root != nil { //nolint:staticcheck // deprecated, and all that some clients send
		return out.add(*root)
	}
	return out
}

func (f folders) add(u uri.URI) folders {
	path := filePath(u)
	if path == "" || slices.Contains(f, path) {
		return f
	}
	return append(slices.Clone(f), path)
}

func (f folders) remove(u uri.URI) folders {
	path := filePath(u)
	return slices.DeleteFunc(slices.Clone(f), func(other string) bool { return other == path })
}

// holding returns the innermost folder that holds path, "" where none does.
func (f folders) holding(path string) string {
	best := ""
	for _, folder := range f {
		if within(folder, path) && len(folder) > len(best) {
			best = folder
		}
	}
	return best
}

// within reports whether path is folder or lies below it, by name alone.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// filePath returns the path of a file URI, cleaned, "" for any other URI.
func filePath(u uri.URI) string {
	if u.Scheme() != "file" || u.Authority() != "" && runtime.GOOS != "windows" {
		return ""
	}
	path := u.Path()
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	if path == "" {
		return ""
	}
	return filepath.Clean(filepath.FromSlash(path))
}

func (s *Server) didChangeWorkspaceFolders(_ context.Context, p *protocol.DidChangeWorkspaceFoldersParams) error {
	for _, f := range p.Event.Removed {
		s.folders = s.folders.remove(f.URI)
	}
	for _, f := range p.Event.Added {
		s.folders = s.folders.add(f.URI)
	}
	s.settings.setWorkspace(s.folders)
	s.start(s.pullConfiguration)
	return nil
}
