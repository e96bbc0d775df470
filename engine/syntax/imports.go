package syntax

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// maxImports is how far into a text imports are looked for, in bytes.
const maxImports = 64 << 10

// Block is where a text's imports stand.
type Block struct {
	// Start and End are its bytes, from the first import's start to the last
	// one's end. Where there are no imports both are where a line with one would
	// be put: after the package clause, the licence and the like.
	Start, End int
	// Paths are what is imported, as written, without quotation marks: "fmt",
	// "os.path", "./store", "std::io::{Read, Write}", "stdio.h".
	Paths []string
}

// Imports finds the imports at the top of a text.
func Imports(language, text string) Block {
	if len(text) > maxImports {
		text = text[:maxImports]
		text = text[:strings.LastIndexByte(text, '\n')+1]
	}
	r, ok := newReader(language, text)
	if !ok {
		return Block{}
	}
	return r.imports()
}

// imports goes through the statements at the top until one neither imports nor
// may stand before imports.
func (r *reader) imports() Block {
	b := Block{Start: -1}
	place := 0
	for i := 0; i < len(r.toks); {
		end := r.statement(i)
		paths, imports := r.imported(i, end)
		switch {
		case imports:
			if b.Start < 0 {
				b.Start = int(r.toks[i].Start)
			}
			b.End, b.Paths = int(r.toks[end-1].End), append(b.Paths, paths...)
		case !r.precedes(i, end):
			i = len(r.toks)
			continue
		case r.toks[i].Kind != tokens.Comment || end == len(r.toks) || r.toks[end].Line > r.toks[end-1].LastLine+1:
			place = r.nextLine(int(r.toks[end-1].End))
		}
		i = end
	}
	if b.Start < 0 {
		b.Start, b.End = place, place
	}
	return b
}

func (r *reader) nextLine(at int) int {
	if n := strings.IndexByte(r.text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(r.text)
}

// statement returns the token after the statement that starts at token i: after
// its semicolon, or where a line starts that is not indented, outside brackets.
// A comment or a preprocessor's line is one by itself.
func (r *reader) statement(i int) int {
	if k := r.toks[i].Kind; k == tokens.Comment || k == tokens.Directive {
		return i + 1
	}
	depth := 0
	for k := i; k < len(r.toks); k++ {
		t := &r.toks[k]
		if k > i && depth <= 0 && t.Leads && t.Indent <= r.toks[i].Indent {
			return k
		}
		if t.Kind != tokens.Other {
			continue
		}
		switch t.In(r.text) {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case ";":
			if depth <= 0 {
				return k + 1
			}
		}
	}
	return len(r.toks)
}

// importWords introduce an import, by a language's title.
func importWords(title string) string {
	switch title {
	case "Python":
		return "import from"
	case "Rust":
		return "use extern"
	case "C#":
		return "using global"
	case "PHP":
		return "use require require_once include include_once"
	case "Ruby", "Crystal":
		return "require require_relative"
	case "Shell":
		return "source ."
	case "Perl":
		return "use require"
	case "Elixir":
		return "import alias require use"
	case "Julia":
		return "using import"
	case "R":
		return "library require"
	}
	return "import"
}

// imported says whether the statement from token i to end imports, and what.
func (r *reader) imported(i, end int) (paths []string, ok bool) {
	t := &r.toks[i]
	if t.Kind == tokens.Directive {
		return include(t.In(r.text))
	}
	if requires := r.required(i, end); requires != "" {
		return []string{requires}, true
	}
	if t.Kind != tokens.Word && t.In(r.text) != "." || !tokens.Has(importWords(r.d.Title), t.In(r.text)) {
		return nil, false
	}
	if r.d.Title == "JavaScript" || r.d.Title == "TypeScript" {
		if next := r.toks[min(i+1, end-1)].In(r.text); next == "(" || next == "." { // import("x") is a call
			return nil, false
		}
	}
	for _, t := range r.toks[i:end] {
		if t.Kind == tokens.String {
			paths = append(paths, unquote(t.In(r.text)))
		}
	}
	if len(paths) == 0 {
		paths = r.namedImport(i, end)
	}
	return paths, true
}

// namedImport reads imports without quotation marks.
func (r *reader) namedImport(i, end int) []string {
	text := r.text[r.toks[i].End:r.toks[end-1].End]
	text = strings.TrimSuffix(strings.Join(strings.Fields(text), " "), ";")
	switch r.d.Title {
	case "Python":
		if r.toks[i].In(r.text) == "from" {
			text, _, _ = strings.Cut(text, " import ")
			return []string{text}
		}
		var out []string
		for name := range strings.SplitSeq(text, ",") {
			name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
			out = append(out, name)
		}
		return out
	case "Kotlin", "Rust", "PHP":
		text, _, _ = strings.Cut(text, " as ")
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "crate "), "using ")
	return []string{strings.TrimSpace(text)}
}

// include reads "#include <x>" and "#import".
func include(text string) ([]string, bool) {
	rest := strings.TrimLeft(strings.TrimPrefix(text, "#"), " \t")
	word, path, _ := strings.Cut(rest, "include")
	if word != "" || path == "" {
		if word, path, _ = strings.Cut(rest, "import"); word != "" || path == "" {
			return nil, false
		}
	}
	return []string{strings.Trim(strings.TrimSpace(path), `<>"`)}, true
}

// required is what "const x = require('y')" requires, in JavaScript and Lua.
func (r *reader) required(i, end int) string {
	if r.d.Title != "Lua" && r.d.Title != "JavaScript" && r.d.Title != "TypeScript" {
		return ""
	}
	depth := 0
	for k := i; k < end; k++ {
		switch t := r.toks[k].In(r.text); {
		case tokens.Has("{ (", t):
			depth++
		case tokens.Has("} )", t):
			depth--
		case t == "=>" || t == "function":
			return ""
		case t == "require" && depth == 0 && k+1 < end:
			arg := k + 1
			if r.toks[arg].In(r.text) == "(" && arg+1 < end {
				arg++
			}
			if r.toks[arg].Kind == tokens.String {
				return unquote(r.toks[arg].In(r.text))
			}
		}
	}
	return ""
}

func unquote(text string) string {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "[["), "]]")
	return strings.Trim(text, "\"'`")
}

// precedes says whether a statement that imports nothing may stand before
// imports or among them.
func (r *reader) precedes(i, end int) bool {
	t := &r.toks[i]
	switch t.Kind {
	case tokens.Comment:
		return true
	case tokens.Directive:
		return !strings.Contains(t.In(r.text), "define") || r.guard(i)
	case tokens.String: // a docstring, "use strict", the text before PHP's code
		return end == i+1 || end == i+2 && r.toks[i+1].In(r.text) == ";"
	}
	switch t.In(r.text) {
	case "package", "declare", "namespace", "@file":
		return r.d.Title != "TypeScript" && (t.In(r.text) != "namespace" || !strings.Contains(r.text[t.Start:r.toks[end-1].End], "{"))
	case "#", "<":
		return r.d.Title == "Rust" || r.d.Title == "PHP"
	case "mod", "pub":
		return r.d.Title == "Rust" && r.toks[end-1].In(r.text) == ";"
	case "set":
		return r.d.Title == "Shell"
	}
	return false
}

// guard says whether a definition is the second line of an include guard.
func (r *reader) guard(i int) bool {
	for k := i - 1; k >= 0; k-- {
		if r.toks[k].Kind == tokens.Directive {
			return strings.Contains(r.toks[k].In(r.text), "ifndef")
		}
	}
	return false
}
