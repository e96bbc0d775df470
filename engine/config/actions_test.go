package config

import (
	"strings"
	"testing"
)

func TestActions(t *testing.T) {
	c, problems := Merge(Layer{Source: "user", Values: tree(t, `{"actions":{
		"simplify":{"title":"Simplify","prompt":"Make it shorter.","edits":true},
		"audit":{"prompt":"Look for holes.","kind":"source.audit"}}}`)})
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	want := []Action{
		{Name: "audit", Title: "audit", Kind: "source.audit", Prompt: "Look for holes."},
		{Name: "simplify", Title: "Simplify", Kind: "refactor.rewrite.rigrun.simplify", Prompt: "Make it shorter.", Edits: true},
	}
	if len(c.Actions) != 2 || c.Actions[0] != want[0] || c.Actions[1] != want[1] {
		t.Errorf("got %+v, want %+v", c.Actions, want)
	}
}

func TestBadActionsAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                  "actions: an object of actions",
		`{"Big":{"prompt":"x"}}`:              `actions: "Big": a name of up to 40`,
		`{"../x":{"prompt":"x"}}`:             `actions: "../x": a name of up to 40`,
		`{"explain":{"prompt":"x"}}`:          `actions: "explain" is built in`,
		`{"a":"x"}`:                           `actions: "a": an object such as`,
		`{"a":{}}`:                            "actions: a.prompt: what the model is to do",
		`{"a":{"prompt":" "}}`:                "actions: a.prompt: what the model is to do",
		`{"a":{"prompt":5}}`:                  "actions: a.prompt: a string",
		`{"a":{"prompt":"x","edits":"yes"}}`:  "actions: a.edits: true or false",
		`{"a":{"prompt":"x","title":"a\nb"}}`: "actions: a.title: one line",
		`{"a":{"prompt":"x","kind":"*"}}`:     "actions: a.kind: a code action kind",
		`{"a":{"prompt":"{{secret}}"}}`:       `actions: a.prompt: there is no variable "secret", only {{file}}, {{language}}, {{lines}}, {{message}}`,
		`{"a":{"prompt":"x","model":"m"}}`:    "actions: a.model: one of title, kind, prompt and edits",
	} {
		_, problems := Merge(Layer{Source: "user", Values: tree(t, `{"actions":`+text+`}`)})
		if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), "user: "+want) {
			t.Errorf("%s: problems %v, want %q", text, problems, want)
		}
	}
}

// TestWorkspaceAddsNoActions holds that a repository cannot bring a prompt of its
// own into the menus.
func TestWorkspaceAddsNoActions(t *testing.T) {
	c, problems := Tighten(Default(), Layer{Source: ".rigrun.toml", Values: tree(t, `{"actions":{"a":{"prompt":"x"}}}`)})
	if len(c.Actions) != 0 || len(problems) != 1 || problems[0].Key != "actions" {
		t.Errorf("%+v, %v", c.Actions, problems)
	}
}
