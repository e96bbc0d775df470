package syntax

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// Symbol is a declaration in a text.
type Symbol struct {
	Name string // as it is called, without what it stands in
	// Kind is one of LSP's words for symbol kinds in lower case: "function",
	// "method", "class", "struct", "interface", "enum", "type", "constant",
	// "variable", "module" or "property". Headings of Markdown are "module".
	Kind string
	// Container is the name of what it stands in or belongs to: a class, a Go
	// method's receiver type, the heading above. "" at the top.
	Container string

	Start, End int // bytes; the whole declaration, its doc comment and decorators included
	Code       int // byte where the declaration itself starts, after its doc comment and decorators
}

// The kinds that say more than a word's own.
const (
	kindFunction  = "function"
	kindMethod    = "method"
	kindClass     = "class"
	kindStruct    = "struct"
	kindInterface = "interface"
	kindEnum      = "enum"
	kindType      = "type"
	kindConstant  = "constant"
	kindVariable  = "variable"
	kindModule    = "module"
	kindProperty  = "property"
)

// Symbols lists what a text declares, in order of Start, the outer before the
// inner. Locals are left out, functions inside functions are not.
func Symbols(language, text string) []Symbol {
	var out []Symbol
	switch {
	case isData(language):
		out = keysOf(language, text, around{})
	case language == "go":
		list, ok := goSymbols(text)
		if ok {
			return list
		}
		out = tokenSymbols(language, text)
	default:
		out = tokenSymbols(language, text)
	}
	sortSymbols(out)
	return out
}

