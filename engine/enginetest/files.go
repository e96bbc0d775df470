package enginetest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/tools"
)

// Files is a workspace for tools: texts by name, below the folder "/w".
type Files struct {
	Texts   map[string]string
	History string            // what Log returns
	Changed map[string]string // the hunks of what Changes returns, by the file's name
	Panic   string            // what every method panics with, where it is set

	// Wait, where it is set, holds every call until it is closed or the call is
	// cancelled, and Began is closed by the first that waits.
	Wait  <-chan struct{}
	Began chan<- struct{}

	mu    sync.Mutex
	calls []string // guarded by mu
}

var _ tools.Workspace = (*Files)(nil)

// enter notes a call.
func (f *Files) enter(ctx context.Context, call string) error {
	f.mu.Lock()
	first := len(f.calls) == 0
	f.calls = append(f.calls, call)
	f.mu.Unlock()
	if f.Panic != "" {
		panic(f.Panic)
	}
	if f.Wait == nil {
		return ctx.Err()
	}
	if first && f.Began != nil {
		close(f.Began)
	}
	select {
	case <-f.Wait:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Calls returns the calls so far: a method's name and its argument.
func (f *Files) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Document returns a text.
func (f *Files) Document(ctx context.Context, name string) (tools.Document, error) {
	if err := f.enter(ctx, "document "+name); err != nil {
		return tools.Document{}, err
	}
	if _, ok := f.Texts[name]; !ok {
		return tools.Document{}, errors.New("there is no such file")
	}
	return f.document(name), nil
}

func (f *Files) document(name string) tools.Document {
	return tools.Document{Name: name, Path: "/w/" + name, Folder: "/w", Text: f.Texts[name]}
}

// List returns the names that begin with the folder's.
func (f *Files) List(ctx context.Context, folder string, limit int) ([]string, bool, error) {
	if err := f.enter(ctx, "list "+folder); err != nil {
		return nil, false, err
	}
	var found []string
	for _, name := range slices.Sorted(maps.Keys(f.Texts)) {
		if strings.HasPrefix(name, folder) {
			found = append(found, name)
		}
	}
	return found[:min(limit, len(found))], len(found) > limit, nil
}

// Search returns the lines that hold the words as they are.
func (f *Files) Search(ctx context.Context, words string, limit int) ([]tools.Line, bool, error) {
	if err := f.enter(ctx, "search "+words); err != nil {
		return nil, false, err
	}
	var found []tools.Line
	for _, name := range slices.Sorted(maps.Keys(f.Texts)) {
		for i, line := range strings.Split(f.Texts[name], "\n") {
			if strings.Contains(line, words) {
				found = append(found, tools.Line{Document: f.document(name), Number: i + 1})
			}
		}
	}
	return found[:min(limit, len(found))], len(found) > limit, nil
}

// Symbols returns the lines "func NAME".
func (f *Files) Symbols(ctx context.Context, name string, limit int) ([]tools.Line, error) {
	lines, _, err := f.Search(ctx, "func "+name, limit)
	for i := range lines {
		lines[i].Label = "function "
	}
	return lines, err
}

// Log returns the field.
func (f *Files) Log(ctx context.Context, path string, _ int) (string, error) {
	return f.History, f.enter(ctx, "log "+path)
}

// Changes returns the field, the changes of one file each.
func (f *Files) Changes(ctx context.Context, revisions string) ([]tools.Change, []string, error) {
	var changes []tools.Change
	for _, name := range slices.Sorted(maps.Keys(f.Changed)) {
		changes = append(changes, tools.Change{Document: f.document(name), Diff: f.Changed[name]})
	}
	return changes, nil, f.enter(ctx, "changes "+revisions)
}
