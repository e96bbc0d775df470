package workspace

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax"
)

// maxConsidered is how many files that may hold a name are looked into for its
// declaration, from the nearest on. The number does not depend on what is known
// already, so that the same question finds the same.
const maxConsidered = 1000

// Found is a declaration in a file.
type Found struct {
	Path string // as Read takes it
	syntax.Symbol
	Line int // of the declaration, 1-based

	// File is the file's absolute path, and Document its whole text: its
	// markings hold for the declaration, too.
	File, Document string

	at place
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
	for _, same := range []spelling{exactly, inAnyCase} {
		declaring, err := w.declaring(ctx, near, slices.Clone(list), base, same)
		if err != nil {
			return nil, err
		}
		found, err := w.declarations(ctx, declaring, container, base, same, limit)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

// spelling compares names.
type spelling func(a, b string) bool

func exactly(a, b string) bool   { return a == b }
func inAnyCase(a, b string) bool { return strings.EqualFold(a, b) }

// declaring returns the files of a list that declare a name, the nearest first.
// The list is used up.
func (w *Workspace) declaring(ctx context.Context, near place, list []candidate, name string, same spelling) ([]candidate, error) {
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
	for _, c := range list[:min(len(list), maxConsidered)] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if open[c.realPath()] || w.names(&roots, &c, name, same) {
			out = append(out, c)
		}
	}
	return out, nil
}

// names reports whether a file declares a name, reading its declarations where
// they are not known yet and the name stands in it.
func (w *Workspace) names(r *roots, c *candidate, name string, same spelling) bool {
	if !c.card.named {
		text, err := r.read(c.place, maxIndexedBytes)
		if err != nil || !standsAlone(text, name, same) {
			return false
		}
		known := *c.card
		known.names, known.named = declares(syntax.Language(c.name), text), true
		c.card = &known
		w.index.put(*c)
	}
	if !same("a", "A") {
		return strings.Contains(c.card.names, "\n"+name+"\n")
	}
	for declared := range strings.SplitSeq(c.card.names, "\n") {
		if same(declared, name) {
			return true
		}
	}
	return false
}

// standsAlone reports whether a name stands in a text as a word that could be its
// declaration: no part of a longer word, and no member of something else, as
// "Open" in "os.Open". Lua and JavaScript declare members so, with "function" or
// "=" on the line.
func standsAlone(text, name string, same spelling) bool {
	if same("a", "A") {
		text, name = lowered(text), lowered(name)
	}
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(name)
		at = end
		if !isWord(text, start, end) {
			continue
		}
		if start == 0 || text[start-1] != '.' {
			return true
		}
		line := text[strings.LastIndexByte(text[:start], '\n')+1:]
		if line, _, _ = strings.Cut(line, "\n"); strings.Contains(line, "function") || strings.Contains(line, "=") {
			return true
		}
	}
}

// declarations reads the declarations of a name out of files.
func (w *Workspace) declarations(ctx context.Context, list []candidate, container, name string, equal spelling, limit int) ([]Found, error) {
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
			found = append(found, Found{Path: c.shown(), Symbol: s, Line: lineAt(text, s.Code), File: c.path(), Document: text, at: c.place})
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
