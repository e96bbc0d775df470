package config

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Key is one setting.
type Key struct {
	Name    string
	Type    string // what a person reads: "boolean", "string", "\"auto\"|\"local\"", …
	Default string // as JSON
	Doc     string // one sentence

	set func(c *Config, v any) error
}

// Default returns the configuration with nothing set.
func Default() Config {
	return Config{
		Mode: chat.ModeAuto, MaxTier: chat.TierCloud, MaxAnswerCents: -1, MaxDayCents: -1,
		Local:         Local{Kind: "auto", URL: DefaultURL, KeepAlive: 5 * time.Minute},
		Cloud:         Cloud{Tools: true},
		RedactSecrets: true, Audit: true, Tools: true,
		Cache:         Cache{Enabled: true, TTL: 24 * time.Hour, MaxEntries: 10_000, Semantic: true, Marked: true},
		Conversations: Conversations{Enabled: true, MaxAge: 365 * day, MaxBytes: 256 << 20},
		Trace:         "off",
	}
}

// Schema lists every setting of the section.
func Schema() []Key {
	return slices.Concat(routingKeys(), localKeys(), cloudKeys(), securityKeys(), otherKeys())
}

func routingKeys() []Key {
	return []Key{
		{
			"routing.mode", `"auto"|"local"|"cloud"`, `"auto"`, "Where a question may be answered unless it says so itself.",
			oneOf(func(c *Config, v string) { c.Mode = chat.Mode(v) }, "auto", "local", "cloud"),
		},
		{
			keyMaxTier, `"cache"|"local"|"cloud" or a tier's name`, `"cloud"`, "The most expensive tier a question may go to.",
			text(func(c *Config, v string) { c.MaxTier = v }),
		},
		{
			keyParanoid, "boolean", "false", "Nothing goes to the cloud, nor further than this machine and its private network.",
			boolean(func(c *Config, v bool) { c.Paranoid = v }),
		},
		{
			keyOffline, "boolean", "false", "Dial nothing but loopback addresses.",
			boolean(func(c *Config, v bool) { c.Offline = v }),
		},
		{
			"routing.preferLocal", "boolean", "false", "Ask the cloud only what the local model cannot take, or on request.",
			boolean(func(c *Config, v bool) { c.PreferLocal = v }),
		},
		{
			"routing.maxAnswerCents", "number", "null", "The most one answer may cost, by estimate; unset is no limit.",
			cents(func(c *Config, v float64) { c.MaxAnswerCents = v }),
		},
		{
			"routing.maxDayCents", "number", "null", "The most all answers of a day may cost, over all editors; unset is no limit.",
			cents(func(c *Config, v float64) { c.MaxDayCents = v }),
		},
	}
}

func localKeys() []Key {
	return []Key{
		{
			"local.kind", `"auto"|"ollama"|"openai"`, `"auto"`, "What the local model server speaks; \"auto\" asks it once.",
			oneOf(func(c *Config, v string) { c.Local.Kind = v }, "auto", "ollama", "openai"),
		},
		{
			"local.url", "URL", `"` + DefaultURL + `"`, "The local model server's address. Setting it switches off the look at well-known ports.",
			httpURL(func(c *Config, v string) { c.Local.URL, c.Local.URLSet = v, true }),
		},
		{
			"local.model", "string", `""`, "The model to use; empty takes one that is loaded, else the best match for code.",
			text(func(c *Config, v string) { c.Local.Model = v }),
		},
		{
			"local.embedModel", "string", `""`, "The model that compares questions for the cache; empty is the one inside the binary.",
			text(func(c *Config, v string) { c.Local.EmbedModel = v }),
		},
		{
			"local.keepAlive", "duration", `"5m"`, "How long Ollama keeps the model loaded after an answer; negative is for good.",
			duration(func(c *Config, v time.Duration) { c.Local.KeepAlive = v }),
		},
		{
			"local.tools", "boolean", "false", "The local model can call tools though its server does not say so.",
			boolean(func(c *Config, v bool) { c.Local.Tools = v }),
		},
	}
}

func cloudKeys() []Key {
	return []Key{
		{
			"cloud.url", "URL", `""`, "The cloud server's address, OpenAI-compatible; empty is none.",
			emptyOr(func(c *Config) { c.Cloud.URL = "" }, httpURL(func(c *Config, v string) { c.Cloud.URL = v })),
		},
		{
			"cloud.model", "string", `""`, "The cloud model, of every tier that names none.",
			text(func(c *Config, v string) { c.Cloud.Model = v }),
		},
		{
			"cloud.tiers", "object", "{}", "Cloud tiers by name: `{ model, priceIn, priceOut, order, contextLength }`, prices in US dollars per million tokens.",
			tiers(func(c *Config, v []Tier) { c.Cloud.Tiers = v }),
		},
		{
			"cloud.headers", "object", "{}", "Headers sent to the cloud server.",
			headers(func(c *Config, v map[string]string) { c.Cloud.Headers = v }),
		},
		{
			"cloud.tools", "boolean", "true", "The cloud models can call tools; one that refuses them is asked without.",
			boolean(func(c *Config, v bool) { c.Cloud.Tools = v }),
		},
	}
}

