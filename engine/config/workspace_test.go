package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// withTiers is a configuration with two cloud tiers.
func withTiers(t *testing.T) Config {
	t.Helper()
	c, problems := Merge(Layer{Source: "user", CloudKey: "k", Values: tree(t, `{
		"cloud": {"url": "https://cloud.example/v1", "model": "m", "tiers": {
			"big": {"model": "b", "priceIn": 3, "priceOut": 15, "order": 2},
			"small": {"order": 1, "contextLength": 8000}}},
		"security": {"classification": "CUI"}}`)})
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	return c
}

func TestTiersAreInOrder(t *testing.T) {
	c := withTiers(t)
	want := []Tier{
		{Name: "small", Order: 1, PriceIn: -1, PriceOut: -1, ContextLength: 8000},
		{Name: "big", Model: "b", Order: 2, PriceIn: 3, PriceOut: 15},
	}
	if len(c.Cloud.Tiers) != 2 || c.Cloud.Tiers[0] != want[0] || c.Cloud.Tiers[1] != want[1] || c.Cloud.Key != "k" {
		t.Errorf("%+v", c.Cloud)
	}
}

// TestTheOnlyTierMayBeCalledCloud holds that a price can be given to the one model there is.
func TestTheOnlyTierMayBeCalledCloud(t *testing.T) {
	c, problems := Merge(Layer{Values: tree(t, `{"cloud":{"tiers":{"cloud":{"priceIn":1,"priceOut":2}}},"routing.maxTier":"cloud"}`)})
	if len(problems) != 0 || len(c.Cloud.Tiers) != 1 || c.Cloud.Tiers[0].PriceOut != 2 || c.MaxTier != chat.TierCloud {
		t.Errorf("%+v, %v", c.Cloud, problems)
	}
}

func TestBadCloudValues(t *testing.T) {
	for text, want := range map[string]string{
		`{"cloud":{"tiers":{"local":{}}}}`:                      `cloud.tiers: "local" cannot be`,
		`{"cloud":{"tiers":{"cloud":{},"a":{}}}}`:               `cloud.tiers: "cloud" cannot be`,
		`{"cloud":{"tiers":{"a":1}}}`:                           `cloud.tiers: "a": an object`,
		`{"cloud":{"tiers":{"a":{"priceIn":-1,"priceOut":1}}}}`: `cloud.tiers: a.priceIn: a number`,
		`{"cloud":{"tiers":{"a":{"priceIn":1}}}}`:               `cloud.tiers: a: priceIn and priceOut`,
		`{"cloud":{"tiers":{"a":{"prize":1}}}}`:                 `cloud.tiers: a.prize: one of model`,
		`{"cloud":{"headers":{"X-A":"a\nb"}}}`:                  `cloud.headers: "X-A": a string of one line`,
		`{"cloud":{"headers":{"X A":"ab"}}}`:                    `cloud.headers: "X A" is no name`,
		`{"cloud":{"key":"k"}}`:                                 `cloud.key: unknown setting`,
		`{"routing":{"maxTier":"huge"}}`:                        `routing.maxTier: one of cache, local, cloud`,
		`{"routing":{"maxDayCents":-3}}`:                        `routing.maxDayCents: a number of cents`,
	} {
		c, problems := Merge(Layer{Source: "s", Values: tree(t, text)})
		if len(problems) != 1 || !strings.Contains(problems[0].String(), want) || !c.Equal(Default()) {
			t.Errorf("%s: %v, want %q; %+v", text, problems, want, c)
		}
	}
}

// TestMaxTierMayNameALaterTier holds that layers may come in any order, and
// that a name no tier has leaves the earlier value.
func TestMaxTierMayNameALaterTier(t *testing.T) {
	one := Layer{Source: "one", Values: tree(t, `{"routing.maxTier":"small"}`)}
	two := Layer{Source: "two", Values: tree(t, `{"cloud.tiers":{"small":{}}}`)}
	bad := Layer{Source: "bad", Values: tree(t, `{"routing.maxTier":"smal"}`)}
	if c, problems := Merge(one, two, bad); c.MaxTier != "small" || len(problems) != 1 || problems[0].Source != "bad" {
		t.Errorf("%q, %v", c.MaxTier, problems)
	}
	if c, problems := Merge(one); c.MaxTier != chat.TierCloud || len(problems) != 1 {
		t.Errorf("%q, %v", c.MaxTier, problems)
	}
}

