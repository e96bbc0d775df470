package assemble

import (
	"context"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax"
	"github.com/rigrun/rigrun-lsp/engine/tools"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
)

// looks returns how tools see the workspaces of a pool.
func looks(pool *workspace.Pool) func(folders []string) tools.Workspace {
	return func(folders []string) tools.Workspace { return look{pool.Of(folders)} }
}

// look is a workspace as tools see it.
type look struct{ *workspace.Workspace }

// document is a file of the workspace, with the folder that holds it.
func (l look) document(name, path, text string) tools.Document {
	d := tools.Document{Name: name, Path: path, Language: syntax.Language(path), Text: text}
	for _, folder := range l.Folders() {
		if strings.HasPrefix(path, folder) && len(folder) > len(d.Folder) {
			d.Folder = folder
		}
	}
	return d
}

func (l look) Document(ctx context.Context, name string) (tools.Document, error) {
	e, err := l.Read(ctx, name, 0, 0)
	return l.document(e.Path, e.File, e.Document), err
}

func (l look) Search(ctx context.Context, words string, limit int) ([]tools.Line, bool, error) {
	found, more, err := l.Workspace.Search(ctx, words, limit)
	lines := make([]tools.Line, len(found))
	for i, m := range found {
		lines[i] = tools.Line{Document: l.document(m.Path, m.File, m.Document), Number: m.Line}
	}
	return lines, more, err
}

func (l look) Symbols(ctx context.Context, name string, limit int) ([]tools.Line, error) {
	found, err := l.Workspace.Symbols(ctx, name, limit)
	lines := make([]tools.Line, len(found))
	for i, f := range found {
		lines[i] = tools.Line{Document: l.document(f.Path, f.File, f.Document), Number: f.Line, Label: f.Kind + " "}
	}
	return lines, err
}

func (l look) Changes(ctx context.Context, revisions string) ([]tools.Change, []string, error) {
	found, refused, err := l.Workspace.Changes(ctx, revisions)
	changes := make([]tools.Change, len(found))
	for i, c := range found {
		changes[i] = tools.Change{Document: l.document(c.Path, c.File, c.Document), Diff: c.Text}
	}
	left := make([]string, len(refused))
	for i := range refused {
		left[i] = refused[i].Error()
	}
	return changes, left, err
}
