package outline

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// paths counts the ways out of a function.
type paths struct {
	returns []int // lines of the return statements, in order
	errors  int   // of those, the ones that certainly return an error
	unsure  int   // of those, the ones that may
	falls   bool  // the end of the body is reached without a return
	panics  []int // lines of calls of panic
}

// waysOut reads the ways out of a body. Function literals inside it have their
// own and are left out.
func (g *goFile) waysOut(t *ast.FuncType, body *ast.BlockStmt) paths {
	var p paths
	w := pathWalk{g: g, p: &p, hasError: lastIsError(t.Results), named: namedLast(t.Results)}
	ast.Walk(w, body)
	p.falls = t.Results.NumFields() == 0 && !terminates(body)
	return p
}

// pathWalk visits a body with what the enclosing branches say: guard is the
// error variable known not to be nil, done the context known to have ended.
type pathWalk struct {
	g        *goFile
	p        *paths
	hasError bool
	named    string
	guard    string
	done     string
}

// Visit implements ast.Visitor.
func (w pathWalk) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.FuncLit:
		return nil
	case *ast.IfStmt:
		w.branch(n)
		return nil
	case *ast.CommClause:
		w.done = doneContext(n.Comm)
	case *ast.AssignStmt:
		return w
	case *ast.CallExpr:
		if isPanic(n) {
			w.p.panics = append(w.p.panics, w.g.line(n.Pos()))
		}
	case *ast.ReturnStmt:
		w.count(n)
	}
	return w
}

// branch walks an if statement's parts, the body with the guard it sets.
func (w pathWalk) branch(n *ast.IfStmt) {
	if n.Init != nil {
		ast.Walk(w, n.Init)
	}
	ast.Walk(w, n.Cond)
	name, op := nilTest(n.Cond)
	ast.Walk(w.guarded(op == token.NEQ, name, n.Body), n.Body)
	if n.Else != nil {
		ast.Walk(w.guarded(op == token.EQL, name, n.Else), n.Else)
	}
}

// guarded is the walk of a branch where the test says that name is not nil. The
// branch must not give it another value.
func (w pathWalk) guarded(set bool, name string, branch ast.Stmt) pathWalk {
	switch {
	case assigns(branch, w.guard):
		w.guard = ""
	case set && !assigns(branch, name):
		w.guard = name
	}
	return w
}

func (w pathWalk) count(r *ast.ReturnStmt) {
	w.p.returns = append(w.p.returns, w.g.line(r.Pos()))
	if !w.hasError {
		return
	}
	switch {
	case len(r.Results) == 0:
		if w.guard != "" && w.guard == w.named {
			w.p.errors++
		} else {
			w.p.unsure++
		}
	default:
		w.countResult(ast.Unparen(r.Results[len(r.Results)-1]))
	}
}

func (w pathWalk) countResult(x ast.Expr) {
	switch {
	case w.isError(x):
		w.p.errors++
	case isNil(x):
	default:
		w.p.unsure++
	}
}

// isError says whether an expression returned as an error is certainly not nil.
func (w pathWalk) isError(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == w.guard && w.guard != "" || w.isErrorVar(x)
	case *ast.SelectorExpr:
		path := w.g.qualifier(x)
		first, _, _ := strings.Cut(path, "/")
		return path != "" && !strings.Contains(first, ".") && (strings.HasPrefix(x.Sel.Name, "Err") || x.Sel.Name == "EOF")
	case *ast.UnaryExpr:
		return x.Op == token.AND
	case *ast.CompositeLit:
		return true
	case *ast.CallExpr:
		if w.g.isImported(x.Fun, "fmt", "Errorf") || w.g.isImported(x.Fun, "errors", "New") {
			return true
		}
		sel, ok := x.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Err" || w.done == "" {
			return false
		}
		id, ok := sel.X.(*ast.Ident)
		return ok && id.Name == w.done
	}
	return false
}

// isErrorVar says whether a name is a package-level variable of the file that is
// made by errors.New or fmt.Errorf.
func (w pathWalk) isErrorVar(id *ast.Ident) bool {
	obj := object(id)
	if obj == nil || w.g.packageLevel(id.Name) != obj {
		return false
	}
	spec, ok := obj.Decl.(*ast.ValueSpec)
	if !ok || len(spec.Values) != len(spec.Names) {
		return false
	}
	for i, name := range spec.Names {
		if call, ok := spec.Values[i].(*ast.CallExpr); ok && name.Name == id.Name {
			return w.g.isImported(call.Fun, "errors", "New") || w.g.isImported(call.Fun, "fmt", "Errorf")
		}
	}
	return false
}

