package lsp

import (
	"cmp"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
)

// The limits of what an editor's diagnostics may add to a question.
const (
	maxProblems    = 50
	maxProblemText = 2000 // bytes of one message
)

// problems are diagnostics as a piece of context, about the document that about
// is from. ok is false where there are none.
func problems(about chat.ContextItem, list []protocol.Diagnostic) (item chat.ContextItem, ok bool) {
	if len(list) == 0 {
		return item, false
	}
	lines := make([]string, 0, min(len(list), maxProblems))
	for i := range list[:min(len(list), maxProblems)] {
		lines = append(lines, problem(&list[i]))
	}
	return chat.ContextItem{
		Kind: chat.ContextDiagnostics, Text: strings.Join(lines, "\n"),
		URI: about.URI, Path: about.Path, RealPath: about.RealPath, Folder: about.Folder,
	}, true
}

// problemText is what a diagnostic says.
func problemText(d *protocol.Diagnostic) string {
	switch m := d.Message.(type) {
	case protocol.String:
		return string(m)
	case *protocol.MarkupContent:
		return m.Value
	}
	return "a problem"
}

// oneLine joins the words of a text.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// problem is a diagnostic as a model reads it: where, how bad, what, and its code.
func problem(d *protocol.Diagnostic) string {
	severity := map[protocol.DiagnosticSeverity]string{
		protocol.DiagnosticSeverityError: "error", protocol.DiagnosticSeverityWarning: "warning",
		protocol.DiagnosticSeverityInformation: "information", protocol.DiagnosticSeverityHint: "hint",
	}[d.Severity]
	text := fmt.Sprintf("line %d: %s: %s", d.Range.Start.Line+1, cmp.Or(severity, "error"), frame.Shorten(problemText(d), maxProblemText))
	var of []string
	if source, ok := d.Source.Get(); ok && source != "" {
		of = append(of, source)
	}
	switch code := d.Code.(type) {
	case protocol.String:
		of = append(of, string(code))
	case protocol.Integer:
		of = append(of, fmt.Sprint(int32(code)))
	}
	if len(of) > 0 {
		text += " (" + strings.Join(of, " ") + ")"
	}
	return text
}
