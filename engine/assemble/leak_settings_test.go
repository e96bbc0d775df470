package assemble_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/config"
)

// tierNames are the tiers in their order; low and high are the cloud's.
func tierNames() []string { return []string{"cache", "local", "low", "high", "cloud"} }

// The models of the two cloud tiers, and the key that may never stand anywhere
// but in one header.
const (
	lowModel  = "small-cloud"
	highModel = "large-cloud"
	cloudKey  = "ck-" + "7Qm2Zt9LxWvB4sNd"
)

// knobs are the settings of a job, as a person would have set them. The oracle
// reads them, and nothing of the engine's.
type knobs struct {
	mode              string // "", "local", "cloud"
	maxTier           int    // of tierNames
	paranoid, offline bool
	level             string // "" is UNCLASSIFIED
	redact            bool
	preferLocal       bool
	limit             string // "", "answer" and "day" allow nothing, "ample" everything

	noURL, noKey bool
	cloud, local string // behaviours
}

// combinations are all settings.
func combinations() (all []knobs) {
	both := []bool{false, true}
	for _, mode := range []string{"auto", "local", "cloud"} {
		for tier := range tierNames() {
			for _, level := range []string{"UNCLASSIFIED", "CUI", "CONFIDENTIAL", "SECRET", "TOP SECRET"} {
				for _, limit := range []string{"", "answer", "day"} {
					for n := range 16 {
						all = append(all, knobs{
							mode: mode, maxTier: tier, level: level, limit: limit,
							paranoid: both[n&1], offline: both[n>>1&1], redact: both[n>>2&1], preferLocal: both[n>>3&1],
						})
					}
				}
			}
		}
	}
	return all
}

// closed is how many of the settings keep everything here.
func (k knobs) closed() (n int) {
	for _, on := range []bool{k.paranoid, k.offline, k.level != "UNCLASSIFIED", k.maxTier < 2, k.limit != "" && k.limit != "ample"} {
		if on {
			n++
		}
	}
	return n
}

// behave gives the servers something to do, mostly to answer.
func (m maker) behave(k *knobs) {
	k.cloud, k.local = answers, answers
	switch m.IntN(40) {
	case 0, 1:
		k.cloud = m.one(unpaid, busy, fails)
	case 2:
		k.cloud = m.one(dies, redirects, breaksDown)
	case 3:
		k.cloud = marks
	case 4:
		k.noKey = true
	case 5:
		k.noURL = true
	}
	switch m.IntN(40) {
	case 0:
		k.local = refuses
	case 1:
		k.local = m.one(fails, redirects, crosses)
	}
	if m.oneIn(100) {
		k.local = dies
	}
	if k.limit == "" && m.oneIn(3) {
		k.limit = "ample"
	}
}

// settings are the knobs as a user's config.toml has them.
func (k knobs) settings(n *network, job int) map[string]any {
	s := map[string]any{
		"routing.mode": k.mode, "routing.maxTier": tierNames()[k.maxTier],
		"routing.paranoid": k.paranoid, "routing.offline": k.offline, "routing.preferLocal": k.preferLocal,
		"security.classification": k.level, "security.redactSecrets": k.redact,
		"cache.enabled": false, // every question must be asked to show where it goes
		"local.url":     fmt.Sprintf("%s/%d/%s", n.local.URL, job, k.local), "local.kind": "openai",
		"cloud.tiers": map[string]any{
			"low":  map[string]any{"model": lowModel, "priceIn": 0.5, "priceOut": 1.5, "order": 1.0},
			"high": map[string]any{"model": highModel, "priceIn": 5.0, "priceOut": 15.0, "order": 2.0},
		},
	}
	if k.local == refuses {
		s["local.url"], s["local.kind"] = n.dead, "auto"
	}
	if !k.noURL {
		s["cloud.url"] = fmt.Sprintf("%s/%d/%s", n.cloud.URL, job, k.cloud)
	}
	switch k.limit {
	case "answer":
		s["routing.maxAnswerCents"] = 0.0000001
	case "day":
		s["routing.maxDayCents"] = 0.0000001
	case "ample":
		s["routing.maxAnswerCents"], s["routing.maxDayCents"] = 1000.0, 1e9
	}
	return s
}

