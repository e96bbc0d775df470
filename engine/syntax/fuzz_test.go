package syntax

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// checkSymbols checks what every caller relies on.
func checkSymbols(t *testing.T, text string, list []Symbol) {
	t.Helper()
	last := 0
	for _, s := range list {
		if s.Name == "" || s.Kind == "" || s.Start < last || s.Code < s.Start || s.End < s.Code || s.End > len(text) {
			t.Fatalf("%+v after %d in a text of %d bytes", s, last, len(text))
		}
		last = s.Start
	}
}

func FuzzSyntax(f *testing.F) {
	for _, c := range languageCases() {
		f.Add(c.language, c.text, 10)
	}
	f.Add("json", "{\"a\": [{\"b\": }}", 3)
	f.Add("markdown", "# \r\n```\r#", 1)
	f.Add("rust", "impl<'a> 'x r#\"", 2)
	f.Fuzz(func(t *testing.T, language, text string, at int) {
		checkSymbols(t, text, Symbols(language, text))
		if b := Imports(language, text); b.Start < 0 || b.End < b.Start || b.End > len(text) {
			t.Fatalf("imports %+v", b)
		}
		Uses(language, text, at, at+20)
		at = min(max(at, 0), len(text))
		Enclosing(language, text, at, at)
		if s, ok := windowed(language, text, at, at, 30); ok {
			checkSymbols(t, text, []Symbol{s})
		}
	})
}

// TestGoByTokens holds the reading by tokens against go/ast on this repository's
// own files: it stands in where Go does not parse.
func TestGoByTokens(t *testing.T) {
	names, err := filepath.Glob("../*/*.go")
	if err != nil || len(names) < 20 {
		t.Fatal(len(names), err)
	}
	funcs := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		got := map[string]Symbol{}
		for _, s := range tokenSymbols("go", text) {
			got[s.Container+"."+s.Name] = s
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, data, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			d, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			funcs++
			want := goFunc(d, func(p token.Pos) int { return int(p) - 1 })
			if s := got[want.Container+"."+want.Name]; s != want && d.Name.Name != "_" {
				t.Errorf("%s: by tokens %+v, want %+v", name, s, want)
			}
		}
	}
	if funcs < 500 {
		t.Errorf("only %d functions compared", funcs)
	}
}

func TestEveryDialect(t *testing.T) {
	const languages = "go python javascript typescript rust c cpp java csharp groovy dart kotlin swift scala php zig ruby crystal lua elixir julia shellscript perl powershell r nim haskell ocaml clojure sql objective-c"
	for language := range strings.FieldsSeq(languages) {
		if _, ok := tokens.Of(language); !ok {
			t.Errorf("%s has no dialect", language)
		}
		for _, c := range languageCases() {
			checkSymbols(t, c.text, Symbols(language, c.text))
		}
	}
}
