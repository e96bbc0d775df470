//go:build ignore

// The program generate writes std.txt.gz: the exported functions, variables, types
// and methods of the standard library packages that Go code uses most, without
// bodies, so that calls into them have types where no Go installation is read.
// Run it with "go generate ./engine/backend/outline".
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"go/format"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strings"
)

// packages are the ones described.
const packages = `archive/tar archive/zip bufio bytes cmp compress/gzip context crypto/rand crypto/sha256 database/sql
encoding/base64 encoding/binary encoding/csv encoding/hex encoding/json encoding/xml errors flag fmt hash html/template io io/fs
iter log log/slog maps math math/rand mime/multipart net net/http net/url os os/exec os/signal path path/filepath reflect regexp
slices sort strconv strings sync sync/atomic testing text/template time unicode unicode/utf8`

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	imp := importer.ForCompiler(token.NewFileSet(), "source", nil)
	var out bytes.Buffer
	for _, path := range strings.Fields(packages) {
		pkg, err := imp.Import(path)
		if err != nil {
			return fmt.Errorf("import %s: %w", path, err)
		}
		w := &writer{pkg: pkg, imports: map[string]bool{}}
		src, err := w.source()
		if err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		fmt.Fprintf(&out, "-- %s --\n%s", path, src)
	}
	return write("std/std.txt.gz", out.Bytes())
}

// write writes a file, packed.
func write(path string, text []byte) error {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(text); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

type writer struct {
	pkg     *types.Package
	imports map[string]bool
	body    bytes.Buffer
}

func (w *writer) qualify(p *types.Package) string {
	if p == w.pkg {
		return ""
	}
	w.imports[p.Path()] = true
	return p.Name()
}

func (w *writer) text(t types.Type) string { return types.TypeString(t, w.qualify) }

func (w *writer) source() ([]byte, error) {
	scope := w.pkg.Scope()
	for _, name := range scope.Names() {
		obj := scope.Lookup(name)
		if !obj.Exported() {
			continue
		}
		switch obj := obj.(type) {
		case *types.Var:
			fmt.Fprintf(&w.body, "var %s %s\n", name, w.text(obj.Type()))
		case *types.Func:
			fmt.Fprintf(&w.body, "func %s%s\n", name, strings.TrimPrefix(w.text(obj.Type()), "func"))
		case *types.TypeName:
			w.typeName(obj)
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "package %s\n", w.pkg.Name())
	paths := make([]string, 0, len(w.imports))
	for path := range w.imports {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		fmt.Fprintf(&b, "import %q\n", path)
	}
	b.Write(w.body.Bytes())
	return format.Source(b.Bytes())
}

func (w *writer) typeName(obj *types.TypeName) {
	named, ok := types.Unalias(obj.Type()).(*types.Named)
	if obj.IsAlias() || !ok {
		fmt.Fprintf(&w.body, "type %s = %s\n", obj.Name(), w.text(types.Unalias(obj.Type())))
		return
	}
	params, args := w.typeParams(named)
	under := named.Underlying()
	if s, ok := under.(*types.Struct); ok {
		under = exported(s)
	}
	fmt.Fprintf(&w.body, "type %s%s %s\n", obj.Name(), params, w.text(under))
	if types.IsInterface(named) {
		return
	}
	methods := types.NewMethodSet(types.NewPointer(named))
	for i := range methods.Len() {
		m, ok := methods.At(i).Obj().(*types.Func)
		if !ok || !m.Exported() || len(methods.At(i).Index()) > 1 && visible(named, methods.At(i).Index()) {
			continue
		}
		star := "*"
		if types.NewMethodSet(named).Lookup(m.Pkg(), m.Name()) != nil {
			star = ""
		}
		fmt.Fprintf(&w.body, "func (%s%s%s) %s%s\n", star, obj.Name(), args, m.Name(), strings.TrimPrefix(w.text(m.Type()), "func"))
	}
}

func (w *writer) typeParams(named *types.Named) (params, args string) {
	list := named.TypeParams()
	if list.Len() == 0 {
		return "", ""
	}
	var ps, as []string
	for i := range list.Len() {
		p := list.At(i)
		ps = append(ps, p.Obj().Name()+" "+w.text(p.Constraint()))
		as = append(as, p.Obj().Name())
	}
	return "[" + strings.Join(ps, ", ") + "]", "[" + strings.Join(as, ", ") + "]"
}

// visible says whether a promoted method comes by an exported embedded field,
// which the struct's text still has.
func visible(named *types.Named, index []int) bool {
	s, ok := named.Underlying().(*types.Struct)
	return ok && s.Field(index[0]).Exported()
}

// exported is a struct with its exported fields alone.
func exported(s *types.Struct) *types.Struct {
	var fields []*types.Var
	for f := range s.Fields() {
		if f.Exported() {
			fields = append(fields, f)
		}
	}
	return types.NewStruct(fields, nil)
}
