package editors

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/rigrun/rigrun-lsp/engine/config"
)

// setting is what a page has an editor start, and with what settings.
type setting struct {
	command []string
	options map[string]any
}

// reader is how an editor is played: its page, the capabilities of its client, and
// how it reads the page's configuration.
type reader struct {
	page    string // "" where the page shows captures of another client
	profile string
	read    func(*testing.T) setting
}

// readers are the editors by their names; Emacs reads its own page.
func readers() map[string]reader {
	return map[string]reader{
		"Helix":    {"", "helix-25", readHelix},
		"Sublime":  {"sublime.md", "sublime", readSublime},
		"Zed":      {"zed.md", "zed", readZed},
		"Kakoune":  {"kakoune.md", "kakoune", readKakoune},
		"Vim":      {"vim.md", "vim", readVim},
		"coc.nvim": {"", "vim", readCoc},
	}
}

func readHelix(t *testing.T) setting {
	var c struct {
		LanguageServer map[string]struct {
			Command string
			Args    []string
			Config  map[string]any
		} `toml:"language-server"`
		Language []struct {
			Name            string
			LanguageServers []string `toml:"language-servers"`
		}
	}
	decodeTOML(t, configuration(t, "helix.md", "toml"), &c)
	for _, l := range c.Language {
		if !slices.Contains(l.LanguageServers, "rigrun") {
			t.Errorf("%s has the servers %q", l.Name, l.LanguageServers)
		}
	}
	s := c.LanguageServer["rigrun"]
	return setting{append([]string{s.Command}, s.Args...), s.Config}
}

func readSublime(t *testing.T) setting {
	var c struct {
		Clients map[string]struct {
			Enabled               bool           `json:"enabled"`
			Command               []string       `json:"command"`
			Selector              string         `json:"selector"`
			InitializationOptions map[string]any `json:"initializationOptions"`
		} `json:"clients"`
	}
	decodeJSON(t, configuration(t, "sublime.md", "json"), &c)
	s := c.Clients["rigrun"]
	if !s.Enabled || s.Selector == "" {
		t.Errorf("the client is %+v", s)
	}
	return setting{s.Command, s.InitializationOptions}
}

func readZed(t *testing.T) setting {
	var extension struct {
		ID              string `toml:"id"`
		Name            string `toml:"name"`
		Version         string `toml:"version"`
		Schema          int    `toml:"schema_version"`
		Authors         []string
		LanguageServers map[string]struct {
			Name      string
			Languages []string
		} `toml:"language_servers"`
	}
	decodeTOML(t, blocks(t, "zed.md", "toml")[0], &extension)
	var crate map[string]any
	decodeTOML(t, blocks(t, "zed.md", "toml")[1], &crate)
	var c struct {
		Languages map[string]struct {
			LanguageServers []string `json:"language_servers"`
		} `json:"languages"`
		LSP map[string]struct {
			InitializationOptions map[string]any `json:"initialization_options"`
		} `json:"lsp"`
	}
	decodeJSON(t, configuration(t, "zed.md", "json"), &c)
	server := slices.Collect(maps.Keys(extension.LanguageServers))
	if len(server) != 1 || extension.ID == "" || extension.Schema != 1 || extension.Version == "" {
		t.Fatalf("the extension is %+v", extension)
	}
	for name, l := range c.Languages {
		if !slices.Contains(l.LanguageServers, server[0]) || !slices.Contains(extension.LanguageServers[server[0]].Languages, name) {
			t.Errorf("%s has the servers %q, the extension %+v", name, l.LanguageServers, extension)
		}
	}
	which := regexp.MustCompile(`which\("([^"]*)"\)`).FindStringSubmatch(configuration(t, "zed.md", "rust"))
	if which == nil || !strings.Contains(configuration(t, "zed.md", "rust"), "args: vec![],") {
		t.Fatal("the extension starts nothing, or with arguments")
	}
	return setting{which[1:], c.LSP[server[0]].InitializationOptions}
}

func readKakoune(t *testing.T) setting {
	_, servers, _ := strings.Cut(configuration(t, "kakoune.md", "kak"), "lsp_servers %{")
	servers, _, found := strings.Cut(servers, "\n    }\n")
	if !found {
		t.Fatal("no lsp_servers")
	}
	var c map[string]struct {
		Command  string
		Args     []string
		Roots    []string `toml:"root_globs"`
		Section  string   `toml:"settings_section"`
		Settings map[string]map[string]any
	}
	decodeTOML(t, servers, &c)
	s := c["rigrun"]
	if s.Section != config.Section || len(s.Roots) == 0 {
		t.Errorf("the server is %+v", s)
	}
	return setting{append([]string{s.Command}, s.Args...), s.Settings[s.Section]}
}

// dictionary turns Vim's literal dictionaries into JSON, as far as the page has them.
var dictionary = strings.NewReplacer("#{", "{", "'", `"`, "\n", " ", `\`, "")

func readVim(t *testing.T) setting {
	_, text, found := strings.Cut(blocks(t, "vim.md", "vim")[1], "LspAddServer([")
	if !found {
		t.Fatal("no LspAddServer")
	}
	text = strings.TrimSuffix(strings.TrimSpace(dictionary.Replace(text)), "])")
	text = regexp.MustCompile(`([{ ])(\w+):`).ReplaceAllString(text, `$1"$2":`)
	var s struct {
		Name, Path            string
		FileType              []string `json:"filetype"`
		Args                  []string
		InitializationOptions map[string]any `json:"initializationOptions"`
	}
	decodeJSON(t, text, &s)
	if s.Name == "" || len(s.FileType) == 0 {
		t.Errorf("the server is %+v", s)
	}
	return setting{append([]string{s.Path}, s.Args...), s.InitializationOptions}
}

func readCoc(t *testing.T) setting {
	var c struct {
		Languageserver map[string]struct {
			Command               string         `json:"command"`
			Args                  []string       `json:"args"`
			Filetypes             []string       `json:"filetypes"`
			InitializationOptions map[string]any `json:"initializationOptions"`
		} `json:"languageserver"`
	}
	decodeJSON(t, configuration(t, "vim.md", "json"), &c)
	s := c.Languageserver["rigrun"]
	if len(s.Filetypes) == 0 {
		t.Error("no file types")
	}
	return setting{append([]string{s.Command}, s.Args...), s.InitializationOptions}
}

func decodeTOML(t *testing.T, text string, into any) {
	t.Helper()
	if err := toml.NewDecoder(strings.NewReader(text)).Decode(into); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// decodeJSON takes only members that into has, but for names that people choose.
func decodeJSON(t *testing.T, text string, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// TestConfigurations reads every page's configuration as its editor does, and
// holds what it starts and sets against what there is.
func TestConfigurations(t *testing.T) {
	for name, r := range readers() {
		t.Run(name, func(t *testing.T) {
			s := r.read(t)
			if !slices.Equal(s.command, []string{"rigrun-lsp"}) {
				t.Errorf("it starts %q", s.command)
			}
			c, problems := config.Merge(config.Layer{Source: name, Values: s.options})
			if len(problems) != 0 || c.Local.Model != model {
				t.Errorf("it sets %v: %v", s.options, problems)
			}
		})
	}
}
