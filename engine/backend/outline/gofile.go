package outline

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
)

// goFile is one parsed Go file.
type goFile struct {
	fset *token.FileSet
	tok  *token.File
	ast  *ast.File
	src  string
	path string // "" where the text is no file
	base int    // lines before src in the file
	bare bool   // parsed by parseBare

	// std tells the standard library's types from its functions; nil where that
	// is not asked.
	std *stdCache

	// broken is the line of the first syntax error, 0 where there is none, and
	// what it is the parser's word for it.
	broken int
	what   string
}

// goPreludes make a piece of a file parseable without moving its lines: as it
// is, as declarations, as statements. The closing is put after the text.
var goPreludes = []struct{ open, end string }{
	{"", ""},
	{"package _; ", ""},
	{"package _; func _() { ", "\n}"},
}

// parseGoSource parses the code asked about. A fragment is tried as a file, as
// declarations and as statements; whole says that it was statements.
func parseGoSource(fset *token.FileSet, s *source) (f *goFile, statements bool) {
	for i, p := range goPreludes {
		if i > 0 && !s.fragment {
			break
		}
		g := parseGo(fset, s.path, p.open+s.text+p.end)
		g.base = s.base
		if f == nil || g.broken == 0 {
			f, statements = g, p.end != ""
		}
		if g.broken == 0 {
			break
		}
	}
	return f, statements
}

// parseGo parses a Go file as far as it goes, with its comments and with names
// resolved inside the file. It never returns nil.
func parseGo(fset *token.FileSet, path, src string) *goFile {
	return parseMode(fset, path, src, parser.ParseComments)
}

// parseBare parses a Go file without comments and without resolving names, which
// is quicker and all that its declarations need.
func parseBare(fset *token.FileSet, path, src string) *goFile {
	g := parseMode(fset, path, src, parser.SkipObjectResolution)
	g.bare = true
	return g
}

func parseMode(fset *token.FileSet, path, src string, mode parser.Mode) *goFile {
	g := &goFile{fset: fset, src: src, path: path}
	file, err := parser.ParseFile(fset, "", src, mode)
	if file == nil {
		file = &ast.File{Name: ast.NewIdent("_")}
	}
	g.ast = file
	g.tok = fset.File(file.FileStart)
	if g.tok == nil {
		g.tok = fset.AddFile("", -1, len(src))
		g.tok.SetLinesForContent([]byte(src))
	}
	if err == nil {
		return g
	}
	g.broken, g.what = 1, err.Error()
	if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 { //nolint:errorlint // the parser returns the list itself
		g.broken, g.what = 1+strings.Count(src[:min(list[0].Pos.Offset, len(src))], "\n"), list[0].Msg
	}
	return g
}

// line returns the line of pos in the file, without regard to line directives.
func (g *goFile) line(pos token.Pos) int {
	if !pos.IsValid() || int(pos) < g.tok.Base() || int(pos) > g.tok.Base()+g.tok.Size() {
		return g.base + 1
	}
	return g.base + g.tok.PositionFor(pos, false).Line
}

// endLine returns the line of a node's last character.
func (g *goFile) endLine(n ast.Node) int {
	end := n.End()
	if end > n.Pos() {
		end--
	}
	return g.line(end)
}

// at writes a node's lines.
func (g *goFile) at(n ast.Node) string { return span(g.line(n.Pos()), g.endLine(n)) }

// text returns a node's source.
func (g *goFile) text(n ast.Node) string { return g.between(n.Pos(), n.End()) }

func (g *goFile) between(from, to token.Pos) string {
	a, b := int(from)-g.tok.Base(), int(to)-g.tok.Base()
	if a < 0 || b > len(g.src) || a > b {
		return ""
	}
	return g.src[a:b]
}

// code quotes a node. The bodies of function literals are left out.
func (g *goFile) code(n ast.Node) string { return code(g.short(n)) }

func (g *goFile) short(n ast.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	from := n.Pos()
	ast.Inspect(n, func(m ast.Node) bool {
		var body ast.Node
		switch m := m.(type) {
		case *ast.FuncLit:
			body = m.Body
		case *ast.CompositeLit:
			if g.line(m.Lbrace) == g.line(m.Rbrace) {
				return true
			}
			b.WriteString(g.between(from, m.Lbrace) + "{…}")
			from = m.End()
			return false
		}
		if body == nil {
			return true
		}
		b.WriteString(g.between(from, body.Pos()) + "{…}")
		from = body.End()
		return false
	})
	b.WriteString(g.between(from, n.End()))
	return b.String()
}

func (g *goFile) codes(list []ast.Expr) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = g.code(x)
	}
	return out
}

// importName maps the name a file knows an import by to its path.
func (g *goFile) importPath(name string) string {
	for _, spec := range g.ast.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if spec.Name != nil && spec.Name.Name == name || spec.Name == nil && lastElement(path) == name {
			return path
		}
	}
	return ""
}

// lastElement guesses a package's name from its import path: the last element
// that is no major version, without a "gopkg.in" style suffix.
func lastElement(path string) string {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	if len(parts) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		last = parts[len(parts)-2]
	}
	last, _, _ = strings.Cut(last, ".")
	return last
}

// isImported says whether x is `pkg.name` of the import at path.
func (g *goFile) isImported(x ast.Expr, path, name string) bool {
	sel, ok := x.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == name && g.qualifier(sel) == path
}

// qualifier returns the import path of `pkg` in `pkg.name`, "" where the left
// side is no import.
func (g *goFile) qualifier(sel *ast.SelectorExpr) string {
	id, ok := sel.X.(*ast.Ident)
	if !ok || object(id) != nil { // a variable may hide an import
		return ""
	}
	return g.importPath(id.Name)
}

// touched returns the declarations that lines first to last touch, comments
// above them included.
func (g *goFile) touched(first, last int) []ast.Decl {
	var out []ast.Decl
	for _, d := range g.ast.Decls {
		if _, bad := d.(*ast.BadDecl); bad || g.line(declStart(d)) > last || g.endLine(d) < first {
			continue
		}
		out = append(out, d)
	}
	return out
}

// declStart is where a declaration starts, its doc comment included.
func declStart(d ast.Decl) token.Pos {
	if doc := declDoc(d); doc != nil {
		return doc.Pos()
	}
	return d.Pos()
}

func declDoc(d ast.Decl) *ast.CommentGroup {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

// ok says whether a declaration lies before the file's first syntax error, so
// that the tree can be trusted for it.
func (g *goFile) ok(d ast.Decl) bool { return g.broken == 0 || g.endLine(d) < g.base+g.broken }
