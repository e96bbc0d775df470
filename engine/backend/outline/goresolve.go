package outline

import (
	"go/ast"
	"go/token"
	"slices"
)

// The parser resolves names inside one file: a use leads to the declaration it
// names, scopes respected. go/ast calls that deprecated because a file alone
// cannot tell every name (a selector, a name of another file); what it does
// tell is right, and it needs neither types nor other files. Everything that
// rests on it goes through the functions below.

// variable is what a name stands for: one declaration of the file.
type variable = ast.Object //nolint:staticcheck // see above

// object returns the file's declaration that x names; nil where x is no name, or
// the name is predeclared, imported or another file's.
func object(x ast.Expr) *variable {
	if x == nil {
		return nil
	}
	if id, ok := ast.Unparen(x).(*ast.Ident); ok {
		return id.Obj
	}
	return nil
}

// packageLevel returns the file's package-level declaration of a name.
func (g *goFile) packageLevel(name string) *variable {
	return g.ast.Scope.Lookup(name)
}

// predeclared says whether x is a predeclared name, as far as the file tells.
func predeclared(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name && object(id) == nil
}

// mentions lists the identifiers in a node that name one declaration, in order.
func mentions(n ast.Node, obj *variable) []*ast.Ident {
	var out []*ast.Ident
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && obj != nil && object(id) == obj {
			out = append(out, id)
		}
		return true
	})
	return out
}

// unresolved lists the uses of a package-level name in a file of the package. A
// name that is declared in the file resolves to that declaration; one declared
// in another file is left over by the parser.
func (g *goFile) unresolved(name string) []*ast.Ident {
	var out []*ast.Ident
	if own := g.packageLevel(name); own != nil {
		for _, id := range mentions(g.ast, own) {
			if id.Pos() != own.Pos() {
				out = append(out, id)
			}
		}
		return out
	}
	for _, id := range g.ast.Unresolved {
		if id.Name == name {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b *ast.Ident) int { return int(a.Pos() - b.Pos()) })
	return out
}

// isNil says whether x is nil.
func isNil(x ast.Expr) bool { return predeclared(x, "nil") }

// isErrorType says whether a type is the predeclared error.
func isErrorType(t ast.Expr) bool { return predeclared(t, "error") }

// assignedObjects calls visit for every variable an assignment in n sets.
func assignedObjects(n ast.Node, visit func(a *ast.AssignStmt, obj *variable)) {
	ast.Inspect(n, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && (a.Tok == token.ASSIGN || a.Tok == token.DEFINE) {
			for _, x := range a.Lhs {
				if obj := object(x); obj != nil {
					visit(a, obj)
				}
			}
		}
		return true
	})
}
