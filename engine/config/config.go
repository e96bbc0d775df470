package config

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// DefaultURL is where a local model server is looked for unless one is set: Ollama's own default.
const DefaultURL = "http://127.0.0.1:11434"

// Config is the configuration in force.
type Config struct {
	Mode        chat.Mode
	MaxTier     string // "cache", "local", "cloud" or the name of one of Cloud.Tiers
	Paranoid    bool
	Offline     bool
	PreferLocal bool

	// The most that one answer, and all answers of a day, may cost in cents.
	// Negative is no limit.
	MaxAnswerCents, MaxDayCents float64

	Local Local
	Cloud Cloud

	Classification chat.Level
	RedactSecrets  bool
	Audit          bool
	Cache          Cache
	Tools          bool // models may look into the workspace while they answer
	Conversations  Conversations
	Complete       bool // code is completed while it is typed
	Trace          string

	Actions []Action // custom ones, in order of their names
}

// Action is a code action that the user wrote. It is offered beside the built-in
// ones, and as a slash command under its name.
type Action struct {
	Name   string // lower-case letters, digits and hyphens; none of the built-in actions'
	Title  string // what menus show
	Kind   string // the code action's kind, "refactor.rewrite.rigrun.NAME"
	Prompt string // [chat.Request.Instruction]
	Edits  bool   // the answer replaces the selection; else it is shown
}

// Cache says which answers are kept, where, and for how long.
type Cache struct {
	Enabled    bool
	TTL        time.Duration // 0 is for ever
	MaxEntries int           // 0 is no limit
	Semantic   bool          // differently worded questions may match
	Marked     bool          // answers marked CUI and above are kept, too, in memory alone
	Threshold  float64       // the least similarity of a semantic hit, 0 for the embedder's own
	Store      string        // "" for the embedded file, else a redis:// or rediss:// URL
}

// Conversations says what of the conversations is kept in the file.
type Conversations struct {
	Enabled  bool          // off keeps them in the process's memory alone
	MaxAge   time.Duration // since the last use; 0 is no limit
	MaxBytes int64         // of text; 0 is no limit
}

// Equal reports whether two configurations say the same.
func (c Config) Equal(other Config) bool { return reflect.DeepEqual(c, other) }

// Local says which local model server to use, and how.
type Local struct {
	Kind       string // "auto", "ollama" or "openai"
	URL        string
	URLSet     bool // URL was set by someone: only that address is asked
	Model      string
	EmbedModel string
	KeepAlive  time.Duration // negative keeps the model loaded for good
	Tools      bool          // the model can call tools though its server does not say so
}

// Cloud says which cloud server may be asked, and for what.
type Cloud struct {
	URL     string // "" for none
	Model   string // of the tiers that name none
	Tiers   []Tier // in their order, the cheapest first
	Headers map[string]string
	Key     string // from the environment, "" for none; never shown
	Tools   bool   // the models can call tools
}

// Tier is a cloud tier.
type Tier struct {
	Name  string
	Model string // "" means Cloud.Model
	Order float64
	// Prices are in US dollars per million tokens, negative where none is configured.
	PriceIn, PriceOut float64
	ContextLength     int // tokens, 0 where none is configured
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
	Source   string
	Values   map[string]any
	CloudKey string // of the cloud server; only the environment has one
}

// Merge lays the layers over the defaults, later ones winning.
func Merge(layers ...Layer) (Config, []Problem) {
	m := merge{c: Default(), schema: Schema()}
	for _, layer := range layers {
		m.c.Cloud.Key = cmp.Or(layer.CloudKey, m.c.Cloud.Key)
		for _, v := range flatten(layer.Values) {
			m.set(layer.Source, v)
		}
	}
	m.chooseMaxTier()
	return m.c, m.problems
}

// merge is a configuration in the making.
type merge struct {
	c        Config
	schema   []Key
	problems []Problem
	maxTiers []named // the values of routing.maxTier, which can be judged only when all tiers are known
}

type named struct{ source, name string }

func (m *merge) refuse(source, key, expected string) {
	m.problems = append(m.problems, Problem{source, key, expected})
}

// set puts one value in force.
func (m *merge) set(source string, v value) {
	if v.value == nil {
		return // an editor's way of saying that nothing is set
	}
	if v.key == Section {
		m.refuse(source, v.key, "an object with the settings was expected")
		return
	}
	key := find(m.schema, v.key)
	if key == nil {
		m.refuse(source, v.key, unknown(m.schema, v.key))
		return
	}
	if err := key.set(&m.c, v.value); err != nil {
		m.refuse(source, v.key, err.Error())
		return
	}
	if v.key == keyMaxTier {
		m.maxTiers = append(m.maxTiers, named{source, m.c.MaxTier})
	}
}

// chooseMaxTier takes the last value that names a tier.
func (m *merge) chooseMaxTier() {
	m.c.MaxTier = Default().MaxTier
	for _, v := range slices.Backward(m.maxTiers) {
		if _, ok := m.c.TierRank(v.name); ok {
			m.c.MaxTier = v.name
			return
		}
		m.refuse(v.source, keyMaxTier, m.c.expectedTier())
	}
}

// TierRank orders the tiers of a configuration, "cache" being the lowest and
// "cloud", which stands for every cloud tier, the highest. ok is false for a
// name that no tier has.
func (c Config) TierRank(name string) (rank int, ok bool) {
	rank = slices.Index(c.tierNames(), name)
	return rank, rank >= 0
}

func (c Config) tierNames() []string {
	names := []string{chat.TierCache, chat.TierLocal}
	for _, t := range c.Cloud.Tiers {
		names = append(names, t.Name)
	}
	return append(names, chat.TierCloud)
}

// expectedTier says what a highest tier can be.
func (c Config) expectedTier() string {
	return "one of " + strings.Join(slices.Compact(c.tierNames()), ", ") + " was expected"
}
