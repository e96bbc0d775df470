package syntax

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// Uses lists the names that the bytes from start to end use and do not declare,
// once each, in order of first use. Keywords, what the language has built in, and
// the members of values are left out; in Go a name of another package stands as
// "pkg.Name". Names in strings and comments are none, those in code inserted into
// a string are.
func Uses(language, text string, start, end int) []string {
	start = min(max(start, 0), len(text))
	end = min(max(end, start), len(text))
	if language == "go" {
		if names, ok := goUses(text, start, end); ok {
			return names
		}
	}
	r, ok := newReader(language, text)
	if !ok {
		return nil
	}
	return r.uses(start, end)
}

// collected keeps names in order, once each.
type collected struct {
	names []string
	seen  map[string]bool
}

func (c *collected) add(name string) {
	if !c.seen[name] {
		c.seen[name] = true
		c.names = append(c.names, name)
	}
}

// goUses resolves the names of Go that parses, within the file.
func goUses(text string, start, end int) ([]string, bool) {
	file, at, ok := goFile(text, 0)
	if !ok {
		return nil, false
	}
	imported := map[string]bool{}
	for _, spec := range file.Imports {
		imported[importName(spec)] = true
	}
	g := goUser{at: at, start: start, end: end, imported: imported, c: collected{seen: map[string]bool{}}}
	ast.Inspect(file, g.visit)
	return g.c.names, true
}

// importName is the name a file has an import under, guessed from the path where
// it is not written.
func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return ""
	}
	parts := strings.Split(path, "/")
	name := parts[len(parts)-1]
	if len(parts) > 1 && len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
		name = parts[len(parts)-2]
	}
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "go-"), ".")
	return name
}

// goUser collects the names that a range of a Go file uses.
type goUser struct {
	at         func(token.Pos) int
	start, end int
	imported   map[string]bool
	c          collected
}

func (g *goUser) visit(n ast.Node) bool {
	if n == nil || g.at(n.End()) <= g.start || g.at(n.Pos()) >= g.end {
		return false
	}
	switch n := n.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.SelectorExpr:
		g.selector(n)
		return false
	case *ast.KeyValueExpr: // a field's name in a literal is none of ours
		if key, ok := n.Key.(*ast.Ident); !ok || key.Obj != nil {
			ast.Inspect(n.Key, g.visit)
		}
		ast.Inspect(n.Value, g.visit)
		return false
	case *ast.FuncDecl:
		return g.declaration(n)
	case *ast.Field:
		ast.Inspect(n.Type, g.visit)
		return false
	case *ast.Ident:
		g.ident(n)
	}
	return true
}

// declaration visits a function without its name.
func (g *goUser) declaration(n *ast.FuncDecl) bool {
	if n.Recv != nil {
		ast.Inspect(n.Recv, g.visit)
	}
	ast.Inspect(n.Type, g.visit)
	if n.Body != nil {
		ast.Inspect(n.Body, g.visit)
	}
	return false
}

func (g *goUser) selector(n *ast.SelectorExpr) {
	x, ok := n.X.(*ast.Ident)
	if ok && x.Obj == nil && g.imported[x.Name] {
		if g.inside(x) {
			g.c.add(x.Name + "." + n.Sel.Name)
		}
		return
	}
	ast.Inspect(n.X, g.visit)
}

func (g *goUser) inside(n ast.Node) bool { return g.at(n.Pos()) < g.end && g.at(n.End()) > g.start }

func (g *goUser) ident(n *ast.Ident) {
	if !g.inside(n) || n.Name == "_" {
		return
	}
	if n.Obj != nil {
		if at := g.at(n.Obj.Pos()); at >= g.start && at < g.end {
			return
		}
	} else if builtin("Go", n.Name) {
		return
	}
	g.c.add(n.Name)
}

// uses collects the names by the tokens.
func (r *reader) uses(start, end int) []string {
	from, to := -1, -1
	for i := range r.code.Toks {
		if t := &r.code.Toks[i]; int(t.End) > start && int(t.Start) < end {
			if from < 0 {
				from = i
			}
			to = i + 1
		}
	}
	if from < 0 {
		return nil
	}
	own := r.declared(from, to)
	c := collected{seen: map[string]bool{}}
	for i := from; i < to; i++ {
		t := &r.code.Toks[i]
		if t.Kind != tokens.Word || own[t.In(r.text)] || r.member(i) || builtin(r.d.Title, t.In(r.text)) {
			continue
		}
		c.add(t.In(r.text))
	}
	return c.names
}

// member says whether token i is a member, a label, a key or an argument's name
// rather than a name of its own.
func (r *reader) member(i int) bool {
	switch before := r.code.Text(i - 1); before {
	case ".", "?.":
		return r.code.Text(i-2) != "." // "..x" spreads x
	case "->":
		return r.d.Typed || r.d.Title == "PHP"
	case "::":
		return i > 1
	case ":":
		if r.d.Title == "Lua" || r.d.Title == "Ruby" && r.code.Toks[i-1].End == r.code.Toks[i].Start {
			return true
		}
	}
	switch after := r.code.Text(i + 1); after {
	case ":":
		return r.d.Title != "Python" || tokens.Has("( ,", r.code.Text(i-1))
	case "=":
		return r.d.Title == "Python" && tokens.Has("( ,", r.code.Text(i-1))
	}
	return false
}

