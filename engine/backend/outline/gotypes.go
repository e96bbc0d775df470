package outline

import (
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

//go:generate go run std/generate.go

// stdPacked is stdText, which is a fifth as long so.
//
//go:embed std/std.txt.gz
var stdPacked string

// stdText holds the declarations of the standard library packages that Go code
// uses most, as "-- path --" sections. It is unpacked once, in two milliseconds.
var stdText = sync.OnceValue(func() string {
	r, err := gzip.NewReader(strings.NewReader(stdPacked))
	if err != nil {
		return "" // it is part of the program, and a test reads it
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return ""
	}
	return string(text)
})

// errNoPackage says that an import was not found. The checker goes on without it.
var errNoPackage = errors.New("the package is not at hand")

// typed is what the type checker knows of the code asked about. Where an import
// is missing or the code is wrong, it knows less; what it knows is right.
type typed struct {
	fset *token.FileSet
	info *types.Info
	pkg  *types.Package
}

// checkTypes checks the package with the bodies of the functions that keep
// accepts; the others count by their signatures alone. It returns nil where the
// checker failed altogether.
func (p *goPackage) checkTypes(keep func(f *goFile, d *ast.FuncDecl) bool) (out *typed) {
	if p.fence.late() {
		return nil
	}
	defer func() {
		if recover() != nil {
			out = nil // the checker's own fault, on code it was not made for
		}
	}()
	t := &typed{fset: p.self.fset, info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	var files []*ast.File
	for _, f := range p.files {
		files = append(files, withoutBodies(f, keep))
	}
	imp := &stubImporter{p: p, fset: p.self.fset, done: map[string]*types.Package{}}
	t.pkg = checkFiles(p.importPath(), imp.fset, files, imp, t.info)
	return t
}

// withoutBodies copies a file's declarations without the bodies of the functions
// that keep does not accept. The file itself stays as it is.
func withoutBodies(f *goFile, keep func(f *goFile, d *ast.FuncDecl) bool) *ast.File {
	file := *f.ast
	file.Decls = make([]ast.Decl, len(f.ast.Decls))
	for i, d := range f.ast.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && (keep == nil || !keep(f, fn)) {
			bare := *fn
			bare.Body = nil
			d = &bare
		}
		file.Decls[i] = d
	}
	return &file
}

// stdCache holds the standard library packages checked so far. They do not
// change, so they are kept for the process's life and shared by all answers.
type stdCache struct {
	mu   sync.Mutex
	done map[string]*types.Package // nil while it is being imported
}

// get returns a package of the standard library, nil where stdText has none.
func (c *stdCache) get(path string) *types.Package {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = map[string]*types.Package{"unsafe": types.Unsafe}
	}
	pkg, _ := c.Import(path) // no package says the same
	return pkg
}

// isType says whether a package of the standard library is known to have a type
// of that name.
func (c *stdCache) isType(path, name string) bool {
	if path == "" {
		return false
	}
	pkg := c.get(path)
	if pkg == nil {
		return false
	}
	_, ok := pkg.Scope().Lookup(name).(*types.TypeName)
	return ok
}

// Import implements types.Importer. The caller holds mu.
func (c *stdCache) Import(path string) (*types.Package, error) {
	if pkg, ok := c.done[path]; ok {
		if pkg == nil {
			return nil, errNoPackage // not there, or an import cycle
		}
		return pkg, nil
	}
	c.done[path] = nil
	src := stdSource(path)
	if src == "" {
		return nil, errNoPackage
	}
	fset := token.NewFileSet()
	c.done[path] = checkFiles(path, fset, []*ast.File{parseBare(fset, "", src).ast}, c, nil)
	return c.done[path], nil
}

// checkFiles checks one package. Errors are what missing imports give; the
// package is there nevertheless.
func checkFiles(path string, fset *token.FileSet, files []*ast.File, imp types.Importer, info *types.Info) *types.Package {
	conf := types.Config{Importer: imp, Error: func(error) {}, FakeImportC: true}
	pkg, _ := conf.Check(path, fset, files, info)
	return pkg
}

// stubImporter imports the standard library from the cache and other packages of
// the module from their folder. It belongs to one answer.
type stubImporter struct {
	p    *goPackage
	fset *token.FileSet
	done map[string]*types.Package // nil while it is being imported
}

// Import implements types.Importer.
func (imp *stubImporter) Import(path string) (*types.Package, error) {
	if pkg := imp.p.std.get(path); pkg != nil {
		return pkg, nil
	}
	if pkg, ok := imp.done[path]; ok {
		if pkg == nil {
			return nil, errNoPackage // an import cycle
		}
		return pkg, nil
	}
	imp.done[path] = nil
	files := imp.files(path)
	if len(files) == 0 {
		return nil, fmt.Errorf("import %s: %w", path, errNoPackage)
	}
	pkg := checkFiles(path, imp.fset, files, imp, nil)
	imp.done[path] = pkg
	return pkg, nil
}