func securityKeys() []Key {
	return []Key{
		{
			keyClassification, `"UNCLASSIFIED"|"CUI"|"CONFIDENTIAL"|"SECRET"|"TOP SECRET"`, `"UNCLASSIFIED"`, "The least level every question has.",
			level(func(c *Config, v chat.Level) { c.Classification = v }),
		},
		{
			"security.redactSecrets", "boolean", "true", "Replace secrets before anything goes to the cloud; without it, questions that hold one stay local.",
			boolean(func(c *Config, v bool) { c.RedactSecrets = v }),
		},
		{
			"security.audit", "boolean", "true", "Keep an audit log of what was sent where.",
			boolean(func(c *Config, v bool) { c.Audit = v }),
		},
	}
}

func otherKeys() []Key {
	return []Key{
		{
			"cache.enabled", "boolean", "true", "Keep answers and give them again.",
			boolean(func(c *Config, v bool) { c.Cache.Enabled = v }),
		},
		{
			"cache.ttl", "duration", `"24h"`, "How long an answer is kept.",
			duration(func(c *Config, v time.Duration) { c.Cache.TTL = max(v, 0) }),
		},
		{
			"cache.maxEntries", "integer", "10000", "How many answers are kept.",
			integer(func(c *Config, v int) { c.Cache.MaxEntries = v }),
		},
		{
			"cache.semantic", "boolean", "true", "Answer a differently worded question from the cache.",
			boolean(func(c *Config, v bool) { c.Cache.Semantic = v }),
		},
		{
			"cache.marked", "boolean", "true", "Keep answers marked CUI and above, too, in this process's memory alone.",
			boolean(func(c *Config, v bool) { c.Cache.Marked = v }),
		},
		{
			"cache.threshold", "number from 0 to 1", "null", "The least similarity of a semantic hit; unset is the embedder's own.",
			fraction(func(c *Config, v float64) { c.Cache.Threshold = v }),
		},
		{
			"cache.store", `"" or a redis:// URL`, `""`, "Where answers are kept: the embedded file, or a shared Redis.",
			redisURL(func(c *Config, v string) { c.Cache.Store = v }),
		},
		{
			keyActions, "object", "{}", "Custom actions by name: `{ title, kind, prompt, edits }`; docs/prompts.md describes them.",
			actions(func(c *Config, v []Action) { c.Actions = v }),
		},
		{
			"conversations.enabled", "boolean", "true", "Keep conversations in a file; off keeps them in this process's memory alone.",
			boolean(func(c *Config, v bool) { c.Conversations.Enabled = v }),
		},
		{
			"conversations.maxAge", "duration", `"365d"`, "How long a conversation is kept that is not used; 0 is for ever.",
			duration(func(c *Config, v time.Duration) { c.Conversations.MaxAge = max(v, 0) }),
		},
		{
			"conversations.maxBytes", "integer", "268435456", "How much text the kept conversations may have; 0 is no limit. The one used longest ago goes first.",
			integer(func(c *Config, v int) { c.Conversations.MaxBytes = int64(v) }),
		},
		{
			"inlineCompletion.enabled", "boolean", "false", "Complete code while typing, by the local model alone.",
			boolean(func(c *Config, v bool) { c.Complete = v }),
		},
		{
			"tools.enabled", "boolean", "true", "Let a model read files, search and see git's log and diff in the workspace while it answers a free question.",
			boolean(func(c *Config, v bool) { c.Tools = v }),
		},
		{
			"trace", `"off"|"messages"|"verbose"`, `"off"`, "What the server tells the editor about its own work.",
			oneOf(func(c *Config, v string) { c.Trace = v }, "off", "messages", "verbose"),
		},
	}
}

// keyMaxTier is judged apart: its value names a tier, and tiers are settings too.
const keyMaxTier = "routing.maxTier"

// Keys of what a workspace's own file may set to keep everything here.
const (
	keyClassification = "security.classification"
	keyParanoid       = "routing.paranoid"
	keyOffline        = "routing.offline"
)

const keyActions = "actions"

func find(schema []Key, name string) *Key {
	i := slices.IndexFunc(schema, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return nil
	}
	return &schema[i]
}

// isTable reports whether a key's own value is an object, whose names are the user's.
func isTable(name string) bool {
	return name == "cloud.tiers" || name == "cloud.headers" || name == keyActions
}

