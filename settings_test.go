package rigrun_test

import (
	"go/ast"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/config"
)

// TestEverySettingIsRead holds that each field of the configuration, which is all
// that a setting can change, is read by a file of the program outside the package
// that fills it. A setting that nobody reads does nothing.
func TestEverySettingIsRead(t *testing.T) {
	read := settingsRead(t)
	names := map[string]int{} // how many structs have a field of this name
	var fields []string
	for i := range reflect.TypeFor[config.Config]().NumField() {
		field := reflect.TypeFor[config.Config]().Field(i)
		if field.Type.Kind() != reflect.Struct {
			fields = append(fields, field.Name)
			names[field.Name]++
			continue
		}
		for j := range field.Type.NumField() {
			name := field.Type.Field(j).Name
			fields = append(fields, field.Name+"."+name)
			names[name]++
		}
	}
	for _, field := range fields {
		last := field[strings.LastIndexByte(field, '.')+1:]
		// What is handed on as a whole is read by the field's own name.
		if !read[field] && (names[last] > 1 || !read[last]) {
			t.Errorf("config.Config.%s is read by nobody", field)
		}
	}
	if !slices.Contains(fields, "Cache.TTL") || len(fields) < 25 {
		t.Errorf("looked at %d fields: %q", len(fields), fields)
	}
}

// settingsRead are the selectors, "A" and "A.B", of the files that import the
// configuration and are no part of it.
func settingsRead(t *testing.T) map[string]bool {
	t.Helper()
	read := map[string]bool{}
	for _, s := range parsed(t) {
		imports := slices.ContainsFunc(s.file.Imports, func(i *ast.ImportSpec) bool { return strings.HasSuffix(i.Path.Value, `/engine/config"`) })
		if s.test || !imports || s.pkg == "engine/config" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if outer, ok := n.(*ast.SelectorExpr); ok {
				read[outer.Sel.Name] = true
				if inner, ok := outer.X.(*ast.SelectorExpr); ok {
					read[inner.Sel.Name+"."+outer.Sel.Name] = true
				}
			}
			return true
		})
	}
	return read
}
