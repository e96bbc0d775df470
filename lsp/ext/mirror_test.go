package ext_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// mirror is the VS Code extension's copy of what package ext declares.
const mirror = "../../editors/vscode/src/lsp-ext.ts"

// unused are the methods that the extension does not send.
var unused = map[string]bool{"rigrun/stats": true}

// The forms that the mirror is written in: prettier keeps them.
var (
	interfaceForm = regexp.MustCompile(`(?ms)^export interface (\w+)(?: extends (\w+))? \{\n(.*?)^\}`)
	memberForm    = regexp.MustCompile(`(?m)^  (\w+)(\??): (.+?);$`)
	requestForm   = regexp.MustCompile(`(?m)^  '(rigrun/[\w/]+)': \[(\w+), (\w+)\];$`)
	noticeForm    = regexp.MustCompile(`(?m)^  '(rigrun/[\w/]+)': (\w+);$`)
	aliasForm     = regexp.MustCompile(`(?m)^export type (\w+) =`)
)

// mirrored is the mirror as it was read.
type mirrored struct {
	*testing.T
	members map[string]map[string]string // of an interface; an optional one's type ends in "?"
	aliases map[string]bool              // names that stand for strings
	seen    map[reflect.Type]bool
}

// TestVSCodeMirror holds the extension's copy of the protocol against the Go types.
func TestVSCodeMirror(t *testing.T) {
	raw, err := os.ReadFile(mirror)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	m := read(t, text)
	shapes := lsptest.Shapes()
	said := map[string]bool{}
	for _, found := range requestForm.FindAllStringSubmatch(text, -1) {
		shape, ok := shapes[found[1]]
		if !ok || shape.Result == nil {
			t.Errorf("%s: the server has no such request", found[1])
			continue
		}
		said[found[1]] = true
		m.compare(found[2], reflect.TypeOf(shape.Params()).Elem())
		m.compare(found[3], reflect.TypeOf(shape.Result()).Elem())
	}
	for _, found := range noticeForm.FindAllStringSubmatch(text, -1) {
		said[found[1]] = true
		if shape, ok := shapes[found[1]]; ok {
			m.compare(found[2], reflect.TypeOf(shape.Params()).Elem())
		}
	}
	for name := range shapes {
		if strings.HasPrefix(name, "rigrun/") && !said[name] && !unused[name] {
			t.Errorf("%s is not in %s", name, mirror)
		}
	}
}

func read(t *testing.T, text string) mirrored {
	m := mirrored{t, map[string]map[string]string{}, map[string]bool{}, map[reflect.Type]bool{}}
	for _, found := range aliasForm.FindAllStringSubmatch(text, -1) {
		m.aliases[found[1]] = true
	}
	for _, found := range interfaceForm.FindAllStringSubmatch(text, -1) {
		members := map[string]string{}
		for name, kind := range m.members[found[2]] {
			members[name] = kind
		}
		for _, member := range memberForm.FindAllStringSubmatch(found[3], -1) {
			members[member[1]] = member[3] + member[2]
		}
		m.members[found[1]] = members
	}
	return m
}

// compare holds an interface against a Go struct, and everything it leads to.
func (m mirrored) compare(name string, goType reflect.Type) {
	m.Helper()
	if name == "null" || name == "Nothing" || m.seen[goType] {
		if name == "null" && goType.NumField() > 0 || name == "Nothing" && goType.NumField() > 0 {
			m.Errorf("%s stands for %s", name, goType)
		}
		return
	}
	m.seen[goType] = true
	members, ok := m.members[name]
	if !ok {
		m.Errorf("%s: no interface of that name stands for %s", name, goType)
		return
	}
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(goType) {
		tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous || tag == "" || tag == "-" {
			continue
		}
		known[tag] = true
		m.member(name+"."+tag, members[tag], field.Type, strings.HasPrefix(options, "omitzero"))
	}
	for member := range members {
		if !known[member] {
			m.Errorf("%s.%s is not in %s", name, member, goType)
		}
	}
}

// member holds one member's type against a field's.
func (m mirrored) member(at, kind string, goType reflect.Type, optional bool) {
	m.Helper()
	if kind == "" {
		m.Errorf("%s is missing", at)
		return
	}
	if was := strings.HasSuffix(kind, "?"); was != optional {
		m.Errorf("%s: optional is %v, want %v", at, was, optional)
	}
	kind = strings.TrimSuffix(kind, "?")
	for goType.Kind() == reflect.Pointer {
		goType = goType.Elem()
	}
	switch {
	case goType == reflect.TypeFor[protocol.LSPAny](), strings.HasPrefix(kind, "{"): // any token; written in place
	case goType == reflect.TypeFor[time.Time](), goType == reflect.TypeFor[json.RawMessage]():
		m.want(at, kind, "string")
	case goType.Kind() == reflect.Slice:
		inner, isList := strings.CutSuffix(kind, "[]")
		if !isList {
			m.Errorf("%s is %s, not a list", at, kind)
			return
		}
		m.member(at+"[]", inner, goType.Elem(), false)
	case goType.Kind() == reflect.Bool:
		m.want(at, kind, "boolean")
	case goType.Kind() == reflect.Struct:
		m.compare(kind, goType)
	case goType.Kind() == reflect.String, m.aliases[kind]:
		if kind != "string" && !m.aliases[kind] && !strings.HasPrefix(kind, "'") {
			m.Errorf("%s is %s, not a string", at, kind)
		}
	default:
		m.want(at, kind, "number")
	}
}

func (m mirrored) want(at, got, want string) {
	m.Helper()
	if got != want {
		m.Errorf("%s is %s, not %s", at, got, want)
	}
}
