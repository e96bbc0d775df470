package outline

import (
	"go/ast"
	"go/token"
	"strings"
)

// plain tells a statement that is one step: "calls `f`". plain is false for a
// statement that holds blocks, which [flow.block] tells; the verb is "" for one
// that does nothing.
func (f *flow) plain(s ast.Stmt, depth int) (verb string, plain bool) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return f.exprVerb(s.X), true
	case *ast.AssignStmt:
		return f.assign(s, false), true
	case *ast.IncDecStmt:
		if s.Tok == token.INC {
			return "increments " + f.g.code(s.X), true
		}
		return "decrements " + f.g.code(s.X), true
	case *ast.SendStmt:
		return "sends " + f.g.code(s.Value) + " on " + f.g.code(s.Chan), true
	case *ast.DeclStmt:
		return f.declVerb(s), true
	case *ast.ReturnStmt:
		return f.returnVerb(s), true
	case *ast.BranchStmt:
		return branchVerb(s), true
	case *ast.GoStmt:
		_, lit := s.Call.Fun.(*ast.FuncLit)
		return f.startWordsIf(!lit, s, depth), !lit
	case *ast.DeferStmt:
		_, lit := s.Call.Fun.(*ast.FuncLit)
		return f.startWordsIf(!lit, s, depth), !lit
	case *ast.EmptyStmt, *ast.BadStmt, nil:
		return "", true
	}
	return "", false
}

func (f *flow) startWordsIf(plain bool, s ast.Stmt, depth int) string {
	if !plain {
		return ""
	}
	if d, ok := s.(*ast.DeferStmt); ok {
		if verb := f.lockVerb(d.Call); verb != "" {
			return "defers " + strings.Replace(verb, "locks", "locking", 1)
		}
	}
	return f.startWords(s, depth)
}

// exprVerb tells an expression that stands as a statement.
func (f *flow) exprVerb(x ast.Expr) string {
	switch x := ast.Unparen(x).(type) {
	case *ast.UnaryExpr:
		if x.Op == token.ARROW {
			return "receives from " + f.g.code(x.X)
		}
	case *ast.CallExpr:
		return f.callVerb(x)
	}
	return "evaluates " + f.g.code(x)
}

// callVerb tells a call whose results are not used.
func (f *flow) callVerb(call *ast.CallExpr) string {
	switch {
	case isBuiltin(call.Fun, "panic") && len(call.Args) == 1:
		return "panics with " + f.result(call.Args[0])
	case isBuiltin(call.Fun, "close") && len(call.Args) == 1:
		return "closes " + f.g.code(call.Args[0])
	case isBuiltin(call.Fun, "delete") && len(call.Args) == 2:
		return "deletes " + f.g.code(call.Args[1]) + " from " + f.g.code(call.Args[0])
	case isBuiltin(call.Fun, "clear") && len(call.Args) == 1:
		return "clears " + f.g.code(call.Args[0])
	case f.g.isImported(call.Fun, "os", "Exit") && len(call.Args) == 1:
		return "exits the process with " + f.g.code(call.Args[0])
	}
	if verb := f.lockVerb(call); verb != "" {
		return verb
	}
	return "calls " + f.callee(call)
}

// lockVerb tells the methods of sync.Locker and sync.RWMutex, by name.
func (f *flow) lockVerb(call *ast.CallExpr) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) > 0 {
		return ""
	}
	verbs := map[string]string{"Lock": "locks ", "Unlock": "unlocks ", "RLock": "locks for reading ", "RUnlock": "unlocks for reading "}
	if verb := verbs[sel.Sel.Name]; verb != "" {
		return verb + f.g.code(sel.X)
	}
	return ""
}

// callee quotes what is called, without its arguments.
func (f *flow) callee(call *ast.CallExpr) string {
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		return "a function written in place (" + f.g.at(lit) + ")"
	}
	return f.g.code(call.Fun)
}

// assign tells an assignment. dropLast leaves the last variable out: the error
// that the sentence goes on to test.
func (f *flow) assign(a *ast.AssignStmt, dropLast bool) string {
	left := a.Lhs
	if dropLast {
		left = left[:len(left)-1]
	}
	names := f.assigned(left)
	if a.Tok != token.ASSIGN && a.Tok != token.DEFINE {
		if a.Tok == token.ADD_ASSIGN {
			return "adds " + f.g.code(a.Rhs[0]) + " to " + f.g.code(a.Lhs[0])
		}
		return "updates " + f.g.code(a.Lhs[0]) + " by " + f.g.code(a)
	}
	if len(a.Rhs) != 1 {
		return f.parallel(a)
	}
	return f.assignOne(names, a.Rhs[0], len(a.Lhs))
}

// assigned quotes the variables of an assignment that keep something.
func (f *flow) assigned(left []ast.Expr) []string {
	var names []string
	for _, x := range left {
		if id, ok := x.(*ast.Ident); !ok || id.Name != "_" {
			names = append(names, f.g.code(x))
		}
	}
	return names
}

// parallel tells `a, b = x, y`.
func (f *flow) parallel(a *ast.AssignStmt) string {
	var pairs []string
	for i := range min(len(a.Lhs), len(a.Rhs)) {
		if id, ok := a.Lhs[i].(*ast.Ident); !ok || id.Name != "_" {
			pairs = append(pairs, f.g.code(a.Lhs[i])+" to "+f.result(a.Rhs[i]))
		}
	}
	if len(pairs) == 0 {
		return "evaluates " + and(f.g.codes(a.Rhs))
	}
	return "sets " + and(pairs)
}

