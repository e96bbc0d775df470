package outline

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// How much of a function's flow is told. What is left out is counted.
const (
	maxVerbs = 8 // steps told of one nested block
	maxCases = 10
	maxDepth = 4 // blocks inside blocks that are told in full
)

// flow tells what statements do, in the order they stand in.
type flow struct {
	g       *goFile
	results *ast.FieldList // of the function the statements belong to
	inLoop  string         // the error variable a loop just told assigns, "" for none
	begun   bool           // a line was named already, so "line" need not be said again
}

// where writes the lines of a sentence: "(line 2)" the first time, "(3–5)" after.
func (f *flow) where(first, last int) string {
	if f.begun {
		return "(" + span(first, last) + ")"
	}
	f.begun = true
	return "(" + linesOf(first, last) + ")"
}

func (f *flow) whereOf(n ast.Node) string {
	return f.where(f.g.line(n.Pos()), f.g.endLine(n))
}

// tellsCases says whether a statement is told case by case, each with its lines.
func tellsCases(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.SelectStmt:
		return len(s.Body.List) > 0
	case *ast.SwitchStmt:
		return len(s.Body.List) > 0
	case *ast.TypeSwitchStmt:
		return len(s.Body.List) > 0
	}
	return false
}

// run is a row of plain steps that is told in one sentence.
type run struct {
	verbs       []string
	first, last int
}

// sentences tells a block in sentences. subject starts the first one: "it", or
// "each time it" in a loop.
func (f *flow) sentences(list []ast.Stmt, subject string) []string {
	var out []string
	var row run
	next := "then it"
	if subject == "it" {
		next = "it"
	}
	flush := func(then string) {
		if len(row.verbs) > 0 {
			out = append(out, upper(subject)+" "+and(merged(row.verbs))+" "+f.where(row.first, row.last)+".")
			row, subject = run{}, then
		}
	}
	for i := 0; i < len(list); i++ {
		s := list[i]
		if f.checked(list[i:]) {
			flush(next)
			out = append(out, f.checkedSentence(subject, s.(*ast.AssignStmt), list[i+1].(*ast.IfStmt)))
			subject = next
			i++
			continue
		}
		if verb, plain := f.plain(s, 0); plain {
			if verb != "" {
				if len(row.verbs) == 0 {
					row.first = f.g.line(s.Pos())
				}
				row.verbs, row.last = append(row.verbs, verb), f.g.endLine(s)
			}
			if len(row.verbs) == maxVerbs {
				flush(next)
			}
			continue
		}
		flush(next)
		told, then := f.compound(s, subject)
		out = append(out, told...)
		if subject = then; then == "" {
			subject = next
		}
	}
	flush(next)
	return out
}

// compound tells a statement that holds blocks in sentences, and says what
// subject the next sentence should have.
func (f *flow) compound(s ast.Stmt, subject string) (told []string, then string) {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		if _, plain := f.plain(s.Stmt, 0); !plain {
			return f.compound(s.Stmt, subject)
		}
	case *ast.BlockStmt:
		return f.sentences(s.List, subject), "then it"
	case *ast.ForStmt:
		return f.loop(upper(subject)+" "+f.loopVerb(s)+" "+f.where(f.g.line(s.Pos()), f.g.line(s.Pos()))+".", s.Body)
	case *ast.RangeStmt:
		return f.loop(upper(subject)+" "+f.loopVerb(s)+" "+f.where(f.g.line(s.Pos()), f.g.line(s.Pos()))+".", s.Body)
	case *ast.IfStmt:
		then = "then it"
		if s.Else == nil && leaves(s.Body.List) {
			then = "otherwise it"
		}
		return []string{f.ifSentence(s, subject)}, then
	}
	verb := f.block(s, 0)
	if tellsCases(s) {
		f.begun = true
		return []string{upper(subject) + " " + verb + "."}, "then it"
	}
	return []string{upper(subject) + " " + verb + " " + f.whereOf(s) + "."}, "then it"
}

// loop tells a loop's body after its first sentence.
func (f *flow) loop(head string, body *ast.BlockStmt) (told []string, then string) {
	told = append(told, head)
	told = append(told, f.sentences(body.List, "each time it")...)
	f.inLoop = assignedError(body)
	return told, "after the loop it"
}