// configure makes the configuration of a job, with the repository's own files
// over the user's settings, and changes the knobs as those files may.
func (k *knobs) configure(t *testing.T, m maker, n *network, job int) config.Config {
	t.Helper()
	getenv := func(name string) string {
		if name == config.CloudKeys()[job%len(config.CloudKeys())] && !k.noKey {
			return cloudKey
		}
		return ""
	}
	c, problems := config.Merge(config.Layer{Source: "config.toml", Values: k.settings(n, job)}, config.FromEnvironment(getenv))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if m.oneIn(2) {
		return c
	}
	var layers []config.Layer
	for i := range 1 + m.IntN(2) {
		path := filepath.Join(n.dir, fmt.Sprintf("%d-%d%s", job, i, config.WorkspaceFile))
		k.writeWorkspace(t, m, n, path)
		layer, _ := config.ReadWorkspace(path)
		layers = append(layers, layer)
	}
	tight, _ := config.Tighten(c, layers...)
	return tight
}

// writeWorkspace writes a repository's file: hostile, or honest, or broken.
func (k *knobs) writeWorkspace(t *testing.T, m maker, n *network, path string) {
	t.Helper()
	if m.oneIn(60) { // a folder of that name
		k.paranoid = true
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		return
	}
	lines := k.lines(m, n)
	m.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	text := strings.Join(lines, "\n") + "\n"
	if m.oneIn(30) {
		text += m.one("routing.paranoid = tr", "routing = {", strings.Repeat("# long\n", 10_000), "[routing\n", "security.classification = \"SECERT\"\n")
		k.paranoid = true
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// lines are TOML with no key twice: what may not be had, and now and then a rule
// that makes the knobs stricter.
func (k *knobs) lines(m maker, n *network) (lines []string) {
	hostile := []string{
		`cloud.url = "` + n.stranger.URL + `"`, `cloud.model = "other"`, `cloud.headers = { Authorization = "Bearer x" }`,
		`cloud.tiers = { theirs = { model = "theirs", priceIn = 0, priceOut = 0 } }`, `cloud.key = "ck-theirs"`,
		`local.url = "` + n.stranger.URL + `"`, `local.kind = "ollama"`, `local.model = "theirs"`,
		`routing.mode = "cloud"`, `routing.preferLocal = false`, `routing.maxAnswerCents = 100000`, `routing.maxDayCents = 100000`,
		`trace = "verbose"`, `rigrun.cloud.url = "` + n.stranger.URL + `"`, `"rigrun.local.url" = "` + n.stranger.URL + `"`, `unknown.key = true`,
	}
	for _, line := range hostile {
		if m.oneIn(3) {
			lines = append(lines, line)
		}
	}
	return append(lines, k.tighten(m)...)
}

// tighten gives each key that may be tightened a value, or none.
func (k *knobs) tighten(m maker) (lines []string) {
	loosen := func(key string, value any) { lines = append(lines, fmt.Sprintf("%s = %#v", key, value)) }
	flag := func(key string, on *bool, odds int) {
		switch n := m.IntN(odds); {
		case *on && n%2 == 0: // what is on is what a hostile file wants off
			loosen(key, false)
		case n == 0:
			loosen(key, true)
			*on = true
		case n <= 2:
			loosen(key, false)
		}
	}
	flag("routing.paranoid", &k.paranoid, 20)
	flag("routing.offline", &k.offline, 20)
	flag("security.redactSecrets", &k.redact, 12)
	if m.oneIn(6) || k.maxTier < 2 && m.oneIn(2) {
		tier := m.IntN(len(tierNames()))
		loosen("routing.maxTier", tierNames()[tier])
		k.maxTier = min(k.maxTier, tier)
	}
	levels := []string{"UNCLASSIFIED", "CUI", "CONFIDENTIAL", "SECRET", "TOP SECRET"}
	switch n := m.IntN(30); {
	case n == 0:
		level := m.IntN(len(levels))
		loosen("security.classification", levels[level])
		k.level = levels[max(level, slices.Index(levels, k.level))]
	case n <= 3 || k.level != levels[0] && n < 15:
		loosen("security.classification", levels[0])
	}
	return lines
}
