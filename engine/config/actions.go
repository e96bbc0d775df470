package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
)

// The limits of custom actions; a prompt has that of a template.
const (
	maxActions = 100
	maxTitle   = 80 // characters
)

// actions reads the section "actions": an object of custom actions by name.
func actions(set func(*Config, []Action)) func(*Config, any) error {
	return func(c *Config, v any) error {
		object, ok := v.(map[string]any)
		if !ok {
			return errors.New("an object of actions by name was expected")
		}
		if len(object) > maxActions {
			return fmt.Errorf("at most %d actions were expected", maxActions)
		}
		var list []Action
		for _, name := range slices.Sorted(maps.Keys(object)) {
			a, err := readAction(name, object[name])
			if err != nil {
				return err
			}
			list = append(list, a)
		}
		set(c, list)
		return nil
	}
}

// readAction reads one custom action. The error names the member that is wrong.
func readAction(name string, v any) (Action, error) {
	a := Action{Name: name}
	members, ok := v.(map[string]any)
	if !ok {
		return a, fmt.Errorf("%q: an object such as {\"title\": …, \"prompt\": …, \"edits\": true} was expected", name)
	}
	if err := checkActionName(name); err != nil {
		return a, err
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if err := a.set(key, members[key]); err != nil {
			return a, fmt.Errorf("%s.%s: %w", name, key, err)
		}
	}
	if strings.TrimSpace(a.Prompt) == "" {
		return a, fmt.Errorf("%s.prompt: what the model is to do was expected", name)
	}
	a.Title = cmp.Or(a.Title, name)
	a.Kind = cmp.Or(a.Kind, a.defaultKind())
	return a, nil
}

// checkActionName holds a name to what can be typed after a slash.
func checkActionName(name string) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`).MatchString(name) {
		return fmt.Errorf("%q: a name of up to 40 lower-case letters, digits and hyphens, a letter first, was expected", name)
	}
	if slices.Contains(chat.Actions(), chat.Action(name)) || name == "ask" {
		return fmt.Errorf("%q is built in: another name was expected", name)
	}
	return nil
}

// set reads one member of an action.
func (a *Action) set(key string, v any) error {
	text, isText := v.(string)
	switch key {
	case "edits":
		edits, ok := v.(bool)
		if !ok {
			return errors.New("true or false was expected")
		}
		a.Edits = edits
		return nil
	case "title":
		a.Title = text
	case "kind":
		a.Kind = text
	case "prompt":
		a.Prompt = text
	default:
		return errors.New("one of title, kind, prompt and edits was expected")
	}
	if !isText {
		return errors.New("a string was expected")
	}
	return a.check(key)
}

func (a *Action) check(key string) error {
	switch {
	case key == "title" && (utf8.RuneCountInString(a.Title) > maxTitle || strings.ContainsFunc(a.Title, unicode.IsControl)):
		return fmt.Errorf("one line of at most %d characters was expected", maxTitle)
	case key == "kind" && !regexp.MustCompile(`^(quickfix|refactor|source)(\.[A-Za-z0-9-]+)*$`).MatchString(a.Kind):
		return errors.New("a code action kind such as \"refactor.rewrite\", \"quickfix\" or \"source.docs\" was expected")
	case key == "prompt" && len(a.Prompt) > prompt.MaxTemplate:
		return fmt.Errorf("at most %d KiB were expected", prompt.MaxTemplate>>10)
	case key == "prompt":
		return prompt.Check(a.Prompt)
	}
	return nil
}

// defaultKind is the kind that the built-in actions of the same sort have.
func (a *Action) defaultKind() string {
	if a.Edits {
		return "refactor.rewrite.rigrun." + a.Name
	}
	return "source.rigrun." + a.Name
}