// loopVerb says what a loop runs over.
func (f *flow) loopVerb(s ast.Stmt) string {
	switch s := s.(type) {
	case *ast.RangeStmt:
		if names := rangeNames(s); len(names) > 0 && !isNumber(s.X) {
			return "loops over " + f.g.code(s.X) + " as " + and(codes(names))
		}
		return "loops over " + f.g.code(s.X)
	case *ast.ForStmt:
		switch {
		case s.Cond == nil && s.Init == nil:
			return "loops without a condition"
		case s.Cond == nil:
			return "loops without a condition from " + f.g.code(s.Init)
		case s.Init == nil:
			return "loops while " + f.g.code(s.Cond)
		}
		return "loops from " + f.g.code(s.Init) + " while " + f.g.code(s.Cond)
	}
	return ""
}

func isNumber(x ast.Expr) bool {
	lit, ok := x.(*ast.BasicLit)
	return ok && lit.Kind == token.INT
}

// rangeNames returns the variables of a range loop. A lone index says nothing
// that "over" does not, so it is left out.
func rangeNames(s *ast.RangeStmt) []string {
	if s.Value == nil {
		return nil
	}
	var names []string
	for _, x := range []ast.Expr{s.Key, s.Value} {
		if id, ok := x.(*ast.Ident); ok && id.Name != "_" {
			names = append(names, id.Name)
		}
	}
	return names
}

// checked says whether the list starts with a call whose error the next
// statement looks at: `x, err := f()`, `if err != nil {…}`.
func (f *flow) checked(list []ast.Stmt) bool {
	if len(list) < 2 {
		return false
	}
	a, ok := list[0].(*ast.AssignStmt)
	if !ok || len(a.Rhs) != 1 {
		return false
	}
	if _, ok := a.Rhs[0].(*ast.CallExpr); !ok {
		return false
	}
	test, ok := list[1].(*ast.IfStmt)
	if !ok || test.Init != nil || test.Else != nil {
		return false
	}
	name, op := nilTest(test.Cond)
	id, ok := a.Lhs[len(a.Lhs)-1].(*ast.Ident)
	return ok && op == token.NEQ && id.Name == name && errorName(name)
}

func (f *flow) checkedSentence(subject string, a *ast.AssignStmt, test *ast.IfStmt) string {
	call := f.assign(a, true) + " " + f.where(f.g.line(a.Pos()), f.g.endLine(a))
	verbs := f.verbs(test.Body.List, 1)
	if len(verbs) == 0 {
		return upper(subject) + " " + call + " and does nothing if that fails " + f.whereOf(test) + "."
	}
	return upper(subject) + " " + call + "; if that fails" + it(verbs) + " " + f.whereOf(test) + "."
}

// it puts the subject before clauses, and a space or, where the first clause is a
// condition with a subject of its own, a colon before that.
func it(verbs []string) string {
	words := sequence(verbs)
	if strings.HasPrefix(words, "if ") {
		return ": " + words
	}
	return " it " + words
}

// sequence joins clauses: as a list, or, where one has parts of its own, by "then".
func sequence(verbs []string) string {
	for _, v := range verbs {
		if strings.HasPrefix(v, "if ") || strings.Contains(v, "; ") || strings.Contains(v, " each time ") {
			return strings.Join(verbs, ", then ")
		}
	}
	return and(verbs)
}

// nilTest takes `name != nil` or `name == nil` apart.
func nilTest(x ast.Expr) (name string, op token.Token) {
	b, ok := x.(*ast.BinaryExpr)
	if !ok || b.Op != token.NEQ && b.Op != token.EQL {
		return "", 0
	}
	id, ok := b.X.(*ast.Ident)
	null, ok2 := b.Y.(*ast.Ident)
	if !ok || !ok2 || null.Name != "nil" {
		return "", 0
	}
	return id.Name, b.Op
}

// errorName says whether a variable's name is one that Go code gives to errors.
func errorName(name string) bool {
	return name == "err" || strings.HasSuffix(name, "Err") || strings.HasPrefix(name, "err") && len(name) > 3 && (name[3] < 'a' || name[3] > 'z')
}

