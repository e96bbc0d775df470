package outline

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// maxListed is how many declarations a list holds.
const maxListed = 40

// list explains several declarations, or types, constants and variables: a line each.
func (t *goTeller) list(decls []ast.Decl) {
	var lines []string
	for _, d := range decls {
		lines = append(lines, t.listDecl(d)...)
	}
	if !t.s.fragment && len(decls) > 1 {
		t.v.line(t.fileWords(len(lines)))
	}
	for i, line := range lines {
		if i == maxListed {
			t.v.line("- " + count(len(lines)-i, "more declaration") + ".")
			break
		}
		if len(lines) > 1 {
			line = "- " + line
		}
		t.v.line(line)
	}
	if name := soleName(decls); name != "" && t.v.err == nil {
		t.v.line(useWords(t.packageOf().uses(name)))
	}
}

// soleName returns the name that declarations declare, "" where there is none or
// more than one.
func soleName(decls []ast.Decl) string {
	if len(decls) != 1 {
		return ""
	}
	d, ok := decls[0].(*ast.GenDecl)
	if !ok || len(d.Specs) != 1 {
		return ""
	}
	switch spec := d.Specs[0].(type) {
	case *ast.TypeSpec:
		return spec.Name.Name
	case *ast.ValueSpec:
		if len(spec.Names) == 1 {
			return spec.Names[0].Name
		}
	}
	return ""
}

// fileWords says what file a list is of.
func (t *goTeller) fileWords(n int) string {
	words := fmt.Sprintf("**%s** is a file of package %s with %s here", plain(t.s.name()), code(t.g.ast.Name.Name), count(n, "declaration"))
	if t.g.ast.Doc != nil {
		if doc := firstSentence(t.g.ast.Doc.Text()); doc != "" {
			return words + ": " + quote(doc)
		}
	}
	return words + "."
}

// listDecl tells one declaration, or each of a group.
func (t *goTeller) listDecl(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		words := t.headed(d, " ("+t.g.at(d)+")")
		if doc := docSentence(d.Doc, d.Name.Name); doc != "" {
			words += ": " + quote(doc)
		} else {
			words += "."
		}
		return []string{words + " It " + t.g.signature(d.Type) + "."}
	case *ast.GenDecl:
		if d.Tok == token.IMPORT {
			return t.importWords(d)
		}
		return t.listGroup(d)
	}
	return nil
}

func (t *goTeller) listGroup(d *ast.GenDecl) []string {
	var out []string
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			out = append(out, t.typeWords(d, spec))
		case *ast.ValueSpec:
			out = append(out, t.valueWords(d, spec))
		}
	}
	return out
}

// importWords tells an import declaration.
func (t *goTeller) importWords(d *ast.GenDecl) []string {
	var paths []string
	for _, spec := range d.Specs {
		if spec, ok := spec.(*ast.ImportSpec); ok {
			paths = append(paths, code(strings.Trim(spec.Path.Value, "\"`")))
		}
	}
	if len(paths) == 0 {
		return nil
	}
	return []string{"The import of " + and(paths) + " (" + t.g.at(d) + ")."}
}

// valueWords tells one line of a const or var block.
func (t *goTeller) valueWords(d *ast.GenDecl, spec *ast.ValueSpec) string {
	var names []string
	for _, id := range spec.Names {
		names = append(names, code(id.Name))
	}
	kind := "variable"
	if d.Tok == token.CONST {
		kind = "constant"
	}
	words := upper(and(names)) + " (" + t.g.at(spec) + "): " + kindWords(spec.Names[0].Name, kind)
	if spec.Type != nil {
		words += " of type " + t.g.code(spec.Type)
	}
	switch {
	case len(spec.Values) > 0:
		words += ", set to " + and(t.g.codes(spec.Values))
	case d.Tok == token.CONST:
		words += ", with the type and expression of the one before it"
	}
	for _, doc := range []*ast.CommentGroup{spec.Doc, spec.Comment, lone(d)} {
		if s := docSentence(doc, spec.Names[0].Name); s != "" {
			return words + ": " + quote(s)
		}
	}
	return words + "."
}

// lone returns the comment of a declaration that is not a group.
func lone(d *ast.GenDecl) *ast.CommentGroup {
	if len(d.Specs) == 1 {
		return d.Doc
	}
	return nil
}

// typeWords tells a type: what it is, what it holds, its methods.
func (t *goTeller) typeWords(d *ast.GenDecl, spec *ast.TypeSpec) string {
	name := spec.Name.Name
	words := "**" + plain(name) + "** (" + t.g.at(spec) + ") is " + kindWords(name, "type")
	if !t.s.fragment || t.g.ast.Name.Name != "_" {
		words += " in package " + code(t.g.ast.Name.Name)
	}
	if spec.Assign.IsValid() {
		words += ", another name for " + t.g.code(spec.Type)
	}
	doc := docSentence(spec.Doc, name)
	if doc == "" {
		doc = docSentence(lone(d), name)
	}
	if doc != "" {
		words += ": " + quote(doc)
	} else {
		words += "."
	}
	return words + " " + t.typeBody(spec) + t.methods(name)
}

func (t *goTeller) typeBody(spec *ast.TypeSpec) string {
	switch x := spec.Type.(type) {
	case *ast.StructType:
		return t.structWords(x)
	case *ast.InterfaceType:
		if x.Methods.NumFields() == 0 {
			return "It is an interface that every type satisfies."
		}
		return "It is an interface of " + and(t.g.fieldNames(x.Methods)) + "."
	case *ast.FuncType:
		return "It is a function type: it " + t.g.signature(x) + "."
	}
	return "It is defined as " + t.g.code(spec.Type) + "."
}

// structWords tells a struct's fields with their types, and what it embeds.
func (t *goTeller) structWords(x *ast.StructType) string {
	var named, embedded []string
	for _, f := range fields(x.Fields) {
		if len(f.Names) == 0 {
			embedded = append(embedded, t.g.code(f.Type))
		}
		for _, id := range f.Names {
			named = append(named, code(id.Name+" "+t.g.short(f.Type)))
		}
	}
	words := "It is a struct without fields."
	if n := len(named); n > 0 {
		words = fmt.Sprintf("It is a struct of %s: %s.", count(n, "field"), and(named))
	} else if len(embedded) > 0 {
		words = "It is a struct."
	}
	if len(embedded) > 0 {
		words += " It embeds " + and(embedded) + "."
	}
	return words
}

// methods lists the methods of a type found in the package.
func (t *goTeller) methods(name string) string {
	var out []string
	for _, f := range t.packageOf().files {
		for _, d := range f.ast.Decls {
			m, ok := d.(*ast.FuncDecl)
			if !ok || m.Recv == nil {
				continue
			}
			if typ, _ := receiver(m); typ == name {
				out = append(out, code(m.Name.Name)+" ("+place{f, m}.String()+")")
			}
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " Methods: " + and(out) + "."
}
