package tokens

import (
	"path/filepath"
	"strings"
	"sync"
)

// Blocks says how a language marks where a block ends.
type Blocks uint8

// The ways a block ends.
const (
	Braces   Blocks = iota
	Indented        // by the indentation of what follows a colon
	EndWords        // by "end", in the column of what it ends
	NoBlocks        // nothing that tokens alone can tell
)

// Dialect is what tokens mean in a language: which words do what, and how
// comments and strings are written. All lists of words are separated by spaces.
type Dialect struct {
	Title  string // the language's own name
	Fence  string // the word for it after the marks of a fenced block
	Blocks Blocks

	Funcs  string // words that introduce a function
	Types  string // words that introduce a type, class, trait, module …
	Loops  string
	Tests  string // words that branch
	Leaves string // words that leave the function
	Waits  string

	// Typed: functions may be declared as "type name(params) {".
	Typed bool
	// Methods: a class may hold "name(params) {".
	Methods bool
	// Arrows: "name = (params) => …" declares a function.
	Arrows bool
	// Bracketed: the condition of a branch or loop stands in brackets.
	Bracketed bool
	// LineComment is the mark of a line comment, or of a block's start where
	// the language has no line comments.
	LineComment string

	marks
	roles  map[string]role
	starts [256]bool // first bytes of comments, strings and the like
}

// role is what a word does, as bits.
type role uint8

const (
	roleFunc role = 1 << iota
	roleType
	roleReserved // no function's name
)

// Of returns the dialect of an editor's language identifier.
func Of(lang string) (*Dialect, bool) {
	if same, ok := sameAs()[lang]; ok {
		lang = same
	}
	d, ok := built()[lang]
	return d, ok
}

// Directives says whether lines that start with "#" are a preprocessor's.
func (d *Dialect) Directives() bool { return d.directives }

// built is the table of the dialects, with what scanning looks up in each.
var built = sync.OnceValue(func() map[string]*Dialect {
	out := map[string]*Dialect{}
	for name, d := range dialects() {
		d.marks = marksOf(d.Title)
		d.prepare()
		out[name] = &d
	}
	return out
})

// prepare makes the tables that scanning looks words and bytes up in.
func (d *Dialect) prepare() {
	d.roles = map[string]role{}
	set := func(list string, r role) {
		for w := range strings.FieldsSeq(list) {
			d.roles[w] |= r
		}
	}
	set(d.Funcs, roleFunc)
	set(d.Types, roleType)
	for _, list := range []string{d.Loops, d.Tests, d.Leaves, d.Waits, reservedWords} {
		set(list, roleReserved)
	}
	if d.Typed {
		set(typedWords, roleReserved)
	}
	for _, mark := range d.openings() {
		d.starts[mark[0]] = true
	}
}

// Language guesses an editor's language identifier from a file's name; "" where
// its ending says nothing.
func Language(path string) string {
	return extensions()[strings.ToLower(filepath.Ext(path))]
}

// sameAs maps identifiers to the one whose dialect they share.
func sameAs() map[string]string {
	return map[string]string{
		"javascriptreact": "javascript", "typescriptreact": "typescript", "jsx": "javascript", "tsx": "typescript",
		"js": "javascript", "ts": "typescript", "py": "python", "rs": "rust", "sh": "shellscript", "bash": "shellscript",
		"zsh": "shellscript", "shell": "shellscript", "cs": "csharp", "c++": "cpp", "cuda-cpp": "cpp", "rb": "ruby", "kt": "kotlin",
		"mysql": "sql", "plsql": "sql", "pgsql": "sql", "objective-cpp": "objective-c", "objc": "objective-c",
	}
}

