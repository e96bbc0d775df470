package tokens

// marks says how a language writes comments and literals.
type marks struct {
	lineComments []string
	// blockComments hold the opening and the closing mark of each, and a third
	// word where it counts at the start of a line only.
	blockComments [][]string
	nests         bool // block comments nest
	quotes        []quote
	prefixes      string // words that may stand right before a string and belong to it
	heredoc       string // the mark of here-documents, "" where there are none

	directives     bool // lines from "#" on are a preprocessor's
	hashAfterSpace bool // "#" starts a comment only after white space
	patterns       bool // "/…/" may be a regular expression
	percent        bool // "%w[…]" or "q(…)" are literals
	long           bool // Lua's long brackets
	lifetimes      bool // ' also starts names
	escapes        bool // a backslash outside strings makes the next character plain
}

// openings lists what every comment and literal may start with.
func (d *Dialect) openings() []string {
	out := append([]string{}, d.lineComments...)
	for _, b := range d.blockComments {
		out = append(out, b[0])
	}
	for _, q := range d.quotes {
		out = append(out, q.open)
	}
	for mark, on := range map[string]bool{
		"#": d.directives, "/": d.patterns, "%": d.percent, "[": d.long, "-": d.long, "'": d.lifetimes,
		"\\": d.escapes, "?": d.Title == "PHP", d.heredoc: d.heredoc != "",
	} {
		if on {
			out = append(out, mark)
		}
	}
	return out
}

// lined is a string that ends on its line, where nothing is wrong with it.
func lined(mark string) quote { return quote{open: mark, end: mark} }

// long is a string that may run over lines.
func long(mark, insert string) quote {
	return quote{open: mark, end: mark, lines: true, insert: insert}
}

func raw(mark string) quote { return quote{open: mark, end: mark, raw: true, lines: true} }

// inserting is a string on one line that may hold code.
func inserting(mark, insert string) quote { return quote{open: mark, end: mark, insert: insert} }

// marksOf returns the marks of a language by its title.
func marksOf(title string) marks {
	slashes := marks{lineComments: []string{"//"}, blockComments: [][]string{{"/*", "*/"}}, quotes: []quote{lined(`"`), lined("'")}}
	hash := marks{lineComments: []string{"#"}, quotes: []quote{lined(`"`), lined("'")}}
	m := slashes
	switch title {
	case "Go":
		m.quotes = []quote{lined(`"`), lined("'"), raw("`")}
	case "JavaScript", "TypeScript":
		m.quotes, m.patterns = []quote{lined(`"`), lined("'"), long("`", "${")}, true
	case "C", "C++", "Objective-C":
		m.directives, m.prefixes = true, "L u U u8 R LR uR UR u8R"
	case "Java", "Zig":
		m.quotes = []quote{raw(`"""`), lined(`"`), lined("'")}
	case "C#":
		m.quotes = []quote{raw(`"""`), lined(`"`), lined("'")}
		m.prefixes, m.directives = "@ $ $@ @$ $$", true
	case "Kotlin":
		m.nests, m.quotes = true, []quote{{open: `"""`, end: `"""`, raw: true, lines: true, insert: "${"}, inserting(`"`, "${"), lined("'")}
	case "Groovy":
		m.quotes, m.patterns = []quote{long(`"""`, "${"), long("'''", ""), inserting(`"`, "${"), lined("'")}, true
	case "Dart":
		m.quotes, m.prefixes = []quote{long(`"""`, "${"), long("'''", "${"), inserting(`"`, "${"), inserting("'", "${")}, "r"
	case "Scala":
		m.nests, m.prefixes = true, "s f raw"
		m.quotes, m.lifetimes = []quote{raw(`"""`), lined(`"`)}, true
	case "Rust":
		m.nests, m.lifetimes, m.prefixes = true, true, "r b br c cr"
		m.quotes = []quote{long(`"`, "")}
	case "Swift":
		m.nests, m.quotes = true, []quote{{open: `#"`, end: `"#`, raw: true, lines: true}, long(`"""`, `\(`), inserting(`"`, `\(`)}
	case "PHP":
		m.lineComments, m.heredoc = []string{"//", "#"}, "<<<"
		m.quotes = []quote{long(`"`, "{$"), long("'", ""), long("`", "")}
	default:
		m = hashMarks(title, hash)
	}
	return m
}

// hashMarks are the marks of the languages whose comments do not look like C's.
func hashMarks(title string, m marks) marks {
	switch title {
	case "Python":
		m.prefixes = "r b f u t rb br fr rf R B F U T Rb rB RB Br bR BR Fr fR FR"
		m.quotes = []quote{long(`"""`, ""), long("'''", ""), lined(`"`), lined("'")}
	case "Ruby", "Crystal":
		m.blockComments = [][]string{{"=begin", "=end", "line"}}
		m.quotes = []quote{long(`"`, "#{"), long("'", ""), long("`", "#{")}
		m.heredoc, m.patterns, m.percent = "<<", true, true
	case "Shell":
		m.quotes = []quote{long(`"`, "$("), {open: "'", end: "'", raw: true, lines: true}, long("`", "")}
		m.heredoc, m.hashAfterSpace, m.escapes = "<<", true, true
	case "Perl":
		m.blockComments = [][]string{{"=head", "=cut", "line"}, {"=pod", "=cut", "line"}, {"=over", "=cut", "line"}}
		m.quotes = []quote{long(`"`, ""), long("'", ""), long("`", "")}
		m.heredoc, m.patterns, m.percent, m.hashAfterSpace = "<<", true, true, true
	case "PowerShell":
		m.blockComments, m.hashAfterSpace = [][]string{{"<#", "#>"}}, true
		m.quotes = []quote{{open: "@'", end: "\n'@", raw: true, lines: true}, {open: `@"`, end: "\n\"@", raw: true, lines: true}, {open: `"`, end: `"`, raw: true, lines: true, insert: "$("}, raw("'")}
	case "Elixir":
		m.quotes = []quote{long(`"""`, "#{"), long("'''", "#{"), long(`"`, "#{"), lined("'")}
	case "Julia":
		m.blockComments, m.nests, m.lifetimes = [][]string{{"#=", "=#"}}, true, true
		m.quotes = []quote{long(`"""`, "$("), long(`"`, "$(")}
	case "R":
		m.quotes = []quote{long(`"`, ""), long("'", ""), lined("`")}
	case "Nim":
		m.blockComments, m.nests, m.lifetimes = [][]string{{"#[", "]#"}}, true, true
		m.quotes = []quote{raw(`"""`), lined(`"`)}
	default:
		m = otherMarks(title, m)
	}
	return m
}

func otherMarks(title string, m marks) marks {
	switch title {
	case "Lua":
		m.lineComments, m.long = []string{"--"}, true
	case "Haskell":
		m.lineComments, m.blockComments, m.nests, m.lifetimes = []string{"--"}, [][]string{{"{-", "-}"}}, true, true
		m.quotes = []quote{lined(`"`)}
	case "OCaml":
		m.lineComments, m.blockComments, m.nests, m.lifetimes = nil, [][]string{{"(*", "*)"}}, true, true
		m.quotes = []quote{long(`"`, "")}
	case "Clojure":
		m.lineComments, m.quotes = []string{";"}, []quote{long(`"`, "")}
	case "SQL":
		m.lineComments, m.blockComments = []string{"--"}, [][]string{{"/*", "*/"}}
		m.quotes = []quote{raw("'"), lined(`"`), lined("`")}
	}
	return m
}
