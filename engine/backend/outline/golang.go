package outline

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// goTeller answers about one piece of Go code.
type goTeller struct {
	v     *voice
	s     *source
	g     *goFile
	fence *fence
	std   *stdCache
	decls []ast.Decl    // the ones the selection touches
	loose *ast.FuncDecl // holds the statements where the code is statements alone
	pkg   *goPackage    // loaded when first needed
	types *typed        // of the selected declarations, checked when first needed
	asked bool          // types was tried
}

// newGoTeller parses the code. It returns nil, having said why, where the
// selection cannot be read as Go.
func newGoTeller(v *voice, s *source, fence *fence, std *stdCache) *goTeller {
	g, statements := parseGoSource(token.NewFileSet(), s)
	g.std = std
	t := &goTeller{v: v, s: s, g: g, fence: fence, std: std, decls: g.touched(s.first, s.last)}
	if statements && len(t.decls) == 1 {
		t.loose, _ = t.decls[0].(*ast.FuncDecl)
	}
	if g.broken > 0 {
		v.line(fmt.Sprintf("%s does not parse as Go: line %d, %s.", s.title(), g.base+g.broken, code(g.what)))
		if len(t.decls) == 0 || !t.allOK(t.decls) {
			return nil
		}
	}
	return t
}

// explain explains what the selection declares, or the function around it.
func (t *goTeller) explain() {
	switch {
	case t.loose != nil:
		t.statements(t.loose)
	case len(t.decls) == 1:
		t.decl(t.decls[0])
	case len(t.decls) == 0:
		t.nothing()
	default:
		t.list(t.decls)
		t.worth(t.findings())
	}
}

func (t *goTeller) allOK(decls []ast.Decl) bool {
	for _, d := range decls {
		if !t.g.ok(d) {
			return false
		}
	}
	return true
}

func (t *goTeller) decl(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		t.function(d)
	case *ast.GenDecl:
		t.list([]ast.Decl{d})
	}
}

// packageOf loads the package's other files on first use; none where the answer
// has been stopped.
func (t *goTeller) packageOf() *goPackage {
	if t.pkg == nil {
		fence := t.fence
		if t.v.err != nil {
			fence = newFence(nil, "", 0)
		}
		t.pkg = loadPackage(t.g, fence, t.std)
	}
	return t.pkg
}

// typesOf checks the selected declarations' types on first use; nil where the
// checker failed.
func (t *goTeller) typesOf() *typed {
	if !t.asked && t.v.err == nil {
		t.asked = true
		method := "" // whose uses are looked for
		if len(t.decls) == 1 {
			if d, ok := t.decls[0].(*ast.FuncDecl); ok && d.Recv != nil {
				method = d.Name.Name
			}
		}
		t.types = t.packageOf().checkTypes(func(f *goFile, d *ast.FuncDecl) bool {
			return f == t.g && slices.Contains(t.decls, ast.Decl(d)) || method != "" && mentionsMethod(d, method)
		})
	}
	return t.types
}

// function explains one function: what the file alone tells first.
func (t *goTeller) function(d *ast.FuncDecl) {
	t.v.line(t.heading(d))
	t.v.line("It " + t.g.signature(d.Type) + "." + t.typeParams(d.Type))
	if d.Body == nil {
		t.v.line("It has no body here: it is implemented outside Go.")
		return
	}
	t.body(d)
	t.selected(d)
	t.footer(d)
	if t.v.err == nil {
		t.worth(t.findings())
	}
}

// heading says what the function is and quotes what its comment says.
func (t *goTeller) heading(d *ast.FuncDecl) string {
	if doc := docSentence(d.Doc, d.Name.Name); doc != "" {
		return t.headed(d, "") + ": " + quote(doc)
	}
	return t.headed(d, "") + "; it has no doc comment."
}

