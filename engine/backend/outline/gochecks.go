package outline

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// finding is something that is certainly worth a look: a clause that names its lines.
type finding struct {
	line int
	text string
}

// check looks for one thing in a function with a body. A check reports only what
// the code proves; where it cannot be sure, it stays silent.
type check func(g *goFile, fn *ast.FuncDecl) []finding

// syntaxChecks are the checks that need no types.
func syntaxChecks() []check {
	return []check{
		checkNilWrap, checkUnreachable, checkDeferInLoop, checkLockedReturn, checkDeferredLock, checkBody,
		checkNilMap, checkFormat, checkSameOperands, checkRepeatedCondition, checkLostError, checkLateAdd, checkDroppedCancel,
	}
}

// checked implements teller.
func (t *goTeller) checked() string {
	return "nil errors that are wrapped, code that is never reached, ignored errors, errors lost to shadowing, " +
		"returns while a lock is held, response bodies left open, defers in loops, writes to nil maps, " +
		"format strings that do not fit their arguments, conditions that repeat, cancel functions dropped"
}

// findings implements teller.
func (t *goTeller) findings() []string {
	var found []finding
	for _, d := range t.decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		for _, look := range syntaxChecks() {
			found = append(found, look(t.g, fn)...)
		}
		if types := t.typesOf(); types != nil {
			found = append(found, types.ignoredErrors(t.g, fn)...)
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(a.line, b.line) })
	out := make([]string, len(found))
	for i, f := range found {
		out[i] = f.text
	}
	return slices.Compact(out)
}

// eachList calls visit with every statement list of a function, literals included.
func eachList(fn *ast.FuncDecl, visit func(list []ast.Stmt)) {
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if list := stmtList(n); len(list) > 0 {
			visit(list)
		}
		return true
	})
}

// checkNilWrap: an error that only a loop sets is wrapped after the loop, and the
// loop may not run.
func checkNilWrap(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	for i, s := range fn.Body.List {
		empty := emptyLoop(fn, fn.Body.List[:i], s)
		if empty == "" {
			continue
		}
		for _, after := range fn.Body.List[i+1:] {
			name, ok := wrapsUnset(g, fn, s, after)
			if ok {
				line := g.endLine(after)
				out = append(out, finding{line, fmt.Sprintf("if %s the loop never runs and %s is nil, so the result wraps a nil error (%d)", empty, code(name), line)})
			}
		}
	}
	return out
}

// wrapsUnset says whether a return wraps an error variable that starts as nil
// and that nothing but the loop sets or looks at before.
func wrapsUnset(g *goFile, fn *ast.FuncDecl, loop, after ast.Stmt) (name string, ok bool) {
	ret, isReturn := after.(*ast.ReturnStmt)
	if !isReturn || len(ret.Results) == 0 {
		return "", false
	}
	call, isCall := ast.Unparen(ret.Results[len(ret.Results)-1]).(*ast.CallExpr)
	if !isCall {
		return "", false
	}
	wrapped, _, _ := g.wrapped(call)
	obj := object(wrapped)
	if obj == nil || !startsNil(fn, obj) {
		return "", false
	}
	for _, id := range mentions(fn.Body, obj) {
		inLoop := id.Pos() >= loop.Pos() && id.End() <= loop.End()
		inReturn := id.Pos() >= ret.Pos() && id.End() <= ret.End()
		if !inLoop && !inReturn && id.Pos() != obj.Pos() {
			return "", false
		}
	}
	return obj.Name, true
}

// startsNil says whether a variable is a named result or declared by var without
// a value, with the type error.
func startsNil(fn *ast.FuncDecl, obj *variable) bool {
	switch d := obj.Decl.(type) {
	case *ast.Field:
		for _, f := range fields(fn.Type.Results) {
			if f == d {
				return isErrorType(f.Type)
			}
		}
	case *ast.ValueSpec:
		return len(d.Values) == 0 && isErrorType(d.Type)
	}
	return false
}

// emptyLoop says when a loop over a parameter does not run at all, "" where it is
// no such loop or something looks at the parameter before.
func emptyLoop(fn *ast.FuncDecl, before []ast.Stmt, s ast.Stmt) string {
	var over ast.Expr
	switch s := s.(type) {
	case *ast.RangeStmt:
		over = s.X
	case *ast.ForStmt:
		over = countedTo(s)
	}
	obj := object(over)
	if obj == nil {
		return ""
	}
	for _, b := range before {
		if len(mentions(b, obj)) > 0 {
			return ""
		}
	}
	for _, f := range fields(fn.Type.Params) {
		if obj.Decl == f {
			return emptyWords(f.Type, code(obj.Name))
		}
	}
	return ""
}

