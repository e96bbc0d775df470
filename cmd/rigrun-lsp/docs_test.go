package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/config"
)

const repository = "../.."

// documents are the texts that people read, by their paths.
func documents(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, root := range []string{"README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "editors"} {
		err := filepath.WalkDir(filepath.Join(repository, root), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "node_modules":
				return filepath.SkipDir
			case filepath.Ext(path) != ".md":
				return nil
			}
			text, err := os.ReadFile(path)
			all[path] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestDocumentedCommandsExist reads every command line of this program in the
// documents: its command, what follows it, and its flags.
func TestDocumentedCommandsExist(t *testing.T) {
	line := regexp.MustCompile("(?m)(?:^ {4,}|`|\\$ )rigrun-lsp((?: [^`\n#|;&]+)?)")
	seen := 0
	for path, text := range documents(t) {
		for _, m := range line.FindAllStringSubmatch(text, -1) {
			seen++
			if why := wrong(strings.Fields(m[1])); why != "" {
				t.Errorf("%s: %q: %s", path, m[0], why)
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d command lines were found", seen)
	}
}

// wrong says what of a command line the table does not have.
func wrong(words []string) string {
	c := commands()[0]
	if len(words) > 0 && !strings.HasPrefix(words[0], "-") {
		i := slices.IndexFunc(commands(), func(c command) bool { return c.name == words[0] })
		if i < 0 {
			return "there is no such command"
		}
		c, words = commands()[i], words[1:]
		if c.words != nil && len(words) > 0 {
			for word := range strings.SplitSeq(words[0], "|") {
				if !slices.Contains(c.words, word) && word != strings.ToUpper(word) {
					return "nothing of it is called " + word
				}
			}
		}
	}
	quoted := false
	for _, word := range words {
		if strings.Count(word, `"`)%2 == 1 {
			quoted = !quoted
		}
		flag, _, _ := strings.Cut(strings.Trim(word, "[]().,:"), "=")
		if quoted || !strings.HasPrefix(flag, "-") || strings.Trim(flag, "-") == "" {
			continue
		}
		known := slices.ContainsFunc(c.flags, func(o option) bool { return o.dashes() == flag })
		if !known && flag != "--help" && flag != "--version" {
			return "it has no flag " + flag
		}
	}
	return ""
}

// TestDocumentedKeysExist reads every key of the configuration in the documents.
func TestDocumentedKeysExist(t *testing.T) {
	known := map[string]bool{}
	sections := map[string]bool{}
	for _, k := range config.Schema() {
		known[k.Name] = true
		section, _, nested := strings.Cut(k.Name, ".")
		sections[section] = sections[section] || nested
	}
	key := regexp.MustCompile("`(?:rigrun\\.)?([a-z]+)\\.([a-z][a-zA-Z]*)(?: = [^`]*)?`")
	seen := 0
	for path, text := range documents(t) {
		for _, m := range key.FindAllStringSubmatch(text, -1) {
			if !sections[m[1]] || isFile(m[2]) || m[0] == "`cache.hit`" {
				continue // a file's name, another program's setting, an answer's field
			}
			if seen++; !known[m[1]+"."+m[2]] {
				t.Errorf("%s: there is no key %s.%s", path, m[1], m[2])
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d keys were found", seen)
	}
}

func isFile(extension string) bool {
	return slices.Contains([]string{"db", "go", "json", "log", "md", "toml"}, extension)
}

// TestDocumentedMethodsExist reads every method of the custom protocol.
func TestDocumentedMethodsExist(t *testing.T) {
	known := map[string]bool{}
	for _, m := range inSource(t, "lsp/ext/methods.go", `= "(rigrun/[a-zA-Z/]+)"`) {
		known[m] = true
	}
	method := regexp.MustCompile("`(rigrun/[a-zA-Z/]+)`")
	seen := 0
	for path, text := range documents(t) {
		for _, m := range method.FindAllStringSubmatch(text, -1) {
			if seen++; !known[m[1]] {
				t.Errorf("%s: there is no method %s", path, m[1])
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d methods were found", seen)
	}
}

// inSource returns what a pattern finds in a file of the source.
func inSource(t *testing.T, path, pattern string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, path))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		all = append(all, m[1])
	}
	return all
}

// TestEveryErrorIsExplained holds the page of troubles against the kinds of errors.
func TestEveryErrorIsExplained(t *testing.T) {
	text := documents(t)[filepath.Join(repository, "docs/troubleshooting.md")]
	var headings []string
	for _, m := range regexp.MustCompile("(?m)^## `([a-z_]+)`$").FindAllStringSubmatch(text, -1) {
		headings = append(headings, m[1])
	}
	kinds := inSource(t, "engine/chat/error.go", `ErrorKind = "([a-z_]+)"`)
	slices.Sort(headings)
	slices.Sort(kinds)
	if !slices.Equal(headings, kinds) {
		t.Errorf("the page has %q, errors have %q", headings, kinds)
	}
}

// TestDocumentedFilesExist follows the links between the documents.
func TestDocumentedFilesExist(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for path, text := range documents(t) {
		if strings.Contains(path, "editors/vscode/README.md") {
			continue // its links are of the package that it is shipped in
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
	}
}
