package outline

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// goroot returns the folder of the Go installation's sources. The tests that read
// real code need them; the go command that runs the tests brings them.
func goroot(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("no Go installation to read:", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "src")
}

// realFiles lists Go files of this repository and of the standard library.
func realFiles(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{
		"*.go", "../../chat/*.go", "../../stream/*.go", "../../stream/*/*.go",
	} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, names...)
	}
	root := goroot(t)
	for _, name := range strings.Fields(`bufio/bufio.go bufio/scan.go context/context.go encoding/json/decode.go io/pipe.go io/io.go
		net/http/transfer.go os/exec/exec.go path/filepath/path.go sort/search.go sort/slice.go strings/builder.go strings/replace.go
		sync/pool.go text/template/exec.go time/format.go time/tick.go archive/tar/reader.go database/sql/convert.go log/log.go`) {
		out = append(out, filepath.Join(root, name))
	}
	return out
}

// TestTruth explains real functions and checks each claim that can be checked by
// another reading of the syntax tree.
func TestTruth(t *testing.T) {
	told := 0
	for _, path := range realFiles(t) {
		src, err := os.ReadFile(path)
		if err != nil {
			continue // a file of another release
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil || i%4 != 0 && len(file.Decls) > 15 {
				continue
			}
			told++
			c := newClaims(t, fset, fn, string(src))
			c.check(ask(t, nil, functionPrompt(path, string(src), c.first)))
		}
	}
	if told < 200 {
		t.Errorf("only %d functions were told about", told)
	}
}

func functionPrompt(path, src string, line int) *chat.Prompt {
	return &chat.Prompt{Action: chat.Explain, Context: []chat.ContextItem{{
		Kind: chat.ContextSelection, Path: path, Language: "go", Document: src, Span: chat.Span{FirstLine: line, LastLine: line},
	}}}
}

// claims is what is known about a function apart from the outline.
type claims struct {
	t           *testing.T
	name        string
	fn          *ast.FuncDecl
	source      string   // of the function with its comment, white space collapsed
	lines       []string // of the file
	first, last int
	loops       map[int]bool // lines where a loop starts
	returns     int          // return statements outside function literals
	calls       map[string]bool
	required    map[string]bool // the calls of plain names and qualified names
}

