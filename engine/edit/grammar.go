package edit

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// grammar is what has to be known of a language besides its tokens.
type grammar struct {
	name        string   // its key among the grammars
	dialect     string   // the language identifier that package tokens knows it by, "" for none
	line        []string // what begins a comment to the end of the line
	open, shut  string   // what begins and ends a comment
	brackets    bool     // brackets have to match
	docstring   bool     // a string as a statement of its own documents
	capitalised bool     // lines of code may begin as a sentence does
	data        bool     // what is declared are keys, which may be renamed

	// What was found out already: a grammar of its own is made for each answer,
	// which one goroutine reads and which repeats most of the document's lines.
	seen  map[string]scanned    // by text
	kinds map[string][]lineKind // by text
	names map[string]string     // what a line declares, by line

	// Both match one line without its indentation. An answer is often a piece
	// that no reader of declarations takes for one: a signature by itself, a
	// body without its end.
	imports, declares func() *regexp.Regexp
}

// pattern compiles an expression when it is first needed.
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// The expressions match one line without its indentation. A declaration's name
// is the group that matched, in Go after its receiver's type.
var (
	goDecl   = pattern(`^(?:func\s+(?:\((?:\w+\s+)?\*?(\w+)[^)]*\)\s*)?(\w+)\s*[\[(]|type\s+(\w+)|(?:var|const)\s+(\w+))`)
	pyDecl   = pattern(`^(?:(?:async\s+)?def|class)\s+(\w+)`)
	jsDecl   = pattern(`^(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:(?:async\s+)?function\s*\*?\s*([\w$]+)|(?:class|interface|enum|namespace|type)\s+([\w$]+)|(?:const|let|var)\s+([\w$]+)\s*[:=]|(?:(?:public|private|protected|static|async|override|readonly|get|set)\s+)*\*?#?([\w$]+)\s*(?:<[^>]*>)?\([^;]*\{\s*$)`)
	rustDecl = pattern(`^(?:pub(?:\([^)]*\))?\s+)?(?:default\s+)?(?:(?:(?:async|unsafe|const|extern(?:\s+"[^"]*")?)\s+)*fn\s+(\w+)|(?:struct|enum|trait|union|mod|type|static|const)\s+(\w+)|macro_rules!\s*(\w+)|impl(?:<[^{]*?>)?\s+([\w:]+))`)
	cDecl    = pattern(`^(?:(?:typedef\s+)?(?:(?:public|private|protected|internal|static|final|abstract|sealed|partial|export)\s+)*(?:struct|class|enum|union|interface|record|namespace)\s+(\w+)[^;()]*$|[A-Za-z_][\w\s*&:<>,.\[\]?~@]*[\s*&>\]]\s*((?:\w+::)*~?\w+)\s*\([^;]*$|((?:\w+::)+~?\w+)\s*\([^;]*$|#define\s+(\w+))`)
	anyDecl  = pattern(`^(?:(?:public|private|protected|internal|static|final|abstract|open|override|local|async|export|pub|inline|suspend|defp?)\s+)*(?:def|fn|func|fun|function|class|struct|enum|interface|trait|module|protocol|extension|object|type|sub|proc)\s+(?:self\.)?([\w.:]+)`)

	shellDecl = pattern(`^(?:function\s+([\w:-]+)|([\w:-]+)\s*\(\s*\))`)
	yamlDecl  = pattern(`^["']?([\w./-]+)["']?:(?:\s|$)`)
	jsonDecl  = pattern(`^"([^"]+)"\s*:`)
	tomlDecl  = pattern(`^(?:\[+([^\]]+)\]+|([\w.-]+)\s*=)`)

	goImport   = pattern(`^(?:import\s+(?:[\w.]+\s+)?["\x60]|import\s*\()`)
	pyImport   = pattern(`^(?:import\s+[\w.]+|from\s+[\w.]+\s+import\b)`)
	jsImport   = pattern(`^(?:import\s+(?:type\s+)?(?:[\w$*{]|["'])|(?:const|let|var)\s+[\w${},:\s]+=\s*require\()`)
	rustImport = pattern(`^(?:pub(?:\([^)]*\))?\s+)?(?:use\s+[\w:{*]|extern\s+crate\s)`)
	cImport    = pattern(`^#\s*(?:include|import)\s*(?:<[^>]+>|"[^"]+")`)
	javaImport = pattern(`^import\s+(?:static\s+)?[\w.*]+;?\s*$`)
	csImport   = pattern(`^(?:global\s+)?using\s+(?:static\s+)?[\w.=\s]+;\s*$`)
	rubyImport = pattern(`^(?:require|require_relative|load)\s+["']`)
	phpImport  = pattern(`^use\s+[\w\\]+`)
)