// doneContext returns the name of x in `case <-x.Done():`.
func doneContext(s ast.Stmt) string {
	e, ok := s.(*ast.ExprStmt)
	if !ok {
		return ""
	}
	u, ok := ast.Unparen(e.X).(*ast.UnaryExpr)
	if !ok || u.Op != token.ARROW {
		return ""
	}
	call, ok := u.X.(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Done" {
		return ""
	}
	if id, ok := sel.X.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// assigns says whether a variable of that name may get another value in a node.
func assigns(n ast.Node, name string) bool {
	found := false
	isName := func(x ast.Expr) bool {
		id, ok := x.(*ast.Ident)
		return ok && id.Name == name
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				found = found || isName(x)
			}
		case *ast.RangeStmt:
			found = found || isName(n.Key) || isName(n.Value)
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND && isName(n.X)
		case *ast.ValueSpec:
			for _, id := range n.Names {
				found = found || id.Name == name
			}
		}
		return !found
	})
	return found
}

// lastIsError says whether the last result has the type error.
func lastIsError(results *ast.FieldList) bool {
	list := fields(results)
	if len(list) == 0 {
		return false
	}
	return isErrorType(list[len(list)-1].Type)
}

// namedLast returns the name of the last result.
func namedLast(results *ast.FieldList) string {
	all := params(results)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1].name
}

// words says how many ways out there are, without a full stop.
func (p paths) words(hasError bool) string {
	n := len(p.returns)
	if p.falls {
		n++
	}
	if n == 0 {
		if len(p.panics) > 0 {
			return "Paths out: none but a panic (" + numbers(p.panics) + ")"
		}
		return "Paths out: none that is seen"
	}
	words := fmt.Sprintf("Paths out: %d", n)
	switch {
	case hasError && p.errors > 0:
		words += ", " + ofThem(p.errors, n)
	case hasError && p.unsure == 0:
		words += ", none of them an error"
	}
	if p.unsure > 0 {
		words += ", " + number(p.unsure) + " whose error may be nil"
	}
	if p.falls && len(p.returns) > 0 {
		words += ", one at the end of the body"
	}
	if len(p.panics) > 0 {
		words += "; it can also panic (" + numbers(p.panics) + ")"
	}
	return words
}

func ofThem(k, n int) string {
	switch {
	case n == 1:
		return "an error"
	case k == n:
		return "all of them errors"
	case k == 1:
		return "one of them an error"
	}
	return number(k) + " of them errors"
}

func numbers(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, ", ")
}

// terminates says whether a statement is a terminating statement as the Go
// specification defines it ("Terminating statements").
func terminates(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.GOTO || s.Tok == token.FALLTHROUGH
	case *ast.ExprStmt:
		return isPanic(s.X)
	case *ast.BlockStmt:
		return terminatesList(s.List)
	case *ast.IfStmt:
		return s.Else != nil && terminates(s.Body) && terminates(s.Else)
	case *ast.ForStmt:
		return s.Cond == nil && !breaks(s.Body, "", true)
	case *ast.LabeledStmt:
		return terminates(s.Stmt) && !breaks(s.Stmt, s.Label.Name, false)
	case *ast.SwitchStmt:
		return terminatesCases(s.Body, false)
	case *ast.TypeSwitchStmt:
		return terminatesCases(s.Body, false)
	case *ast.SelectStmt:
		return terminatesCases(s.Body, true)
	}
	return false
}

func terminatesList(list []ast.Stmt) bool {
	for i := len(list) - 1; i >= 0; i-- {
		if _, empty := list[i].(*ast.EmptyStmt); !empty {
			return terminates(list[i])
		}
	}
	return false
}

// terminatesCases looks at the clauses of a switch, which needs a default, or of
// a select, which does not.
func terminatesCases(b *ast.BlockStmt, complete bool) bool {
	for _, s := range b.List {
		var body []ast.Stmt
		switch c := s.(type) {
		case *ast.CaseClause:
			body, complete = c.Body, complete || c.List == nil
		case *ast.CommClause:
			body = c.Body
		}
		for _, s := range body {
			if breaks(s, "", true) {
				return false
			}
		}
		if !terminatesList(body) {
			return false
		}
	}
	return complete
}

// breaks says whether a break in n leaves the statement around it: a plain one,
// outside nested loops, switches and selects, or one with the label.
func breaks(n ast.Node, label string, plain bool) bool {
	found := false
	ast.Inspect(n, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BranchStmt:
			if m.Tok == token.BREAK {
				found = found || m.Label == nil && plain || m.Label != nil && m.Label.Name == label
			}
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			if plain && m != n {
				found = found || breaks(m, label, false) && label != ""
				return false
			}
		}
		return !found
	})
	return found
}