func newClaims(t *testing.T, fset *token.FileSet, fn *ast.FuncDecl, src string) *claims {
	line := func(p token.Pos) int { return fset.PositionFor(p, false).Line }
	offset := func(p token.Pos) int { return fset.PositionFor(p, false).Offset }
	c := &claims{
		t: t, fn: fn, name: fmt.Sprintf("%s %s", fset.Position(fn.Pos()), fn.Name.Name), first: line(fn.Pos()), last: line(fn.End()),
		lines: strings.Split(src, "\n"), source: collapse(src[offset(declStart(fn)):offset(fn.End())]), loops: map[int]bool{}, calls: map[string]bool{}, required: map[string]bool{},
	}
	c.t = t
	depth := 0
	var stack []ast.Node
	ast.Inspect(fn, func(n ast.Node) bool {
		if n == nil {
			if _, ok := stack[len(stack)-1].(*ast.FuncLit); ok {
				depth--
			}
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		switch n := n.(type) {
		case *ast.FuncLit:
			depth++
		case *ast.ForStmt, *ast.RangeStmt:
			c.loops[line(n.Pos())] = true
		case *ast.ReturnStmt:
			if depth == 0 {
				c.returns++
			}
		case *ast.CallExpr:
			text := collapse(src[offset(n.Fun.Pos()):offset(n.Fun.End())])
			c.calls[text] = true
			if _, ok := n.Fun.(*ast.SelectorExpr); ok && !strings.ContainsAny(text, "(){}") {
				c.required[text] = true
			}
		}
		return true
	})
	return c
}

func collapse(s string) string { return strings.Join(strings.Fields(s), " ") }

var (
	codeSpan   = regexp.MustCompile("(```` .*? ````|``` .*? ```|`` .*? ``|`[^`]*`)")
	lineClaim  = regexp.MustCompile(`\((?:lines? )?(\d+)(?:–(\d+))?\)`)
	loopClaim  = regexp.MustCompile(`loops (?:over|while|from|without)[^.;()]*\((?:line )?(\d+)\)\.`)
	usedClaim  = regexp.MustCompile("`[^`]*\\.go:(\\d+)`")
	placeClaim = regexp.MustCompile("`([^`]*)` \\(same package, [^:]*:(\\d+)\\)")
	pathsClaim = regexp.MustCompile(`Paths out: (\d+|none)(?:, (an error|one|two|three|four|five|six|seven|eight|nine|ten|\d+|all)? ?of them)?`)
)

// check looks at each claim of an outline.
func (c *claims) check(text string) {
	c.t.Helper()
	body, _, _ := strings.Cut(text, "\n*Built-in outline")
	_, body, _ = strings.Cut(body, "\n") // the heading quotes the comment
	c.spans(body)
	masked := codeSpan.ReplaceAllString(body, "C")
	for _, m := range lineClaim.FindAllStringSubmatch(masked, -1) {
		for _, s := range m[1:] {
			if n, err := strconv.Atoi(s); err == nil && (n < c.first || n > c.last) {
				c.t.Errorf("%s: line %d is outside %d–%d:\n%s", c.name, n, c.first, c.last, text)
			}
		}
	}
	for _, m := range loopClaim.FindAllStringSubmatch(masked, -1) {
		if n, _ := strconv.Atoi(m[1]); !c.loops[n] {
			c.t.Errorf("%s: no loop at line %d:\n%s", c.name, n, text)
		}
	}
	c.paths(masked, text)
	c.called(body)
}

// spans checks that quoted code stands in the function.
func (c *claims) spans(body string) {
	c.t.Helper()
	rest, used, more := body, "", ""
	if i := strings.LastIndex(body, " Used by: `"); i >= 0 {
		rest = body[:i]
		used, more, _ = strings.Cut(body[i:], "\n")
	}
	for _, m := range usedClaim.FindAllStringSubmatch(used, -1) {
		if n, _ := strconv.Atoi(m[1]); n > len(c.lines) || !strings.Contains(c.lines[n-1], c.fn.Name.Name) {
			c.t.Errorf("%s: line %d does not use it:\n%s", c.name, n, body)
		}
	}
	for _, m := range placeClaim.FindAllStringSubmatch(rest, -1) {
		name := m[1][strings.LastIndex(m[1], ".")+1:]
		if n, _ := strconv.Atoi(m[2]); n > len(c.lines) || !strings.Contains(c.lines[n-1], name) || !strings.Contains(c.lines[n-1], "func") {
			c.t.Errorf("%s: line %d does not declare %s:\n%s", c.name, n, name, body)
		}
	}
	rest += more
	for _, m := range codeSpan.FindAllString(rest, -1) {
		at := 0
		for _, part := range strings.Split(strings.Trim(m, "` "), "…") {
			part = strings.TrimSpace(part)
			i := strings.Index(c.source[at:], part)
			if i < 0 {
				if !c.grouped(part) {
					c.t.Errorf("%s: %s is not in the function:\n%s", c.name, m, body)
				}
				break
			}
			at += i
		}
	}
}

// grouped accepts what is put together from parts: a type parameter with its
// constraint, and the words of findings about standard types.
func (c *claims) grouped(part string) bool {
	for word := range strings.FieldsSeq(part) {
		if !strings.Contains(c.source, word) && word != "Wait" {
			return false
		}
	}
	return true
}

// paths checks the number of ways out.
func (c *claims) paths(masked, text string) {
	c.t.Helper()
	m := pathsClaim.FindStringSubmatch(masked)
	if m == nil {
		c.t.Errorf("%s: no paths out are told:\n%s", c.name, text)
		return
	}
	n, _ := strconv.Atoi(m[1])
	want := c.returns
	if c.fn.Type.Results.NumFields() == 0 && n != want {
		want++ // the end of the body
	}
	if n != want {
		c.t.Errorf("%s: %d paths out are told, there are %d returns:\n%s", c.name, n, c.returns, text)
	}
	if strings.Contains(m[0], "of them") && !lastIsError(c.fn.Type.Results) {
		c.t.Errorf("%s: errors are told of a function without an error result:\n%s", c.name, text)
	}
}

// called checks the list of calls both ways.
func (c *claims) called(body string) {
	c.t.Helper()
	_, list, found := strings.Cut(body, " Calls: ")
	list, _, _ = strings.Cut(list, "\n")
	list, _, _ = strings.Cut(list, " Used by")
	listed := map[string]bool{}
	for _, m := range codeSpan.FindAllString(list, -1) {
		name := strings.Trim(m, "` ")
		listed[name] = true
		if !c.calls[name] && !strings.Contains(name, "…") && !c.calls["("+name+")"] && !c.instantiated(name) {
			c.t.Errorf("%s: %s is told as a call and is none:\n%s", c.name, name, body)
		}
	}
	if strings.Contains(list, " others") || strings.Contains(list, "one other") {
		return
	}
	for name := range c.required {
		if stdType(name) {
			if listed[name] {
				c.t.Errorf("%s: the conversion %s is told as a call:\n%s", c.name, name, body)
			}
			continue
		}
		if !listed[name] && len(name) < maxCode {
			c.t.Errorf("%s: the call of %s is not told (any told: %v):\n%s", c.name, name, found, body)
		}
	}
}

// stdType lists conversions to types of the standard library in the files read.
func stdType(name string) bool {
	return tokens.Has("unsafe.Pointer time.Duration reflect.Kind driver.Value json.Number atomic.Int32 syscall.Signal http.HandlerFunc token.Pos bytes.Buffer context.CancelFunc fs.FileMode strings.Builder", name)
}

func (c *claims) instantiated(name string) bool {
	for call := range c.calls {
		if strings.HasPrefix(call, name+"[") {
			return true
		}
	}
	return false
}

// goBlock returns the fenced Go block of an answer.
func goBlock(t *testing.T, text string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "```go\n")
	block, _, ok2 := strings.Cut(rest, "\n```")
	if !ok || !ok2 {
		return ""
	}
	return block
}

