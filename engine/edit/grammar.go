package edit

import (
	"regexp"
	"strings"
	"sync"
)

// grammar is what has to be known of a language to tell code from comments and
// strings, and where something is declared.
type grammar struct {
	line        []string // what begins a comment to the end of the line
	open, shut  string   // what begins and ends a comment
	nested      bool     // such comments nest
	quotes      string   // what begins and ends a string within one line
	long        string   // what begins and ends a string over lines: '`', or '"'
	triple      bool     // """ and ''' begin strings over lines
	template    bool     // ${…} in a '`' string is code
	regexps     bool     // /…/ may be a regular expression
	lifetimes   bool     // ' may stand alone, r#"…"# is a string
	brackets    bool     // brackets have to match
	indented    bool     // indentation is syntax
	docstring   bool     // a string as a statement of its own documents
	capitalised bool     // lines of code may begin as a sentence does
	data        bool     // what is declared are keys, which may be renamed

	imports, declares func() *regexp.Regexp
}

// pattern compiles an expression when it is first needed.
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// The expressions match one line without its indentation. A declaration's name
// is the one group that matched.
var (
	goDecl   = pattern(`^(?:func\s+(?:\([^)]*\)\s*)?([\w]+)\s*[\[(]|type\s+(\w+)|(?:var|const)\s+(\w+))`)
	pyDecl   = pattern(`^(?:(?:async\s+)?def|class)\s+(\w+)`)
	jsDecl   = pattern(`^(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:(?:async\s+)?function\s*\*?\s*([\w$]+)|(?:class|interface|enum|namespace|type)\s+([\w$]+)|(?:const|let|var)\s+([\w$]+)\s*[:=]|(?:(?:public|private|protected|static|async|override|readonly|get|set)\s+)*\*?#?([\w$]+)\s*(?:<[^>]*>)?\([^;]*\{\s*$)`)
	rustDecl = pattern(`^(?:pub(?:\([^)]*\))?\s+)?(?:default\s+)?(?:(?:(?:async|unsafe|const|extern(?:\s+"[^"]*")?)\s+)*fn\s+(\w+)|(?:struct|enum|trait|union|mod|type|static|const)\s+(\w+)|macro_rules!\s*(\w+)|impl(?:<[^{]*?>)?\s+([\w:]+))`)
	cDecl    = pattern(`^(?:(?:typedef\s+)?(?:(?:public|private|protected|internal|static|final|abstract|sealed|partial|export)\s+)*(?:struct|class|enum|union|interface|record|namespace)\s+(\w+)[^;()]*$|[A-Za-z_][\w\s*&:<>,.\[\]?~@]*[\s*&>\]]\s*(~?\w+)\s*\([^;]*$|#define\s+(\w+))`)
	anyDecl  = pattern(`^(?:(?:public|private|protected|internal|static|final|abstract|open|override|local|async|export|pub|inline|suspend|defp?)\s+)*(?:def|fn|func|fun|function|class|struct|enum|interface|trait|module|protocol|extension|object|type|sub|proc)\s+(?:self\.)?([\w.:]+)`)

	yamlDecl = pattern(`^["']?([\w./-]+)["']?:(?:\s|$)`)
	jsonDecl = pattern(`^"([^"]+)"\s*:`)
	tomlDecl = pattern(`^(?:\[+([^\]]+)\]+|([\w.-]+)\s*=)`)

	goImport   = pattern(`^(?:import\s+(?:[\w.]+\s+)?["\x60]|import\s*\()`)
	pyImport   = pattern(`^(?:import\s+[\w.]+|from\s+[\w.]+\s+import\b)`)
	jsImport   = pattern(`^(?:import\s+(?:type\s+)?(?:[\w$*{]|["'])|(?:const|let|var)\s+[\w${},:\s]+=\s*require\()`)
	rustImport = pattern(`^(?:pub(?:\([^)]*\))?\s+)?(?:use\s+[\w:{*]|extern\s+crate\s)`)
	cImport    = pattern(`^#\s*(?:include|import)\s*[<"]`)
	javaImport = pattern(`^import\s+(?:static\s+)?[\w.*]+;?\s*$`)
	csImport   = pattern(`^(?:global\s+)?using\s+(?:static\s+)?[\w.=\s]+;\s*$`)
	rubyImport = pattern(`^(?:require|require_relative|load)\s+["']`)
	phpImport  = pattern(`^use\s+[\w\\]+`)
)

