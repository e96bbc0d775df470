package syntax

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
)

// goPackage stands before a piece of Go that has no package clause.
const goPackage = "package p\n"

// goFile parses a Go text, whole or a piece. shift is how far its offsets are
// ahead of the text's. ok is false where it does not parse.
func goFile(text string, mode parser.Mode) (file *ast.File, at func(token.Pos) int, ok bool) {
	shift := 0
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, mode)
	if err != nil && !startsPackage(text) {
		fset, shift = token.NewFileSet(), len(goPackage)
		file, err = parser.ParseFile(fset, "", goPackage+text, mode)
	}
	if err != nil {
		return nil, nil, false
	}
	base := fset.File(file.FileStart).Base()
	return file, func(p token.Pos) int { return min(max(int(p)-base-shift, 0), len(text)) }, true
}

// startsPackage says whether a text's first word is Go's package.
func startsPackage(text string) bool {
	var sc scanner.Scanner
	sc.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text), nil, 0)
	_, first, _ := sc.Scan()
	return first == token.PACKAGE
}

// goSymbols reads the declarations of Go that parses.
func goSymbols(text string) ([]Symbol, bool) {
	file, at, ok := goFile(text, parser.ParseComments|parser.SkipObjectResolution)
	if !ok {
		return nil, false
	}
	out := make([]Symbol, 0, len(file.Decls))
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			out = append(out, goFunc(d, at))
		case *ast.GenDecl:
			out = append(out, goSpecs(d, at)...)
		}
	}
	sortSymbols(out)
	return out, true
}

func goFunc(d *ast.FuncDecl, at func(token.Pos) int) Symbol {
	s := Symbol{Name: d.Name.Name, Kind: kindFunction, Code: at(d.Pos()), End: at(d.End())}
	s.Start = docStart(d.Doc, s.Code, at)
	if d.Recv != nil && len(d.Recv.List) > 0 {
		s.Kind, s.Container = kindMethod, typeName(d.Recv.List[0].Type)
	}
	return s
}

func docStart(doc *ast.CommentGroup, code int, at func(token.Pos) int) int {
	if doc == nil {
		return code
	}
	return at(doc.Pos())
}

// typeName is the name in a receiver's type: T of *T and T[P].
func typeName(e ast.Expr) string {
	for {
		switch t := e.(type) {
		case *ast.Ident:
			return t.Name
		case *ast.StarExpr:
			e = t.X
		case *ast.ParenExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		default:
			return ""
		}
	}
}

// goSpecs lists what a type, const or var declaration declares. In a group each
// has its own lines; alone it has the keyword's too.
func goSpecs(d *ast.GenDecl, at func(token.Pos) int) []Symbol {
	var out []Symbol
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			out = append(out, goSpec(d, spec, s.Doc, s.Name.Name, goTypeKind(s), at))
		case *ast.ValueSpec:
			kind := kindVariable
			if d.Tok == token.CONST {
				kind = kindConstant
			}
			for _, name := range s.Names {
				if name.Name != "_" {
					out = append(out, goSpec(d, spec, s.Doc, name.Name, kind, at))
				}
			}
		}
	}
	return out
}

func goSpec(d *ast.GenDecl, spec ast.Spec, doc *ast.CommentGroup, name, kind string, at func(token.Pos) int) Symbol {
	s := Symbol{Name: name, Kind: kind, Code: at(spec.Pos()), End: at(spec.End())}
	if !d.Lparen.IsValid() {
		s.Code, doc = at(d.Pos()), d.Doc
	}
	s.Start = docStart(doc, s.Code, at)
	return s
}

func goTypeKind(s *ast.TypeSpec) string {
	switch s.Type.(type) {
	case *ast.StructType:
		return kindStruct
	case *ast.InterfaceType:
		return kindInterface
	}
	return kindType
}
