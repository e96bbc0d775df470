package syntax

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// symbolLines writes symbols with the lines of their start, their code and their end.
func symbolLines(text string, list []Symbol) []string {
	line := func(at int) int { return 1 + strings.Count(text[:at], "\n") }
	var out []string
	for _, s := range list {
		name := s.Name
		if s.Container != "" {
			name = s.Container + "." + name
		}
		out = append(out, fmt.Sprintf("%s %s %d-%d-%d", s.Kind, name, line(s.Start), line(s.Code), line(s.End)))
	}
	return out
}

func TestSymbols(t *testing.T) {
	for _, c := range []struct{ name, language, text, want string }{
		{"go", "go", "package p\n\n// A is one.\ntype A struct{ n int }\n\nconst (\n\tx = 1\n\t// y too.\n\ty\n)\n\n// M does.\nfunc (a *A) M() {}\n\nfunc f[T any](v T) {}\n", "struct A 3-4-4|constant x 7-7-7|constant y 8-9-9|method A.M 12-13-13|function f 15-15-15"},
		{"broken go", "go", "package p\n\nfunc a() {\n\tif x {\n\treturn\n}\n\n// B stays.\nfunc (t *T) b() {\n\treturn 1\n}\n", "function a 3-3-6|method T.b 8-9-11"},
		{"a piece of go", "go", "func a() {}\n\nfunc b() {}\n", "function a 1-1-1|function b 3-3-3"},
		{"yaml", "yaml", "# The name.\nname: x\non:\n  push:\n    branches: [a]\n  pull: |\n    a: b\njobs: {}\n", "property name 1-2-2|property on 3-3-7|property on.push 4-4-5|property on.pull 6-6-7|property jobs 8-8-8"},
		{"toml", "toml", "a = 1\n\n# Tables.\n[server.http]\nport = 80\nhost = \"x\"\n", "property a 1-1-1|module server.http 3-4-6|property server.http.port 5-5-5|property server.http.host 6-6-6"},
		{"json", "json", "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [{\"d\": 2}]\n  },\n  \"e\": \"{\"\n}\n", "property a 2-2-2|property b 3-3-5|property b.c 4-4-4|property e 6-6-6"},
		{"markdown", "markdown", "# One\n\ntext\n\n## Two\n\n```\n# no\n```\n\n# Three ##\n", "module One 1-1-9|module One.Two 5-5-9|module Three 11-11-11"},
		{"unknown", "brainfuck", "+++", ""},
	} {
		if got := strings.Join(symbolLines(c.text, Symbols(c.language, c.text)), "|"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestImportsAndUses(t *testing.T) {
	text := "package p\n\nimport (\n\t\"fmt\"\n\tx \"a/b\"\n)\n\nfunc f(n int) error {\n\tfor i := range n {\n\t\tfmt.Println(i, g(n))\n\t}\n\treturn x.Do(local)\n}\n"
	b := Imports("go", text)
	if got := text[b.Start:b.End]; !strings.HasPrefix(got, "import (") || !strings.HasSuffix(got, ")") || !slices.Equal(b.Paths, []string{"fmt", "a/b"}) {
		t.Errorf("imports are %q of %v", got, b.Paths)
	}
	at := strings.Index(text, "\tfor")
	if got := strings.Join(Uses("go", text, at, len(text)), " "); got != "n fmt.Println g x.Do local" {
		t.Errorf("uses %s", got)
	}
}