// dialects are the languages that are known, by the identifier.
func dialects() map[string]Dialect {
	const cLoops, cTests, cLeaves = "for while do", "if else switch case default", "return goto"
	return map[string]Dialect{
		"go":     {Title: "Go", Fence: "go", Funcs: "func", Types: "type", Loops: "for", Tests: "if else switch case select default", Leaves: "return panic", LineComment: "//"},
		"python": {Title: "Python", Fence: "python", Blocks: Indented, Funcs: "def", Types: "class", Loops: "for while", Tests: "if elif else try except finally match case with", Leaves: "return raise yield", Waits: "await", LineComment: "#"},
		"javascript": {
			Title: "JavaScript", Bracketed: true, Fence: "javascript", Funcs: "function", Types: "class", Loops: cLoops, Tests: "if else switch case default try catch finally", Leaves: "return throw yield", Waits: "await",
			Methods: true, Arrows: true, LineComment: "//",
		},
		"typescript": {
			Title: "TypeScript", Bracketed: true, Fence: "typescript", Funcs: "function", Types: "class interface enum namespace", Loops: cLoops, Tests: "if else switch case default try catch finally", Leaves: "return throw yield", Waits: "await",
			Methods: true, Arrows: true, LineComment: "//",
		},
		"rust":        {Title: "Rust", Fence: "rust", Funcs: "fn", Types: "struct enum trait impl mod union", Loops: "for while loop", Tests: "if else match", Leaves: "return panic", LineComment: "//"},
		"c":           {Title: "C", Bracketed: true, Fence: "c", Types: "struct enum union", Loops: cLoops, Tests: cTests, Leaves: cLeaves, Typed: true, LineComment: "//"},
		"cpp":         {Title: "C++", Bracketed: true, Fence: "cpp", Types: "class struct enum union namespace", Loops: cLoops, Tests: cTests + " try catch", Leaves: cLeaves + " throw co_return", Waits: "co_await", Typed: true, LineComment: "//"},
		"objective-c": {Title: "Objective-C", Bracketed: true, Fence: "objective-c", Types: "struct enum union @interface @protocol", Loops: cLoops, Tests: cTests + " @try @catch @finally", Leaves: cLeaves + " @throw", Typed: true, LineComment: "//"},
		"java":        {Title: "Java", Bracketed: true, Fence: "java", Types: "class interface enum record", Loops: cLoops, Tests: cTests + " try catch finally", Leaves: "return throw yield", Typed: true, LineComment: "//"},
		"csharp":      {Title: "C#", Bracketed: true, Fence: "csharp", Types: "class interface struct enum record namespace", Loops: cLoops + " foreach", Tests: cTests + " try catch finally", Leaves: "return throw yield", Waits: "await", Typed: true, LineComment: "//"},
		"groovy":      {Title: "Groovy", Bracketed: true, Fence: "groovy", Types: "class interface enum trait", Loops: cLoops, Tests: cTests + " try catch finally", Leaves: "return throw", Typed: true, LineComment: "//"},
		"dart":        {Title: "Dart", Bracketed: true, Fence: "dart", Types: "class enum mixin extension", Loops: cLoops, Tests: cTests + " try catch finally", Leaves: "return throw rethrow yield", Waits: "await", Typed: true, Methods: true, LineComment: "//"},
		"kotlin":      {Title: "Kotlin", Bracketed: true, Fence: "kotlin", Funcs: "fun", Types: "class interface object", Loops: cLoops, Tests: "if else when try catch finally", Leaves: "return throw", LineComment: "//"},
		"swift":       {Title: "Swift", Fence: "swift", Funcs: "func", Types: "class struct enum protocol extension actor", Loops: "for while repeat", Tests: "if else guard switch case default do catch", Leaves: "return throw", Waits: "await", LineComment: "//"},
		"scala":       {Title: "Scala", Fence: "scala", Funcs: "def", Types: "class object trait", Loops: "for while do", Tests: "if else match case try catch finally", Leaves: "return throw", LineComment: "//"},
		"php":         {Title: "PHP", Bracketed: true, Fence: "php", Funcs: "function fn", Types: "class interface trait enum", Loops: cLoops + " foreach", Tests: cTests + " elseif match try catch finally", Leaves: "return throw yield", LineComment: "//"},
		"zig":         {Title: "Zig", Fence: "zig", Funcs: "fn", Loops: "for while", Tests: "if else switch catch orelse", Leaves: "return", Waits: "await", LineComment: "//"},
		"ruby":        {Title: "Ruby", Fence: "ruby", Blocks: EndWords, Funcs: "def", Types: "class module", Loops: "for while until loop", Tests: "if elsif else unless case when begin rescue ensure", Leaves: "return raise yield", LineComment: "#"},
		"crystal":     {Title: "Crystal", Fence: "crystal", Blocks: EndWords, Funcs: "def", Types: "class module struct enum", Loops: "while until loop", Tests: "if elsif else unless case when begin rescue ensure", Leaves: "return raise yield", LineComment: "#"},
		"lua":         {Title: "Lua", Fence: "lua", Blocks: EndWords, Funcs: "function", Loops: "for while repeat", Tests: "if elseif else", Leaves: "return error", LineComment: "--"},
		"elixir":      {Title: "Elixir", Fence: "elixir", Blocks: EndWords, Funcs: "def defp defmacro defmacrop", Types: "defmodule defprotocol defimpl", Loops: "for", Tests: "if else unless case cond with try rescue catch after", Leaves: "raise throw", LineComment: "#"},
		"julia":       {Title: "Julia", Fence: "julia", Blocks: EndWords, Funcs: "function macro", Types: "struct module", Loops: "for while", Tests: "if elseif else try catch finally", Leaves: "return throw", LineComment: "#"},
		"shellscript": {Title: "Shell", Fence: "bash", Funcs: "function", Loops: "for while until", Tests: "if elif else case", Leaves: "return exit", Methods: true, LineComment: "#"},
		"perl":        {Title: "Perl", Bracketed: true, Fence: "perl", Funcs: "sub", Types: "package", Loops: "for foreach while until", Tests: "if elsif else unless", Leaves: "return die", LineComment: "#"},
		"powershell":  {Title: "PowerShell", Bracketed: true, Fence: "powershell", Funcs: "function filter", Types: "class enum", Loops: "for foreach while do", Tests: "if elseif else switch try catch finally", Leaves: "return throw exit", LineComment: "#"},
		"r":           {Title: "R", Bracketed: true, Fence: "r", Loops: "for while repeat", Tests: "if else switch", Leaves: "return stop", LineComment: "#"},
		"nim":         {Title: "Nim", Fence: "nim", Blocks: Indented, Funcs: "proc func method iterator template macro", Loops: "for while", Tests: "if elif else case of when try except finally", Leaves: "return raise yield", Waits: "await", LineComment: "#"},
		"haskell":     {Title: "Haskell", Fence: "haskell", Blocks: NoBlocks, Types: "data newtype class instance", Tests: "if else case of", LineComment: "--"},
		"ocaml":       {Title: "OCaml", Fence: "ocaml", Blocks: NoBlocks, Types: "module", Loops: "for while", Tests: "if else match try", Leaves: "raise failwith", LineComment: "(*"},
		"clojure":     {Title: "Clojure", Fence: "clojure", Blocks: NoBlocks, Funcs: "defn defn- defmacro", Types: "defrecord defprotocol", Loops: "loop doseq dotimes for", Tests: "if when cond case try catch", Leaves: "throw", LineComment: ";"},
		"sql":         {Title: "SQL", Fence: "sql", Blocks: NoBlocks, LineComment: "--"},
	}
}

