package outline

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// maxUses is how many places that use a name are listed.
const maxUses = 12

// uses lists where a package-level name is used: in its own package, and, for an
// exported one, in the other packages of the workspace folder that import it.
// "at least" is true where something was left out for the budget's sake.
func (p *goPackage) uses(name string) (list []string, atLeast bool) {
	for _, f := range slices.Concat(p.files, p.elsewhere) {
		if !strings.Contains(f.src, name) {
			continue
		}
		if f.bare {
			f = parseGo(token.NewFileSet(), f.path, f.src)
		}
		list = append(list, f.useLines(f.unresolved(name), filepath.Base(f.path))...)
	}
	if p.dir == "" {
		return list, false
	}
	list = append(list, p.testUses(name)...)
	if token.IsExported(name) && p.self.ast.Name.Name != "main" {
		list = append(list, p.importerUses(name)...)
	}
	return list, p.fence.cut
}

// useLines writes uses as "file.go:12", one per line of code.
func (g *goFile) useLines(ids []*ast.Ident, name string) []string {
	var out []string
	last := 0
	for _, id := range ids {
		line := g.line(id.Pos())
		if line == last {
			continue
		}
		last = line
		if g.path == "" {
			out = append(out, fmt.Sprintf("line %d", line))
			continue
		}
		out = append(out, fmt.Sprintf("%s:%d", name, line))
	}
	return out
}

// testUses looks into the test files beside the file: those of the package, and
// those of its external test package, which import it.
func (p *goPackage) testUses(name string) []string {
	var out []string
	names, _ := p.fence.readDir(p.dir)
	slices.Sort(names)
	for _, base := range names {
		path := filepath.Join(p.dir, base)
		if !strings.HasSuffix(base, "_test.go") || p.has(path) {
			continue
		}
		src, err := p.fence.readFile(path)
		if err != nil || !bytes.Contains(src, []byte(name)) || !builds(base, src) {
			continue
		}
		f := parseGo(token.NewFileSet(), path, string(src))
		switch f.ast.Name.Name {
		case p.self.ast.Name.Name:
			out = append(out, f.useLines(f.unresolved(name), base)...)
		case p.self.ast.Name.Name + "_test":
			out = append(out, f.useLines(f.qualified(p.importPath(), name), base)...)
		}
	}
	return out
}

func (p *goPackage) has(path string) bool {
	return slices.ContainsFunc(p.files, func(f *goFile) bool { return filepath.Clean(f.path) == path })
}

// qualified lists the uses of `pkg.name` in a file that imports the package.
func (g *goFile) qualified(importPath, name string) []*ast.Ident {
	var out []*ast.Ident
	if importPath == "" || !g.imports(importPath) {
		return nil
	}
	ast.Inspect(g.ast, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == name && g.qualifier(sel) == importPath {
			out = append(out, sel.Sel)
		}
		return true
	})
	return out
}

func (g *goFile) imports(path string) bool {
	return slices.ContainsFunc(g.ast.Imports, func(s *ast.ImportSpec) bool { return strings.Trim(s.Path.Value, "\"`") == path })
}

// importPath returns the package's import path from the go.mod above it, "" where
// there is none in the workspace folder.
func (p *goPackage) importPath() string {
	root, module := p.module()
	if module == "" {
		return ""
	}
	rel, err := filepath.Rel(root, p.dir)
	if err != nil {
		return ""
	}
	if rel == "." {
		return module
	}
	return module + "/" + filepath.ToSlash(rel)
}

// module finds the go.mod above the package, no further up than the workspace folder.
func (p *goPackage) module() (root, path string) {
	for dir := p.dir; dir != "" && p.fence.inside(dir); dir = filepath.Dir(dir) {
		if data, err := p.fence.readFile(filepath.Join(dir, "go.mod")); err == nil {
			return dir, modulePath(data)
		}
		if dir == p.fence.root || dir == filepath.Dir(dir) {
			break
		}
	}
	return "", ""
}

// modulePath reads the module line of a go.mod.
func modulePath(data []byte) string {
	for line := range bytes.Lines(data) {
		words := strings.Fields(string(line))
		if len(words) > 1 && words[0] == "module" {
			return strings.Trim(words[1], `"`+"`")
		}
	}
	return ""
}

// importerUses looks for uses in the other packages of the module.
func (p *goPackage) importerUses(name string) []string {
	root, module := p.module()
	if module == "" {
		return nil
	}
	path := p.importPath()
	var out []string
	p.walk(root, func(file string) {
		src, err := p.fence.readFile(file)
		if err != nil || !bytes.Contains(src, []byte(path)) || !bytes.Contains(src, []byte(name)) {
			return
		}
		f := parseGo(token.NewFileSet(), file, string(src))
		rel, err := filepath.Rel(p.fence.root, file)
		if err != nil {
			return
		}
		out = append(out, f.useLines(f.qualified(path, name), filepath.ToSlash(rel))...)
	})
	return out
}

// walk calls visit for the Go files below root that are not in the package's own
// folder. Folders that the go command skips are skipped, and other modules.
func (p *goPackage) walk(root string, visit func(file string)) {
	folders := []string{root}
	for len(folders) > 0 && !p.fence.spent() {
		dir := folders[0]
		folders = folders[1:]
		names, subs := p.fence.readDir(dir)
		if dir != root && slices.Contains(names, "go.mod") {
			continue
		}
		slices.Sort(names)
		slices.Sort(subs)
		for _, name := range names {
			if dir != p.dir && strings.HasSuffix(name, ".go") {
				visit(filepath.Join(dir, name))
			}
		}
		for _, sub := range subs {
			if sub != "vendor" && sub != "testdata" && sub != "node_modules" && sub[0] != '.' && sub[0] != '_' {
				folders = append(folders, filepath.Join(dir, sub))
			}
		}
	}
}
