package outline

import (
	"go/ast"
	"go/token"
	"strings"
)

// typeWords describes a type in words around a name: head + name + tail, as in
// "a slice" `xs` " of `int`".
func (g *goFile) typeWords(t ast.Expr) (head, tail string) {
	switch t := t.(type) {
	case *ast.Ident:
		return g.identWords(t), ""
	case *ast.SelectorExpr:
		if g.isImported(t, "context", "Context") {
			return "a context", ""
		}
	case *ast.ParenExpr:
		return g.typeWords(t.X)
	case *ast.StarExpr:
		return "a pointer", " to " + g.nounWords(t.X)
	case *ast.ArrayType:
		if t.Len != nil {
			return "an array", " of " + g.code(t.Len) + " " + g.code(t.Elt)
		}
		if id, ok := t.Elt.(*ast.Ident); ok && id.Name == "byte" {
			return "a byte slice", ""
		}
		return "a slice", " of " + g.code(t.Elt)
	case *ast.MapType:
		return "a map", " from " + g.code(t.Key) + " to " + g.code(t.Value)
	case *ast.ChanType:
		return chanWords(t.Dir), " of " + g.code(t.Value)
	case *ast.FuncType:
		return "a function", g.funcTail(t)
	case *ast.InterfaceType:
		if t.Methods.NumFields() == 0 {
			return "any value", ""
		}
		return "a value", " with " + and(g.fieldNames(t.Methods))
	case *ast.StructType:
		if t.Fields.NumFields() == 0 {
			return "an empty struct", ""
		}
		return "a struct", " of " + and(g.fieldNames(t.Fields))
	}
	return article(g.code(t)), ""
}

// nounWords describes a type that has no name beside it.
func (g *goFile) nounWords(t ast.Expr) string {
	head, tail := g.typeWords(t)
	return head + tail
}

func (g *goFile) identWords(id *ast.Ident) string {
	if object(id) != nil { // the file's own type with a predeclared name
		return article(code(id.Name))
	}
	switch id.Name {
	case "any":
		return "any value"
	case "int", "string", "bool", "byte", "rune", "error":
		return article(id.Name)
	}
	return article(code(id.Name))
}

func chanWords(dir ast.ChanDir) string {
	switch dir {
	case ast.SEND:
		return "a send-only channel"
	case ast.RECV:
		return "a receive-only channel"
	}
	return "a channel"
}

// funcTail describes a function type's parameters and results.
func (g *goFile) funcTail(t *ast.FuncType) string {
	var takes, returns []string
	for _, f := range fields(t.Params) {
		for range max(1, len(f.Names)) {
			takes = append(takes, g.nounWords(f.Type))
		}
	}
	for _, f := range fields(t.Results) {
		for range max(1, len(f.Names)) {
			returns = append(returns, g.nounWords(f.Type))
		}
	}
	switch {
	case len(takes) == 0 && len(returns) == 0:
		return " without parameters or results"
	case len(takes) == 0:
		return " that returns " + and(returns)
	case len(returns) == 0:
		return " that takes " + and(takes)
	}
	return " that takes " + and(takes) + " and returns " + and(returns)
}

// param is one parameter or result with its own name.
type param struct {
	name string // "" where it has none
	typ  ast.Expr
}

// params splits a field list into one param per name.
func params(list *ast.FieldList) []param {
	var out []param
	for _, f := range fields(list) {
		if len(f.Names) == 0 {
			out = append(out, param{"", f.Type})
		}
		for _, id := range f.Names {
			out = append(out, param{id.Name, f.Type})
		}
	}
	return out
}

func fields(list *ast.FieldList) []*ast.Field {
	if list == nil {
		return nil
	}
	return list.List
}

// paramWords describes one parameter: "a slice `xs` of `int`".
func (g *goFile) paramWords(p param) string {
	if e, ok := p.typ.(*ast.Ellipsis); ok {
		words := "any number of " + g.code(e.Elt)
		if e.Elt == nil {
			words = "any number of values"
		}
		if p.name != "" && p.name != "_" {
			words += " as " + code(p.name)
		}
		return words
	}
	head, tail := g.typeWords(p.typ)
	switch {
	case p.name == "_":
		return head + tail + ", which it ignores"
	case p.name == "":
		return head + tail
	case head == "a context" && p.name == "ctx":
		return head
	}
	return head + " " + code(p.name) + tail
}

// paramList describes parameters in order. Neighbours of one type are told
// together: "two ints" would hide their names, so "`a` and `b`, each an int".
func (g *goFile) paramList(list *ast.FieldList) string {
	var out []string
	for _, f := range fields(list) {
		if len(f.Names) > 1 {
			names := make([]string, len(f.Names))
			for i, id := range f.Names {
				names[i] = code(id.Name)
			}
			out = append(out, and(names)+" (each "+g.nounWords(f.Type)+")")
			continue
		}
		p := param{typ: f.Type}
		if len(f.Names) == 1 {
			p.name = f.Names[0].Name
		}
		out = append(out, g.paramWords(p))
	}
	return and(out)
}

// signature says what a function takes and returns, without a subject.
func (g *goFile) signature(t *ast.FuncType) string {
	takes, gives := g.paramList(t.Params), g.resultList(t.Results)
	switch {
	case takes == "" && gives == "":
		return "takes nothing and returns nothing"
	case takes == "":
		return "takes nothing and returns " + gives
	case gives == "":
		return "takes " + takes + "; it returns nothing"
	}
	return "takes " + takes + "; it returns " + gives
}

// resultList describes results; their names are told together at the end.
func (g *goFile) resultList(list *ast.FieldList) string {
	var out, names []string
	for _, p := range params(list) {
		out = append(out, g.nounWords(p.typ))
		if p.name != "" {
			names = append(names, code(p.name))
		}
	}
	words := and(out)
	if len(names) > 0 {
		words += " (named " + and(names) + ")"
	}
	return words
}

// fieldNames lists the names of a struct's fields or an interface's methods;
// embedded ones by their type.
func (g *goFile) fieldNames(list *ast.FieldList) []string {
	var out []string
	for _, f := range fields(list) {
		if len(f.Names) == 0 {
			out = append(out, g.code(f.Type))
		}
		for _, id := range f.Names {
			out = append(out, code(id.Name))
		}
	}
	return out
}

// receiver returns the name of a method's receiver type, and whether the receiver
// is a pointer.
func receiver(d *ast.FuncDecl) (typ string, pointer bool) {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return "", false
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t, pointer = x.X, true
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name, pointer
		default:
			return "", pointer
		}
	}
}

// kindWords says what sort of thing a top-level name is: "an exported function".
func kindWords(name, kind string) string {
	if token.IsExported(name) {
		return "an exported " + kind
	}
	return "an unexported " + kind
}

// docSentence returns the first sentence of a doc comment as the sample quotes
// it: without the leading name.
func docSentence(doc *ast.CommentGroup, name string) string {
	if doc == nil {
		return ""
	}
	s := firstSentence(doc.Text())
	if rest, ok := strings.CutPrefix(s, name+" "); ok {
		s = rest
	}
	return s
}
