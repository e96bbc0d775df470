package config_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/config"
)

// manifest is the VS Code extension's package.json, which declares every setting
// once more: VS Code knows no other way to describe and check them.
const manifest = "../../editors/vscode/package.json"

// words are what the manifest says in English: its %keys% stand for them.
const words = "../../editors/vscode/package.nls.json"

// ofExtension are the settings that only the extension reads.
var ofExtension = []string{"rigrun.server.path"}

// TestSettingsOfVSCode holds the settings that VS Code offers against the schema.
func TestSettingsOfVSCode(t *testing.T) {
	offered := offeredSettings(t)
	for _, name := range ofExtension {
		if offered[name] == nil {
			t.Errorf("%s: package.json does not declare it", name)
		}
		delete(offered, name)
	}
	for _, key := range config.Schema() {
		name := "rigrun." + key.Name
		want := property(t, key)
		if got := offered[name]; !reflect.DeepEqual(got, want) {
			line, _ := json.Marshal(want)
			t.Errorf("package.json differs from the schema; it should have\n%q: %s", name, line)
		}
		delete(offered, name)
	}
	for name := range offered {
		t.Errorf("%s: package.json declares it, the schema does not", name)
	}
}

func offeredSettings(t *testing.T) map[string]any {
	t.Helper()
	var m struct {
		Contributes struct {
			Configuration []struct{ Properties map[string]map[string]any }
		}
	}
	readJSON(t, manifest, &m)
	var english map[string]string
	readJSON(t, words, &english)
	all := map[string]any{}
	for _, group := range m.Contributes.Configuration {
		for name, p := range group.Properties {
			key, _ := p["markdownDescription"].(string)
			p["markdownDescription"] = english[strings.Trim(key, "%")]
			all[name] = p
		}
	}
	return all
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// property is a setting as VS Code is told of it. "machine" keeps a repository's
// own settings from having a say.
func property(t *testing.T, key config.Key) any {
	t.Helper()
	p := map[string]any{"scope": "machine", "markdownDescription": key.Doc, "type": "string"}
	var byDefault any
	if err := json.Unmarshal([]byte(key.Default), &byDefault); err != nil {
		t.Fatalf("%s: the default %s is no JSON: %v", key.Name, key.Default, err)
	}
	p["default"] = byDefault
	switch kind := key.Type; {
	case kind == "boolean", kind == "integer", kind == "object":
		p["type"] = kind
	case strings.HasPrefix(kind, "number"):
		p["type"] = []any{"number", "null"}
		if kind == "number from 0 to 1" {
			p["minimum"], p["maximum"] = 0.0, 1.0
		}
	case oneOf.MatchString(kind):
		var choices []any
		for word := range strings.SplitSeq(kind, "|") {
			choices = append(choices, strings.Trim(word, `"`))
		}
		p["enum"] = choices
	}
	return p
}

// oneOf matches a type that is a list of words.
var oneOf = regexp.MustCompile(`^"[^"]*"(\|"[^"]*")*$`)
