package workspace

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/syntax"
)

// What is gathered around a selection, sized for models that read a few thousand
// tokens: four bytes of code are about one.
const (
	maxEnclosing   = 6 << 10 // bytes of the declaration around the selection
	maxImportBytes = 1500    // bytes of imports
	maxOutline     = 40      // lines
	maxOutlineLine = 120     // bytes of one
	maxDefinitions = 6
	maxDefinition  = 1200 // bytes of one
	maxUses        = 24   // names of the selection that are looked up
	maxElsewhere   = 2    // declarations of a name in other folders; of a name with more nobody knows which is meant
)

// About returns what helps to understand a selection, in an order that depends on
// nothing but the files: the declaration that it lies in, the definitions of what
// it uses, its file's imports and an outline of its file. The selection needs its
// Document and Span; one without them gets nothing. What cannot be found or read
// is not there; only an end of ctx cuts the list short.
func (w *Workspace) About(ctx context.Context, selection chat.ContextItem) []chat.ContextItem {
	text, at := selection.Document, selection.Span
	if text == "" || at.Start < 0 || at.End > len(text) || at.Start > at.End || at.Start == 0 && at.End == len(text) {
		return nil
	}
	a := about{w: w, selection: selection, start: at.Start, end: at.End}
	a.language = cmp.Or(selection.Language, syntax.Language(selection.Path))
	a.symbols = syntax.Symbols(a.language, text)
	var items []chat.ContextItem
	for _, part := range []func() (chat.ContextItem, bool){a.enclosing, a.imports, a.outline} {
		if i, ok := part(); ok {
			items = append(items, i)
		}
	}
	return append(items, a.definitions(ctx)...)
}

// about is one selection.
type about struct {
	w          *Workspace
	selection  chat.ContextItem
	language   string
	start, end int
	symbols    []syntax.Symbol
	around     syntax.Symbol // what the selection lies in, its zero value where that is nothing
}

// of is an item about the selection's own file.
func (a *about) of(kind chat.ContextKind, part chat.Part) chat.ContextItem {
	i := a.selection
	i.Kind, i.Part, i.Query, i.Language = kind, part, "", a.language
	return i
}

// enclosing is the declaration around the selection, where that is more than the
// selection. Of one that is too large it is the lines around the selection.
func (a *about) enclosing() (chat.ContextItem, bool) {
	text := a.selection.Document
	s, ok := syntax.Enclosing(a.language, text, a.start, a.end)
	if !ok || s.Start > a.start || s.End < a.end {
		return chat.ContextItem{}, false
	}
	a.around = s
	if strings.TrimSpace(text[s.Start:a.start])+strings.TrimSpace(text[a.end:s.End]) == "" {
		return chat.ContextItem{}, false
	}
	from, to := wholeLines(text, s.Start, s.End)
	if to-from > maxEnclosing {
		from, to = a.window(from, to)
	}
	i := piece(a.of(chat.ContextSymbol, chat.PartEnclosing), from, to)
	i.Query = s.Name
	return i, len(i.Text) > len(a.selection.Text)
}

// window is whole lines around the selection, as many above as below, within the
// bytes from and to.
func (a *about) window(from, to int) (start, end int) {
	text := a.selection.Document
	start, end = wholeLines(text, a.start, a.end)
	for room := maxEnclosing - (end - start); room > 0; {
		grew := false
		if start > from {
			above := strings.LastIndexByte(text[from:start-1], '\n') + 1 + from
			if room -= start - above; room < 0 {
				break
			}
			start, grew = above, true
		}
		if end < to {
			_, below := wholeLines(text, end, min(end+1, to))
			if room -= below - end; room < 0 {
				break
			}
			end, grew = below, true
		}
		if !grew {
			break
		}
	}
	return start, end
}

// imports are the imports of the selection's file, unless the selection has them.
func (a *about) imports() (chat.ContextItem, bool) {
	text := a.selection.Document
	b := syntax.Imports(a.language, text)
	if b.Start >= b.End || b.End > len(text) || a.start <= b.Start && b.End <= a.end {
		return chat.ContextItem{}, false
	}
	from, to := wholeLines(text, b.Start, b.End)
	return piece(a.of(chat.ContextFile, chat.PartImports), from, cutLines(text, from, to, maxImportBytes)), true
}

// outline is a line for each declaration of the selection's file: those at the top
// where all would be too many, of those the ones nearest to the selection.
func (a *about) outline() (chat.ContextItem, bool) {
	list := slices.DeleteFunc(slices.Clone(a.symbols), func(s syntax.Symbol) bool { return a.start <= s.Start && s.End <= a.end })
	if len(list) > maxOutline {
		list = slices.DeleteFunc(list, func(s syntax.Symbol) bool { return s.Container != "" && s.Kind != "method" })
	}
	if len(list) > maxOutline {
		middle, _ := slices.BinarySearchFunc(list, a.start, func(s syntax.Symbol, at int) int { return cmp.Compare(s.Start, at) })
		from := min(max(middle-maxOutline/2, 0), len(list)-maxOutline)
		list = list[from : from+maxOutline]
	}
	if len(list) < 2 {
		return chat.ContextItem{}, false
	}
	var b strings.Builder
	for _, s := range list {
		line, _, _ := strings.Cut(a.selection.Document[s.Code:], "\n")
		b.WriteString(strconv.Itoa(lineAt(a.selection.Document, s.Code)) + ": " + shorten(strings.TrimSpace(line), maxOutlineLine) + "\n")
	}
	i := a.of(chat.ContextFile, chat.PartOutline)
	i.Text, i.Span = b.String(), chat.Span{}
	return i, true
}