func sortSymbols(list []Symbol) {
	slices.SortStableFunc(list, func(a, b Symbol) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
}

// reader reads a text by its tokens.
type reader struct {
	d    *tokens.Dialect
	text string
	toks []tokens.Token // comments and all
	code *tokens.Code
	// at[i] is the index in toks of code's token i.
	at []int32
}

func newReader(language, text string) (*reader, bool) {
	d, ok := tokens.Of(language)
	if !ok {
		return nil, false
	}
	r := &reader{d: d, text: text, toks: tokens.Scan(d, text)}
	r.code = tokens.NewCode(d, text, r.toks)
	r.at = make([]int32, 0, len(r.code.Toks))
	for i := range r.toks {
		if k := r.toks[i].Kind; k != tokens.Comment && k != tokens.Directive {
			r.at = append(r.at, int32(i))
		}
	}
	return r, true
}

// tokenSymbols reads the symbols by the tokens.
func tokenSymbols(language, text string) []Symbol {
	r, ok := newReader(language, text)
	if !ok {
		return nil
	}
	return r.symbols()
}

func (r *reader) symbols() []Symbol {
	decls := r.code.Declarations()
	r.closeOpen(decls)
	out := make([]Symbol, 0, len(decls))
	inside := make(map[*tokens.Declaration]string, len(decls))
	for _, d := range decls {
		s := r.symbol(d, inside)
		inside[d] = s.Name
		out = append(out, s)
	}
	return append(out, r.values(decls)...)
}

// closeOpen gives an end to the declarations whose end is not certain: the next
// one that is indented no more, or the end of the text.
func (r *reader) closeOpen(decls []*tokens.Declaration) {
	for i, d := range decls {
		if d.End > 0 {
			continue
		}
		d.End = len(r.code.Toks)
		indent := r.code.Toks[d.Head].Indent
		for _, next := range decls[i+1:] {
			if t := r.code.Toks[next.Head]; next.Head > d.Head && t.Leads && t.Indent <= indent {
				d.End = next.Head
				break
			}
		}
	}
}

// symbol makes a symbol of a declaration.
func (r *reader) symbol(d *tokens.Declaration, inside map[*tokens.Declaration]string) Symbol {
	s := Symbol{Name: d.Name, Kind: r.kind(d)}
	if d.Parent != nil {
		s.Container = inside[d.Parent]
	}
	r.ownName(d, &s)
	first := d.Head
	s.Code = int(r.code.Toks[first].Start)
	last := max(d.End-1, first)
	s.End = int(r.code.Toks[last].End)
	s.Start = r.lead(first)
	return s
}

// ownName takes the qualifiers off a name: what they name is the container.
func (r *reader) ownName(d *tokens.Declaration, s *Symbol) {
	if d.Word == "impl" || d.Word == "extension" && r.d.Title == "Swift" {
		s.Name = r.implemented(d)
		return
	}
	if d.IsType {
		return
	}
	if r.d.Title == "Go" {
		if receiver := r.receiver(d); receiver != "" {
			s.Container, s.Kind = receiver, kindMethod
		}
		return
	}
	i := strings.LastIndexAny(s.Name, ".:")
	if i <= 0 || i+1 == len(s.Name) {
		return
	}
	around := strings.TrimRight(s.Name[:i], ".:")
	if around = around[strings.LastIndexAny(around, ".:")+1:]; around != "self" && around != "this" {
		s.Container = around
	}
	s.Name = s.Name[i+1:]
	s.Kind = kindMethod
}

// implemented is the type that Rust's "impl A for B" is about: B, or A without a
// "for".
func (r *reader) implemented(d *tokens.Declaration) string {
	for i := d.Head; i < min(d.End, d.Head+60) && r.code.Text(i) != "{"; i++ {
		if r.code.Text(i) == "for" && r.code.Text(i+1) != "<" {
			for j := i + 1; j < i+6; j++ {
				if r.code.Word(j) && r.code.Text(j) != "mut" && r.code.Text(j) != "dyn" {
					name, _ := r.code.Qualified(j)
					return name[strings.LastIndexByte(name, ':')+1:]
				}
			}
		}
	}
	return d.Name
}

// receiver is the type of a Go method's receiver, "" for a function.
func (r *reader) receiver(d *tokens.Declaration) string {
	i := d.Head
	for i < d.Body && r.code.Text(i) != "func" {
		i++
	}
	end := r.code.Match(i + 1)
	if end == 0 || !r.code.Word(end+1) || r.code.Text(end+1) != d.Name {
		return ""
	}
	name := ""
	for j := i + 2; j < end && r.code.Text(j) != "["; j++ {
		if r.code.Word(j) {
			name = r.code.Text(j)
		}
	}
	return name
}

// kind is the symbol kind of a declaration.
func (r *reader) kind(d *tokens.Declaration) string {
	if !d.IsType {
		if d.Parent != nil && d.Parent.IsType && !isModule(d.Parent.Word) {
			return kindMethod
		}
		return kindFunction
	}
	switch word := strings.TrimPrefix(d.Word, "@"); word {
	case "struct", "union":
		return kindStruct
	case "interface", "trait", "protocol", "defprotocol":
		return kindInterface
	case "enum":
		return kindEnum
	case "type", "data", "newtype":
		return r.goKind(d)
	default:
		if isModule(word) {
			return kindModule
		}
		return kindClass
	}
}

// goKind tells Go's structs and interfaces from its other types.
func (r *reader) goKind(d *tokens.Declaration) string {
	for i := d.Head; i < min(d.Body+1, len(r.code.Toks)); i++ {
		switch r.code.Text(i) {
		case "struct":
			return kindStruct
		case "interface":
			return kindInterface
		}
	}
	return kindType
}

func isModule(word string) bool {
	return tokens.Has("namespace module mod package defmodule", word)
}

// lead is where the doc comment and the decorators of the declaration at code
// token i start: all that stands right above it without an empty line.
func (r *reader) lead(i int) int {
	i = r.code.LineStart(i)
	k := int(r.at[i])
	start, line := r.toks[k].Start, r.toks[k].Line
	for k > 0 {
		first := k - 1
		for first > 0 && !r.toks[first].Leads {
			first--
		}
		above := r.toks[first]
		if r.toks[k-1].LastLine < line-1 || r.toks[k-1].LastLine == line || !r.decorates(first, k) {
			break
		}
		k, start, line = first, above.Start, above.Line
	}
	return int(start)
}

// decorates says whether the line of tokens from first to end is a comment or
// decorates what follows: "@Test", "#[derive(Debug)]", "[Fact]", "template <T>".
func (r *reader) decorates(first, end int) bool {
	t := r.toks[first]
	switch {
	case !t.Leads:
		return false
	case t.Kind == tokens.Comment:
		return true
	case t.Kind == tokens.Word && strings.HasPrefix(t.In(r.text), "@"):
		return !tokens.Has("@interface @implementation @protocol @end @property", t.In(r.text))
	case t.In(r.text) == "#" && first+1 < end && r.toks[first+1].In(r.text) == "[":
		return true
	case t.In(r.text) == "[" && r.d.Title == "C#":
		return r.toks[end-1].In(r.text) == "]"
	case t.In(r.text) == "template" && r.d.Title == "C++":
		return true
	}
	return false
}
