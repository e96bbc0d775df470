// Package rigrun_test holds the whole repository to the rules that no compiler
// knows: which package may import which, what only one package may do, how long
// a function may be, and what must not stand in any file. The rules are data,
// each with its reason; a failure prints the reason.
package rigrun_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/rigrun/rigrun-lsp/"

// source is one parsed Go file. pkg is its folder, relative to the root.
type source struct {
	name, pkg string
	test      bool
	file      *ast.File
	fset      *token.FileSet
}

func (s source) at(p token.Pos) string {
	return s.name + ":" + strconv.Itoa(s.fset.Position(p).Line)
}

// sources parses every Go file of this module once.
var sources = sync.OnceValues(func() ([]source, error) {
	var all []source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipFolder(name)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		name = filepath.ToSlash(name)
		all = append(all, source{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), f, fset})
		return err
	})
	return all, err
})

// skipFolder leaves out what is not this module's code: hidden folders, test
// data, other modules and what other package managers unpack.
func skipFolder(name string) error {
	base := filepath.Base(name)
	if name == "." {
		return nil
	}
	if strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" || base == "bin" {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}

func parsed(t *testing.T) []source {
	t.Helper()
	all, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// importRule says what the packages under a folder may import besides the
// standard library, themselves and what lies below them. The rule of the longest
// matching folder counts. Names without a dot in the first element are this
// module's; "…/*" stands for everything below.
type importRule struct {
	folder string
	may    []string
	reason string
}

func importRules() []importRule {
	stage := []string{"engine/chat", "engine/stream"}
	with := func(more ...string) []string { return slices.Concat(stage, more) }
	return []importRule{
		{"engine", []string{"engine/*"}, "the engine is the only place where stages meet, and knows no protocol of editors"},
		{"engine/chat", nil, "plain data: everything imports it, so it imports nothing"},
		{"engine/stream", []string{"engine/chat"}, "a token's line: chunks, sinks and decoders over plain data"},
		{"engine/workspace", with("engine/syntax"), "reads files, and finds in them what is declared; secret names are a function it is handed"},
		{"engine/stage", stage, "a stage knows the line it stands in, and no other stage"},
		{"engine/secret", stage, "finds secrets in texts and puts them back in an answer's chunks, for whoever sends or keeps one"},
		{"engine/doctor", []string{"engine/chat"}, "asks what it is handed; who knows the parts hands them in"},
		{"engine/cache/semantic", []string{"golang.org/x/sys/*"}, "compares vectors and texts and nothing else; sys says what instructions there are"},
		{"engine/policy", []string{"engine/chat"}, "reads texts and nothing else, so that whoever shows or sends one may ask it"},
		{"engine/door", []string{"engine/chat", "engine/policy"}, "judges what would be sent by its markings; secrets and the record of it are handed in"},
		{"engine/filelock", []string{"golang.org/x/sys/*"}, "the operating system's lock, for the folders that several processes write to"},
		{"engine/audit", []string{"engine/filelock"}, "keeps what it is told: who decides and who sends tells it"},
		{"engine/ledger", []string{"engine/filelock"}, "adds up what it is told; prices and limits are the route's business"},
		{"engine/backend/transport", with("engine/door"), "the one way to the network, through the door; what goes through it is the dialects' business"},
		{"engine/backend/ollama", with("engine/backend/transport", "engine/door"), "a dialect of HTTP over the one transport, which says whose server it asks"},
		{"engine/backend/openai", with("engine/backend/transport", "engine/door"), "a dialect of HTTP over the one transport, which says whose server it asks"},
		{"engine/backend/local", with("engine/backend/transport", "engine/backend/ollama", "engine/backend/openai"), "finds out which dialect the local server speaks, so it has to know both"},
		{"engine/syntax", nil, "reads code and nothing else, so that whoever edits, searches or answers may ask it"},
		{"engine/backend/outline", with("engine/syntax/*"), "reads code by the tokens that everyone reads it by"},
		{"engine/embed", []string{"golang.org/x/text/unicode/norm", "golang.org/x/sys/cpu"}, "texts to vectors, on its own: x/text brings them to NFKC, x/sys/cpu tells whether there is AVX2"},
		{"engine/edit", with("engine/syntax/*", "github.com/aymanbagabas/go-udiff/lcs"), "turns answers into hunks: lcs compares lines, syntax knows where imports and declarations stand"},
		{"engine/config", with("engine/prompt", "github.com/pelletier/go-toml/v2/*"), "reads config.toml, and holds the prompts in it to the variables that prompts may have"},
		{"engine/database", []string{"modernc.org/sqlite/*"}, "the one file of a user's processes; sqlite is that file"},
		{"engine/cache/store", with("engine/cache", "engine/cache/semantic", "engine/database"), "keeps entries in the one file"},
		{"engine/store", with("engine/database", "golang.org/x/text/unicode/norm"), "keeps conversations in the one file; x/text folds letters as its index of words does"},
		{"engine/cache/redis", with("engine/cache"), "a backing over connections it is given: it speaks Redis' protocol by itself and dials nothing"},
		{"engine/cache", with("engine/cache/*"), "joins the exact cache, the nearest neighbours and whatever keeps the entries"},
		{"engine/assemble", []string{"engine", "engine/*"}, "puts an engine together from a configuration, so it knows every stage"},
		{"engine/enginetest", with("engine/*"), "scripts the engine for tests"},
		// json is what the protocol's types marshal themselves with; sys watches the editor's process.
		{"lsp", []string{"lsp/*", "engine", "engine/chat", "engine/stream", "engine/complete", "engine/config", "engine/doctor", "engine/policy", "engine/edit", "engine/syntax", "engine/secret", "engine/workspace", "go.lsp.dev/*", "go.uber.org/zap/*", "github.com/go-json-experiment/json/*", "golang.org/x/sys/*"}, "the server speaks LSP and hands questions to the engine, never to a stage; what it does with text in the editor it does by the pure functions of edit, syntax, policy and secret, and it asks the workspace what a question is about"},
		{"lsp/slash", []string{"engine/chat", "engine/config"}, "reads the beginning of a message, for every front end"},
		{"lsp/acp", []string{"lsp/document", "lsp/frame", "lsp/slash", "engine", "engine/chat", "engine/stream", "engine/config", "engine/edit", "engine/workspace", "go.lsp.dev/jsonrpc2", "go.lsp.dev/uri", "go.uber.org/zap/*"}, "speaks the other protocol to the same engine; it shares with the language server what is no LSP, and knows nothing of its sessions"},
		{"lsp/lsptest", []string{"lsp/*", "engine", "engine/*", "go.lsp.dev/*", "go.uber.org/zap/*", "github.com/rogpeppe/go-internal/*", "github.com/google/go-cmp/*"}, "a fake editor for tests"},
		{"cmd", []string{"lsp", "lsp/*", "engine", "engine/*", "go.lsp.dev/*", "go.uber.org/zap/*", "golang.org/x/sys/*"}, "the binary wires everything"},
		{"e2e", []string{"e2e/*"}, "end-to-end tests see the project from outside: its binary and its wire"},
	}
}

// ruleFor finds a package's rule. A stage without a rule of its own gets "engine/stage".
func ruleFor(pkg string) importRule {
	var best importRule
	for _, r := range importRules() {
		if (pkg == r.folder || strings.HasPrefix(pkg, r.folder+"/")) && len(r.folder) > len(best.folder) {
			best = r
		}
	}
	if best.folder == "engine" && pkg != "engine" {
		return ruleFor("engine/stage")
	}
	return best
}

// allows tells whether the rule lets pkg import name, given without the module's path.
func (r importRule) allows(pkg, name string) bool {
	if name == pkg || strings.HasPrefix(name, pkg+"/") {
		return true
	}
	return slices.ContainsFunc(r.may, func(may string) bool {
		below, all := strings.CutSuffix(may, "/*")
		return name == may || all && (name == below || strings.HasPrefix(name, below+"/"))
	})
}

// fromStandardLibrary tells import paths of the standard library, which have no
// dot in their first element.
func fromStandardLibrary(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

func TestImports(t *testing.T) {
	for _, s := range parsed(t) {
		rule := ruleFor(s.pkg)
		for _, imp := range s.file.Imports {
			name, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			own, isOwn := strings.CutPrefix(name, module)
			switch {
			case name == "C":
				t.Errorf("%s: imports \"C\": the binary is one static file on every system", s.at(imp.Pos()))
			case s.test || !isOwn && fromStandardLibrary(name):
			case rule.folder == "":
				t.Errorf("%s: no import rule for the folder %s: add one with its reason", s.at(imp.Pos()), s.pkg)
			case !rule.allows(s.pkg, own):
				t.Errorf("%s: %s must not import %s: %s", s.at(imp.Pos()), s.pkg, name, rule.reason)
			}
		}
	}
}

// TestEngineKnowsNoProtocol holds for tests too: an engine test that needs the
// protocol tests the wrong thing.
func TestEngineKnowsNoProtocol(t *testing.T) {
	for _, s := range parsed(t) {
		if s.pkg != "engine" && !strings.HasPrefix(s.pkg, "engine/") {
			continue
		}
		for _, imp := range s.file.Imports {
			name := strings.Trim(imp.Path.Value, `"`)
			for _, foreign := range []string{module + "lsp", module + "cmd", "go.lsp.dev", "go.uber.org/zap"} {
				if name == foreign || strings.HasPrefix(name, foreign+"/") {
					t.Errorf("%s: imports %s: the engine serves any front end and never logs", s.at(imp.Pos()), name)
				}
			}
		}
	}
}

// TestRulesBite tries the rules on imports that must fail and on some that must not.
func TestRulesBite(t *testing.T) {
	for _, c := range []struct {
		pkg, imports string
		want         bool
	}{
		{"engine/chat", "engine/stream", false},
		{"engine/stream", "engine/chat", true},
		{"engine/route", "engine/chat", true},
		{"engine/route", "engine/store", false},
		{"engine/policy", "engine/stream", false},
		{"lsp", "engine/policy", true},
		{"engine/backend/ollama", "engine/backend/openai", false},
		{"engine/backend/local", "engine/backend/openai", true},
		{"engine/backend/outline", "engine/syntax/tokens", true},
		{"engine/route", "engine/syntax", false},
		{"engine", "lsp", false},
		{"engine", "go.lsp.dev/protocol", false},
		{"lsp", "engine", true},
		{"lsp", "engine/backend/ollama", false},
		{"lsp/document", "go.lsp.dev/uri", true},
		{"lsp/acp", "lsp/frame", true},
		{"lsp/acp", "lsp", false},
		{"lsp/acp", "go.lsp.dev/protocol", false},
		{"cmd/rigrun-lsp", "engine/backend/ollama", true},
		{"e2e", "lsp", false},
	} {
		if got := ruleFor(c.pkg).allows(c.pkg, c.imports); got != c.want {
			t.Errorf("%s imports %s: allowed %v, want %v", c.pkg, c.imports, got, c.want)
		}
	}
}

// longest is the number of lines a function may have outside tests.
const longest = 90

// longFunctions are longer, each for a reason.
func longFunctions() map[string]string { return map[string]string{} }

func TestFunctions(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range parsed(t) {
		for _, decl := range s.file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || s.test {
				continue
			}
			if fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s: init works before main does, and nobody can hand it anything", s.at(fn.Pos()))
			}
			lines := s.fset.Position(fn.End()).Line - s.fset.Position(fn.Pos()).Line + 1
			name := s.pkg + "." + fn.Name.Name
			if _, listed := longFunctions()[name]; lines > longest && !listed {
				t.Errorf("%s: %s has %d lines, more than %d: part it, or list it with the reason", s.at(fn.Pos()), name, lines, longest)
			} else if lines > longest {
				seen[name] = true
			}
		}
	}
	for name := range longFunctions() {
		if !seen[name] {
			t.Errorf("%s is listed as a long function and is none", name)
		}
	}
}

// TestPackages asks for a comment that teaches and a name that says something.
func TestPackages(t *testing.T) {
	docs := map[string]int{}
	for _, s := range parsed(t) {
		if s.test {
			continue
		}
		lines := 0
		if s.file.Doc != nil {
			lines = strings.Count(strings.TrimSpace(s.file.Doc.Text()), "\n") + 1
		}
		docs[s.pkg] = max(docs[s.pkg], lines)
		switch name := s.file.Name.Name; name {
		case "util", "utils", "common", "helper", "helpers", "misc", "shared", "base":
			t.Errorf("%s: a package named %s says nothing of what is in it", s.name, name)
		}
	}
	for pkg, lines := range docs {
		if lines < 3 {
			t.Errorf("%s: its package comment has %d lines; it should teach: what flows in and out, order, who closes", pkg, lines)
		}
	}
}

// TestComments finds work that was put off.
func TestComments(t *testing.T) {
	putOff := regexp.MustCompile(`^(//|/\*)\s*(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)
	for _, s := range parsed(t) {
		for _, group := range s.file.Comments {
			for _, c := range group.List {
				if putOff.MatchString(c.Text) {
					t.Errorf("%s: %.60s: do it, or leave the sentence out", s.at(c.Pos()), c.Text)
				}
			}
		}
	}
}

// forbidden is a text that no tracked file may hold.
type forbidden struct{ pattern, reason string }

// forbiddenTexts are put together from parts, so that this file does not hold them.
func forbiddenTexts() []forbidden {
	dot := `\.`
	return []forbidden{
		{"/wo" + "rk/(main|shared)", "a path of one machine"},
		{dot + dot + "/sha" + "red/", "the project needs nothing from outside its own folder"},
		{"/ro" + "ot/", "a path of one machine"},
		{"/home/[a-z]+/(go|src|dev)/", "a path of one machine"},
		{"prox" + "y" + dot + "golang" + dot + "org", "a registry's host: machines have their own"},
		{"su" + "m" + dot + "golang" + dot + "org", "a registry's host: machines have their own"},
		{"regis" + "try" + dot + "(npmjs|yarnpkg)", "a registry's host: machines have their own"},
		{"(de" + "b|secu" + "rity|ft" + "p)" + dot + "debian" + dot + "org", "a registry's host: machines have their own"},
		{"(py" + "pi|crat" + "es)" + dot + "(org|io)", "a registry's host: machines have their own"},
		{"BEGIN (RSA |EC |OPENSSH )?PRIVATE" + " KEY-----\n[A-Za-z0-9+/]{64}", "a private key"},
	}
}

// TestTrackedFiles reads every file that git knows.
func TestTrackedFiles(t *testing.T) {
	var patterns []*regexp.Regexp
	for _, f := range forbiddenTexts() {
		patterns = append(patterns, regexp.MustCompile(f.pattern))
	}
	for _, name := range tracked(t) {
		raw, err := os.ReadFile(name)
		if err != nil || bytes.IndexByte(raw, 0) >= 0 {
			continue // deleted but not committed yet, or not a text
		}
		for i, p := range patterns {
			if at := p.FindIndex(raw); at != nil {
				line := bytes.Count(raw[:at[0]], []byte("\n")) + 1
				t.Errorf("%s:%d: %q: %s", name, line, raw[at[0]:at[1]], forbiddenTexts()[i].reason)
			}
		}
	}
}

func tracked(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil {
		t.Skip("not a git work tree: ", err)
	}
	return strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
}

// TestModule pins the language version and what the shipped module depends on.
func TestModule(t *testing.T) {
	raw, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^go 1\.26(\.\d+)?$`).Match(raw) {
		t.Error("go.mod does not say go 1.26")
	}
	if bytes.Contains(raw, []byte("\nreplace")) {
		t.Error("go.mod replaces a module: go install of a version would refuse it")
	}
}

func TestLicense(t *testing.T) {
	raw, err := os.ReadFile("LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Apache License", "Version 2.0, January 2004", "END OF TERMS AND CONDITIONS", "limitations under the License."} {
		if !bytes.Contains(raw, []byte(part)) {
			t.Errorf("LICENSE lacks %q", part)
		}
	}
}

// TestMakefileDescribesItself: a target that help does not list is not found.
func TestMakefileDescribesItself(t *testing.T) {
	raw, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	phony := regexp.MustCompile(`(?m)^\.PHONY: (.*)$`).FindSubmatch(raw)
	if phony == nil {
		t.Fatal("no .PHONY line")
	}
	for target := range strings.FieldsSeq(string(phony[1])) {
		if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:.* ## \S`).Match(raw) {
			t.Errorf("the target %s has no description", target)
		}
	}
}