// definitions are the declarations of what the selection uses, in the order of
// first use: from the same file, the same folder, else from elsewhere where it is
// plain which one is meant.
func (a *about) definitions(ctx context.Context) (items []chat.ContextItem) {
	names := syntax.Uses(a.language, a.selection.Document, a.start, a.end)
	if len(names) > maxUses {
		names = names[:maxUses]
	}
	var home place
	var list []candidate
	for _, name := range names {
		if len(items) == maxDefinitions || ctx.Err() != nil {
			break
		}
		if i, ok := a.here(name); ok {
			items = append(items, i)
			continue
		}
		if home.folder == nil {
			var ok bool
			if home, list, ok = a.home(ctx); !ok {
				home.folder = nil
				continue
			}
		}
		if i, ok := a.elsewhere(ctx, home, list, name); ok {
			items = append(items, i)
		}
	}
	return items
}

// here is the declaration of a name in the selection's own file. One that holds
// the selection, or lies in it, or is shown as what encloses it, says nothing new.
func (a *about) here(name string) (chat.ContextItem, bool) {
	for _, s := range a.symbols {
		apart := s.End <= a.start || a.end <= s.Start
		inside := a.around.End > 0 && a.around.Start <= s.Start && s.End <= a.around.End
		if s.Name == name && defines(s) && apart && !inside {
			return a.declaration(a.of(chat.ContextSymbol, chat.PartDefinition), s), true
		}
	}
	return chat.ContextItem{}, false
}

// declaration cuts a declaration out of its document.
func (*about) declaration(i chat.ContextItem, s syntax.Symbol) chat.ContextItem {
	from, to := wholeLines(i.Document, s.Start, s.End)
	i = piece(i, from, cutLines(i.Document, from, to, maxDefinition))
	i.Query = s.Name
	return i
}

// defines reports whether a symbol is worth showing as what a name means.
func defines(s syntax.Symbol) bool {
	return s.Kind != "module" && s.Kind != "property"
}

// home is the place of the selection's file, and the files around it.
func (a *about) home(ctx context.Context) (place, []candidate, bool) {
	if a.selection.Path == "" || a.selection.Folder == "" {
		return place{}, nil, false
	}
	i := slices.IndexFunc(a.w.folders, func(f *folder) bool { return f.path == a.selection.Folder })
	if i < 0 {
		return place{}, nil, false
	}
	list, _, err := a.w.survey(ctx)
	if err != nil {
		return place{}, nil, false
	}
	list = slices.DeleteFunc(list, func(c candidate) bool { return !akin(a.language, syntax.Language(c.name)) })
	f := a.w.folders[i]
	return place{f, below(f.path, a.selection.Path)}, list, true
}

// akin reports whether code of one language can use what another declares.
func akin(a, b string) bool {
	family := func(language string) string {
		switch language {
		case "typescript", "typescriptreact", "javascript", "javascriptreact", "vue", "svelte":
			return "javascript"
		case "c", "cpp", "objective-c", "objective-cpp":
			return "c"
		case "java", "kotlin", "scala", "groovy":
			return "java"
		}
		return language
	}
	return family(a) == family(b)
}

// elsewhere is the declaration of a name in another file.
func (a *about) elsewhere(ctx context.Context, home place, list []candidate, name string) (chat.ContextItem, bool) {
	pkg, base, qualified := strings.Cut(name, ".")
	if !qualified {
		base = name
	}
	near := slices.DeleteFunc(slices.Clone(list), func(c candidate) bool {
		switch {
		case c.place == home:
			return true
		case a.language != "go":
			return false
		case qualified:
			return path.Base(path.Dir(c.name)) != pkg || strings.HasSuffix(c.name, "_test.go")
		}
		return c.folder != home.folder || path.Dir(c.name) != path.Dir(home.name)
	})
	declaring, err := a.w.declaring(ctx, home, near, base, exactly)
	if err != nil {
		return chat.ContextItem{}, false
	}
	found, err := a.w.declarations(ctx, declaring, "", base, exactly, maxElsewhere+8)
	if err != nil {
		return chat.ContextItem{}, false
	}
	found = slices.DeleteFunc(found, func(d Found) bool { return !defines(d.Symbol) || d.Kind == "method" })
	if len(found) == 0 || path.Dir(found[0].at.name) != path.Dir(home.name) && len(found) > maxElsewhere {
		return chat.ContextItem{}, false
	}
	i := a.w.item(chat.ContextSymbol, found[0].at, found[0].Document)
	i.Part = chat.PartDefinition
	return a.declaration(i, found[0].Symbol), true
}