// unknown says what was expected in place of a name no setting has.
func unknown(schema []Key, name string) string {
	best, distance := "", 4
	for _, k := range schema {
		if inside, ok := strings.CutPrefix(k.Name, name+"."); ok {
			return fmt.Sprintf("an object with settings such as %q was expected", inside)
		}
		if d := editDistance(name, k.Name); d < distance {
			best, distance = k.Name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("unknown setting, did you mean %q?", best)
	}
	return "unknown setting, docs/protocol.md lists them"
}

// editDistance is Levenshtein's: the least number of single-letter changes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

func boolean(set func(*Config, bool)) func(*Config, any) error {
	return func(c *Config, v any) error {
		b, ok := v.(bool)
		if !ok {
			return errors.New("true or false was expected")
		}
		set(c, b)
		return nil
	}
}

func text(set func(*Config, string)) func(*Config, any) error {
	return func(c *Config, v any) error {
		s, ok := v.(string)
		if !ok {
			return errors.New("a string was expected")
		}
		set(c, s)
		return nil
	}
}

func oneOf(set func(*Config, string), allowed ...string) func(*Config, any) error {
	return func(c *Config, v any) error {
		s, ok := v.(string)
		if !ok || !slices.Contains(allowed, s) {
			return fmt.Errorf("one of %q was expected", allowed)
		}
		set(c, s)
		return nil
	}
}

func level(set func(*Config, chat.Level)) func(*Config, any) error {
	return func(c *Config, v any) error {
		s, ok := v.(string)
		if !ok {
			return errors.New("the name of a classification level was expected")
		}
		l, err := chat.ParseLevel(s)
		if err != nil {
			return err
		}
		set(c, l)
		return nil
	}
}

func httpURL(set func(*Config, string)) func(*Config, any) error {
	return func(c *Config, v any) error {
		s, _ := v.(string)
		u, err := url.Parse(s)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
			return errors.New("a URL such as \"http://127.0.0.1:11434\" was expected")
		}
		set(c, strings.TrimRight(s, "/"))
		return nil
	}
}

func emptyOr(clear func(*Config), check func(*Config, any) error) func(*Config, any) error {
	return func(c *Config, v any) error {
		if v == "" {
			clear(c)
			return nil
		}
		return check(c, v)
	}
}

func redisURL(set func(*Config, string)) func(*Config, any) error {
	return func(c *Config, v any) error {
		s, ok := v.(string)
		u, err := url.Parse(s)
		if !ok || err != nil || s != "" && u.Scheme != "redis" && u.Scheme != "rediss" {
			return errors.New("\"\" or a URL such as \"redis://host:6379\" was expected")
		}
		set(c, s)
		return nil
	}
}

const day = 24 * time.Hour

// parseDays reads a number of days, of which a duration can hold some 100,000.
func parseDays(s string) (int32, error) {
	n, err := strconv.ParseInt(s, 10, 17)
	return int32(n), err
}

// duration takes Go's form ("90s", "5m", "-1s"), whole days ("30d") and, as Ollama
// does, a number of seconds.
func duration(set func(*Config, time.Duration)) func(*Config, any) error {
	return func(c *Config, v any) error {
		if n, ok := number(v); ok {
			set(c, time.Duration(n*float64(time.Second)))
			return nil
		}
		s, _ := v.(string)
		d, err := time.ParseDuration(s)
		if days, ok := strings.CutSuffix(s, "d"); ok {
			var n int32
			n, err = parseDays(days)
			d = time.Duration(n) * day
		}
		if err != nil {
			return errors.New("a duration such as \"5m\", \"90s\" or \"30d\" was expected")
		}
		set(c, d)
		return nil
	}
}

func integer(set func(*Config, int)) func(*Config, any) error {
	return func(c *Config, v any) error {
		n, ok := number(v)
		if !ok || n != float64(int(n)) || n < 0 {
			return errors.New("a whole number, 0 or more, was expected")
		}
		set(c, int(n))
		return nil
	}
}

func fraction(set func(*Config, float64)) func(*Config, any) error {
	return func(c *Config, v any) error {
		n, ok := number(v)
		if !ok || !(0 <= n && n <= 1) {
			return errors.New("a number from 0 to 1 was expected")
		}
		set(c, n)
		return nil
	}
}

func cents(set func(*Config, float64)) func(*Config, any) error {
	return func(c *Config, v any) error {
		n, ok := number(v)
		if !ok || !(n >= 0) || math.IsInf(n, 0) {
			return errors.New("a number of cents, 0 or more, was expected")
		}
		set(c, n)
		return nil
	}
}

// number reads a number as JSON (float64) and TOML (int64, float64) give it.
func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int64:
		return float64(n), true
	case int:
		return float64(n), true
	}
	return 0, false
}
