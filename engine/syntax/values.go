package syntax

import (
	"strings"
	"unicode"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// valueWords introduce a constant or a variable, by a language's title.
func valueWords(title string) string {
	switch title {
	case "JavaScript", "TypeScript":
		return "const let var"
	case "Rust":
		return "const static"
	case "Go":
		return "const var"
	case "Kotlin", "Scala":
		return "val var"
	case "Swift":
		return "let var"
	case "PHP", "Zig":
		return "const var"
	case "Dart":
		return "const final var"
	case "Lua":
		return "local"
	}
	return ""
}

// typeWords introduce another name for a type.
func typeWords(title string) string {
	switch title {
	case "TypeScript", "Rust", "Scala", "Haskell":
		return "type"
	case "Kotlin", "Swift":
		return "typealias"
	case "C++":
		return "using"
	case "Dart":
		return "typedef"
	}
	return ""
}

// values lists the constants, variables and type names that stand at the top or
// right in a type, and C's macros. Locals are passed.
func (r *reader) values(decls []*tokens.Declaration) []Symbol {
	out := r.macros()
	words, types := valueWords(r.d.Title), typeWords(r.d.Title)
	next, until := 0, 0
	var classes []*tokens.Declaration
	for i := 0; i < len(r.code.Toks); i++ {
		for next < len(decls) && decls[next].Head <= i {
			if d := decls[next]; !d.IsType {
				until = max(until, d.End)
			} else {
				classes = append(classes, d)
			}
			next++
		}
		if i < until {
			i = until - 1
			continue
		}
		for len(classes) > 0 && classes[len(classes)-1].End <= i {
			classes = classes[:len(classes)-1]
		}
		var around *tokens.Declaration
		if len(classes) > 0 {
			around = classes[len(classes)-1]
		}
		s, end := r.value(i, words, types, around)
		if s.Name == "" {
			if m := r.code.Match(i); m > 0 && (around == nil || i >= around.Body) && r.code.Text(i) != "{" {
				i = m
			}
			continue
		}
		out = append(out, s)
		i = max(i, end-1)
	}
	return out
}

// value reads the constant, variable or type name that token i introduces; the
// zero Symbol where it introduces none.
func (r *reader) value(i int, words, types string, around *tokens.Declaration) (Symbol, int) {
	t := &r.code.Toks[i]
	if t.Kind != tokens.Word {
		return Symbol{}, 0
	}
	name, kind := i, ""
	switch {
	case types != "" && tokens.Has(types, t.In(r.text)) && r.code.Word(i+1) && !strings.Contains(".(", r.code.Text(i+2)):
		name, kind = i+1, kindType
	case words != "" && tokens.Has(words, t.In(r.text)):
		name, kind = r.worded(i)
	case t.Leads && r.code.Text(i+1) == "=" && tokens.Has("Python Ruby Shell Lua Julia R Elixir PowerShell", r.d.Title),
		t.Leads && r.code.Text(i+1) == ":" && r.d.Title == "Python":
		kind = kindVariable
	case r.d.Typed && t.In(r.text) == "typedef":
		name, kind = r.typedef(i), kindType
	}
	if kind == "" || !r.code.Word(name) || r.code.Text(i-1) == "." {
		return Symbol{}, 0
	}
	head := i
	for head > 0 && !r.code.Toks[head].Leads && r.code.Word(head-1) {
		head--
	}
	end := r.valueEnd(name, head)
	if around != nil {
		end = min(end, max(around.End-1, name+1))
	}
	return r.valueSymbol(head, name, end, kind, around), end
}

// worded finds the name after a word such as const, and the kind.
func (r *reader) worded(i int) (name int, kind string) {
	name, kind = i+1, kindVariable
	if t := r.code.Text(i); t == "const" || t == "static" && r.code.Text(name) != "mut" || r.code.Text(i-1) == "const" {
		kind = kindConstant
	}
	for tokens.Has("mut ref fn enum val var", r.code.Text(name)) {
		if tokens.Has("fn enum", r.code.Text(name)) {
			return name, ""
		}
		name++
	}
	if !r.code.Toks[i].Leads && !r.code.Word(i-1) && strings.IndexByte(";{})", (r.code.Text(i-1) + " ")[0]) < 0 {
		return name, ""
	}
	return name, kind
}

// typedef finds the name that a typedef introduces: the last word before its
// semicolon, or the one in "(*name)(".
func (r *reader) typedef(i int) int {
	name := i
	for k := i + 1; k < min(i+4000, len(r.code.Toks)); k++ {
		switch t := r.code.Text(k); {
		case t == ";":
			return name
		case t == "(" && r.code.Text(k+1) == "*" && r.code.Word(k+2):
			return k + 2
		case r.code.Match(k) > 0:
			k = r.code.Match(k)
		case r.code.Word(k):
			name = k
		}
	}
	return -1
}

// valueEnd is the token after a value: after its semicolon, or where a line
// starts that is indented no more than its head.
func (r *reader) valueEnd(name, head int) int {
	indent := r.code.Toks[head].Indent
	for k := name + 1; k < len(r.code.Toks); k++ {
		t := &r.code.Toks[k]
		switch {
		case t.Leads && t.Indent <= indent && r.code.Text(k) != ".":
			return k
		case r.code.Text(k) == ";":
			return k + 1
		case r.code.Text(k) == "}" || r.code.Text(k) == ")":
			return k
		}
		if m := r.code.Match(k); m > 0 {
			k = m
		}
	}
	return len(r.code.Toks)
}

func (r *reader) valueSymbol(head, name, end int, kind string, around *tokens.Declaration) Symbol {
	s := Symbol{Name: r.code.Text(name), Kind: kind, Code: int(r.code.Toks[head].Start), Start: r.lead(head), End: int(r.code.Toks[max(end-1, name)].End)}
	if kind == kindVariable && upper(s.Name) {
		s.Kind = kindConstant
	}
	if around != nil {
		s.Container = around.Name
		if around.Word == "impl" {
			s.Container = r.implemented(around)
		}
		if s.Kind == kindVariable && !isModule(around.Word) {
			s.Kind = kindProperty
		}
	}
	return s
}

// upper says whether a name is written as constants are: LIKE_THIS.
func upper(name string) bool {
	return strings.IndexFunc(name, unicode.IsUpper) >= 0 && strings.IndexFunc(name, unicode.IsLower) < 0
}

// macros lists what C's preprocessor defines.
func (r *reader) macros() []Symbol {
	var out []Symbol
	for i := range r.toks {
		t := &r.toks[i]
		if t.Kind != tokens.Directive || !strings.Contains(t.In(r.text), "define") {
			continue
		}
		rest, ok := strings.CutPrefix(strings.TrimLeft(t.In(r.text)[1:], " \t"), "define")
		rest = strings.TrimLeft(rest, " \t")
		end := strings.IndexFunc(rest+" ", func(c rune) bool { return !tokens.IsWordRune(c) })
		if !ok || end == 0 {
			continue
		}
		s := Symbol{Name: rest[:end], Kind: kindConstant, Start: int(t.Start), Code: int(t.Start), End: int(t.End)}
		if strings.HasPrefix(rest[end:], "(") {
			s.Kind = kindFunction
		}
		out = append(out, s)
	}
	return out
}
