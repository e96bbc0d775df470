package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Section is the name that editors know the settings by.
const Section = "rigrun"

// value is one key of a layer in dotted form.
type value struct {
	key   string
	value any
}

// flatten turns a layer's tree into dotted keys, in order of the keys. The
// section's own name around the tree, or before each key, is taken off.
func flatten(tree map[string]any) []value {
	if inner, ok := tree[Section].(map[string]any); ok && len(tree) == 1 {
		tree = inner
	}
	var out []value
	var walk func(prefix string, tree map[string]any)
	walk = func(prefix string, tree map[string]any) {
		for name, v := range tree {
			key := strings.TrimPrefix(prefix+name, Section+".")
			if inner, ok := v.(map[string]any); ok && !isTable(key) {
				walk(key+".", inner)
				continue
			}
			out = append(out, value{key, v})
		}
	}
	walk("", tree)
	slices.SortFunc(out, func(a, b value) int { return strings.Compare(a.key, b.key) })
	return out
}

// UserFile returns the path of the user's configuration file:
// $XDG_CONFIG_HOME/rigrun/config.toml, ~/.config/… where that is unset, and
// %AppData%\rigrun\config.toml on Windows. It is "" where there is no home.
func UserFile(getenv func(string) string) string {
	dir := getenv("XDG_CONFIG_HOME")
	switch {
	case dir != "":
	case runtime.GOOS == "windows" && getenv("AppData") != "":
		dir = getenv("AppData")
	case getenv("HOME") != "":
		dir = filepath.Join(getenv("HOME"), ".config")
	case getenv("USERPROFILE") != "":
		dir = filepath.Join(getenv("USERPROFILE"), ".config")
	default:
		return ""
	}
	return filepath.Join(dir, "rigrun", "config.toml")
}

// Sources names the layers that say anything, in their order, each once.
func Sources(layers ...Layer) []string {
	var names []string
	for _, l := range layers {
		if len(l.Values) > 0 && !slices.Contains(names, l.Source) {
			names = append(names, l.Source)
		}
	}
	return names
}

// ReadFile reads a TOML file as a layer. A file that does not exist is an empty
// layer; one that cannot be read or parsed is an empty layer and a problem.
func ReadFile(path string) (Layer, []Problem) {
	layer := Layer{Source: path}
	if path == "" {
		return layer, nil
	}
	data, err := os.ReadFile(path) //nolint:gosec // the user's own configuration file, from the user's environment
	if errors.Is(err, fs.ErrNotExist) {
		return layer, nil
	}
	if err != nil {
		return layer, []Problem{{path, "file", "a readable file was expected: " + err.Error()}}
	}
	if err := toml.Unmarshal(unmarked(data), &layer.Values); err != nil {
		return Layer{Source: path}, []Problem{{path, position(err), "valid TOML was expected: " + firstLine(err.Error())}}
	}
	return layer, nil
}

// unmarked is a file without the byte order mark that some editors on Windows begin it with.
func unmarked(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\ufeff")) }

// position names the place of a TOML error.
func position(err error) string {
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, column := d.Position()
		return fmt.Sprintf("line %d, column %d", row, column)
	}
	return "file"
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// FromEnvironment returns what the environment gives: the local server's address
// from OLLAMA_HOST, in the forms Ollama takes ("host", "host:port", ":port" and a
// URL), and the cloud server's key from the first of [CloudKeys] that is set.
func FromEnvironment(getenv func(string) string) Layer {
	layer := Layer{Source: "OLLAMA_HOST"}
	for _, name := range CloudKeys() {
		if key := strings.TrimSpace(getenv(name)); key != "" {
			layer.CloudKey = key
			break
		}
	}
	host := strings.TrimSpace(getenv("OLLAMA_HOST"))
	if host == "" {
		return layer
	}
	layer.Values = map[string]any{"local.url": ollamaURL(host)}
	return layer
}

// CloudKeys are the environment variables that hold the cloud server's key, the
// first one first.
func CloudKeys() []string {
	return []string{"RIGRUN_CLOUD_API_KEY", "OPENROUTER_API_KEY", "OPENAI_API_KEY"}
}

// ollamaURL completes an OLLAMA_HOST value to a URL. Ollama's own port is for a value
// without a scheme. 0.0.0.0 means "listen everywhere" to a server; a client reaches it
// on the loopback address.
func ollamaURL(host string) string {
	scheme, rest, ok := strings.Cut(host, "://")
	if !ok {
		scheme, rest = "http", host
	}
	rest = strings.TrimSuffix(rest, "/")
	if strings.HasPrefix(rest, ":") {
		rest = "127.0.0.1" + rest
	}
	if name, port, ok := strings.Cut(rest, "0.0.0.0"); ok && name == "" {
		rest = "127.0.0.1" + port
	}
	if hasPort := strings.Contains(rest[strings.LastIndexByte(rest, ']')+1:], ":"); !ok && !hasPort {
		rest += ":11434"
	}
	return scheme + "://" + rest
}