// files returns a package's declarations without bodies.
func (imp *stubImporter) files(path string) []*ast.File {
	root, module := imp.p.module()
	rel, ok := strings.CutPrefix(path, module+"/")
	if path == module {
		rel, ok = ".", true
	}
	if module == "" || !ok {
		return nil
	}
	dir := filepath.Join(root, filepath.FromSlash(rel))
	names, _ := imp.p.fence.readDir(dir)
	slices.Sort(names)
	var out []*ast.File
	for _, name := range names {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := imp.p.fence.readFile(filepath.Join(dir, name))
		if err == nil && builds(name, src) {
			out = append(out, withoutBodies(parseBare(imp.fset, filepath.Join(dir, name), string(src)), nil))
		}
	}
	return out
}

// stdSource returns the section of stdText for a package, "" where it has none.
func stdSource(path string) string {
	_, rest, ok := strings.Cut("\n"+stdText(), "\n-- "+path+" --\n")
	if !ok {
		return ""
	}
	src, _, _ := strings.Cut(rest, "\n-- ")
	return src
}

// returnsError says whether a call's last result is certainly an error.
func (t *typed) returnsError(call *ast.CallExpr) bool {
	tv, ok := t.info.Types[call]
	if !ok || tv.Type == nil || tv.IsType() {
		return false
	}
	last := tv.Type
	if tuple, ok := last.(*types.Tuple); ok {
		if tuple.Len() == 0 {
			return false
		}
		last = tuple.At(tuple.Len() - 1).Type()
	}
	return types.Identical(last, types.Universe.Lookup("error").Type())
}

// function returns what a call calls, nil where that is not certain or no function.
func (t *typed) function(fun ast.Expr) *types.Func {
	switch x := ast.Unparen(fun).(type) {
	case *ast.Ident:
		f, _ := t.info.Uses[x].(*types.Func)
		return f
	case *ast.SelectorExpr:
		f, _ := t.info.Uses[x.Sel].(*types.Func)
		return f
	case *ast.IndexExpr:
		return t.function(x.X)
	case *ast.IndexListExpr:
		return t.function(x.X)
	}
	return nil
}

// harmless says whether ignoring a function's error is usual: printing, closing,
// and writers that never fail or keep the error for later.
func harmless(f *types.Func) bool {
	pkg := ""
	if f.Pkg() != nil {
		pkg = f.Pkg().Path()
	}
	name := f.Name()
	if pkg == "fmt" && (strings.HasPrefix(name, "Print") || strings.HasPrefix(name, "Fprint")) || strings.HasPrefix(strings.ToLower(name), "close") {
		return true
	}
	switch pkg {
	case "bytes", "strings", "hash", "text/tabwriter", "math/rand", "crypto/rand":
		return true
	case "bufio":
		return name != "Flush"
	}
	return name == "Write" && f.Signature().Recv() != nil
}

// ignoredErrors finds calls that stand as statements and whose last result is an error.
func (t *typed) ignoredErrors(g *goFile, fn *ast.FuncDecl) []finding {
	var out []finding
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		s, ok := n.(*ast.ExprStmt)
		if !ok {
			return true
		}
		call, ok := ast.Unparen(s.X).(*ast.CallExpr)
		if !ok || !t.returnsError(call) {
			return true
		}
		if f := t.function(call.Fun); f != nil && !harmless(f) {
			out = append(out, finding{g.line(s.Pos()), fmt.Sprintf("the error that %s returns (%d) is ignored", g.code(call.Fun), g.line(s.Pos()))})
		}
		return true
	})
	return out
}

// key names a function as goPackage.decls does, "" for one of another package.
func (t *typed) key(f *types.Func) string {
	if f == nil || f.Pkg() != t.pkg || t.pkg == nil {
		return ""
	}
	recv := f.Signature().Recv()
	if recv == nil {
		return f.Name()
	}
	typ := recv.Type()
	if ptr, ok := typ.(*types.Pointer); ok {
		typ = ptr.Elem()
	}
	if named, ok := typ.(*types.Named); ok {
		return named.Obj().Name() + "." + f.Name()
	}
	return ""
}

// methodUses lists where the package's own files call or name a method, by type.
// The functions that name it must have been checked with their bodies.
func (p *goPackage) methodUses(d *ast.FuncDecl, t *typed) []string {
	typ, _ := receiver(d)
	if t == nil {
		return nil
	}
	var out []string
	for _, f := range p.files {
		var ids []*ast.Ident
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != d.Name.Name {
				return true
			}
			if m, ok := t.info.Uses[sel.Sel].(*types.Func); ok && t.key(m.Origin()) == typ+"."+d.Name.Name {
				ids = append(ids, sel.Sel)
			}
			return true
		})
		out = append(out, f.useLines(ids, filepath.Base(f.path))...)
	}
	return out
}

func mentionsMethod(d *ast.FuncDecl, name string) bool {
	found := false
	if d.Body == nil {
		return false
	}
	ast.Inspect(d.Body, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		found = found || ok && sel.Sel.Name == name
		return !found
	})
	return found
}
