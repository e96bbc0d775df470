package lsptest

import (
	"embed"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

//go:embed profiles/*.json
var profileFiles embed.FS

// Profile is one client: who it says it is and what it says it can do.
type Profile struct {
	Name         string          // of the file, such as "vscode"
	ClientInfo   json.RawMessage `json:"clientInfo"`
	Capabilities json.RawMessage `json:"capabilities"`
}

// abilities are what the editor's behaviour follows from.
type abilities struct {
	Workspace struct {
		Configuration          bool
		DidChangeConfiguration struct{ DynamicRegistration bool }
		TextDocumentContent    *struct{}
		ApplyEdit              bool
		WorkspaceEdit          struct {
			DocumentChanges         bool
			ResourceOperations      []string
			ChangeAnnotationSupport *struct{}
		}
	}
	TextDocument struct {
		Completion, InlineCompletion struct{ DynamicRegistration bool }
	}
	Window struct {
		WorkDoneProgress bool
		ShowDocument     struct{ Support bool }
	}
}

// Profiles lists the names of all profiles, sorted.
func Profiles() []string {
	entries, err := profileFiles.ReadDir("profiles")
	if err != nil {
		panic(err) // the folder is built in
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".json")
	}
	slices.Sort(names)
	return names
}

// ProfileOf returns a profile by name.
func ProfileOf(t testing.TB, name string) Profile {
	t.Helper()
	raw, err := profileFiles.ReadFile("profiles/" + name + ".json")
	if err != nil {
		t.Fatalf("lsptest: no profile %q: there are %q", name, Profiles())
	}
	p := Profile{Name: name}
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatalf("lsptest: profile %q: %v", name, err)
	}
	return p
}

func (p Profile) abilities(t testing.TB) abilities {
	t.Helper()
	var a abilities
	if err := json.Unmarshal(p.Capabilities, &a); err != nil {
		t.Fatalf("lsptest: profile %q: %v", p.Name, err)
	}
	return a
}
