package lsptest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.lsp.dev/uri"
)

// WorkspaceEdit is an edit as the server sends it.
type WorkspaceEdit struct {
	Changes           map[string][]TextEdit       `json:"changes"`
	DocumentChanges   []DocumentChange            `json:"documentChanges"`
	ChangeAnnotations map[string]ChangeAnnotation `json:"changeAnnotations"`
}

// DocumentChange is an edit of one document, or the creation of a file, which
// has a Kind.
type DocumentChange struct {
	Kind         string `json:"kind"`
	URI          string `json:"uri"`
	AnnotationID string `json:"annotationId"`
	Options      struct {
		Overwrite      bool `json:"overwrite"`
		IgnoreIfExists bool `json:"ignoreIfExists"`
	} `json:"options"`

	TextDocument struct {
		URI     string `json:"uri"`
		Version *int   `json:"version"`
	} `json:"textDocument"`
	Edits []TextEdit `json:"edits"`
}

// TextEdit replaces a range of a document.
type TextEdit struct {
	Range        Range  `json:"range"`
	NewText      string `json:"newText"`
	AnnotationID string `json:"annotationId"`
}

// ChangeAnnotation says what a part of an edit is.
type ChangeAnnotation struct {
	Label             string `json:"label"`
	NeedsConfirmation bool   `json:"needsConfirmation"`
	Description       string `json:"description"`
}

// AppliedEdit is one workspace/applyEdit, and what the editor made of it.
type AppliedEdit struct {
	Label   string
	Edit    WorkspaceEdit
	Raw     json.RawMessage
	Failure string // why it was not applied, "" where it was
}

// Ignored is what [Options.BeforeEdit] returns for an editor that says it has
// applied an edit and has not, as Neovim does with one of an old version.
const Ignored = "ignored"

// Edits returns the edits the server asked for so far, in order.
func (e *Editor) Edits() []AppliedEdit {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.edits)
}

// applyEdit answers workspace/applyEdit.
func (e *Editor) applyEdit(params json.RawMessage) any {
	var p struct {
		Label string
		Edit  json.RawMessage
	}
	a := AppliedEdit{}
	if err := json.Unmarshal(params, &p); err != nil {
		e.breach("workspace/applyEdit: %v", err)
	}
	if p.Label == "" {
		e.breach("workspace/applyEdit without a label, which is what an undo list shows")
	}
	a.Label, a.Raw = p.Label, p.Edit
	if err := json.Unmarshal(p.Edit, &a.Edit); err != nil {
		e.breach("workspace/applyEdit: %v", err)
	}
	if e.opts.BeforeEdit != nil {
		a.Failure = e.opts.BeforeEdit(a)
	}
	if a.Failure == Ignored {
		e.change(func() { e.edits = append(e.edits, a) })
		return map[string]any{"applied": true}
	}
	if a.Failure == "" {
		if err := e.apply(a.Edit); err != nil {
			a.Failure = err.Error()
		}
	}
	e.change(func() { e.edits = append(e.edits, a) })
	if a.Failure != "" {
		return map[string]any{"applied": false, "failureReason": a.Failure}
	}
	return map[string]any{"applied": true}
}

// Apply applies the edit of a resolved code action. The error is the client's
// reason for refusing it, such as a version that it no longer has.
func (e *Editor) Apply(raw json.RawMessage) error {
	var w WorkspaceEdit
	if err := json.Unmarshal(raw, &w); err != nil {
		return fmt.Errorf("the edit: %w", err)
	}
	return e.apply(w)
}

// apply holds an edit against the client's abilities, and applies it whole or
// not at all.
func (e *Editor) apply(w WorkspaceEdit) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.wakeLocked()
	e.checkFormLocked(w)
	var todo []func()
	for name, edits := range w.Changes {
		f, err := e.rewriteLocked(name, nil, edits, w)
		if err != nil {
			return err
		}
		todo = append(todo, f)
	}
	created := ""
	for _, c := range w.DocumentChanges {
		var f func()
		var err error
		switch {
		case c.Kind == "create":
			f, err = e.createLocked(c, w)
			created = c.URI
		case c.Kind != "":
			err = fmt.Errorf("the editor does not know the operation %q", c.Kind)
		case c.TextDocument.URI == created:
			f, err = fillLocked(c)
		default:
			f, err = e.rewriteLocked(c.TextDocument.URI, c.TextDocument.Version, c.Edits, w)
		}
		if err != nil {
			return err
		}
		todo = append(todo, f)
	}
	for _, f := range todo {
		f()
	}
	return nil
}

// checkFormLocked notes what the client did not say it can do.
func (e *Editor) checkFormLocked(w WorkspaceEdit) {
	able := e.able.Workspace.WorkspaceEdit
	breach := func(text string) { e.breaches = append(e.breaches, "a workspace edit with "+text) }
	if len(w.Changes)+len(w.DocumentChanges) == 0 {
		breach("nothing in it")
	}
	if len(w.Changes) > 0 && len(w.DocumentChanges) > 0 {
		breach("both forms of changes")
	}
	if len(w.DocumentChanges) > 0 && !able.DocumentChanges && len(able.ResourceOperations) == 0 {
		breach("documentChanges for a client that has none")
	}
	if len(w.Changes) > 0 && able.DocumentChanges {
		breach("changes of no version for a client that has documentChanges")
	}
	if len(w.ChangeAnnotations) > 0 && able.ChangeAnnotationSupport == nil {
		breach("annotations for a client that has none")
	}
	if len(w.ChangeAnnotations) == 0 && len(w.DocumentChanges) > 0 && able.ChangeAnnotationSupport != nil && !e.isOwn(w) {
		breach("no annotation for a client that has them")
	}
}

