package outline

import (
	"fmt"
	"go/ast"
	"go/format"
	"slices"
	"strings"
)

// functions returns the functions the selection touches.
func (t *goTeller) functions() []*ast.FuncDecl {
	var out []*ast.FuncDecl
	for _, d := range t.decls {
		if fn, ok := d.(*ast.FuncDecl); ok && t.loose == nil {
			out = append(out, fn)
		}
	}
	return out
}

// document gives a doc comment for each declaration the selection touches.
func (t *goTeller) document() {
	var blocks []string
	for _, d := range t.decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if t.loose == nil {
				blocks = append(blocks, comment(t.docLines(d))+t.g.signatureLine(d))
			}
		case *ast.GenDecl:
			blocks = append(blocks, t.typeDocs(d)...)
		}
	}
	if len(blocks) == 0 {
		t.v.line("The selection holds no function or type to document.")
		return
	}
	t.v.line("A doc comment from what the code says; what it is for is yours to add:")
	t.v.gap()
	t.v.line("```go")
	t.v.line(strings.Join(blocks, "\n\n"))
	t.v.line("```")
	t.existing()
}

// existing quotes the doc comments that are there.
func (t *goTeller) existing() {
	for _, fn := range t.functions() {
		if doc := docSentence(fn.Doc, ""); doc != "" {
			t.v.gap()
			t.v.line(code(fn.Name.Name) + " already has a doc comment (" + t.g.at(fn.Doc) + "): " + quote(doc))
		}
	}
}

// signatureLine is a function's declaration without its body.
func (g *goFile) signatureLine(d *ast.FuncDecl) string {
	return strings.TrimRight(g.between(d.Pos(), d.Type.End()), " \t\r\n")
}

// docLines are the sentences of a function's doc comment.
func (t *goTeller) docLines(d *ast.FuncDecl) []string {
	words := d.Name.Name + " " + strings.Replace(t.g.signature(d.Type), "; it returns nothing", "", 1) + "."
	out := []string{unquoted(strings.Replace(words, "; it returns", " and returns", 1))}
	if d.Body == nil {
		return out
	}
	ways := t.g.waysOut(d.Type, d.Body)
	if errors := t.errorsOf(d); len(errors) > 0 {
		out = append(out, unquoted("The error is "+join(errors, "or")+"."))
	}
	if len(ways.panics) > 0 {
		out = append(out, "It can panic.")
	}
	return out
}

// errorsOf describes the errors that a function's own returns name.
func (t *goTeller) errorsOf(d *ast.FuncDecl) []string {
	if !lastIsError(d.Type.Results) {
		return nil
	}
	f := &flow{g: t.g, results: d.Type.Results}
	var out []string
	ast.Inspect(d.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) > 0 && !isNil(ast.Unparen(n.Results[len(n.Results)-1])) {
				words := f.result(n.Results[len(n.Results)-1])
				if !slices.Contains(out, words) {
					out = append(out, words)
				}
			}
		}
		return true
	})
	if len(out) > 0 {
		out = append([]string{"nil"}, out...)
	}
	return out
}

// unquoted takes Markdown's code quotes out of a sentence for a comment.
func unquoted(s string) string { return strings.ReplaceAll(s, "`", "") }

// comment writes sentences as a Go comment, wrapped at about 76 characters.
func comment(sentences []string) string {
	var b strings.Builder
	width := 0
	for _, word := range strings.Fields(strings.Join(sentences, " ")) {
		if width > 0 && width+len(word) > 76 {
			b.WriteString("\n")
			width = 0
		}
		if width == 0 {
			b.WriteString("//")
		}
		b.WriteString(" " + word)
		width += len(word) + 1
	}
	return b.String() + "\n"
}

// typeDocs gives a comment for each type of a declaration.
func (t *goTeller) typeDocs(d *ast.GenDecl) []string {
	var out []string
	for _, spec := range d.Specs {
		spec, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		body := strings.TrimPrefix(t.typeBody(spec), "It ")
		out = append(out, comment([]string{unquoted(spec.Name.Name + " " + body)})+"type "+t.g.text(spec))
	}
	return out
}

// tests gives a table test for each function the selection touches.
func (t *goTeller) tests() {
	fns := t.functions()
	if len(fns) == 0 {
		t.v.line("The selection holds no function to test.")
		return
	}
	var bodies, skipped []string
	imports := map[string]bool{"\"testing\"": true}
	for _, fn := range fns {
		if why := t.untestable(fn); why != "" {
			skipped = append(skipped, code(fn.Name.Name)+" "+why)
			continue
		}
		bodies = append(bodies, (&tableTest{g: t.g, fn: fn, imports: imports}).String())
	}
	if len(bodies) > 0 {
		t.v.line(fmt.Sprintf("A table test for %s; the cases are yours to add:", t.testedNames(fns)))
		t.v.gap()
		t.v.line("```go")
		t.v.line(strings.TrimRight(testFile(t.g.ast.Name.Name, imports, bodies), "\n"))
		t.v.line("```")
	}
	for _, s := range skipped {
		t.v.line("No test is given for " + s + ".")
	}
}

func (t *goTeller) testedNames(fns []*ast.FuncDecl) string {
	var names []string
	for _, fn := range fns {
		if t.untestable(fn) == "" {
			names = append(names, code(fn.Name.Name))
		}
	}
	return and(names)
}

// untestable says why no table test can be written for a function, "" where one can.
func (t *goTeller) untestable(fn *ast.FuncDecl) string {
	switch {
	case fn.Name.Name == "_" || fn.Recv == nil && (fn.Name.Name == "main" || fn.Name.Name == "init"):
		return "cannot be called by a test"
	case fn.Recv != nil && len(fn.Recv.List) != 1:
		return "has no single receiver"
	case fn.Recv != nil && generic(fn.Recv.List[0].Type):
		return "belongs to a generic type, and which type arguments matter is not in the code"
	}
	for _, p := range params(fn.Type.TypeParams) {
		if !t.intFits(p.typ) {
			return "is generic over " + code(p.name+" "+t.g.text(p.typ)) + ", and which type arguments matter is not in the code"
		}
	}
	return ""
}

func generic(t ast.Expr) bool {
	found := false
	ast.Inspect(t, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.IndexExpr, *ast.IndexListExpr:
			found = true
		}
		return !found
	})
	return found
}

// intFits says whether int certainly satisfies a constraint.
func (t *goTeller) intFits(x ast.Expr) bool {
	return predeclared(x, "any") || predeclared(x, "comparable") || t.g.isImported(x, "cmp", "Ordered")
}

// testFile puts a test file together, formatted.
func testFile(pkg string, imports map[string]bool, bodies []string) string {
	var b strings.Builder
	if pkg == "_" {
		pkg = "main" // a fragment without a package clause
	}
	b.WriteString("package " + pkg + "\n\nimport (\n")
	lines := make([]string, 0, len(imports))
	for line := range imports {
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b string) int {
		return strings.Compare(a[strings.IndexByte(a, '"'):], b[strings.IndexByte(b, '"'):])
	})
	for _, line := range lines {
		b.WriteString("\t" + line + "\n")
	}
	b.WriteString(")\n\n" + strings.Join(bodies, "\n"))
	out, err := format.Source([]byte(b.String()))
	if err != nil {
		return b.String()
	}
	return string(out)
}
