package outline

import (
	"go/ast"
)

// maxCalls is how many called functions are named.
const maxCalls = 24

// callKind groups calls: what is nearest to the reader first.
type callKind int

const (
	callOwn      callKind = iota // a parameter or local variable that is a function
	callPackage                  // a function of the same package, as far as the file tells
	callImported                 // a function of an imported package
	callMethod                   // a method, or a function in a field
)

// call is one function called, named once however often it is called.
type call struct {
	name string // as written, without arguments
	kind callKind
	fun  ast.Expr
}

// calls lists what a node calls, grouped, each group in the order in which the
// calls stand. Predeclared functions and conversions are left out.
func (g *goFile) calls(n ast.Node, pkg *goPackage, types *typed) []call {
	groups := make([][]call, callMethod+1)
	seen := map[string]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		expr, ok := n.(*ast.CallExpr)
		if !ok || g.isConversion(expr) {
			return true
		}
		c := call{name: g.short(uninstantiated(expr.Fun)), kind: callMethod, fun: uninstantiated(expr.Fun)}
		switch fun := c.fun.(type) {
		case *ast.FuncLit:
			return true
		case *ast.Ident:
			if object(fun) == nil && predeclaredFunc(fun.Name) && !pkg.declares(fun.Name) {
				return true
			}
			c.kind = identCall(fun)
		case *ast.SelectorExpr:
			if g.qualifier(fun) != "" {
				c.kind = callImported
			}
		}
		if !seen[c.name] && !pkg.isType(c.fun, types) {
			seen[c.name] = true
			groups[c.kind] = append(groups[c.kind], c)
		}
		return true
	})
	var out []call
	for _, group := range groups {
		out = append(out, group...)
	}
	return out
}

// identCall tells a local function value from a function of the package.
func identCall(id *ast.Ident) callKind {
	obj := object(id)
	if obj == nil || obj.Kind == ast.Fun || obj.Kind == ast.Typ {
		return callPackage
	}
	return callOwn
}

// uninstantiated strips parentheses and, where an index can only be type
// arguments, those: F[int] is F.
func uninstantiated(x ast.Expr) ast.Expr {
	for {
		switch y := x.(type) {
		case *ast.ParenExpr:
			x = y.X
		case *ast.IndexListExpr:
			x = y.X
		default:
			return x
		}
	}
}

func predeclaredFunc(name string) bool {
	switch name {
	case "append", "cap", "clear", "close", "complex", "copy", "delete", "imag", "len", "make", "max", "min", "new",
		"panic", "print", "println", "real", "recover":
		return true
	}
	return false
}

// callWords writes the list of calls, those in the package with where they are
// declared, "" where there are none.
func (g *goFile) callWords(list []call, pkg *goPackage, types *typed) string {
	if len(list) == 0 {
		return ""
	}
	var out []string
	for i, c := range list {
		if i == maxCalls && len(list) > maxCalls+1 {
			out = append(out, count(len(list)-i, "other"))
			break
		}
		words := code(c.name)
		if at := pkg.declared(c, types); at != "" {
			words += " (same package, " + at + ")"
		}
		out = append(out, words)
	}
	return and(out)
}
