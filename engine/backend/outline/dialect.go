package outline

import "strings"

// blocks says how a language marks where a block ends.
type blocks uint8

const (
	braces   blocks = iota
	indented        // by the indentation of what follows a colon
	endWords        // by "end", in the column of what it ends
	noBlocks        // nothing that a lexer alone can tell
)

// dialect is what the lexer view knows of a language: which words do what. All
// lists are separated by spaces.
type dialect struct {
	title  string // the language's own name
	lexer  string // its definition in lexers/, "" for Go's own scanner
	blocks blocks

	funcs  string // words that introduce a function
	types  string // words that introduce a type, class, trait, module …
	loops  string
	tests  string // words that branch
	leaves string // words that leave the function
	waits  string

	// typed: functions may be declared as "type name(params) {".
	typed bool
	// methods: a class may hold "name(params) {".
	methods bool
	// arrows: "name = (params) => …" declares a function.
	arrows bool
	// bracketed: the condition of a branch or loop stands in brackets.
	bracketed bool
	// comment is the mark of a line comment.
	comment string
}

// dialectOf returns the dialect of an editor's language identifier.
func dialectOf(lang string) (dialect, bool) {
	if same, ok := sameAs()[lang]; ok {
		lang = same
	}
	d, ok := dialects()[lang]
	return d, ok
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

// dialects are the languages the lexer view knows, by the identifier.
func dialects() map[string]dialect {
	const cLoops, cTests, cLeaves = "for while do", "if else switch case default", "return goto"
	return map[string]dialect{
		"go":     {title: "Go", funcs: "func", types: "type", loops: "for", tests: "if else switch case select default", leaves: "return panic", comment: "//"},
		"python": {title: "Python", lexer: "python", blocks: indented, funcs: "def", types: "class", loops: "for while", tests: "if elif else try except finally match case with", leaves: "return raise yield", waits: "await", comment: "#"},
		"javascript": {
			title: "JavaScript", bracketed: true, lexer: "javascript", funcs: "function", types: "class", loops: cLoops, tests: "if else switch case default try catch finally", leaves: "return throw yield", waits: "await",
			methods: true, arrows: true, comment: "//",
		},
		"typescript": {
			title: "TypeScript", bracketed: true, lexer: "typescript", funcs: "function", types: "class interface enum namespace", loops: cLoops, tests: "if else switch case default try catch finally", leaves: "return throw yield", waits: "await",
			methods: true, arrows: true, comment: "//",
		},
		"rust":        {title: "Rust", lexer: "rust", funcs: "fn", types: "struct enum trait impl mod union", loops: "for while loop", tests: "if else match", leaves: "return panic", comment: "//"},
		"c":           {title: "C", bracketed: true, lexer: "c", types: "struct enum union", loops: cLoops, tests: cTests, leaves: cLeaves, typed: true, comment: "//"},
		"cpp":         {title: "C++", bracketed: true, lexer: "cpp", types: "class struct enum union namespace", loops: cLoops, tests: cTests + " try catch", leaves: cLeaves + " throw co_return", waits: "co_await", typed: true, comment: "//"},
		"objective-c": {title: "Objective-C", bracketed: true, lexer: "objective-c", types: "struct enum union @interface @protocol", loops: cLoops, tests: cTests + " @try @catch @finally", leaves: cLeaves + " @throw", typed: true, comment: "//"},
		"java":        {title: "Java", bracketed: true, lexer: "java", types: "class interface enum record", loops: cLoops, tests: cTests + " try catch finally", leaves: "return throw yield", typed: true, comment: "//"},
		"csharp":      {title: "C#", bracketed: true, lexer: "csharp", types: "class interface struct enum record namespace", loops: cLoops + " foreach", tests: cTests + " try catch finally", leaves: "return throw yield", waits: "await", typed: true, comment: "//"},
		"groovy":      {title: "Groovy", bracketed: true, lexer: "groovy", types: "class interface enum trait", loops: cLoops, tests: cTests + " try catch finally", leaves: "return throw", typed: true, comment: "//"},
		"dart":        {title: "Dart", bracketed: true, lexer: "dart", types: "class enum mixin extension", loops: cLoops, tests: cTests + " try catch finally", leaves: "return throw rethrow yield", waits: "await", typed: true, methods: true, comment: "//"},
		"kotlin":      {title: "Kotlin", bracketed: true, lexer: "kotlin", funcs: "fun", types: "class interface object", loops: cLoops, tests: "if else when try catch finally", leaves: "return throw", comment: "//"},
		"swift":       {title: "Swift", lexer: "swift", funcs: "func", types: "class struct enum protocol extension actor", loops: "for while repeat", tests: "if else guard switch case default do catch", leaves: "return throw", waits: "await", comment: "//"},
		"scala":       {title: "Scala", lexer: "scala", funcs: "def", types: "class object trait", loops: "for while do", tests: "if else match case try catch finally", leaves: "return throw", comment: "//"},
		"php":         {title: "PHP", bracketed: true, lexer: "php", funcs: "function fn", types: "class interface trait enum", loops: cLoops + " foreach", tests: cTests + " elseif match try catch finally", leaves: "return throw yield", comment: "//"},
		"zig":         {title: "Zig", lexer: "zig", funcs: "fn", loops: "for while", tests: "if else switch catch orelse", leaves: "return", waits: "await", comment: "//"},
		"ruby":        {title: "Ruby", lexer: "ruby", blocks: endWords, funcs: "def", types: "class module", loops: "for while until loop", tests: "if elsif else unless case when begin rescue ensure", leaves: "return raise yield", comment: "#"},
		"crystal":     {title: "Crystal", lexer: "crystal", blocks: endWords, funcs: "def", types: "class module struct enum", loops: "while until loop", tests: "if elsif else unless case when begin rescue ensure", leaves: "return raise yield", comment: "#"},
		"lua":         {title: "Lua", lexer: "lua", blocks: endWords, funcs: "function", loops: "for while repeat", tests: "if elseif else", leaves: "return error", comment: "--"},
		"elixir":      {title: "Elixir", lexer: "elixir", blocks: endWords, funcs: "def defp defmacro defmacrop", types: "defmodule defprotocol defimpl", loops: "for", tests: "if else unless case cond with try rescue catch after", leaves: "raise throw", comment: "#"},
		"julia":       {title: "Julia", lexer: "julia", blocks: endWords, funcs: "function macro", types: "struct module", loops: "for while", tests: "if elseif else try catch finally", leaves: "return throw", comment: "#"},
		"shellscript": {title: "Shell", lexer: "bash", funcs: "function", loops: "for while until", tests: "if elif else case", leaves: "return exit", methods: true, comment: "#"},
		"perl":        {title: "Perl", bracketed: true, lexer: "perl", funcs: "sub", types: "package", loops: "for foreach while until", tests: "if elsif else unless", leaves: "return die", comment: "#"},
		"powershell":  {title: "PowerShell", bracketed: true, lexer: "powershell", funcs: "function filter", types: "class enum", loops: "for foreach while do", tests: "if elseif else switch try catch finally", leaves: "return throw exit", comment: "#"},
		"r":           {title: "R", bracketed: true, lexer: "r", loops: "for while repeat", tests: "if else switch", leaves: "return stop", comment: "#"},
		"nim":         {title: "Nim", lexer: "nim", blocks: indented, funcs: "proc func method iterator template macro", loops: "for while", tests: "if elif else case of when try except finally", leaves: "return raise yield", waits: "await", comment: "#"},
		"haskell":     {title: "Haskell", lexer: "haskell", blocks: noBlocks, types: "data newtype class instance", tests: "if else case of", comment: "--"},
		"ocaml":       {title: "OCaml", lexer: "ocaml", blocks: noBlocks, types: "module", loops: "for while", tests: "if else match try", leaves: "raise failwith", comment: "(*"},
		"clojure":     {title: "Clojure", lexer: "clojure", blocks: noBlocks, funcs: "defn defn- defmacro", types: "defrecord defprotocol", loops: "loop doseq dotimes for", tests: "if when cond case try catch", leaves: "throw", comment: ";"},
		"sql":         {title: "SQL", lexer: "sql", blocks: noBlocks, comment: "--"},
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

// has says whether a word is in a list separated by spaces.
func has(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}
