package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// tree parses JSON as an editor sends it.
func tree(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMergeLaterWins(t *testing.T) {
	c, problems := Merge(
		Layer{Source: "a", Values: tree(t, `{"local":{"url":"http://one:1","model":"m1"},"routing":{"offline":true}}`)},
		Layer{Source: "b", Values: tree(t, `{"rigrun":{"local.url":"http://two:2/"}}`)},
		Layer{Source: "c", Values: tree(t, `{"rigrun.local.kind":"openai","local":{"keepAlive":30,"model":null},"security":{"classification":"top secret"}}`)},
	)
	if len(problems) != 0 {
		t.Fatalf("problems: %v", problems)
	}
	want := Default()
	want.Offline = true
	want.Classification = chat.TopSecret
	want.Local = Local{Kind: "openai", URL: "http://two:2", URLSet: true, Model: "m1", KeepAlive: 30 * time.Second}
	if !c.Equal(want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestBadValuesAreNamedAndTheRestStays(t *testing.T) {
	for text, want := range map[string]string{
		`{"local":{"url":"127.0.0.1:11434"}}`:      `local.url: a URL such as`,
		`{"local":{"url":5}}`:                      `local.url: a URL such as`,
		`{"local":{"url":"ftp://x"}}`:              `local.url: a URL such as`,
		`{"local":{"kind":"llama"}}`:               `local.kind: one of ["auto" "ollama" "openai"]`,
		`{"local":{"keepAlive":"long"}}`:           `local.keepAlive: a duration`,
		`{"local":{"modle":"x"}}`:                  `local.modle: unknown setting, did you mean "local.model"?`,
		`{"rigrun":[1]}`:                           `rigrun: an object with the settings`,
		`{"nonsense":1}`:                           `nonsense: unknown setting, docs/protocol.md`,
		`{"routing":{"offline":"yes"}}`:            `routing.offline: true or false`,
		`{"routing":"auto"}`:                       `routing: an object with settings such as "mode" was expected`,
		`{"security":{"classification":"cosmic"}}`: `security.classification: unknown classification "cosmic"`,
		`{"security":{"classification":3}}`:        `security.classification: the name of`,
		`{"cache":{"maxEntries":1.5}}`:             `cache.maxEntries: a whole number`,
		`{"cache":{"threshold":2}}`:                `cache.threshold: a number from 0 to 1`,
		`{"cache":{"store":"http://x"}}`:           `cache.store: "" or a URL`,
		`{"cloud":{"tiers":[]}}`:                   `cloud.tiers: an object`,
		`{"cloud":{"url":"nowhere"}}`:              `cloud.url: a URL`,
		`{"trace":"loud"}`:                         `trace: one of`,
		`{"local":{"model":["a"]}}`:                `local.model: a string`,
	} {
		values := tree(t, text)
		values["routing.mode"] = "local"
		c, problems := Merge(Layer{Source: "init", Values: values})
		if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), "init: "+want) {
			t.Errorf("%s: problems %v, want %q", text, problems, want)
		}
		def := Default()
		def.Mode = chat.ModeLocal
		if !c.Equal(def) {
			t.Errorf("%s: the rest is not in force: %+v", text, c)
		}
	}
}

// TestSchemaTakesItsOwnDefaults sets every key to its default and expects no
// problem and no change: the schema's three columns agree with each other.
func TestSchemaTakesItsOwnDefaults(t *testing.T) {
	for _, k := range Schema() {
		var v any
		if err := json.Unmarshal([]byte(k.Default), &v); err != nil {
			t.Errorf("%s: default %s: %v", k.Name, k.Default, err)
			continue
		}
		c, problems := Merge(Layer{Source: "defaults", Values: map[string]any{k.Name: v}})
		c.Local.URLSet = false
		if len(problems) != 0 || !c.Equal(Default()) {
			t.Errorf("%s: the default %s gives %+v and %v", k.Name, k.Default, c, problems)
		}
		if k.Doc == "" || k.Type == "" {
			t.Errorf("%s is not documented", k.Name)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	layer, problems := ReadFile(write("good.toml", "[local]\nmodel = \"m\"\nkeepAlive = 60\n[routing]\noffline = true\n"))
	c, more := Merge(layer)
	if len(problems)+len(more) != 0 || c.Local.Model != "m" || c.Local.KeepAlive != time.Minute || !c.Offline {
		t.Errorf("%+v %v %v", c, problems, more)
	}
	if _, problems = ReadFile(write("bad.toml", "[local]\nmodel = \n")); len(problems) != 1 || problems[0].Key != "line 2, column 9" {
		t.Errorf("problems %v, want the place of the error", problems)
	}
	if _, problems = ReadFile(dir); len(problems) != 1 {
		t.Errorf("a directory gives %v", problems)
	}
	if layer, problems = ReadFile(filepath.Join(dir, "missing.toml")); len(problems) != 0 || layer.Values != nil {
		t.Errorf("a missing file gives %v, %v", layer, problems)
	}
}

func TestUserFile(t *testing.T) {
	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	for want, getenv := range map[string]func(string) string{
		filepath.Join("/c", "rigrun", "config.toml"):            env("XDG_CONFIG_HOME", "/c", "HOME", "/h"),
		filepath.Join("/h", ".config", "rigrun", "config.toml"): env("HOME", "/h"),
		"": env(),
	} {
		if got := UserFile(getenv); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestOllamaHost(t *testing.T) {
	for host, want := range map[string]string{
		"":                          "",
		"gpu-box":                   "http://gpu-box:11434",
		"gpu-box:80":                "http://gpu-box:80",
		":12000":                    "http://127.0.0.1:12000",
		"0.0.0.0":                   "http://127.0.0.1:11434",
		"0.0.0.0:5000":              "http://127.0.0.1:5000",
		"10.0.0.0":                  "http://10.0.0.0:11434",
		"[::1]":                     "http://[::1]:11434",
		"[::1]:9":                   "http://[::1]:9",
		"https://ai.example":        "https://ai.example",
		"http://ai.example":         "http://ai.example",
		"http://ai.example/ollama/": "http://ai.example/ollama",
	} {
		layer := FromEnvironment(func(string) string { return host })
		if want == "" {
			if layer.Values != nil {
				t.Errorf("nothing set gives %v", layer.Values)
			}
			continue
		}
		c, problems := Merge(layer)
		if c.Local.URL != want || len(problems) != 0 || !c.Local.URLSet {
			t.Errorf("%q: %q %v, want %q", host, c.Local.URL, problems, want)
		}
	}
}
