package lsp_test

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// states are the states the editor was told, one word for each change.
func states(t *testing.T, e *lsptest.Editor) string {
	t.Helper()
	var all []string
	for _, m := range e.Received(ext.MethodStatus) {
		var now ext.Status
		if err := m.Params(&now); err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 || all[len(all)-1] != now.State {
			all = append(all, now.State)
		}
	}
	return strings.Join(all, " ")
}

func TestStatusTellsEveryChangeInOrder(t *testing.T) {
	noLeaks(t)
	server := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{backendtest.Tokens("a", "b")}})
	e := lsptest.Start(t, lsptest.Options{URL: server.URL, Status: true})
	e.Until("the first state", func() bool { return states(t, e) == "idle" })
	wantText(t, e, "ab")
	e.Until("the end", func() bool { return states(t, e) == "idle routing streaming idle" })
	settings := map[string]any{"routing": map[string]any{"offline": true}}
	e.Configure(settings)
	e.Until("offline", func() bool { return states(t, e) == "idle routing streaming idle offline" })
}

func TestStatusIsSilentWhereNobodyAsked(t *testing.T) {
	noLeaks(t)
	e := lsptest.Start(t, lsptest.Options{Backend: &enginetest.Backend{Label: "scripted", Scripts: []enginetest.Script{enginetest.Words("ab")}}})
	wantText(t, e, "ab")
	e.Close()
	if got := states(t, e); got != "" {
		t.Errorf("states %q", got)
	}
}