// headed says what the function is; after stands behind its name.
func (t *goTeller) headed(d *ast.FuncDecl, after string) string {
	name, kind := d.Name.Name, "function"
	title := name
	if typ, pointer := receiver(d); d.Recv != nil {
		kind = "method of " + code(typ)
		if pointer {
			kind = "method of " + code("*"+typ)
		}
		title = typ + "." + name
	}
	words := "**" + plain(title) + "**" + after + " is " + kindWords(name, kind)
	if !t.s.fragment || t.g.ast.Name.Name != "_" {
		words += " in package " + code(t.g.ast.Name.Name)
	}
	return words
}

// plain keeps Markdown from reading an underscore in a name as emphasis.
func plain(name string) string { return strings.ReplaceAll(name, "_", `\_`) }

func (t *goTeller) typeParams(f *ast.FuncType) string {
	if f.TypeParams.NumFields() == 0 {
		return ""
	}
	var out []string
	for _, p := range params(f.TypeParams) {
		out = append(out, code(p.name+" "+t.g.text(p.typ)))
	}
	return " It is generic over " + and(out) + "."
}

// body tells the flow. A long body is told as a list, a line for each sentence.
func (t *goTeller) body(d *ast.FuncDecl) {
	if len(d.Body.List) == 0 {
		t.v.line("Its body is empty.")
		return
	}
	f := &flow{g: t.g, results: d.Type.Results}
	t.paragraphs(f.sentences(d.Body.List, "it"))
}

// paragraphs writes sentences as prose, or as a list between empty lines.
func (t *goTeller) paragraphs(sentences []string) {
	listed := len(sentences) > maxProse
	if listed {
		t.v.gap()
	}
	for _, line := range paragraphs(sentences) {
		t.v.line(line)
	}
	if listed {
		t.v.gap()
	}
}

// maxProse is how many sentences are told as prose before a list is easier to read.
const maxProse = 6

// paragraphs puts sentences on lines: a new line after a loop, or one line each
// in a list where there are many.
func paragraphs(sentences []string) []string {
	if len(sentences) > maxProse {
		out := make([]string, 0, len(sentences))
		for _, s := range sentences {
			out = append(out, "- "+s)
		}
		return out
	}
	var out []string
	for _, s := range sentences {
		if len(out) == 0 || strings.HasPrefix(s, "After the loop") {
			out = append(out, s)
			continue
		}
		out[len(out)-1] += " " + s
	}
	return out
}

// statements explains code that is statements without a function around them.
func (t *goTeller) statements(d *ast.FuncDecl) {
	t.v.line(fmt.Sprintf("These are statements without their function (%s).", linesOf(t.s.first, t.s.last)))
	f := &flow{g: t.g, begun: true}
	t.paragraphs(f.sentences(d.Body.List, "the code"))
	if calls := t.g.callWords(t.g.calls(d.Body, t.packageOf(), nil), t.packageOf(), nil); calls != "" {
		t.v.line("Calls: " + calls + ".")
	}
}

// selected says what the selected lines are where they are only a part of the function.
func (t *goTeller) selected(d *ast.FuncDecl) {
	open, end := t.g.line(d.Body.Lbrace), t.g.line(d.Body.Rbrace)
	if t.s.first <= open || t.s.last >= end {
		return
	}
	inside := t.within(d.Body.List)
	if len(inside) == len(d.Body.List) && len(inside) > 0 && inside[0] == d.Body.List[0] {
		return // all of it, which was told
	}
	at := linesOf(t.s.first, t.s.last)
	if len(inside) == 0 {
		t.v.line(fmt.Sprintf("The selection (%s) holds no statement of its own.", at))
		return
	}
	f := &flow{g: t.g, results: d.Type.Results, begun: true}
	if head := f.headWords(inside, t.s.last); head != "" {
		t.v.line(fmt.Sprintf("The selection (%s) is the head of a statement: it %s.", at, head))
		return
	}
	told := f.sentences(inside, "it")
	t.v.line(fmt.Sprintf("The selection (%s) is this part: %s", at, strings.Join(told, " ")))
}