// ifSentence tells an if statement with all its else branches.
func (f *flow) ifSentence(s *ast.IfStmt, subject string) string {
	return upper(f.ifWords(s, subject, 1)) + " " + f.whereOf(s) + "."
}

// ifWords is an if statement as a clause: "it calls `f` and, on success, returns
// nil", "if `n < 0` it panics; otherwise it …". The subject of an if that starts
// with its condition is told after it.
func (f *flow) ifWords(s *ast.IfStmt, subject string, depth int) string {
	head, adverb := "", subject
	if i := strings.LastIndex(subject, "it"); i >= 0 {
		adverb = strings.TrimSpace(subject[:i])
	}
	test := "if " + f.g.code(s.Cond)
	name, op := nilTest(s.Cond)
	body := f.verbs(s.Body.List, depth)
	if len(body) == 0 {
		body = []string{"does nothing"}
	}
	if s.Init != nil {
		called := false
		head, called = f.initVerb(s.Init, name)
		switch {
		case called && errorName(name) && op == token.EQL && s.Else == nil:
			return strings.TrimSpace(subject+" "+head) + " and " + sequence(body) + " on success"
		case called && errorName(name) && op == token.EQL:
			test = "on success"
		case called && errorName(name) && op == token.NEQ:
			test = "if that fails"
		}
		head = strings.TrimSpace(subject+" "+head) + "; "
		adverb = ""
	}
	if adverb != "" {
		adverb += " "
		if adverb == "otherwise " || adverb == "then " || adverb == "each time " || adverb == "after the loop " {
			adverb = strings.TrimSpace(adverb) + ", "
		}
	}
	words := head + adverb + test + it(body)
	return words + f.elseWords(s.Else, depth)
}

func (f *flow) elseWords(s ast.Stmt, depth int) string {
	switch s := s.(type) {
	case *ast.IfStmt:
		return "; else " + f.ifWords(s, "", depth)
	case *ast.BlockStmt:
		if verbs := f.verbs(s.List, depth); len(verbs) > 0 {
			return "; otherwise" + it(verbs)
		}
	}
	return ""
}

// initVerb tells the statement before an if's condition; called says that it is
// one call, whose last result is the variable tested.
func (f *flow) initVerb(s ast.Stmt, tested string) (verb string, called bool) {
	a, ok := s.(*ast.AssignStmt)
	if !ok || len(a.Rhs) != 1 {
		verb, _ = f.plain(s, maxDepth)
		return verb, false
	}
	_, isCall := a.Rhs[0].(*ast.CallExpr)
	id, isIdent := a.Lhs[len(a.Lhs)-1].(*ast.Ident)
	if isCall && isIdent && id.Name == tested && errorName(tested) {
		return f.assign(a, true), true
	}
	return f.assign(a, false), false
}

// verbs tells a block as a list of clauses without a subject, for use inside a
// sentence.
func (f *flow) verbs(list []ast.Stmt, depth int) []string {
	var out []string
	for i := 0; i < len(list); i++ {
		if len(out) == maxVerbs {
			rest := list[i:]
			return append(out, "does "+count(len(rest), "more step")+" ("+span(f.g.line(rest[0].Pos()), f.g.endLine(rest[len(rest)-1]))+")")
		}
		if f.checked(list[i:]) {
			out = append(out, f.assign(list[i].(*ast.AssignStmt), true)+" (if that fails: "+f.brief(list[i+1].(*ast.IfStmt).Body, depth+1)+")")
			i++
			continue
		}
		verb, plain := f.plain(list[i], depth)
		if !plain {
			verb = f.block(list[i], depth)
			if (len(list) > 1 || depth > 1) && !tellsCases(list[i]) {
				verb += " (" + f.g.at(list[i]) + ")"
			}
		}
		if verb != "" {
			out = append(out, verb)
		}
	}
	return merged(out)
}

// merged puts calls that follow each other into one clause: "calls `a` and `b`".
func merged(verbs []string) []string {
	var out []string
	for i := 0; i < len(verbs); i++ {
		var row []string
		for ; i < len(verbs) && plainCall(verbs[i]); i++ {
			row = append(row, strings.TrimPrefix(verbs[i], "calls "))
		}
		if len(row) > 0 {
			out = append(out, "calls "+and(row))
			i--
			continue
		}
		out = append(out, verbs[i])
	}
	return out
}