// grammars are by name; words knows which languages share one.
var grammars = map[string]*grammar{
	"go":         braces("go", goImport, goDecl),
	"js":         braces("typescript", jsImport, jsDecl),
	"rust":       braces("rust", rustImport, rustDecl),
	"c":          braces("c", cImport, cDecl),
	"cpp":        braces("cpp", cImport, cDecl),
	"objc":       braces("objective-c", cImport, cDecl),
	"java":       braces("java", javaImport, cDecl),
	"csharp":     braces("csharp", csImport, cDecl),
	"kotlin":     braces("kotlin", javaImport, anyDecl),
	"scala":      braces("scala", javaImport, anyDecl),
	"groovy":     braces("groovy", javaImport, anyDecl),
	"dart":       braces("dart", jsImport, cDecl),
	"swift":      braces("swift", javaImport, anyDecl),
	"zig":        braces("zig", nil, anyDecl),
	"php":        braces("php", phpImport, anyDecl),
	"css":        {dialect: "java", open: "/*", shut: "*/", brackets: true, capitalised: true},
	"python":     {dialect: "python", line: []string{"#"}, brackets: true, docstring: true, imports: pyImport, declares: pyDecl},
	"ruby":       {dialect: "ruby", line: []string{"#"}, brackets: true, imports: rubyImport, declares: anyDecl},
	"elixir":     {dialect: "elixir", line: []string{"#"}, brackets: true, declares: anyDecl},
	"julia":      {dialect: "julia", line: []string{"#"}, brackets: true, declares: anyDecl},
	"perl":       {dialect: "perl", line: []string{"#"}, declares: anyDecl},
	"powershell": {dialect: "powershell", line: []string{"#"}, open: "<#", shut: "#>", brackets: true, declares: anyDecl},
	"shell":      {dialect: "shellscript", line: []string{"#"}, declares: shellDecl},
	"lua":        {dialect: "lua", line: []string{"--"}, brackets: true, declares: anyDecl},
	"sql":        {dialect: "sql", line: []string{"--"}, open: "/*", shut: "*/", brackets: true, capitalised: true},
	"haskell":    {dialect: "haskell", line: []string{"--"}, open: "{-", shut: "-}", brackets: true, capitalised: true},
	"json":       {dialect: "javascript", brackets: true, capitalised: true, data: true, declares: jsonDecl},
	"jsonc":      {dialect: "javascript", line: []string{"//"}, open: "/*", shut: "*/", brackets: true, capitalised: true, data: true, declares: jsonDecl},
	"toml":       {dialect: "python", line: []string{"#"}, brackets: true, capitalised: true, data: true, declares: tomlDecl},
	"yaml":       {line: []string{"#"}, capitalised: true, data: true, declares: yamlDecl},
	"text":       {capitalised: true},
}

// braces is the grammar of a language that looks like C.
func braces(dialect string, imports, declares func() *regexp.Regexp) *grammar {
	return &grammar{dialect: dialect, line: []string{"//"}, open: "/*", shut: "*/", brackets: true, imports: imports, declares: declares}
}

// words are an editor's language identifiers and what models write after a
// fence, with the grammar of each.
var words = map[string]string{
	"go": "go", "golang": "go",
	"python": "python", "py": "python", "python3": "python", "starlark": "python", "pyi": "python",
	"javascript": "js", "js": "js", "jsx": "js", "javascriptreact": "js", "mjs": "js", "cjs": "js", "node": "js",
	"typescript": "js", "ts": "js", "tsx": "js", "typescriptreact": "js",
	"rust": "rust", "rs": "rust",
	"c": "c", "h": "c", "cpp": "cpp", "c++": "cpp", "cxx": "cpp", "cc": "cpp", "hpp": "cpp", "objective-c": "objc", "objective-cpp": "objc", "objc": "objc", "cuda": "cpp", "cuda-cpp": "cpp",
	"java": "java", "csharp": "csharp", "cs": "csharp", "c#": "csharp",
	"kotlin": "kotlin", "kt": "kotlin", "scala": "scala", "groovy": "groovy", "swift": "swift", "dart": "dart", "zig": "zig",
	"php": "php", "ruby": "ruby", "rb": "ruby", "crystal": "ruby", "lua": "lua", "elixir": "elixir", "ex": "elixir", "julia": "julia", "perl": "perl", "powershell": "powershell", "ps1": "powershell", "sql": "sql", "haskell": "haskell", "hs": "haskell",
	"css": "css", "scss": "css", "less": "css", "json": "json", "jsonc": "jsonc", "json5": "jsonc",
	"yaml": "yaml", "yml": "yaml", "dockercompose": "yaml", "toml": "toml", "ini": "toml",
	"shellscript": "shell", "bash": "shell", "sh": "shell", "shell": "shell", "zsh": "shell", "console": "shell", "fish": "shell",
	"markdown": "text", "md": "text", "plaintext": "text", "text": "text", "txt": "text", "output": "text",
}

// grammarOf returns the grammar of a language, that of plain text where it is
// unknown, for reading one answer.
func grammarOf(language string) *grammar {
	name := words[strings.ToLower(language)]
	if grammars[name] == nil {
		name = "text"
	}
	g := *grammars[name]
	g.name, g.seen, g.kinds, g.names = name, map[string]scanned{}, map[string][]lineKind{}, map[string]string{}
	return &g
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
	if g.declares == nil || line == "" {
		return ""
	}
	name, ok := g.names[line]
	if !ok {
		name = g.declaration(line)
		g.names[line] = name
	}
	return name
}

func (g *grammar) declaration(line string) string {
	if g.isImport(line) {
		return ""
	}
	m := g.declares().FindStringSubmatch(line)
	if len(m) == 0 || notNames[firstWord(line)] {
		return ""
	}
	if g.name == "js" && m[4] != "" && (strings.Contains(line, "=>") || strings.Contains(line, "function")) {
		return "" // a call that is given a function
	}
	parts := slices.DeleteFunc(m[1:], func(part string) bool { return part == "" })
	if slices.ContainsFunc(parts, func(part string) bool { return notNames[part] }) {
		return ""
	}
	return strings.Join(parts, ".")
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
