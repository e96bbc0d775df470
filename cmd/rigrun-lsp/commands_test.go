package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTheTableHasEveryFlag holds the table of commands against the flags that
// their code parses.
func TestTheTableHasEveryFlag(t *testing.T) {
	parsed := parsedFlags(t)
	for _, c := range commands() {
		name := c.name
		if name == "" {
			name = "serve"
		}
		var listed []string
		for _, o := range c.flags {
			listed = append(listed, o.name)
		}
		slices.Sort(listed)
		got := parsed[name]
		got = slices.DeleteFunc(got, func(flag string) bool { return flag == "clientProcessId" }) // for editors, not for people
		slices.Sort(got)
		if !slices.Equal(got, listed) {
			t.Errorf("%s parses %q, the table has %q", name, got, listed)
		}
		delete(parsed, name)
	}
	if len(parsed) > 0 {
		t.Errorf("commands that the table does not have: %v", parsed)
	}
}

// parsedFlags reads the flags of each flag.NewFlagSet in this package's source.
func parsedFlags(t *testing.T) map[string][]string {
	t.Helper()
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), ".go") || strings.HasSuffix(n.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), n.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		set := ""
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			switch f, _ := call.Fun.(*ast.SelectorExpr); {
			case f == nil:
			case f.Sel.Name == "NewFlagSet":
				set = literal(call.Args[0])
			case strings.HasSuffix(f.Sel.Name, "Var") && len(call.Args) == 4:
				all[set] = append(all[set], literal(call.Args[1]))
			}
			return true
		})
	}
	return all
}

func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	text, _ := strconv.Unquote(lit.Value) // what does not unquote is no flag
	return text
}

// output runs a command line of this program.
func output(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(t.Context(), args, stdio{out: &out, err: &errs}, os.Getenv); status != 0 {
		t.Fatalf("%q: status %d: %s", args, status, errs.String())
	}
	return out.String()
}

// TestBashCompletes asks a real bash.
func TestBashCompletes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not to be had here")
	}
	for _, c := range []struct{ typed, want string }{
		{`""`, "demo ask route audit doctor cache conversations completion man version"},
		{`con`, "conversations"},
		{`--log`, "--log-file --log-level"},
		{`--log-level ""`, "debug info warn error"},
		{`cache ""`, "stats clear --json"},
		{`audit verify --`, "--json"},
		{`conversations export x --format ""`, "markdown json html"},
		{`route why --act`, "--action"},
		{`ask --file script_t`, "script_test.go"},
		{`nonsense ""`, ""},
	} {
		script := output(t, "completion", "bash") + `
compopt() { :; } # outside of a completion it complains
COMP_WORDS=(rigrun-lsp ` + c.typed + `) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_rigrun_lsp
echo "${COMPREPLY[@]}"`
		got, err := exec.CommandContext(t.Context(), bash, "--norc", "-euc", script).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", c.typed, err, got)
		}
		if words := strings.TrimSpace(string(got)); words != c.want && !(c.typed == `""` && strings.HasSuffix(words, c.want)) {
			t.Errorf("%s is completed by %q, not %q", c.typed, words, c.want)
		}
	}
}

// TestOtherShellsTakeTheirScripts has the shells that are installed parse theirs.
func TestOtherShellsTakeTheirScripts(t *testing.T) {
	for _, shell := range []string{"zsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			script := output(t, "completion", shell)
			for _, c := range commands()[1:] {
				if !strings.Contains(script, c.name) || !strings.Contains(script, c.about()) {
					t.Errorf("there is no %s in\n%s", c.name, script)
				}
			}
			path, err := exec.LookPath(shell)
			if err != nil {
				t.Skip(shell + " is not installed: its script was not parsed by it")
			}
			cmd := exec.CommandContext(t.Context(), path, "-n")
			cmd.Stdin = strings.NewReader(script)
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, said)
			}
		})
	}
}

// TestManual looks for every command and flag in the page.
func TestManual(t *testing.T) {
	page := output(t, "man")
	if !strings.HasPrefix(page, ".TH RIGRUN-LSP 1 ") {
		t.Errorf("it begins with %.40q", page)
	}
	for _, c := range commands() {
		for _, o := range c.flags {
			if !strings.Contains(page, roff(o.dashes())) {
				t.Errorf("there is no %s of %q", o.dashes(), c.name)
			}
		}
		if !strings.Contains(page, roff(c.forms[0].about)) {
			t.Errorf("there is no %q", c.name)
		}
	}
	if man, err := exec.LookPath("groff"); err == nil {
		cmd := exec.CommandContext(t.Context(), man, "-Kutf8", "-man", "-Tutf8", "-ww")
		cmd.Stdin = strings.NewReader(page)
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Run(); err != nil || said.Len() > 0 {
			t.Errorf("groff: %v: %s", err, said.String())
		}
	}
}