// countedTo returns n in `for i := 0; i < n; …`.
func countedTo(s *ast.ForStmt) ast.Expr {
	init, ok := s.Init.(*ast.AssignStmt)
	test, ok2 := s.Cond.(*ast.BinaryExpr)
	if !ok || !ok2 || test.Op != token.LSS || len(init.Lhs) != 1 || len(init.Rhs) != 1 {
		return nil
	}
	zero, ok := init.Rhs[0].(*ast.BasicLit)
	if !ok || zero.Value != "0" || object(test.X) == nil || object(test.X) != object(init.Lhs[0]) {
		return nil
	}
	return test.Y
}

// emptyWords says when ranging over a value of a type does nothing.
func emptyWords(typ ast.Expr, name string) string {
	switch t := typ.(type) {
	case *ast.Ident:
		switch {
		case object(t) != nil: // a type of the file's own
			return ""
		case t.Name == "string":
			return name + " is empty"
		case strings.HasPrefix(t.Name, "uint") || t.Name == "byte":
			return name + " is 0"
		case strings.HasPrefix(t.Name, "int"):
			return name + " is 0 or less"
		}
	case *ast.ArrayType:
		if t.Len == nil {
			return name + " is empty"
		}
	case *ast.MapType, *ast.Ellipsis:
		return name + " is empty"
	}
	return ""
}

// checkUnreachable: a statement follows one that leaves the block.
func checkUnreachable(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	eachList(fn, func(list []ast.Stmt) {
		for i, s := range list[:len(list)-1] {
			b, isBranch := s.(*ast.BranchStmt)
			leaves := terminates(s) || isBranch && b.Tok != token.FALLTHROUGH
			if _, empty := list[i+1].(*ast.EmptyStmt); !leaves || empty || hasLabel(list[i+1:]) {
				continue
			}
			line := g.line(list[i+1].Pos())
			out = append(out, finding{line, fmt.Sprintf("the code at %d is never reached, since %s (%s) always leaves", line, leaverWords(s), g.at(s))})
			return
		}
	})
	return out
}

func leaverWords(s ast.Stmt) string {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return "the `return` before it"
	case *ast.BranchStmt:
		return "the " + code(s.Tok.String()) + " before it"
	case *ast.ExprStmt:
		return "the `panic` before it"
	}
	return "the statement before it"
}

func hasLabel(list []ast.Stmt) bool {
	found := false
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			_, label := n.(*ast.LabeledStmt)
			found = found || label
			return !found
		})
	}
	return found
}

// checkDeferInLoop: a defer in a loop waits for the function's end.
func checkDeferInLoop(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		var body *ast.BlockStmt
		switch n := n.(type) {
		case *ast.ForStmt:
			body = n.Body
		case *ast.RangeStmt:
			body = n.Body
		default:
			return true
		}
		for _, s := range body.List {
			if d, ok := s.(*ast.DeferStmt); ok && !leaves(body.List) {
				out = append(out, finding{g.line(d.Pos()), fmt.Sprintf("the `defer` in the loop (%d) runs when the function returns, not at the end of each round", g.line(d.Pos()))})
			}
		}
		return true
	})
	return out
}

