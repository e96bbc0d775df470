package workspace

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax"
)

// maxParsed is how many files are read anew for one name. Files that may hold the
// name are taken from the nearest on, and what was read stays known.
const maxParsed = 400

// Found is a declaration in a file.
type Found struct {
	Path string // as Read takes it
	syntax.Symbol
	Line int // of the declaration, 1-based

	// File is the file's absolute path, and Document its whole text: its
	// markings hold for the declaration, too.
	File, Document string
}

// Symbols returns the declarations of a name: "Name", or "Container.Name". Where
// none is spelled so, those that differ in case alone. At most limit (0 for 20),
// in the order of the files.
func (w *Workspace) Symbols(ctx context.Context, name string, limit int) ([]Found, error) {
	if limit <= 0 {
		limit = 20
	}
	return w.symbolsNear(ctx, place{}, name, limit)
}

// symbolsNear finds declarations, those in files near a place first.
func (w *Workspace) symbolsNear(ctx context.Context, near place, name string, limit int) ([]Found, error) {
	container, base := "", name
	if i := strings.LastIndexAny(name, ".:#"); i > 0 && i < len(name)-1 {
		container, base = strings.TrimRight(name[:i], ":"), name[i+1:]
	}
	if strings.TrimSpace(base) == "" || strings.ContainsAny(base, "\n\r") {
		return nil, refuse(name, "is no name")
	}
	list, _, err := w.survey(ctx)
	if err != nil {
		return nil, err
	}
	list, err = w.declaring(ctx, near, list, base)
	if err != nil {
		return nil, err
	}
	for _, equal := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		found, err := w.declarations(ctx, list, container, base, equal, limit)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

// declaring returns the files that declare a name, in any case, the nearest first.
func (w *Workspace) declaring(ctx context.Context, near place, list []candidate, name string) ([]candidate, error) {
	low := lowered(name)
	open := w.opened(list)
	list = slices.DeleteFunc(list, func(c candidate) bool {
		return !open[c.realPath()] && (!c.card.text || !c.card.filter.mayHold(low))
	})
	if near.folder != nil {
		slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(distance(near, a.place), distance(near, b.place)) })
	}
	var roots roots
	defer roots.close()
	var out []candidate
	parsed := 0
	for _, c := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !open[c.realPath()] && !c.card.named {
			if parsed++; parsed > maxParsed {
				continue
			}
			text, err := roots.read(c.place, maxIndexedBytes)
			if err != nil {
				continue
			}
			known := *c.card
			known.names, known.named = declares(syntax.Language(c.name), text), true
			c.card = &known
			w.index.put(c)
		}
		if open[c.realPath()] || strings.Contains(lowered(c.card.names), "\n"+low+"\n") {
			out = append(out, c)
		}
	}
	return out, nil
}

// declarations reads the declarations of a name out of files.
func (w *Workspace) declarations(ctx context.Context, list []candidate, container, name string, equal func(a, b string) bool, limit int) ([]Found, error) {
	var found []Found
	var roots roots
	defer roots.close()
	for _, c := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		text, err := w.textOf(&roots, c.place)
		if err != nil {
			continue // it has gone since
		}
		for _, s := range syntax.Symbols(syntax.Language(c.name), text) {
			if !equal(s.Name, name) || container != "" && !equal(s.Container, container) {
				continue
			}
			if len(found) == limit {
				return found, nil
			}
			found = append(found, Found{Path: c.shown(), Symbol: s, Line: lineAt(text, s.Code), File: c.path(), Document: text})
		}
	}
	return found, nil
}

// lineAt is the number of the line that a byte stands in, 1-based.
func lineAt(text string, at int) int { return strings.Count(text[:at], "\n") + 1 }

// distance is how far a file lies from another: how many directories up and down.
func distance(a, b place) int {
	if a.folder != b.folder {
		return 1 << 20
	}
	if a.name == b.name {
		return -1
	}
	up := strings.Split(path.Dir(a.name), "/")
	down := strings.Split(path.Dir(b.name), "/")
	same := 0
	for same < len(up) && same < len(down) && up[same] == down[same] {
		same++
	}
	return len(up) + len(down) - 2*same
}