// extensions maps file name extensions to identifiers.
func extensions() map[string]string {
	return map[string]string{
		".go": "go", ".py": "python", ".pyi": "python", ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascriptreact",
		".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "typescriptreact", ".rs": "rust",
		".c": "c", ".h": "c", ".cc": "cpp", ".cpp": "cpp", ".cxx": "cpp", ".hh": "cpp", ".hpp": "cpp", ".hxx": "cpp", ".m": "objective-c", ".mm": "objective-cpp",
		".java": "java", ".cs": "csharp", ".groovy": "groovy", ".gradle": "groovy", ".dart": "dart", ".kt": "kotlin", ".kts": "kotlin",
		".swift": "swift", ".scala": "scala", ".sc": "scala", ".php": "php", ".zig": "zig", ".rb": "ruby", ".cr": "crystal", ".lua": "lua",
		".ex": "elixir", ".exs": "elixir", ".jl": "julia", ".sh": "shellscript", ".bash": "shellscript", ".zsh": "shellscript",
		".pl": "perl", ".pm": "perl", ".ps1": "powershell", ".psm1": "powershell", ".r": "r", ".nim": "nim", ".hs": "haskell",
		".ml": "ocaml", ".mli": "ocaml", ".clj": "clojure", ".cljs": "clojure", ".sql": "sql",
	}
}

// Has says whether a word is in a list separated by spaces.
func Has(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}
