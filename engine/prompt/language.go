package prompt

// language is what prompts need to know of a language.
type language struct {
	name   string // as its users write it
	family string // whose templates it shares, "" for its own alone
}

// languages are those whose name is not their identifier with a capital, or that
// share templates, by the editor's identifier.
func languages() map[string]language {
	return map[string]language{
		"go":              {"Go", ""},
		"python":          {"Python", ""},
		"rust":            {"Rust", ""},
		"javascript":      {"JavaScript", "javascript"},
		"javascriptreact": {"JavaScript", "javascript"},
		"typescript":      {"TypeScript", "javascript"},
		"typescriptreact": {"TypeScript", "javascript"},
		"vue":             {"Vue", "javascript"},
		"svelte":          {"Svelte", "javascript"},
		"java":            {"Java", "java"},
		"kotlin":          {"Kotlin", "java"},
		"scala":           {"Scala", "java"},
		"groovy":          {"Groovy", "java"},
		"c":               {"C", "c"},
		"cpp":             {"C++", "c"},
		"objective-c":     {"Objective-C", "c"},
		"objective-cpp":   {"Objective-C++", "c"},
		"cuda-cpp":        {"CUDA C++", "c"},
		"csharp":          {"C#", ""},
		"fsharp":          {"F#", ""},
		"php":             {"PHP", ""},
		"ruby":            {"Ruby", ""},
		"swift":           {"Swift", ""},
		"shellscript":     {"shell", ""},
		"powershell":      {"PowerShell", ""},
		"sql":             {"SQL", ""},
		"html":            {"HTML", ""},
		"css":             {"CSS", ""},
		"scss":            {"SCSS", ""},
		"json":            {"JSON", ""},
		"jsonc":           {"JSON", ""},
		"yaml":            {"YAML", ""},
		"toml":            {"TOML", ""},
		"xml":             {"XML", ""},
		"dockerfile":      {"Dockerfile", ""},
		"makefile":        {"Makefile", ""},
		"markdown":        {"Markdown", ""},
	}
}

// LanguageName is a language as its users write it, the identifier itself where
// it is not known.
func LanguageName(id string) string {
	if l, ok := languages()[id]; ok {
		return l.name
	}
	return oneLine(clip(id, maxName))
}

// forms are the names under which an action's template is looked for, the most
// particular first: the language's own, its family's, any language's.
func forms(action, id string) []string {
	var out []string
	if isName(id) {
		out = append(out, action+"."+id)
		if family := languages()[id].family; family != "" && family != id {
			out = append(out, action+"."+family)
		}
	}
	return append(out, action)
}

// isName reports whether an identifier that a client sent may stand in a file's name.
func isName(id string) bool {
	for i := range len(id) {
		if c := id[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '+' || c == '#') {
			return false
		}
	}
	return id != "" && len(id) <= maxName
}
