package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// WorkspaceFile is the name of a workspace's own configuration file.
const WorkspaceFile = ".rigrun.toml"

// maxWorkspaceFile is the longest workspace file that is read, in bytes.
const maxWorkspaceFile = 64 << 10

// WorkspaceFiles returns the paths where a folder's own configuration can lie:
// the folder, and those above it as far as the root of its repository. A folder
// that belongs to no repository has only its own.
func WorkspaceFiles(folder string) []string {
	var paths []string
	for dir := folder; ; dir = filepath.Dir(dir) {
		paths = append(paths, filepath.Join(dir, WorkspaceFile))
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return paths
		}
		if dir == filepath.Dir(dir) {
			return paths[:1]
		}
	}
}

// ReadWorkspace reads a workspace's file as a layer for [Tighten]. It is text
// that a stranger may have written: only a regular file of at most 64 KiB is
// read. A file that does not exist is an empty layer. One that cannot be read
// may have been meant to keep something here, so until it is mended the layer
// keeps everything here.
func ReadWorkspace(path string) (Layer, []Problem) {
	layer := Layer{Source: path}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return layer, nil
	}
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxWorkspaceFile {
		return unread(path, "file", fmt.Sprintf("a readable file of at most %d KiB was expected", maxWorkspaceFile>>10))
	}
	data, err := readHead(path)
	if err == nil {
		err = toml.Unmarshal(unmarked(data), &layer.Values)
	}
	if err != nil {
		return unread(path, position(err), "valid TOML was expected")
	}
	return layer, nil
}

// untilThen is what follows from a workspace's rule that cannot be understood.
const untilThen = "; until then nothing goes to the cloud"

func unread(path, place, expected string) (Layer, []Problem) {
	return Layer{Source: path, Values: map[string]any{keyParanoid: true}}, []Problem{{path, place, expected + untilThen}}
}

func readHead(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // a regular file in a folder that the person opened
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	return io.ReadAll(io.LimitReader(f, maxWorkspaceFile+1))
}

// Tighten lays workspaces' own files over a configuration. They can only make
// it stricter: raise the classification, set paranoid or offline, lower maxTier,
// turn the cache or a part of it, the tools or the keeping of conversations off, turn
// redaction or the audit log on. Whatever else a file says is refused, in one problem
// for the file.
func Tighten(c Config, layers ...Layer) (Config, []Problem) {
	var problems []Problem
	for _, layer := range layers {
		var refused []string
		for _, v := range flatten(layer.Values) {
			if err := unreadRule(c, v); err != nil {
				c.Paranoid = true
				problems = append(problems, Problem{layer.Source, v.key, err.Error() + untilThen})
				continue
			}
			if !tighten(&c, v) {
				refused = append(refused, v.key)
			}
		}
		if len(refused) > 0 {
			problems = append(problems, Problem{layer.Source, strings.Join(refused, ", "), "refused: a workspace's own file may only tighten the settings"})
		}
	}
	return c, problems
}

// Scope lays the settings of single folders over a configuration. An editor
// gives them with every other setting around them, so what may not be tightened
// is passed over without a word. A session takes the strictest of its folders,
// because one conversation can hold code of all of them.
func Scope(c Config, layers ...Layer) Config {
	for _, layer := range layers {
		for _, v := range flatten(layer.Values) {
			tighten(&c, v)
		}
	}
	return c
}

// unreadRule returns the error of a value that cannot be understood and was meant
// to keep something here, only how much is not known: a classification that names
// no level, a flag that is neither true nor false, a highest tier that there is not.
func unreadRule(c Config, v value) error {
	switch v.key {
	case keyClassification, keyParanoid, keyOffline, keyMaxTier:
	default:
		return nil
	}
	next := c
	if err := find(Schema(), v.key).set(&next, v.value); err != nil {
		return err
	}
	if _, known := next.TierRank(next.MaxTier); !known && v.key == keyMaxTier {
		return errors.New(next.expectedTier())
	}
	return nil
}

// tighten applies one value of a workspace's file. It reports false where the
// value would loosen something, or is not a workspace's to say.
func tighten(c *Config, v value) bool {
	rule, ok := tightenings()[v.key]
	if !ok {
		return false
	}
	next := *c
	if find(Schema(), v.key).set(&next, v.value) != nil || !rule(*c, next) {
		return false
	}
	*c = next
	return true
}

// tightenings has, for each key that a workspace may set, the test that the
// configuration with the new value is no looser than without it.
func tightenings() map[string]func(old, next Config) bool {
	stays := func(get func(Config) bool) func(old, next Config) bool { // what is on stays on
		return func(old, next Config) bool { return get(next) || !get(old) }
	}
	return map[string]func(old, next Config) bool{
		keyClassification:        func(old, next Config) bool { return next.Classification >= old.Classification },
		keyParanoid:              stays(func(c Config) bool { return c.Paranoid }),
		keyOffline:               stays(func(c Config) bool { return c.Offline }),
		"security.redactSecrets": stays(func(c Config) bool { return c.RedactSecrets }),
		"security.audit":         stays(func(c Config) bool { return c.Audit }),
		"cache.enabled":          stays(func(c Config) bool { return !c.Cache.Enabled }),
		"cache.marked":           stays(func(c Config) bool { return !c.Cache.Marked }),
		"cache.semantic":         stays(func(c Config) bool { return !c.Cache.Semantic }),
		"tools.enabled":          stays(func(c Config) bool { return !c.Tools }),
		"conversations.enabled":  stays(func(c Config) bool { return !c.Conversations.Enabled }),
		keyMaxTier: func(old, next Config) bool {
			was, _ := old.TierRank(old.MaxTier)
			is, known := next.TierRank(next.MaxTier)
			return known && is <= was
		},
	}
}