// lockCall takes `x.Lock()` apart: x as written, and the method.
func lockCall(g *goFile, x ast.Node) (on, method string) {
	call, ok := x.(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return "", ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	switch sel.Sel.Name {
	case "Lock", "Unlock", "RLock", "RUnlock":
		return g.text(sel.X), sel.Sel.Name
	}
	return "", ""
}

// stmtLock is lockCall for a statement that is the call alone.
func stmtLock(g *goFile, s ast.Stmt) (on, method string) {
	if e, ok := s.(*ast.ExprStmt); ok {
		return lockCall(g, e.X)
	}
	return "", ""
}

// checkLockedReturn: between Lock and Unlock in one list of statements there is a
// return without an Unlock of its own.
func checkLockedReturn(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	eachList(fn, func(list []ast.Stmt) {
		for i, s := range list {
			on, method := stmtLock(g, s)
			if method != "Lock" && method != "RLock" {
				continue
			}
			unlock := strings.Replace(method, "Lock", "Unlock", 1)
			end := slices.IndexFunc(list[i:], func(s ast.Stmt) bool { o, m := stmtLock(g, s); return o == on && m == unlock })
			if end < 0 || unlocks(g, fn.Body, on, unlock, true) {
				continue
			}
			for _, between := range list[i+1 : i+end] {
				if line := returnLine(g, between); line > 0 && !unlocks(g, between, on, unlock, false) {
					out = append(out, finding{line, fmt.Sprintf("the return at %d comes between %s (%d) and %s (%d), with no unlock on its way",
						line, code(on+"."+method+"()"), g.line(s.Pos()), code(on+"."+unlock+"()"), g.line(list[i+end].Pos()))})
				}
			}
		}
	})
	return out
}

// unlocks says whether a node calls on.method; only in defer statements where deferred.
func unlocks(g *goFile, n ast.Node, on, method string, deferred bool) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if d, ok := n.(*ast.DeferStmt); ok && deferred {
			found = found || unlocks(g, d, on, method, false)
			return false
		}
		if o, m := lockCall(g, n); !deferred && o == on && m == method {
			found = true
		}
		return !found
	})
	return found
}

// returnLine returns the line of the first return in a statement, 0 for none.
func returnLine(g *goFile, s ast.Stmt) int {
	line := 0
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if line == 0 {
				line = g.line(n.Pos())
			}
		}
		return line == 0
	})
	return line
}

// checkDeferredLock: `x.Lock()` followed by `defer x.Lock()`.
func checkDeferredLock(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	eachList(fn, func(list []ast.Stmt) {
		for i := 1; i < len(list); i++ {
			d, ok := list[i].(*ast.DeferStmt)
			if !ok {
				continue
			}
			on, method := lockCall(g, d.Call)
			before, same := stmtLock(g, list[i-1])
			if on != "" && on == before && method == same && strings.HasSuffix(method, "ock") && !strings.Contains(method, "nlock") {
				out = append(out, finding{g.line(d.Pos()), fmt.Sprintf("%s is deferred (%d) where it was already called (%d): it locks again instead of unlocking",
					code(on+"."+method+"()"), g.line(d.Pos()), g.line(list[i-1].Pos()))})
			}
		}
	})
	return out
}

// checkBody: a response of net/http whose body nothing can close.
func checkBody(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	assignedObjects(fn.Body, func(a *ast.AssignStmt, obj *variable) {
		if a.Tok != token.DEFINE || len(a.Rhs) != 1 || object(a.Lhs[0]) != obj {
			return
		}
		call, ok := a.Rhs[0].(*ast.CallExpr)
		if !ok || !httpCall(g, call) || !bodyStaysOpen(g, fn, obj) {
			return
		}
		out = append(out, finding{g.line(a.Pos()), fmt.Sprintf("the body of %s (%d) is never closed", code(obj.Name), g.line(a.Pos()))})
	})
	return out
}

func httpCall(g *goFile, call *ast.CallExpr) bool {
	for _, name := range []string{"Get", "Head", "Post", "PostForm"} {
		if g.isImported(call.Fun, "net/http", name) {
			return true
		}
	}
	return false
}

// bodyStaysOpen says whether every use of a response is a field of it, and every
// use of its Body is given to a function that is known not to close it.
func bodyStaysOpen(g *goFile, fn *ast.FuncDecl, obj *variable) bool {
	harmless := map[ast.Node]bool{}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if object(n.X) == obj && n.Sel.Name != "Body" && ast.IsExported(n.Sel.Name) && !slices.Contains([]string{"Write", "Cookies", "Location"}, n.Sel.Name) {
				harmless[n.X] = true
			}
		case *ast.CallExpr:
			if readsOnly(g, n.Fun) {
				for _, arg := range n.Args {
					if sel, ok := arg.(*ast.SelectorExpr); ok && object(sel.X) == obj && sel.Sel.Name == "Body" {
						harmless[sel.X] = true
					}
				}
			}
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				harmless[x] = harmless[x] || object(x) == obj && n.Tok == token.DEFINE
			}
		}
		return true
	})
	for _, id := range mentions(fn.Body, obj) {
		if !harmless[id] {
			return false
		}
	}
	return true
}

// readsOnly lists functions that read a body and do not close it.
func readsOnly(g *goFile, fun ast.Expr) bool {
	return g.isImported(fun, "io", "ReadAll") || g.isImported(fun, "io", "Copy") || g.isImported(fun, "encoding/json", "NewDecoder") ||
		g.isImported(fun, "bufio", "NewReader") || g.isImported(fun, "bufio", "NewScanner")
}