// plainCall says whether a clause is "calls `name`" and no more.
func plainCall(verb string) bool {
	rest, ok := strings.CutPrefix(verb, "calls `")
	return ok && strings.IndexByte(rest, '`') == len(rest)-1
}

// brief is a nested block in a few words.
func (f *flow) brief(b *ast.BlockStmt, depth int) string {
	if depth > maxDepth {
		return count(len(b.List), "step")
	}
	verbs := f.verbs(b.List, depth)
	if len(verbs) == 0 {
		return "nothing"
	}
	return sequence(verbs)
}

// block tells a statement that holds blocks as one clause.
func (f *flow) block(s ast.Stmt, depth int) string {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		if verb, plain := f.plain(s.Stmt, depth); plain {
			return verb
		}
		return f.block(s.Stmt, depth)
	case *ast.BlockStmt:
		if len(s.List) == 0 {
			return ""
		}
		return f.brief(s, depth+1)
	case *ast.IfStmt:
		if depth >= maxDepth {
			return "tests " + f.g.code(s.Cond)
		}
		return f.ifWords(s, "", depth+1)
	case *ast.ForStmt:
		return f.loopVerb(s) + f.loopBody(s.Body, depth)
	case *ast.RangeStmt:
		return f.loopVerb(s) + f.loopBody(s.Body, depth)
	case *ast.SwitchStmt:
		return f.switchWords(s, depth)
	case *ast.TypeSwitchStmt:
		return "looks at the type of " + f.g.code(typeSwitched(s)) + ": " + f.cases(s.Body, depth)
	case *ast.SelectStmt:
		return f.selectWords(s, depth)
	case *ast.GoStmt, *ast.DeferStmt:
		return f.startWords(s, depth)
	}
	return ""
}

func (f *flow) loopBody(b *ast.BlockStmt, depth int) string {
	if len(b.List) == 0 {
		return " with an empty body"
	}
	if depth >= maxDepth {
		return ", doing " + count(len(b.List), "step") + " each time"
	}
	return " and each time " + sequence(f.verbs(b.List, depth+1))
}

func (f *flow) switchWords(s *ast.SwitchStmt, depth int) string {
	head := "takes the first true case: "
	if s.Tag != nil {
		head = "switches on " + f.g.code(s.Tag) + ": "
	}
	if s.Init != nil {
		verb, _ := f.plain(s.Init, maxDepth)
		head = verb + " and " + head
	}
	return head + f.cases(s.Body, depth)
}

// typeSwitched returns the expression whose type is switched on.
func typeSwitched(s *ast.TypeSwitchStmt) ast.Expr {
	var x ast.Expr
	switch a := s.Assign.(type) {
	case *ast.ExprStmt:
		x = a.X
	case *ast.AssignStmt:
		if len(a.Rhs) == 1 {
			x = a.Rhs[0]
		}
	}
	if t, ok := x.(*ast.TypeAssertExpr); ok {
		return t.X
	}
	return x
}

// cases tells the cases of a switch.
func (f *flow) cases(b *ast.BlockStmt, depth int) string {
	var out []string
	for i, s := range b.List {
		c, ok := s.(*ast.CaseClause)
		if !ok {
			continue
		}
		if i == maxCases && len(b.List) > maxCases+1 {
			out = append(out, "and "+count(len(b.List)-i, "more case")+" ("+span(f.g.line(c.Pos()), f.g.endLine(b.List[len(b.List)-1]))+")")
			break
		}
		label := "by default"
		if c.List != nil {
			label = "for " + join(f.g.codes(c.List), "or")
		}
		out = append(out, label+f.caseBody(c.Body, depth)+" ("+f.g.at(c)+")")
	}
	if len(out) == 0 {
		return "no cases"
	}
	return strings.Join(out, "; ")
}

func (f *flow) caseBody(list []ast.Stmt, depth int) string {
	if depth >= maxDepth {
		return " it does " + count(len(list), "step")
	}
	if verbs := f.verbs(list, depth+2); len(verbs) > 0 {
		return it(verbs)
	}
	return " it does nothing"
}

