package prompt

import (
	"cmp"
	"slices"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// usefulness says how soon an item is left out of a prompt that does not fit:
// the lowest goes first. The turns of the conversation stand among the items.
type usefulness int

// The order in which things are left out, first to last.
const (
	outline     usefulness = iota // says again what a definition or a file says, in less detail
	imports                       // the names in use tell most of it
	definition                    // helps to get details right; the use itself shows what it is for
	search                        // many places, of which few matter
	git                           // history and changes: large, and its beginning says most
	file                          // whole files and texts: long, and shortened before they go
	symbol                        // a declaration that was asked for by its name
	diagnostics                   // short, and what a fix is about
	oldTurns                      // the conversation: its summary stays where there is one
	enclosing                     // without it the selection loses its place
	never                         // the selection: the question is about it
)

// usefulnessOf places an item in the order.
func usefulnessOf(item *chat.ContextItem) usefulness {
	switch item.Part {
	case chat.PartOutline:
		return outline
	case chat.PartImports:
		return imports
	case chat.PartDefinition:
		return definition
	case chat.PartEnclosing:
		return enclosing
	}
	switch item.Kind {
	case chat.ContextSearch:
		return search
	case chat.ContextGit:
		return git
	case chat.ContextSymbol:
		return symbol
	case chat.ContextDiagnostics:
		return diagnostics
	case chat.ContextSelection:
		return never
	case chat.ContextFile, chat.ContextText:
		return file
	}
	return file
}

// shortens reports whether an item is of use without its end.
func (u usefulness) shortens() bool { return u == git || u == file || u == search }

// placed are the numbers of a request's items in the order in which they are
// rendered: what explains comes first, and what the question is about last, next
// to the instruction. Diagnostics follow the code they are about. Equals stay in
// the order they were given.
func placed(items []chat.ContextItem) []int {
	numbers := make([]int, len(items))
	for i := range numbers {
		numbers[i] = i
	}
	slices.SortStableFunc(numbers, func(a, b int) int {
		return cmp.Compare(place(&items[a]), place(&items[b]))
	})
	return numbers
}

func place(item *chat.ContextItem) int {
	u := usefulnessOf(item)
	if u == diagnostics {
		return int(never) + 1
	}
	return int(u)
}