// TestWorkspaceOnlyTightens goes through every key of the schema.
func TestWorkspaceOnlyTightens(t *testing.T) {
	taken := map[string]func(Config) bool{
		`{"security.classification":"SECRET"}`: func(c Config) bool { return c.Classification == chat.Secret },
		`{"security.classification":"CUI"}`:    func(c Config) bool { return c.Classification == chat.CUI },
		`{"routing.paranoid":true}`:            func(c Config) bool { return c.Paranoid },
		`{"routing.paranoid":false}`:           func(c Config) bool { return !c.Paranoid },
		`{"routing":{"offline":true}}`:         func(c Config) bool { return c.Offline },
		`{"routing.maxTier":"big"}`:            func(c Config) bool { return c.MaxTier == "big" },
		`{"routing.maxTier":"local"}`:          func(c Config) bool { return c.MaxTier == "local" },
		`{"cache.enabled":false}`:              func(c Config) bool { return !c.Cache.Enabled },
		`{"tools.enabled":false}`:              func(c Config) bool { return !c.Tools },
		`{"security.redactSecrets":true}`:      func(c Config) bool { return c.RedactSecrets },
		`{"rigrun":{"security.audit":true}}`:   func(c Config) bool { return c.Audit },
	}
	for text, holds := range taken {
		c, problems := Tighten(withTiers(t), Layer{Source: "w", Values: tree(t, text)})
		if len(problems) != 0 || !holds(c) {
			t.Errorf("%s: %v, %+v", text, problems, c)
		}
	}
	refused := []string{
		`{"security.classification":"UNCLASSIFIED"}`,
		`{"security.redactSecrets":false}`, `{"security.audit":false}`, `{"nonsense":1}`,
		`{"cloud.url":"https://evil.example"}`, `{"cloud.headers":{"X":"y"}}`, `{"cloud.tiers":{}}`, `{"cloud.model":"x"}`,
		`{"local.url":"http://evil.example"}`, `{"local.kind":"openai"}`, `{"local.model":"x"}`, `{"routing.mode":"cloud"}`,
		`{"routing.maxDayCents":1000}`, `{"cache.store":"redis://evil.example"}`, `{"trace":"verbose"}`, `{"local.tools":true}`, `{"cloud.tools":true}`, `{"inlineCompletion.enabled":true}`,
	}
	for _, text := range refused {
		before := withTiers(t)
		c, problems := Tighten(before, Layer{Source: "w", Values: tree(t, text)})
		if len(problems) != 1 || !c.Equal(before) {
			t.Errorf("%s: %v, %+v", text, problems, c)
		}
	}
	tight, _ := Tighten(withTiers(t), Layer{Values: tree(t, `{"routing":{"paranoid":true,"offline":true,"maxTier":"cache"},"cache.enabled":false,"tools.enabled":false,"security.classification":"TOP SECRET"}`)})
	for _, text := range []string{`{"routing.paranoid":false}`, `{"routing.offline":false}`, `{"routing.maxTier":"local"}`, `{"cache.enabled":true}`, `{"tools.enabled":true}`, `{"security.classification":"SECRET"}`} {
		if c, problems := Tighten(tight, Layer{Values: tree(t, text)}); len(problems) != 1 || !c.Equal(tight) {
			t.Errorf("after tightening, %s: %v", text, problems)
		}
	}
}

// TestARuleThatCannotBeReadKeepsAllHere holds that a misspelt rule does not open the door.
func TestARuleThatCannotBeReadKeepsAllHere(t *testing.T) {
	for text, expected := range map[string]string{
		`{"security.classification":"SECERT"}`: "UNCLASSIFIED, CUI, CONFIDENTIAL, SECRET or TOP SECRET",
		`{"security.classification":3}`:        "the name of a classification level was expected",
		`{"routing.paranoid":"true"}`:          "true or false was expected",
		`{"routing":{"offline":1}}`:            "true or false was expected",
		`{"routing.maxTier":"Local"}`:          "one of cache, local, small, big, cloud was expected",
		`{"routing.maxTier":false}`:            "a string was expected",
	} {
		c, problems := Tighten(withTiers(t), Layer{Source: "w", Values: tree(t, text)})
		if len(problems) != 1 || !strings.HasSuffix(problems[0].Expected, expected+untilThen) || !c.Paranoid {
			t.Errorf("%s: %v, %+v", text, problems, c)
		}
	}
}

// TestWorkspaceIsRefusedInOneProblem holds that a file is spoken of once, with every key.
func TestWorkspaceIsRefusedInOneProblem(t *testing.T) {
	_, problems := Tighten(Default(), Layer{Source: "/w/.rigrun.toml", Values: tree(t, `{"cloud":{"url":"http://e"},"routing":{"paranoid":true,"mode":"cloud"},"local.url":"http://e"}`)})
	const want = "/w/.rigrun.toml: cloud.url, local.url, routing.mode: refused: a workspace's own file may only tighten the settings"
	if len(problems) != 1 || problems[0].String() != want {
		t.Errorf("%v", problems)
	}
}

func TestReadWorkspace(t *testing.T) {
	root := t.TempDir()
	inner := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	alone := WorkspaceFiles(inner)
	if len(alone) != 1 || alone[0] != filepath.Join(inner, WorkspaceFile) {
		t.Errorf("outside a repository: %v", alone)
	}
	if err := os.Mkdir(filepath.Join(root, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if all := WorkspaceFiles(inner); len(all) != 3 || all[2] != filepath.Join(root, WorkspaceFile) {
		t.Errorf("inside a repository: %v", all)
	}
	write := func(text string) string {
		path := filepath.Join(root, WorkspaceFile)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if l, problems := ReadWorkspace(filepath.Join(root, "none")); l.Values != nil || problems != nil {
		t.Errorf("%v %v", l, problems)
	}
	if l, problems := ReadWorkspace(write("[routing]\nparanoid = true\n")); len(problems) != 0 || l.Values == nil {
		t.Errorf("%v %v", l, problems)
	}
	if l, problems := ReadWorkspace(write("\ufeff[routing]\nparanoid = true\n")); len(problems) != 0 || l.Values == nil {
		t.Errorf("with a byte order mark: %v %v", l, problems)
	}
	for _, bad := range []string{"routing = [", strings.Repeat("#", maxWorkspaceFile+1)} {
		keepsHere(t, write(bad))
	}
	keepsHere(t, root)
}

// keepsHere holds that a file that cannot be read is told of and keeps everything here.
func keepsHere(t *testing.T, path string) {
	t.Helper()
	l, problems := ReadWorkspace(path)
	if c, more := Tighten(Default(), l); !c.Paranoid || len(problems) != 1 || len(more) != 0 {
		t.Errorf("%v %v %v", l, problems, more)
	}
}