// selectWords tells a select statement.
func (f *flow) selectWords(s *ast.SelectStmt, depth int) string {
	var cases, fallback []string
	for _, c := range s.Body.List {
		c, ok := c.(*ast.CommClause)
		if !ok {
			continue
		}
		if c.Comm == nil {
			fallback = append(fallback, "if neither is ready,"+f.caseBody(c.Body, depth)+" ("+f.g.at(c)+")")
			continue
		}
		cases = append(cases, f.commWords(c, depth))
	}
	if len(cases) == 0 && len(fallback) == 0 {
		return "waits forever in an empty select"
	}
	head := "waits on " + count(len(cases), "case") + ": "
	if len(fallback) > 0 {
		head = "looks without waiting at " + count(len(cases), "case") + ": "
	}
	words := head + strings.Join(cases, ", or ")
	if len(fallback) > 0 {
		switch len(cases) {
		case 1:
			fallback[0] = strings.Replace(fallback[0], "neither is", "that is not", 1)
		case 2:
		default:
			fallback[0] = strings.Replace(fallback[0], "neither is", "none is", 1)
		}
		words += "; " + fallback[0]
	}
	return words
}

// commWords tells one case of a select: what it waits for and what it does then.
func (f *flow) commWords(c *ast.CommClause, depth int) string {
	what := f.comm(c.Comm)
	at := " (" + f.g.at(c) + ")"
	if len(c.Body) == 1 {
		if r, ok := c.Body[0].(*ast.ReturnStmt); ok && len(r.Results) == 1 && strings.HasPrefix(what, "the context's end") {
			return what + ", which it returns as " + f.result(r.Results[0]) + at
		}
	}
	if len(c.Body) == 0 {
		return what + at
	}
	return what + ", then" + f.caseBody(c.Body, depth) + at
}

// comm says what a case of a select waits for.
func (f *flow) comm(s ast.Stmt) string {
	switch s := s.(type) {
	case *ast.SendStmt:
		return "sending " + f.g.code(s.Value) + " on " + f.g.code(s.Chan)
	case *ast.ExprStmt:
		return f.received(s.X, "")
	case *ast.AssignStmt:
		if len(s.Rhs) == 1 {
			return f.received(s.Rhs[0], and(f.g.codes(s.Lhs))+" ")
		}
	}
	return f.g.code(s)
}

func (f *flow) received(x ast.Expr, as string) string {
	u, ok := ast.Unparen(x).(*ast.UnaryExpr)
	if !ok || u.Op != token.ARROW {
		return f.g.code(x)
	}
	if call, ok := u.X.(*ast.CallExpr); ok && as == "" {
		sel, isSel := call.Fun.(*ast.SelectorExpr)
		switch {
		case isSel && len(call.Args) == 1 && f.g.isImported(sel, "time", "After"):
			return "a timer from " + f.g.code(call.Args[0])
		case isSel && len(call.Args) == 0 && sel.Sel.Name == "Done" && f.isContext(sel.X):
			return "the context's end"
		}
	}
	if as == "" {
		return "a receive from " + f.g.code(u.X)
	}
	return "receiving " + as + "from " + f.g.code(u.X)
}

// isContext says whether x is a parameter declared as a context.Context.
func (f *flow) isContext(x ast.Expr) bool {
	obj := object(x)
	if obj == nil {
		return false
	}
	field, ok := obj.Decl.(*ast.Field)
	return ok && f.g.isImported(field.Type, "context", "Context")
}

// startWords tells a go or defer statement.
func (f *flow) startWords(s ast.Stmt, depth int) string {
	var call *ast.CallExpr
	start, end := "starts ", " in a goroutine"
	switch s := s.(type) {
	case *ast.GoStmt:
		call = s.Call
	case *ast.DeferStmt:
		call, start, end = s.Call, "defers ", ""
	}
	lit, ok := call.Fun.(*ast.FuncLit)
	if !ok {
		return start + f.g.code(call) + end
	}
	inner := &flow{g: f.g, results: lit.Type.Results, begun: true}
	what := "a goroutine"
	if end == "" {
		what = "a function"
	}
	verbs := inner.verbs(lit.Body.List, depth+2)
	if len(verbs) == 0 {
		return start + what + " with an empty body"
	}
	if depth >= maxDepth {
		return start + what + " of " + count(len(lit.Body.List), "step")
	}
	return start + what + " that " + sequence(verbs)
}

