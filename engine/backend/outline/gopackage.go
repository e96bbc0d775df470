package outline

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// goPackage is the package of the code asked about, as far as it could be read:
// the file itself and its neighbours in the folder.
type goPackage struct {
	fence *fence
	std   *stdCache
	self  *goFile
	dir   string    // "" where the file is not in the workspace
	files []*goFile // the file itself first, then its neighbours by name

	// elsewhere are neighbours that belong to builds for other systems. They use
	// names but declare nothing here.
	elsewhere []*goFile

	// decls maps a package-level name, or "Type.Method", to where it is declared.
	decls map[string]place
}

// place is a declaration in a file.
type place struct {
	file *goFile
	node ast.Node
}

// loadPackage reads the neighbours of a file that belong to its package and to
// this system, test files among them where the file itself is one.
func loadPackage(g *goFile, fence *fence, std *stdCache) *goPackage {
	p := &goPackage{fence: fence, std: std, self: g, files: []*goFile{g}, decls: map[string]place{}}
	if g.path != "" && fence.reaches(filepath.Dir(g.path)) {
		p.dir = filepath.Dir(g.path)
		p.readNeighbours()
	}
	for _, f := range p.files {
		p.index(f)
	}
	return p
}

func (p *goPackage) readNeighbours() {
	names, _ := p.fence.readDir(p.dir)
	slices.Sort(names)
	test := strings.HasSuffix(p.self.path, "_test.go")
	for _, name := range names {
		path := filepath.Join(p.dir, name)
		if !strings.HasSuffix(name, ".go") || path == filepath.Clean(p.self.path) || strings.HasSuffix(name, "_test.go") && !test {
			continue
		}
		src, err := p.fence.readFile(path)
		if err != nil {
			continue
		}
		f := parseBare(p.self.fset, path, string(src))
		switch {
		case f.ast.Name.Name != p.self.ast.Name.Name:
		case builds(name, src):
			p.files = append(p.files, f)
		default:
			p.elsewhere = append(p.elsewhere, f)
		}
	}
}

// index notes a file's package-level declarations. The first of a name wins.
func (p *goPackage) index(f *goFile) {
	add := func(name string, n ast.Node) {
		if _, ok := p.decls[name]; !ok && name != "_" {
			p.decls[name] = place{f, n}
		}
	}
	for _, d := range f.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if typ, _ := receiver(d); d.Recv != nil {
				add(typ+"."+d.Name.Name, d)
			} else if d.Name.Name != "init" {
				add(d.Name.Name, d)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name.Name, spec)
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						add(id.Name, id)
					}
				}
			}
		}
	}
}

// declares says whether the package declares a name.
func (p *goPackage) declares(name string) bool {
	_, ok := p.decls[name]
	return ok
}

// isType says whether what looks like a function called is known to be a type.
func (p *goPackage) isType(fun ast.Expr, types *typed) bool {
	if types != nil && types.info.Types[fun].IsType() {
		return true
	}
	id, ok := fun.(*ast.Ident)
	if !ok || object(id) != nil {
		return false
	}
	_, ok = p.decls[id.Name].node.(*ast.TypeSpec)
	return ok
}

// declared says where a called function of the package is declared:
// "retry.go:31", "" where it was not found.
func (p *goPackage) declared(c call, types *typed) string {
	if types != nil {
		if f := types.function(c.fun); f != nil {
			if at, ok := p.decls[types.key(f.Origin())]; ok {
				return at.String()
			}
			return ""
		}
	}
	id, ok := c.fun.(*ast.Ident)
	if !ok || c.kind != callPackage {
		return ""
	}
	if at, ok := p.decls[id.Name]; ok {
		if _, isFunc := at.node.(*ast.FuncDecl); isFunc {
			return at.String()
		}
	}
	return ""
}

// String writes a place as "file.go:12".
func (at place) String() string {
	pos := at.node.Pos()
	if d, ok := at.node.(*ast.FuncDecl); ok {
		pos = d.Name.Pos()
	}
	name := "line "
	if at.file.path != "" {
		name = filepath.Base(at.file.path) + ":"
	}
	return fmt.Sprintf("%s%d", name, at.file.line(pos))
}

// builds says whether a Go file belongs to a build for this system: by its name
// and its build constraint.
func builds(name string, src []byte) bool {
	parts := strings.Split(strings.TrimSuffix(strings.TrimSuffix(name, ".go"), "_test"), "_")
	if n := len(parts); n > 1 && !suffixMatches(parts[1:]) {
		return false
	}
	for line := range bytes.Lines(src) {
		text := strings.TrimSpace(string(line))
		if strings.HasPrefix(text, "package ") {
			return true
		}
		if constraint.IsGoBuild(text) {
			expr, err := constraint.Parse(text)
			return err != nil || expr.Eval(hasTag)
		}
	}
	return true
}

// suffixMatches reads the _GOOS, _GOARCH and _GOOS_GOARCH endings of a file name.
func suffixMatches(parts []string) bool {
	last := parts[len(parts)-1]
	if knownArch(last) {
		if last != runtime.GOARCH {
			return false
		}
		if len(parts) == 1 {
			return true
		}
		last = parts[len(parts)-2]
	}
	return !knownOS(last) || hasTag(last)
}

// hasTag evaluates a build tag for this system, with every Go release's tag set.
func hasTag(tag string) bool {
	switch tag {
	case runtime.GOOS, runtime.GOARCH, "gc":
		return true
	case "unix":
		return runtime.GOOS != "windows" && runtime.GOOS != "plan9" && runtime.GOOS != "js" && runtime.GOOS != "wasip1"
	}
	return strings.HasPrefix(tag, "go1")
}

// knownOS lists the GOOS values that a file name may end in (go/build's list).
func knownOS(s string) bool {
	return slices.Contains(strings.Fields("aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos"), s)
}

// knownArch lists the GOARCH values that a file name may end in (go/build's list).
func knownArch(s string) bool {
	return slices.Contains(strings.Fields("386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm"), s)
}
