package prompt

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// TestBuiltins reads every template in the binary: each has a version, and only
// variables there are.
func TestBuiltins(t *testing.T) {
	entries, err := fs.ReadDir(templates, "templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := strings.TrimSuffix(path.Base(e.Name()), ".md")
		tpl := builtin(name)
		if tpl == nil || tpl.version == "" {
			t.Errorf("%s has no version", name)
		}
	}
	for _, a := range chat.Actions() {
		if builtin(string(a)) == nil {
			t.Errorf("%s has no template", a)
		}
	}
}

// TestEditsAskForOneBlock holds what the reading of answers relies on: the rule
// about the answer's form comes last.
func TestEditsAskForOneBlock(t *testing.T) {
	l := NewLibrary("")
	for _, language := range []string{"go", "python", "typescript", "rust", "kotlin", "cpp", "csharp", "lua"} {
		for _, a := range []chat.Action{chat.Fix, chat.Refactor, chat.Document} {
			req := chat.Request{Action: a, Context: []chat.ContextItem{selection()}}
			req.Context[0].Language = language
			text := l.Texts(&req).Instruction
			last := text[strings.LastIndexByte(text, '\n')+1:]
			if !strings.HasPrefix(last, "Answer with exactly one fenced "+LanguageName(language)+" block") || !strings.Contains(last, "lines 4 to 5") {
				t.Errorf("%s in %s ends with %q", a, language, last)
			}
		}
	}
}

func TestExpand(t *testing.T) {
	values := map[string]string{"file": "a.go", "message": "{{file}}"}
	for in, want := range map[string]string{
		"":                       "",
		"no variable":            "no variable",
		"in {{file}}":            "in a.go",
		"{{ file }}{{file}}":     "a.goa.go",
		"{{message}}":            "{{file}}", // a value is not looked through
		"{{file":                 "{{file",
		"{{\n}} {{file}}":        "{{\n}} a.go",
		"{{}} {{ }}":             "{{}} {{ }}",
		"{ {file} } {{file}}}}":  "{ {file} } a.go}}",
		"{{{{file}}":             "",
		"{{other}}":              "",
		"{{.Env}} {{file | sh}}": "",
	} {
		got, err := expand(in, values)
		_, unknown := errors.AsType[*UnknownVariable](err)
		if got != want || unknown != (want == "" && in != "") {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestParseTemplateRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty":        " \n\n",
		"version only": "version: 1\n\n",
		"long":         strings.Repeat("a", MaxTemplate+1),
		"binary":       "a\x00b",
		"not UTF-8":    "a\xffb",
		"escape codes": "a\x1b[31mb",
		"hidden text":  "a\u202eb",
		"unknown name": "{{key}}",
	} {
		if got, err := parseTemplate("explain", text); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestVersionAndHash(t *testing.T) {
	one, err := parseTemplate("explain", "version: 3\r\n\r\nSay it.\r\nShortly.\r\n")
	if err != nil || one.version != "3" || one.text != "Say it.\nShortly." {
		t.Fatalf("%+v, %v", one, err)
	}
	other, err := parseTemplate("explain", "version: 3\n\nSay more.")
	if err != nil || one.id() == other.id() || !strings.HasPrefix(one.id(), "explain@3#") {
		t.Errorf("%q and %q, %v", one.id(), other.id(), err)
	}
}

// FuzzTemplate holds that no text of a file gets more out of a template than the
// values of its variables.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"version: 1\n\n{{file}}", "{{message}}", "{{ .Env }}", "{{{{lines}}}}", "{{a\nb}}", "\ufeffversion:\t2\nx"} {
		f.Add(seed)
	}
	values := variables(&chat.Request{Message: "{{file}} M"})
	f.Fuzz(func(t *testing.T, text string) {
		tpl, err := parseTemplate("x", text)
		if err != nil {
			return
		}
		got, err := expand(tpl.text, values)
		if err != nil {
			t.Fatalf("a template that was taken cannot be expanded: %v", err)
		}
		longest := 0
		for _, v := range values {
			longest = max(longest, len(v))
		}
		if len(got) > len(tpl.text)*(1+longest) || uses(tpl.text, message) && !strings.Contains(got, values[message]) {
			t.Errorf("%q became %q", tpl.text, got)
		}
	})
}
