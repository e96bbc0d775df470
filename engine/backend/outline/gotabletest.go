package outline

import (
	"fmt"
	"go/ast"
	"strings"
)

// tableTest writes the table test of one function.
type tableTest struct {
	g       *goFile
	fn      *ast.FuncDecl
	imports map[string]bool // import lines of the test file, added to

	used map[string]bool // names of fields
}

// String writes the test function.
func (t *tableTest) String() string {
	t.used = map[string]bool{"name": true}
	target := t.fn.Name.Name
	label := target
	var decls, args []string
	if t.fn.Recv != nil {
		typ, _ := receiver(t.fn)
		decls = append(decls, t.field("recv", t.fn.Recv.List[0].Type))
		target, label = "tt.recv."+target, typ+"_"+label
	}
	for i, p := range params(t.fn.Type.Params) {
		decl, arg := t.argument(i, p)
		if decl != "" {
			decls = append(decls, decl)
		}
		args = append(args, arg)
	}
	call := target + t.typeArgs() + "(" + strings.Join(args, ", ") + ")"
	wants, check := t.results(call)
	var b strings.Builder
	fmt.Fprintf(&b, "func Test%s(t *testing.T) {\n\ttests := []struct {\n\t\tname string\n", testName(label))
	for _, d := range append(decls, wants...) {
		b.WriteString("\t\t" + d + "\n")
	}
	b.WriteString("\t}{\n" + t.hints() + "\t}\n\tfor _, tt := range tests {\n\t\tt.Run(tt.name, func(t *testing.T) {\n")
	b.WriteString(check + "\t\t})\n\t}\n}\n")
	return b.String()
}

// testName follows the go tool's rule: what follows Test starts with no
// lower-case letter.
func testName(name string) string {
	if ast.IsExported(name) {
		return name
	}
	return "_" + strings.TrimPrefix(name, "_")
}

// argument gives a parameter's field and what the call passes for it. A context
// is the test's own.
func (t *tableTest) argument(i int, p param) (decl, arg string) {
	if t.g.isImported(p.typ, "context", "Context") {
		return "", "t.Context()"
	}
	name := p.name
	if name == "" || name == "_" {
		name = fmt.Sprintf("arg%d", i+1)
	}
	decl = t.field(name, p.typ)
	arg = "tt." + strings.Fields(decl)[0]
	if _, variadic := p.typ.(*ast.Ellipsis); variadic {
		arg += "..."
	}
	return decl, arg
}

// field declares a field of the table, with a name not used yet.
func (t *tableTest) field(name string, typ ast.Expr) string {
	for t.used[name] {
		name += "Arg"
	}
	t.used[name] = true
	if e, ok := typ.(*ast.Ellipsis); ok {
		return name + " []" + t.typeText(e.Elt)
	}
	return name + " " + t.typeText(typ)
}

// typeText writes a type with type parameters replaced by int, and notes the
// imports it needs.
func (t *tableTest) typeText(typ ast.Expr) string {
	typeParams := map[string]bool{}
	for _, p := range params(t.fn.Type.TypeParams) {
		typeParams[p.name] = true
	}
	var b strings.Builder
	from := typ.Pos()
	ast.Inspect(typ, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			t.need(n)
			return false
		case *ast.Ident:
			if typeParams[n.Name] {
				b.WriteString(t.g.between(from, n.Pos()) + "int")
				from = n.End()
			}
		}
		return true
	})
	b.WriteString(t.g.between(from, typ.End()))
	return b.String()
}

// need adds the import behind `pkg.Name`.
func (t *tableTest) need(sel *ast.SelectorExpr) {
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return
	}
	for _, spec := range t.g.ast.Imports {
		path := strings.Trim(spec.Path.Value, "\"`")
		switch {
		case spec.Name != nil && spec.Name.Name == id.Name:
			t.imports[id.Name+` "`+path+`"`] = true
		case spec.Name == nil && lastElement(path) == id.Name:
			t.imports[`"`+path+`"`] = true
		}
	}
}

// typeArgs instantiates a generic function with int.
func (t *tableTest) typeArgs() string {
	n := len(params(t.fn.Type.TypeParams))
	if n == 0 {
		return ""
	}
	return "[" + strings.TrimSuffix(strings.Repeat("int, ", n), ", ") + "]"
}

// results declares the wanted results and writes the call and its checks.
func (t *tableTest) results(call string) (wants []string, check string) {
	results := params(t.fn.Type.Results)
	hasError := lastIsError(t.fn.Type.Results)
	var names []string
	var b strings.Builder
	for i, r := range results {
		if hasError && i == len(results)-1 {
			wants = append(wants, "wantErr bool")
			names = append(names, "err")
			fmt.Fprintf(&b, "\t\t\tif (err != nil) != tt.wantErr {\n\t\t\t\tt.Fatalf(\"%s: error %%v, want one: %%v\", err, tt.wantErr)\n\t\t\t}\n", t.fn.Name.Name)
			continue
		}
		got := "got"
		if i > 0 {
			got = fmt.Sprintf("got%d", i+1)
		}
		names = append(names, got)
		want := t.field(strings.Replace(got, "got", "want", 1), r.typ)
		wants = append(wants, want)
	}
	for i, w := range wants {
		if w == "wantErr bool" && hasError && i == len(wants)-1 {
			continue
		}
		t.imports[`"reflect"`] = true
		field := strings.Fields(w)[0]
		fmt.Fprintf(&b, "\t\t\tif !reflect.DeepEqual(%s, tt.%s) {\n\t\t\t\tt.Errorf(\"%s: got %%v, want %%v\", %s, tt.%s)\n\t\t\t}\n", names[i], field, t.fn.Name.Name, names[i], field)
	}
	if len(names) > 0 {
		call = strings.Join(names, ", ") + " := " + call
	}
	return wants, "\t\t\t" + call + "\n" + b.String()
}

// hints names, as comments, the branches of the function: each wants a case.
func (t *tableTest) hints() string {
	var b strings.Builder
	n := 0
	ast.Inspect(t.fn, func(node ast.Node) bool {
		s, ok := node.(*ast.IfStmt)
		if ok && n < maxCases {
			n++
			fmt.Fprintf(&b, "\t\t// a case where %s (line %d)\n", strings.Join(strings.Fields(t.g.short(s.Cond)), " "), t.g.line(s.Pos()))
		}
		return true
	})
	if n == 0 {
		return "\t\t// the cases: a name, the arguments and what is wanted\n"
	}
	return b.String()
}