// TestDocumentParses checks that doc comment skeletons of real code are Go.
func TestDocumentParses(t *testing.T) {
	for _, path := range realFiles(t) {
		src, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		p := functionPrompt(path, string(src), 1)
		p.Action, p.Context[0].Span.LastLine = chat.Document, 1<<20
		block := goBlock(t, ask(t, nil, p))
		if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+block, parser.ParseComments); err != nil {
			t.Errorf("%s: %v\n%s", path, err, block)
		}
	}
}

// TestTestsCheck checks that table tests of real packages are correct Go, types
// included, beside the package they are for.
func TestTestsCheck(t *testing.T) {
	root := goroot(t)
	imp := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, dir := range []string{"bufio", "context", "container/list", "encoding/csv", "flag", "io", "mime", "net/url", "path", "slices", "sort", "strings", "text/tabwriter"} {
		t.Run(dir, func(t *testing.T) { checkTests(t, imp, filepath.Join(root, dir), dir) })
	}
}

func checkTests(t *testing.T, imp types.Importer, dir, path string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	blocks := map[string]string{}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil || strings.HasSuffix(name, "_test.go") || !builds(filepath.Base(name), src) {
			continue
		}
		file, err := parser.ParseFile(fset, name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		p := functionPrompt(name, string(src), 1)
		p.Action, p.Context[0].Span.LastLine = chat.Tests, 1<<20
		if block := goBlock(t, ask(t, nil, p)); block != "" {
			blocks[name] = block
		}
	}
	for name, block := range blocks {
		file, err := parser.ParseFile(fset, "skeleton of "+filepath.Base(name), block, parser.ParseComments)
		if err != nil {
			t.Fatalf("%v\n%s", err, block)
		}
		files = append(files, file)
	}
	conf := types.Config{Importer: imp, Error: func(err error) {
		if e, ok := err.(types.Error); ok && strings.Contains(fset.Position(e.Pos).Filename, "skeleton") && !strings.Contains(e.Msg, "redeclared") {
			t.Errorf("%v", err)
		}
	}}
	_, _ = conf.Check(path, fset, files, nil) // errors were reported above
	if len(blocks) == 0 {
		t.Error("no skeletons were made")
	}
}

// TestTokenTruth asks about every line of the other languages' files: what is
// told with a line must stand on that line, and the answer must be about a
// declaration around the line where one is named.
func TestTokenTruth(t *testing.T) {
	stepClaim := regexp.MustCompile("`([^` ({…]*)[^`]*` \\((?:line )?(\\d+)\\)")
	rangeClaim := regexp.MustCompile(`^\*\*([^*]+)\*\* is .*?, lines? (\d+)(?:–(\d+))?[.:]`)
	paths, err := filepath.Glob("testdata/lang/*")
	if err != nil || len(paths) < 10 {
		t.Fatal("no files:", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		for at := range lines {
			got := ask(t, nil, selection(t, filepath.Dir(path), filepath.Base(path), chat.Explain, at+1, at+1))
			for _, m := range stepClaim.FindAllStringSubmatch(got, -1) {
				word := m[1][strings.LastIndex(m[1], ".")+1:]
				if n, _ := strconv.Atoi(m[2]); n < 1 || n > len(lines) || !strings.Contains(lines[n-1], word) {
					t.Errorf("%s:%d: %s is not on line %s:\n%s", path, at+1, m[0], m[2], got)
				}
			}
			m := rangeClaim.FindStringSubmatch(got)
			if m == nil {
				continue
			}
			first, _ := strconv.Atoi(m[2])
			last := first
			if m[3] != "" {
				last, _ = strconv.Atoi(m[3])
			}
			name := strings.ReplaceAll(m[1], `\_`, "_")
			if at+1 < first || at+1 > last || !strings.Contains(strings.Join(lines[first-1:last], "\n"), name[strings.LastIndexAny(name, ":.")+1:]) {
				t.Errorf("%s:%d: %s is said to be on lines %d–%d:\n%s", path, at+1, name, first, last, got)
			}
		}
	}
}
