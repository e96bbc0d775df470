package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/engine/tools"
)

// project is a small workspace.
func project() *enginetest.Files {
	return &enginetest.Files{
		Texts: map[string]string{
			"go.mod":      "module example\n",
			"sum/sum.go":  "package sum\n\n// Sum adds.\nfunc Sum(a, b int) int {\n\treturn a + b\n}\n",
			"sum/doc.txt": "Sum is documented here.\nSECRET PLAN\n",
			"long.txt":    strings.Repeat(strings.Repeat("word ", 20)+"\n", 2000),
			"wide.js":     strings.Repeat("é", 40_000),
			"empty":       "",
		},
		History: "1234567 Add Sum\n",
		Changed: map[string]string{
			"sum/sum.go":  "diff --git a/sum/sum.go b/sum/sum.go\n@@ -1 +1 @@\n-package su\n+package sum\n",
			"sum/doc.txt": "diff --git a/sum/doc.txt b/sum/doc.txt\n@@ -1 +1 @@\n-a\n+b\n",
		},
	}
}

func call(t *testing.T, s *tools.Session, name, arguments string) (string, chat.Step) {
	t.Helper()
	text, step, err := s.Call(t.Context(), chat.ToolCall{ID: "1", Name: name, Arguments: arguments})
	if err != nil {
		t.Fatal(err)
	}
	return text, step
}

func TestCalls(t *testing.T) {
	diagnostics := []chat.ContextItem{{Kind: chat.ContextDiagnostics, Text: "sum.go:4: unused variable\n"}}
	for _, c := range []struct {
		tool, arguments string
		text, detail    string
	}{
		{tools.ReadFile, `{"path":"go.mod"}`, "go.mod, lines 1 to 1 of 1:\nmodule example\n", "go.mod, lines 1 to 1"},
		{tools.ReadFile, `{"path":"sum/sum.go","first_line":4,"last_line":5}`, "sum/sum.go, lines 4 to 5 of 6:\nfunc Sum(a, b int) int {\n\treturn a + b\n\n(more follows: ask with first_line 6)", "sum/sum.go, lines 4 to 5"},
		{tools.ReadFile, `{"path":"sum/sum.go","first_line":"6"}`, "sum/sum.go, lines 6 to 6 of 6:\n}\n", "sum/sum.go, lines 6 to 6"},
		{tools.ListFiles, `{"folder":"sum"}`, "sum/doc.txt\nsum/sum.go", "sum (2)"},
		{tools.ListFiles, `{"folder":"none"}`, "(the folder is empty)", "none (0)"},
		{tools.Search, `{"words":"Sum"}`, "sum/doc.txt:1: Sum is documented here.\nsum/sum.go:3: // Sum adds.\nsum/sum.go:4: func Sum(a, b int) int {", `"Sum" (3)`},
		{tools.Search, `{"words":"nowhere"}`, "(nothing was found)", `"nowhere" (0)`},
		{tools.Symbols, `{"name":"Sum"}`, "sum/sum.go:4: function func Sum(a, b int) int {", "Sum (1)"},
		{tools.Diagnostics, `{}`, "sum.go:4: unused variable", "what the editor reported"},
		{tools.Diagnostics, ``, "sum.go:4: unused variable", "what the editor reported"},
		{tools.GitLog, `{"path":""}`, "1234567 Add Sum", "the repository"},
		{tools.GitDiff, `{}`, strings.TrimSuffix(project().Changed["sum/doc.txt"]+project().Changed["sum/sum.go"], "\n"), "what is not committed yet (2)"},
	} {
		text, step := call(t, tools.New(tools.Options{Workspace: project(), Diagnostics: diagnostics}), c.tool, c.arguments)
		if text != c.text || step != (chat.Step{Tool: c.tool, Detail: c.detail, OK: true}) {
			t.Errorf("%s(%s):\n%q, %+v, want\n%q, %q", c.tool, c.arguments, text, step, c.text, c.detail)
		}
	}
}

