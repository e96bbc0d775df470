package config

import (
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// DefaultURL is where a local model server is looked for unless one is set: Ollama's own default.
const DefaultURL = "http://127.0.0.1:11434"

// Config is the configuration in force.
type Config struct {
	Mode     chat.Mode
	MaxTier  string
	Paranoid bool
	Offline  bool

	Local Local

	Classification chat.Level
	Trace          string
}

// Local says which local model server to use, and how.
type Local struct {
	Kind       string // "auto", "ollama" or "openai"
	URL        string
	URLSet     bool // URL was set by someone: only that address is asked
	Model      string
	EmbedModel string
	KeepAlive  time.Duration // negative keeps the model loaded for good
}

// Problem is one value that was not taken.
type Problem struct {
	Source   string // where the layer came from, as shown to a person
	Key      string
	Expected string
}

// String is the sentence shown to a person.
func (p Problem) String() string {
	return p.Source + ": " + p.Key + ": " + p.Expected
}

// Layer is a tree of values and where it came from.
type Layer struct {
	Source string
	Values map[string]any
}

// Merge lays the layers over the defaults, later ones winning.
func Merge(layers ...Layer) (Config, []Problem) {
	c := Default()
	var problems []Problem
	schema := Schema()
	for _, layer := range layers {
		for _, v := range flatten(layer.Values) {
			if v.value == nil {
				continue // an editor's way of saying that nothing is set
			}
			key := find(schema, v.key)
			if v.key == Section {
				problems = append(problems, Problem{layer.Source, v.key, "an object with the settings was expected"})
				continue
			}
			if key == nil {
				problems = append(problems, Problem{layer.Source, v.key, unknown(schema, v.key)})
				continue
			}
			if err := key.set(&c, v.value); err != nil {
				problems = append(problems, Problem{layer.Source, v.key, err.Error()})
			}
		}
	}
	return c, problems
}