// grammars are by name; languageOf knows which languages share one.
var grammars = map[string]*grammar{
	"go":     {line: []string{"//"}, open: "/*", shut: "*/", quotes: `"'`, long: "`", brackets: true, imports: goImport, declares: goDecl},
	"python": {line: []string{"#"}, quotes: `"'`, triple: true, brackets: true, indented: true, docstring: true, imports: pyImport, declares: pyDecl},
	"js":     {line: []string{"//"}, open: "/*", shut: "*/", quotes: `"'`, long: "`", template: true, regexps: true, brackets: true, imports: jsImport, declares: jsDecl},
	"rust":   {line: []string{"//"}, open: "/*", shut: "*/", nested: true, long: `"`, lifetimes: true, brackets: true, imports: rustImport, declares: rustDecl},
	"c":      {line: []string{"//"}, open: "/*", shut: "*/", quotes: `"'`, brackets: true, imports: cImport, declares: cDecl},
	"java":   {line: []string{"//"}, open: "/*", shut: "*/", quotes: `"'`, triple: true, brackets: true, imports: javaImport, declares: cDecl},
	"csharp": {line: []string{"//"}, open: "/*", shut: "*/", quotes: `"'`, triple: true, brackets: true, imports: csImport, declares: cDecl},
	"kotlin": {line: []string{"//"}, open: "/*", shut: "*/", nested: true, quotes: `"'`, triple: true, brackets: true, imports: javaImport, declares: anyDecl},
	"swift":  {line: []string{"//"}, open: "/*", shut: "*/", nested: true, quotes: `"`, triple: true, brackets: true, imports: javaImport, declares: anyDecl},
	"php":    {line: []string{"//", "#"}, open: "/*", shut: "*/", long: `"'`, brackets: true, imports: phpImport, declares: anyDecl},
	"ruby":   {line: []string{"#"}, long: `"'`, imports: rubyImport, declares: anyDecl},
	"lua":    {line: []string{"--"}, quotes: `"'`, brackets: true, declares: anyDecl},
	"css":    {open: "/*", shut: "*/", quotes: `"'`, brackets: true, capitalised: true},
	"json":   {quotes: `"`, brackets: true, capitalised: true, data: true, declares: jsonDecl},
	"jsonc":  {line: []string{"//"}, open: "/*", shut: "*/", quotes: `"`, brackets: true, capitalised: true, data: true, declares: jsonDecl},
	"yaml":   {line: []string{"#"}, indented: true, capitalised: true, data: true, declares: yamlDecl},
	"toml":   {line: []string{"#"}, quotes: `"'`, triple: true, brackets: true, capitalised: true, data: true, declares: tomlDecl},
	"shell":  {line: []string{"#"}, declares: anyDecl},
	"text":   {capitalised: true},
}

// words are an editor's language identifiers and what models write after a
// fence, with the grammar of each.
var words = map[string]string{
	"go": "go", "golang": "go",
	"python": "python", "py": "python", "python3": "python", "starlark": "python", "pyi": "python",
	"javascript": "js", "js": "js", "jsx": "js", "javascriptreact": "js", "mjs": "js", "cjs": "js", "node": "js",
	"typescript": "js", "ts": "js", "tsx": "js", "typescriptreact": "js",
	"rust": "rust", "rs": "rust",
	"c": "c", "h": "c", "cpp": "c", "c++": "c", "cxx": "c", "cc": "c", "hpp": "c", "objective-c": "c", "cuda": "c", "cuda-cpp": "c",
	"java": "java", "csharp": "csharp", "cs": "csharp", "c#": "csharp",
	"kotlin": "kotlin", "kt": "kotlin", "scala": "kotlin", "groovy": "kotlin", "swift": "swift", "dart": "kotlin",
	"php": "php", "ruby": "ruby", "rb": "ruby", "lua": "lua",
	"css": "css", "scss": "css", "less": "css", "json": "json", "jsonc": "jsonc", "json5": "jsonc",
	"yaml": "yaml", "yml": "yaml", "dockercompose": "yaml", "toml": "toml", "ini": "toml",
	"shellscript": "shell", "bash": "shell", "sh": "shell", "shell": "shell", "zsh": "shell", "console": "shell", "fish": "shell",
	"markdown": "text", "md": "text", "plaintext": "text", "text": "text", "txt": "text", "output": "text",
}

// grammarOf returns the grammar of a language, that of plain text where it is unknown.
func grammarOf(language string) *grammar {
	if g := grammars[words[strings.ToLower(language)]]; g != nil {
		return g
	}
	return grammars["text"]
}

// isImport tells whether a line begins an import.
func (g *grammar) isImport(line string) bool {
	return g.imports != nil && line != "" && g.imports().MatchString(strings.TrimSpace(line))
}

// notNames are words that stand where a name would: "if (x) {" looks like a method.
var notNames = map[string]bool{
	"if": true, "for": true, "while": true, "switch": true, "catch": true, "return": true, "function": true, "else": true,
	"do": true, "new": true, "throw": true, "case": true, "sizeof": true, "await": true, "super": true, "with": true, "using": true, "lock": true,
}

// declared returns the name a line declares, "" for none.
func (g *grammar) declared(line string) string {
	line = strings.TrimSpace(line)
	if g.declares == nil || line == "" || g.isImport(line) {
		return ""
	}
	m := g.declares().FindStringSubmatch(line)
	for _, name := range m[min(len(m), 1):] {
		if name != "" && !notNames[name] && !notNames[firstWord(line)] {
			return name
		}
	}
	return ""
}

func firstWord(line string) string {
	end := strings.IndexFunc(line, func(r rune) bool { return !isWord(r) })
	if end < 0 {
		return line
	}
	return line[:end]
}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f
}