// within returns the statements the selection touches, in the innermost block
// that holds all of it.
func (t *goTeller) within(list []ast.Stmt) []ast.Stmt {
	var touched []ast.Stmt
	for _, s := range list {
		if t.g.line(s.Pos()) <= t.s.last && t.g.endLine(s) >= t.s.first {
			touched = append(touched, s)
		}
	}
	if len(touched) != 1 {
		return touched
	}
	var inner []ast.Stmt
	ast.Inspect(touched[0], func(n ast.Node) bool {
		list := stmtList(n)
		if len(list) == 0 || len(inner) > 0 || t.g.line(list[0].Pos()) > t.s.first || t.g.endLine(list[len(list)-1]) < t.s.last {
			return len(inner) == 0
		}
		if t.g.line(n.Pos()) < t.s.first {
			inner = t.within(list)
		}
		return len(inner) == 0
	})
	if len(inner) > 0 {
		return inner
	}
	return touched
}

// stmtList returns the statements a node holds directly.
func stmtList(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

// footer counts the ways out and lists calls and uses.
func (t *goTeller) footer(d *ast.FuncDecl) {
	t.v.say(t.g.waysOut(d.Type, d.Body).words(lastIsError(d.Type.Results)) + ".")
	if t.v.err != nil {
		return
	}
	pkg := t.packageOf()
	if calls := t.g.callWords(t.g.calls(d.Body, pkg, t.typesOf()), pkg, t.typesOf()); calls != "" {
		t.v.say(" Calls: " + calls + ".")
	}
	switch {
	case d.Recv != nil:
		t.sayUses(d, pkg.methodUses(d, t.typesOf()), pkg.fence.cut)
	case d.Name.Name != "main" && d.Name.Name != "init":
		list, atLeast := pkg.uses(d.Name.Name)
		t.sayUses(d, list, atLeast)
	}
	t.v.say("\n")
}

// sayUses writes who uses a function; its uses of itself are told apart.
func (t *goTeller) sayUses(d *ast.FuncDecl, list []string, atLeast bool) {
	var others []string
	var own []int
	for _, use := range list {
		line := t.ownLine(use)
		if line >= t.g.line(d.Pos()) && line <= t.g.endLine(d) {
			own = append(own, line)
		} else {
			others = append(others, use)
		}
	}
	if len(own) > 0 {
		t.v.say(" It refers to itself (" + numbers(own) + ").")
	}
	if words := useWords(others, atLeast); words != "" {
		t.v.say(" " + words)
	}
}

// ownLine returns the line of a use in the file asked about, 0 for another file.
func (t *goTeller) ownLine(use string) int {
	prefix := "line "
	if t.g.path != "" {
		prefix = filepath.Base(t.g.path) + ":"
	}
	number, ok := strings.CutPrefix(use, prefix)
	line, err := strconv.Atoi(number)
	if !ok || err != nil {
		return 0
	}
	return line
}

// useWords writes the places that use a name.
func useWords(list []string, atLeast bool) string {
	if len(list) == 0 {
		if atLeast {
			return "No use was found in the files read."
		}
		return ""
	}
	more := ""
	if len(list) > maxUses {
		more = " and " + count(len(list)-maxUses, "more place")
		list = list[:maxUses]
	}
	words := "Used by: "
	if atLeast {
		words = "Used by, at least: "
	}
	return words + strings.Join(codes(list), ", ") + more + "."
}

// worth lists what is certainly worth a look.
func (t *goTeller) worth(findings []string) {
	if len(findings) > 0 {
		t.v.line("Worth a look: " + strings.Join(findings, "; also, ") + ".")
	}
}

// nothing says what the selection is where it touches no declaration.
func (t *goTeller) nothing() {
	if t.s.text == "" || strings.TrimSpace(t.s.text) == "" {
		t.v.line("There is no code here: the text is empty.")
		return
	}
	t.v.line(fmt.Sprintf("The selection (%s) touches no declaration.", linesOf(t.s.first, t.s.last)))
	t.list(t.g.ast.Decls)
}