// checkNilMap: a map declared without a value is written before anything else
// happens to it.
func checkNilMap(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) > 0 {
			return true
		}
		if _, isMap := spec.Type.(*ast.MapType); !isMap {
			return true
		}
		for _, id := range spec.Names {
			if line := writtenFirst(g, fn, id); line > 0 {
				out = append(out, finding{line, fmt.Sprintf("the write to %s at %d panics where it is reached: the map is nil since its declaration (%d)", code(id.Name), line, g.line(id.Pos()))})
			}
		}
		return true
	})
	return out
}

// writtenFirst returns the line where the first mention of a map after its
// declaration is a write, 0 where it is something else.
func writtenFirst(g *goFile, fn *ast.FuncDecl, decl *ast.Ident) int {
	all := mentions(fn.Body, object(decl))
	if len(all) < 2 || all[0] != decl {
		return 0
	}
	line := 0
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.LabeledStmt:
			return false // a jump back may come after the map was made
		case *ast.AssignStmt:
			line = max(line, indexLine(g, n.Lhs[0], all[1]))
		case *ast.IncDecStmt:
			line = max(line, indexLine(g, n.X, all[1]))
		}
		return line == 0
	})
	return line
}

// indexLine returns the line of x where it is an index into id, else 0.
func indexLine(g *goFile, x ast.Expr, id *ast.Ident) int {
	if index, ok := x.(*ast.IndexExpr); ok && index.X == ast.Expr(id) {
		return g.line(x.Pos())
	}
	return 0
}

// checkFormat: a constant format has more or fewer verbs than arguments.
func checkFormat(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || call.Ellipsis.IsValid() {
			return true
		}
		at := formatArgument(g, call.Fun)
		if at < 0 || len(call.Args) <= at {
			return true
		}
		lit, ok := call.Args[at].(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		format, err := strconv.Unquote(lit.Value)
		verbs, plain := formatVerbs(format)
		if args := len(call.Args) - at - 1; err == nil && plain && args != len(verbs) {
			line := g.line(call.Pos())
			out = append(out, finding{line, fmt.Sprintf("the format of %s (%d) has %s for %s", g.code(call.Fun), line, count(len(verbs), "verb"), count(args, "argument"))})
		}
		return true
	})
	return out
}

// formatArgument returns which argument of a function is its format, -1 for none.
func formatArgument(g *goFile, fun ast.Expr) int {
	for _, name := range []string{"Printf", "Sprintf", "Errorf"} {
		if g.isImported(fun, "fmt", name) {
			return 0
		}
	}
	for _, name := range []string{"Printf", "Fatalf", "Panicf"} {
		if g.isImported(fun, "log", name) {
			return 0
		}
	}
	if g.isImported(fun, "fmt", "Fprintf") || g.isImported(fun, "fmt", "Appendf") {
		return 1
	}
	return -1
}

// checkSameOperands: both sides of an operator are the same variable or field.
// `x == x` and `x != x` are left out: they test for NaN.
func checkSameOperands(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			same := isVariable(n.X) && g.text(n.X) == g.text(n.Y)
			if same && slices.Contains([]token.Token{token.LAND, token.LOR, token.LSS, token.GTR}, n.Op) {
				out = append(out, finding{g.line(n.Pos()), fmt.Sprintf("both sides of %s (%d) are the same", g.code(n), g.line(n.Pos()))})
			}
		case *ast.AssignStmt:
			if n.Tok == token.ASSIGN && len(n.Lhs) == 1 && len(n.Rhs) == 1 && isVariable(n.Lhs[0]) && g.text(n.Lhs[0]) == g.text(n.Rhs[0]) {
				out = append(out, finding{g.line(n.Pos()), fmt.Sprintf("%s (%d) sets a variable to itself", g.code(n), g.line(n.Pos()))})
			}
		}
		return true
	})
	return out
}

// isVariable says whether an expression is a name or a chain of fields.
func isVariable(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name != "_"
	case *ast.SelectorExpr:
		return isVariable(x.X)
	}
	return false
}