// headWords says what the head of a statement with blocks does, where the lines
// up to last hold no more of it than that; "" otherwise.
func (f *flow) headWords(list []ast.Stmt, last int) string {
	if len(list) != 1 {
		return ""
	}
	body, words := (*ast.BlockStmt)(nil), ""
	switch s := list[0].(type) {
	case *ast.ForStmt:
		body, words = s.Body, f.loopVerb(s)
	case *ast.RangeStmt:
		body, words = s.Body, f.loopVerb(s)
	case *ast.IfStmt:
		body, words = s.Body, "tests "+f.g.code(s.Cond)
	case *ast.SwitchStmt:
		body, words = s.Body, "chooses among "+count(len(s.Body.List), "case")
	case *ast.TypeSwitchStmt:
		body, words = s.Body, "looks at the type of "+f.g.code(typeSwitched(s))
	case *ast.SelectStmt:
		body, words = s.Body, "waits on "+count(len(s.Body.List), "case")
	}
	if body == nil || len(body.List) == 0 || f.g.line(body.List[0].Pos()) <= last {
		return ""
	}
	return words + " (" + f.g.at(list[0]) + ")"
}

// assignedError returns the error variable a block assigns, "" for none.
func assignedError(b *ast.BlockStmt) string {
	name := ""
	ast.Inspect(b, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			return false
		}
		if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.ASSIGN {
			if id, ok := a.Lhs[len(a.Lhs)-1].(*ast.Ident); ok && errorName(id.Name) {
				name = id.Name
			}
		}
		return true
	})
	return name
}

// leaves says whether a block ends by leaving the block around it.
func leaves(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch s := list[len(list)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	case *ast.ExprStmt:
		return isPanic(s.X)
	}
	return false
}

// isPanic says whether x is a call of the predeclared panic.
func isPanic(x ast.Expr) bool {
	call, ok := x.(*ast.CallExpr)
	return ok && isBuiltin(call.Fun, "panic")
}

// isBuiltin says whether x is the predeclared function of that name.
func isBuiltin(x ast.Expr, name string) bool {
	return predeclared(ast.Unparen(x), name)
}

// wrapped returns the argument that fmt.Errorf wraps with %w, nil for another
// call or another verb, and the remaining arguments.
func (g *goFile) wrapped(call *ast.CallExpr) (err ast.Expr, rest []ast.Expr, format string) {
	if !g.isImported(call.Fun, "fmt", "Errorf") || len(call.Args) < 2 || call.Ellipsis.IsValid() {
		return nil, nil, ""
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return nil, nil, ""
	}
	verbs, plain := formatVerbs(lit.Value)
	if !plain || len(verbs) != len(call.Args)-1 || strings.Count(string(verbs), "w") != 1 {
		return nil, nil, ""
	}
	for i, v := range verbs {
		if v == 'w' {
			err = call.Args[i+1]
		} else {
			rest = append(rest, call.Args[i+1])
		}
	}
	return err, rest, lit.Value
}

// formatVerbs returns the verbs of a format; plain is false where it has
// argument indexes or stars, which take arguments in another order.
func formatVerbs(format string) (verbs []rune, plain bool) {
	in := false
	for _, r := range format {
		switch {
		case !in:
			in = r == '%'
		case r == '%':
			in = false
		case strings.ContainsRune("+-# 0123456789.", r):
		case r == '[' || r == '*':
			return nil, false
		default:
			verbs, in = append(verbs, r), false
		}
	}
	return verbs, !in
}

// describeWrap is the phrase for a wrapped error: its format and what is added.
func (f *flow) describeWrap(err ast.Expr, rest []ast.Expr, format string) string {
	last := ""
	if id, ok := err.(*ast.Ident); ok && id.Name == f.inLoop && f.inLoop != "" {
		last = "the last "
	}
	words := "an error that wraps " + last + f.g.code(err)
	if len(rest) > 0 {
		words += " with " + and(f.g.codes(rest))
	}
	return fmt.Sprintf("%s (%s)", words, code(format))
}