// assignOne tells an assignment of one expression, which may have several values.
func (f *flow) assignOne(names []string, x ast.Expr, values int) string {
	switch x := ast.Unparen(x).(type) {
	case *ast.CallExpr:
		return f.assignCall(names, x)
	case *ast.UnaryExpr:
		if x.Op == token.ARROW {
			if len(names) == 0 {
				return "receives from " + f.g.code(x.X)
			}
			return "receives " + and(names) + " from " + f.g.code(x.X)
		}
	case *ast.IndexExpr:
		if values == 2 && len(names) > 0 {
			return "looks up " + f.g.code(x.Index) + " in " + f.g.code(x.X) + " as " + and(names)
		}
	case *ast.TypeAssertExpr:
		if values == 2 && len(names) > 0 && x.Type != nil {
			return "asserts that " + f.g.code(x.X) + " is " + article(f.g.code(x.Type)) + " as " + and(names)
		}
	case *ast.FuncLit:
		if len(names) > 0 {
			return "sets " + and(names) + " to a function (" + f.g.at(x) + ")"
		}
	}
	if len(names) == 0 {
		return "evaluates " + f.g.code(x)
	}
	return "sets " + and(names) + " to " + f.result(x)
}

// assignCall tells `names = call`.
func (f *flow) assignCall(names []string, call *ast.CallExpr) string {
	if isBuiltin(call.Fun, "append") && len(call.Args) > 1 && len(names) == 1 && names[0] == f.g.code(call.Args[0]) {
		return "appends " + and(f.g.codes(call.Args[1:])) + " to " + names[0]
	}
	if f.g.isConversion(call) || isBuiltin(call.Fun, "make") || isBuiltin(call.Fun, "new") {
		if len(names) > 0 {
			return "sets " + and(names) + " to " + f.g.code(call)
		}
	}
	if len(names) == 0 {
		return "calls " + f.callee(call)
	}
	return "gets " + and(names) + " from " + f.callee(call)
}

// isConversion says whether a call is a conversion to a type that the file alone
// tells: a type literal, a type of the file, a predeclared type or one of the
// standard library.
func (g *goFile) isConversion(call *ast.CallExpr) bool {
	switch x := ast.Unparen(call.Fun).(type) {
	case *ast.ArrayType, *ast.MapType, *ast.ChanType, *ast.FuncType, *ast.InterfaceType, *ast.StructType:
		return true
	case *ast.Ident:
		if obj := object(x); obj != nil {
			return obj.Kind == ast.Typ
		}
		return predeclaredType(x.Name)
	case *ast.StarExpr:
		return true // (*T)(x)
	case *ast.SelectorExpr:
		return g.std != nil && g.std.isType(g.qualifier(x), x.Sel.Name)
	}
	return false
}

func predeclaredType(name string) bool {
	switch name {
	case "bool", "string", "byte", "rune", "error", "any", "uintptr",
		"int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
		"float32", "float64", "complex64", "complex128":
		return true
	}
	return false
}

// declVerb tells a declaration inside a function.
func (f *flow) declVerb(s *ast.DeclStmt) string {
	d, ok := s.Decl.(*ast.GenDecl)
	if !ok {
		return ""
	}
	var verbs []string
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			verbs = append(verbs, "declares the type "+code(spec.Name.Name))
		case *ast.ValueSpec:
			verbs = append(verbs, f.valueVerb(d.Tok, spec))
		}
	}
	return and(verbs)
}

func (f *flow) valueVerb(tok token.Token, spec *ast.ValueSpec) string {
	var names []string
	for _, id := range spec.Names {
		names = append(names, code(id.Name))
	}
	if len(spec.Values) == 0 {
		if spec.Type == nil {
			return "declares " + and(names)
		}
		return "declares " + and(names) + " as " + f.g.nounWords(spec.Type)
	}
	kind := ""
	if tok == token.CONST {
		kind = "the constant "
	}
	return "sets " + kind + and(names) + " to " + and(f.g.codes(spec.Values))
}

func branchVerb(s *ast.BranchStmt) string {
	to := ""
	if s.Label != nil {
		to = " " + code(s.Label.Name)
	}
	switch s.Tok {
	case token.CONTINUE:
		return strings.TrimSpace("goes on with the next round" + strings.Replace(to, " ", " of ", 1))
	case token.BREAK:
		return "breaks" + strings.Replace(to, " ", " out of ", 1)
	case token.GOTO:
		return "jumps to" + to
	}
	return "falls through to the next case"
}

// returnVerb tells a return statement.
func (f *flow) returnVerb(s *ast.ReturnStmt) string {
	if len(s.Results) == 0 {
		var names []string
		for _, p := range params(f.results) {
			if p.name != "" {
				names = append(names, code(p.name))
			}
		}
		if len(names) > 0 {
			return "returns " + and(names) + " as set"
		}
		return "returns"
	}
	words := make([]string, len(s.Results))
	for i, x := range s.Results {
		words[i] = f.result(x)
	}
	return "returns " + and(words)
}

// result describes a value that is returned or set: nil, an error that is made
// or wrapped, or the code.
func (f *flow) result(x ast.Expr) string {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		switch x.Name {
		case "nil", "true", "false":
			return x.Name
		}
	case *ast.FuncLit:
		return "a function (" + f.g.at(x) + ")"
	case *ast.CallExpr:
		if err, rest, format := f.g.wrapped(x); err != nil {
			return f.describeWrap(err, rest, format)
		}
		if f.g.isImported(x.Fun, "errors", "New") && len(x.Args) == 1 {
			return "a new error (" + f.g.code(x.Args[0]) + ")"
		}
	}
	return f.g.code(x)
}