// TestHostileCalls holds that whatever a model writes is answered with a sentence.
func TestHostileCalls(t *testing.T) {
	for _, c := range []struct{ tool, arguments, want string }{
		{"run_shell", `{"command":"rm -rf /"}`, "no such tool; the tools are read_file"},
		{"", `{}`, "no such tool"},
		{"READ_FILE\x1b[31m\n", `{"path":"go.mod"}`, "no such tool"},
		{tools.ReadFile, `{"path":`, "no JSON object"},
		{tools.ReadFile, `["go.mod"]`, "no JSON object"},
		{tools.ReadFile, `"go.mod"`, "no JSON object"},
		{tools.ReadFile, `null`, "no JSON object"},
		{tools.ReadFile, `{} {}`, "no JSON object"},
		{tools.ReadFile, strings.Repeat(`{"a":`, 20_000), "the limit is 16384"},
		{tools.ReadFile, strings.Repeat(`[`, 16_000), "no JSON object"},
		{tools.ReadFile, `{}`, "path: it is missing"},
		{tools.ReadFile, `{"path":null}`, "path: it is missing"},
		{tools.ReadFile, `{"path":"   "}`, "path: it is missing"},
		{tools.ReadFile, `{"path":{"a":1}}`, "path: a string was expected"},
		{tools.ReadFile, `{"path":"go.mod\u0000.txt"}`, "without control characters"},
		{tools.ReadFile, `{"path":"` + strings.Repeat("a", 5000) + `"}`, "at most 4096 bytes"},
		{tools.ReadFile, `{"path":"../../etc/passwd"}`, "there is no such file"},
		{tools.ReadFile, `{"path":"go.mod","first_line":-1}`, "first_line: a whole number"},
		{tools.ReadFile, `{"path":"go.mod","first_line":1.5}`, "first_line: a whole number"},
		{tools.ReadFile, `{"path":"go.mod","last_line":1e400}`, "no JSON object"},
		{tools.ReadFile, `{"path":"go.mod","first_line":1e300}`, "it has 1 lines"},
		{tools.ReadFile, `{"path":"go.mod","first_line":2}`, "it has 1 lines"},
		{tools.ReadFile, `{"path":"go.mod","last_line":[]}`, "last_line: a whole number"},
		{tools.ReadFile, `{"path":"empty"}`, "it has 0 lines"},
		{tools.Search, `{"words":""}`, "words: it is missing"},
		{tools.Symbols, `{"name":7}`, "name: a string was expected"},
		{tools.GitLog, `{"path":"--output=f"}`, "must not begin with a dash"},
		{tools.GitLog, `{"limit":"many"}`, "limit: a whole number"},
		{tools.GitDiff, `{"revisions":" --output=f"}`, "must not begin with a dash"},
		{tools.ListFiles, `{"folder":true}`, "folder: a string was expected"},
	} {
		text, step := call(t, tools.New(tools.Options{Workspace: project()}), c.tool, c.arguments)
		if step.OK || !strings.HasPrefix(text, "error: ") || !strings.Contains(text, c.want) {
			t.Errorf("%s(%.60q): %q, %+v; want %q", c.tool, c.arguments, text, step, c.want)
		}
		if strings.ContainsAny(step.Detail+step.Tool, "\x00\x1b\n") || len(step.Detail) > 160 || len(step.Tool) > 160 {
			t.Errorf("%s(%.60q): the step is %+v", c.tool, c.arguments, step)
		}
	}
}

func TestResultsAreCut(t *testing.T) {
	s := tools.New(tools.Options{Workspace: project(), Room: 40_000})
	text, _ := call(t, s, tools.ReadFile, `{"path":"long.txt"}`)
	if len(text) > tools.MaxResult || !strings.Contains(text, "(more follows: ask with first_line ") {
		t.Errorf("%d bytes, the end is %q", len(text), text[len(text)-60:])
	}
	if text, _ = call(t, s, tools.ReadFile, `{"path":"wide.js"}`); len(text) > tools.MaxResult || !utf8.ValidString(text) {
		t.Errorf("%d bytes of one line, valid %v", len(text), utf8.ValidString(text))
	}
	if text, _ = call(t, s, tools.Search, `{"words":"word"}`); len(text) > tools.MaxResult || !strings.Contains(text, "there are more lines") {
		t.Errorf("%d bytes found", len(text))
	}
	for n := 1; !s.Full(); n++ {
		call(t, s, tools.ReadFile, fmt.Sprintf(`{"path":"long.txt","first_line":%d}`, n))
		if n > 10 {
			t.Fatal("there is no end to the room")
		}
	}
	if text, step := call(t, s, tools.ReadFile, `{"path":"go.mod"}`); step.OK || !strings.Contains(text, "no room") {
		t.Errorf("%q, %+v", text, step)
	}
}

func TestTheSameCallIsNotRunTwice(t *testing.T) {
	files := project()
	s := tools.New(tools.Options{Workspace: files})
	call(t, s, tools.ReadFile, `{"path":"go.mod"}`)
	if text, step := call(t, s, tools.ReadFile, `{"path":"go.mod"}`); step.OK || !strings.Contains(text, "asked before") {
		t.Errorf("%q, %+v", text, step)
	}
	if calls := files.Calls(); len(calls) != 1 {
		t.Errorf("%v", calls)
	}
}