// isOwn tells edits of a chat document, which need no confirmation: they are the
// conversation.
func (e *Editor) isOwn(w WorkspaceEdit) bool {
	return !slices.ContainsFunc(w.DocumentChanges, func(c DocumentChange) bool {
		return !strings.HasSuffix(c.TextDocument.URI, ".rigrun.md")
	})
}

// createLocked makes a file.
func (e *Editor) createLocked(c DocumentChange, w WorkspaceEdit) (func(), error) {
	if !slices.Contains(e.able.Workspace.WorkspaceEdit.ResourceOperations, "create") {
		e.breaches = append(e.breaches, "the creation of a file, for a client that creates none")
	}
	if e.able.Workspace.WorkspaceEdit.ChangeAnnotationSupport != nil && !w.ChangeAnnotations[c.AnnotationID].NeedsConfirmation {
		e.breaches = append(e.breaches, "the creation of a file that need not be confirmed")
	}
	u, err := uri.Parse(c.URI)
	if err != nil {
		return nil, err
	}
	path := u.FsPath()
	if _, err := os.Lstat(path); err == nil && !c.Options.Overwrite && !c.Options.IgnoreIfExists {
		return nil, fmt.Errorf("%s exists", filepath.Base(path))
	}
	return func() { _ = os.WriteFile(path, nil, 0o600) }, nil // a test that wants the file looks for it
}

// fillLocked writes the first text of a file that the same edit creates.
func fillLocked(c DocumentChange) (func(), error) {
	u, err := uri.Parse(c.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	if len(c.Edits) != 1 || c.Edits[0].Range != (Range{}) {
		return nil, errors.New("a new file takes one edit at its beginning")
	}
	return func() { _ = os.WriteFile(u.FsPath(), []byte(c.Edits[0].NewText), 0o600) }, nil
}

// rewriteLocked edits an open document.
func (e *Editor) rewriteLocked(name string, version *int, edits []TextEdit, w WorkspaceEdit) (func(), error) {
	d := e.open[name]
	if d == nil {
		return nil, fmt.Errorf("%s is not open", name)
	}
	if version != nil && *version != d.Version {
		return nil, fmt.Errorf("the document has the version %d, not %d", d.Version, *version)
	}
	type change struct {
		start, end int
		text       string
	}
	var changes []change
	for _, t := range edits {
		if _, ok := w.ChangeAnnotations[t.AnnotationID]; t.AnnotationID != "" && !ok {
			e.breaches = append(e.breaches, "an edit with the annotation "+t.AnnotationID+", which is not there")
		}
		changes = append(changes, change{e.offsetLocked(d.Text, t.Range.Start), e.offsetLocked(d.Text, t.Range.End), t.NewText})
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.start - b.start })
	at, text := 0, strings.Builder{}
	for _, c := range changes {
		if c.start < at || c.end < c.start {
			return nil, fmt.Errorf("edits overlap")
		}
		text.WriteString(d.Text[at:c.start] + c.text)
		at = c.end
	}
	text.WriteString(d.Text[at:])
	return func() { d.replaceLocked(text.String()) }, nil
}

// replaceLocked makes the document's text another, and tells the server all of it.
func (d *Document) replaceLocked(text string) {
	d.Text = text
	d.Version++
	d.e.queueLocked(envelope{Method: "textDocument/didChange", Params: encode(map[string]any{
		"textDocument":   map[string]any{"uri": d.URI, "version": d.Version},
		"contentChanges": []any{map[string]any{"text": text}},
	})})
}

// offsetLocked is the byte of a position. One that no character begins at is a
// breach.
func (e *Editor) offsetLocked(text string, p Position) int {
	lines := strings.SplitAfter(text, "\n")
	if p.Line >= len(lines) {
		e.breaches = append(e.breaches, fmt.Sprintf("an edit in line %d of %d", p.Line, len(lines)))
		return len(text)
	}
	at := len(strings.Join(lines[:p.Line], ""))
	line, units := strings.TrimRight(lines[p.Line], "\r\n"), p.Character
	for i, r := range line {
		if units <= 0 {
			if units < 0 {
				break
			}
			return at + i
		}
		units -= e.unitsLocked(r)
	}
	if units != 0 {
		e.breaches = append(e.breaches, fmt.Sprintf("an edit at character %d of %q", p.Character, line))
	}
	return at + len(line)
}

func (e *Editor) unitsLocked(r rune) int {
	switch e.encoding {
	case "utf-8":
		return utf8.RuneLen(r)
	case "utf-32":
		return 1
	}
	return utf16.RuneLen(r)
}
