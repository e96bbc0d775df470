package lsp_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// shownMarkings is one textDocument/publishDiagnostics.
type shownMarkings struct {
	URI         string
	Version     *int
	Diagnostics []struct {
		Range                 lsptest.Range
		Severity              int
		Code, Source, Message string
	}
}

// lastMarkings waits until n lists have been published and returns the last.
func lastMarkings(t *testing.T, e *lsptest.Editor, n int) shownMarkings {
	t.Helper()
	const method = "textDocument/publishDiagnostics"
	e.Until("publication of diagnostics", func() bool {
		count := 0
		for _, m := range e.Messages() {
			if m.FromServer && m.Method == method {
				count++
			}
		}
		return count >= n
	})
	all := e.Received(method)
	if len(all) != n {
		t.Fatalf("%d publications, want %d", len(all), n)
	}
	var p shownMarkings
	if err := all[n-1].Params(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestMarkingsAreShown opens, changes and closes a marked document in each
// editor that shows diagnostics.
func TestMarkingsAreShown(t *testing.T) {
	for _, profile := range lsptest.Profiles() {
		t.Run(profile, func(t *testing.T) {
			noLeaks(t)
			e := lsptest.Start(t, lsptest.Options{Profile: profile})
			var able struct {
				TextDocument struct{ PublishDiagnostics *struct{} }
			}
			if err := json.Unmarshal(e.Profile.Capabilities, &able); err != nil {
				t.Fatal(err)
			}
			doc := e.Open("a.go", "go", "package a\n\nvar 🚀é = 1 // (S//NF) downlink\n")
			if able.TextDocument.PublishDiagnostics == nil {
				e.Call("rigrun/stats", map[string]any{})
				if n := len(e.Received("textDocument/publishDiagnostics")); n != 0 {
					t.Errorf("%d publications to a client that shows none", n)
				}
				return
			}
			p := lastMarkings(t, e, 1)
			if p.URI != doc.URI || p.Version == nil || *p.Version != 1 || len(p.Diagnostics) != 1 {
				t.Fatalf("published %+v", p)
			}
			d, at := p.Diagnostics[0], strings.Index(doc.Text, "(S//NF)")
			if d.Range != doc.Range(at, at+len("(S//NF)")) || d.Severity != 4 || d.Source != "rigrun" || d.Code != "SECRET" ||
				d.Message != "marked SECRET: questions about this file are SECRET; they go only to the configured local model server" {
				t.Errorf("diagnostic %+v", d)
			}
			doc.Change(0, 0, "// TOP SECRET//SI\n")
			if p = lastMarkings(t, e, 2); *p.Version != 2 || len(p.Diagnostics) != 2 || !strings.HasPrefix(p.Diagnostics[1].Message, "marked SECRET: questions about this file are TOP SECRET;") {
				t.Errorf("published %+v", p)
			}
			doc.Change(0, len(doc.Text), "package a\n")
			if p = lastMarkings(t, e, 3); *p.Version != 3 || p.Diagnostics == nil || len(p.Diagnostics) != 0 {
				t.Errorf("published %+v", p)
			}
			doc.Change(0, 0, "// CUI\n")
			lastMarkings(t, e, 4)
			e.Notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": doc.URI}})
			if p = lastMarkings(t, e, 5); p.URI != doc.URI || len(p.Diagnostics) != 0 {
				t.Errorf("published %+v", p)
			}
		})
	}
}

// TestMarkingsWhileTyping types fast in a marked document: the edits stay fast,
// and what is shown in the end is about the last of them.
func TestMarkingsWhileTyping(t *testing.T) {
	noLeaks(t)
	const edits = 20_000
	e := lsptest.Start(t, lsptest.Options{Backend: &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{enginetest.Words("a")}}})
	doc := e.Open("a.md", "markdown", "SECRET//NOFORN\n\ntext\n")
	for range edits - 1 {
		doc.Change(len(doc.Text), len(doc.Text), "x")
	}
	doc.Change(0, 0, "\n")
	e.Call("rigrun/stats", map[string]any{}) // answered after the last edit was read
	var last shownMarkings
	e.Until("the last version's diagnostics", func() bool {
		all := e.Messages()
		for i := len(all) - 1; i >= 0; i-- {
			if all[i].FromServer && all[i].Method == "textDocument/publishDiagnostics" {
				return all[i].Params(&last) == nil && last.Version != nil && *last.Version == doc.Version
			}
		}
		return false
	})
	if len(last.Diagnostics) != 1 || last.Diagnostics[0].Range.Start.Line != 1 {
		t.Errorf("published %+v", last)
	}
	if n := len(e.Received("textDocument/publishDiagnostics")); n > 50 {
		t.Errorf("%d publications for %d edits", n, edits)
	}
}