// TestEveryPieceIsJudgedWithItsDocument refuses whatever is from one file, by the
// file's second line, whichever tool comes upon it.
func TestEveryPieceIsJudgedWithItsDocument(t *testing.T) {
	var items []chat.ContextItem
	admit := func(item chat.ContextItem) error {
		items = append(items, item)
		if strings.Contains(item.Document+item.Text, "SECRET") {
			return errors.New("it is marked SECRET")
		}
		return nil
	}
	for _, c := range []struct {
		tool, arguments, without, with string
		ok                             bool
	}{
		{tools.ReadFile, `{"path":"sum/doc.txt","last_line":1}`, "documented", "error: it is marked SECRET", false},
		{tools.Search, `{"words":"Sum"}`, "documented", "some lines are withheld: it is marked SECRET", true},
		{tools.Search, `{"words":"documented"}`, "documented", "error: it is marked SECRET", false},
		{tools.GitDiff, `{}`, "+b", "(left out: sum/doc.txt: it is marked SECRET)", true},
		{tools.GitLog, `{"path":"sum/doc.txt"}`, "1234567", "error: it is marked SECRET", false},
	} {
		text, step := call(t, tools.New(tools.Options{Workspace: project(), Admit: admit}), c.tool, c.arguments)
		if strings.Contains(text, c.without) || !strings.Contains(text, c.with) || step.OK != c.ok {
			t.Errorf("%s(%s): %q, %+v", c.tool, c.arguments, text, step)
		}
	}
	for _, item := range items {
		if item.Kind != chat.ContextGit && item.Document[item.Span.Start:item.Span.End] != item.Text {
			t.Errorf("%+v does not stand in its document", item.Span)
		}
	}
}

func TestACancelledCallIsNoResult(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	began := make(chan struct{})
	files := project()
	files.Wait, files.Began = make(chan struct{}), began
	go func() {
		<-began
		cancel()
	}()
	_, _, err := tools.New(tools.Options{Workspace: files}).Call(ctx, chat.ToolCall{Name: tools.GitDiff})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestDefinitionsAreStable holds the definitions' bytes to what a model server may
// keep of them, and to the tools there are.
func TestDefinitionsAreStable(t *testing.T) {
	size := 0
	var names []string
	for _, d := range tools.Definitions() {
		var schema struct {
			Type       string
			Properties map[string]struct{ Type, Description string }
			Required   []string
		}
		if err := json.Unmarshal(d.Parameters, &schema); err != nil || schema.Type != "object" || schema.Properties == nil || schema.Required == nil {
			t.Errorf("%s: %v, %+v", d.Name, err, schema)
		}
		for _, name := range schema.Required {
			if schema.Properties[name].Type != "string" {
				t.Errorf("%s requires %s", d.Name, name)
			}
		}
		names = append(names, d.Name)
		size += len(d.Name) + len(d.Description) + len(d.Parameters) + len(`{"type":"function","function":{"name":"","description":"","parameters":}},`)
	}
	want := []string{tools.ReadFile, tools.ListFiles, tools.Search, tools.Symbols, tools.Diagnostics, tools.GitLog, tools.GitDiff}
	if !slices.Equal(names, want) || size > tools.DefinitionBytes {
		t.Errorf("%v, %d bytes", names, size)
	}
}

func FuzzCall(f *testing.F) {
	for _, arguments := range []string{
		`{"path":"go.mod","first_line":2}`, `{"words":"Sum"}`, `{"path":"wide.js","last_line":"3"}`,
		`{"folder":"\ud800"}`, `{"revisions":"a..b"}`, `{"path":1e9}`, `[[[`, `{"limit":-0.0}`,
	} {
		f.Add(arguments, 600)
	}
	f.Fuzz(func(t *testing.T, arguments string, room int) {
		s := tools.New(tools.Options{Workspace: project(), Room: max(room, 0)})
		for _, d := range tools.Definitions() {
			text, step, err := s.Call(t.Context(), chat.ToolCall{Name: d.Name, Arguments: arguments})
			if err != nil || !utf8.ValidString(text) || text == "" || len(text) > tools.MaxResult {
				t.Fatalf("%s: %d bytes, %v", d.Name, len(text), err)
			}
			if step.Detail == "" || len(step.Detail) > 160 || !utf8.ValidString(step.Detail) || strings.ContainsAny(step.Detail, "\n\x00\x1b") {
				t.Fatalf("%s: the step is %+v", d.Name, step)
			}
		}
	})
}