// checkRepeatedCondition: an else-if tests what an earlier branch of the chain
// already tested, so it never runs.
func checkRepeatedCondition(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		first, ok := n.(*ast.IfStmt)
		if !ok || impure(first.Cond) {
			return true
		}
		for s, ok := first.Else.(*ast.IfStmt); ok && s.Init == nil && !impure(s.Cond); s, ok = s.Else.(*ast.IfStmt) {
			if g.text(s.Cond) == g.text(first.Cond) {
				line := g.line(s.Pos())
				out = append(out, finding{line, fmt.Sprintf("the branch for %s at %d never runs: line %d already tests that", g.code(s.Cond), line, g.line(first.Pos()))})
			}
		}
		return true
	})
	return out
}

// impure says whether evaluating an expression twice may give different values
// or have an effect: it calls or receives.
func impure(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr, *ast.FuncLit:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

// checkLostError: an error is put into a variable that hides another one of the
// same name, and nothing reads it after.
func checkLostError(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	assignedObjects(fn.Body, func(a *ast.AssignStmt, obj *variable) {
		define, ok := obj.Decl.(*ast.AssignStmt)
		if !ok || a.Tok != token.ASSIGN || !errorName(obj.Name) || within(fn, a) || within(fn, define) {
			return
		}
		hidden := hiddenBy(fn, obj)
		if hidden == nil {
			return
		}
		all := mentions(fn.Body, obj)
		if last := all[len(all)-1]; last.Pos() < a.Pos() || last.Pos() > a.TokPos {
			return // read after, or in the assignment itself
		}
		line := g.line(a.Pos())
		out = append(out, finding{line, fmt.Sprintf("the value put into %s at %d is lost: this %s (declared at %d) hides the one declared at %d and is not read again",
			code(obj.Name), line, code(obj.Name), g.line(define.Pos()), g.line(hidden.Pos()))})
	})
	return out
}

// within says whether a statement is in a loop or a function literal, where code
// before it may run after it.
func within(fn *ast.FuncDecl, s ast.Stmt) bool {
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.FuncLit, *ast.LabeledStmt:
			found = found || n.Pos() <= s.Pos() && s.End() <= n.End()
		}
		return !found
	})
	return found
}

// hiddenBy returns a variable of the function with the same name that is declared
// before obj, in a scope around it.
func hiddenBy(fn *ast.FuncDecl, obj *variable) *variable {
	for _, list := range []*ast.FieldList{fn.Type.Params, fn.Type.Results} {
		for _, f := range fields(list) {
			for _, id := range f.Names {
				if id.Name == obj.Name && object(id) != obj {
					return object(id)
				}
			}
		}
	}
	return nil
}

// checkLateAdd: a WaitGroup's Add is called in the goroutine it counts.
func checkLateAdd(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		start, ok := n.(*ast.GoStmt)
		if !ok {
			return true
		}
		lit, ok := start.Call.Fun.(*ast.FuncLit)
		if !ok {
			return true
		}
		for _, s := range lit.Body.List {
			if name := addedTo(g, s); name != "" {
				out = append(out, finding{g.line(s.Pos()), fmt.Sprintf("%s is called inside the goroutine (%d), so a `Wait` may return before it", code(name+".Add"), g.line(s.Pos()))})
			}
		}
		return true
	})
	return out
}

// addedTo returns wg where a statement is `wg.Add(…)` and wg is declared as a
// sync.WaitGroup.
func addedTo(g *goFile, s ast.Stmt) string {
	e, ok := s.(*ast.ExprStmt)
	if !ok {
		return ""
	}
	call, ok := e.X.(*ast.CallExpr)
	if !ok {
		return ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Add" {
		return ""
	}
	obj := object(sel.X)
	if obj == nil {
		return ""
	}
	if spec, ok := obj.Decl.(*ast.ValueSpec); ok && g.isImported(spec.Type, "sync", "WaitGroup") {
		return obj.Name
	}
	return ""
}

// checkDroppedCancel: the cancel function of a new context is thrown away.
func checkDroppedCancel(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok || len(a.Lhs) != 2 || len(a.Rhs) != 1 {
			return true
		}
		call, ok := a.Rhs[0].(*ast.CallExpr)
		id, isIdent := a.Lhs[1].(*ast.Ident)
		if !ok || !isIdent || id.Name != "_" {
			return true
		}
		for _, name := range []string{"WithCancel", "WithTimeout", "WithDeadline"} {
			if g.isImported(call.Fun, "context", name) {
				out = append(out, finding{g.line(a.Pos()), fmt.Sprintf("the cancel function of %s is dropped (%d), so nothing can end that context early", code("context."+name), g.line(a.Pos()))})
			}
		}
		return true
	})
	return out
}