// declared lists the names that the tokens of a range declare.
func (r *reader) declared(from, to int) map[string]bool {
	own := map[string]bool{}
	for _, d := range r.code.Declarations() {
		if d.Head >= to || max(d.End, d.Body) <= from {
			continue
		}
		if d.Head >= from {
			own[d.Name] = true
			for _, p := range d.Params {
				r.paramName(p, own)
			}
		}
	}
	for i := from; i < to; i++ {
		r.declaredAt(i, own)
	}
	return own
}

// paramName takes the name out of a parameter as written.
func (r *reader) paramName(p string, own map[string]bool) {
	p, _, _ = strings.Cut(p, "=")
	if !r.d.Typed || r.d.Title == "Dart" {
		p, _, _ = strings.Cut(p, ":")
	}
	words := strings.FieldsFunc(p, func(c rune) bool { return !tokens.IsWordRune(c) })
	switch {
	case len(words) == 0:
	case r.d.Title == "Go":
		own[words[0]] = true
	case strings.ContainsAny(p, "{["): // a pattern
		for _, w := range words {
			own[w] = true
		}
	default:
		own[words[len(words)-1]] = true
	}
}

// declaredAt adds what the statement at token i declares.
func (r *reader) declaredAt(i int, own map[string]bool) {
	t := r.code.Text(i)
	if !r.code.Word(i) {
		if t == "=>" || t == "|" {
			r.closure(i, own)
		}
		return
	}
	switch next := r.code.Text(i + 1); {
	case tokens.Has("let var const val local static for my catch", t) || t == "as" && tokens.Has("Python PHP Ruby", r.d.Title) || t == "final":
		r.pattern(i+1, own)
	case next == ":=":
		own[t] = true
		for k := i - 1; r.code.Text(k) == "," && r.code.Word(k-1); k -= 2 {
			own[r.code.Text(k-1)] = true
		}
	case tokens.Has("Python Ruby Shell PHP R Julia Elixir PowerShell", r.d.Title) && (next == "=" || next == "," && r.code.Toks[i].Leads || next == ":" && r.code.Toks[i].Leads):
		if !r.member(i) || next == ":" {
			own[t] = true
		}
	case r.d.Typed && r.typedLocal(i):
		own[t] = true
	}
}

// typedLocal says whether token i is the name in "type name =", "type name;" or
// "(type name, …)".
func (r *reader) typedLocal(i int) bool {
	if !strings.Contains("= ; , ) : [", r.code.Text(i+1)) || r.code.Text(i+1) == "" {
		return false
	}
	before := r.code.Text(i - 1)
	if r.code.Word(i - 1) {
		return !r.code.Reserved(before) || before == "const"
	}
	if before == "*" || before == "&" {
		return r.code.Word(i-2) && !r.code.Reserved(r.code.Text(i-2)) && tokens.Has("; { } (", r.code.Text(i-3)) && r.code.Text(i+1) != ")"
	}
	return (before == ">" || before == "]") && tokens.Has("= ;", r.code.Text(i+1))
}

// pattern adds the names that are bound from token k on, up to what they are
// bound to.
func (r *reader) pattern(k int, own map[string]bool) {
	for end := k + 40; k < min(end, len(r.code.Toks)); k++ {
		switch t := r.code.Text(k); {
		case tokens.Has("= in of ; => := <- do :", t):
			if t == ":" && r.code.Text(k-2) != "{" && r.code.Text(k-2) != "," {
				return
			}
			if t != ":" {
				return
			}
		case t == "{" && r.d.Title != "JavaScript" && r.d.Title != "TypeScript":
			return
		case r.code.Word(k) && !tokens.Has("mut ref const let var final", t):
			own[t] = true
			if r.code.Toks[k].Line > r.code.Toks[k-1].LastLine {
				delete(own, t)
				return
			}
		}
	}
}

// closure adds the parameters of "(a, b) =>", "a =>" and "|a, b|".
func (r *reader) closure(i int, own map[string]bool) {
	if r.code.Text(i) == "|" {
		for k := i + 1; k < i+20 && (r.code.Word(k) || tokens.Has(", & ( ) mut :", r.code.Text(k))) || r.code.Text(k) == "|"; k++ {
			if r.code.Text(k) == "|" {
				for j := i + 1; j < k; j++ {
					if r.code.Word(j) && r.code.Text(j-1) != ":" {
						own[r.code.Text(j)] = true
					}
				}
				return
			}
		}
		return
	}
	if r.code.Word(i - 1) {
		own[r.code.Text(i-1)] = true
		return
	}
	if r.code.Text(i-1) != ")" {
		return
	}
	for k := i - 2; k >= 0 && k > i-60; k-- {
		if r.code.Match(k) == i-1 {
			for j := k + 1; j < i-1; j++ {
				if r.code.Word(j) && tokens.Has("( , { [ ...", r.code.Text(j-1)) {
					own[r.code.Text(j)] = true
				}
			}
			return
		}
	}
}
