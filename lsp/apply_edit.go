package lsp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/edit"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
)

// notApplied is the error of an answer that did not become an edit: it is shown
// instead, with the reason.
type notApplied struct {
	reason  string // one clause without a full stop
	changed bool   // the document's change is the reason
}

func (e *notApplied) Error() string { return "the answer was not applied: " + e.reason }

// The identifiers of the change annotations in an edit.
const (
	annotateCode    = "rigrun"
	annotateImports = "rigrun.imports"
)

// applyAnswer turns a whole answer into an edit and has the client apply it. Its
// error is a [notApplied], or the context's.
func (s *Server) applyAnswer(ctx context.Context, j *job, r *chat.Result) error {
	if !s.client.applyEdit {
		return &notApplied{reason: "this editor takes no edits from a server"}
	}
	p, err := s.propose(ctx, j, r)
	if err != nil {
		return err
	}
	for range maxAttempts {
		e, err := s.editNow(j, p, s.client.annotations)
		if err != nil {
			return err
		}
		refused, err := s.applyEdit(ctx, j.answer.title+" with rigrun", e.edit)
		if err != nil {
			return err
		}
		if refused == "" && s.landed(ctx, j, e) {
			j.answer.applied(e)
			s.tellImports(e)
			return nil
		}
		// A client refuses an edit of a version that it no longer has, and has told
		// what it has instead; else the refusal is the person's.
		if refused != "" && !s.outdated(j, e.version) {
			return &notApplied{reason: refused}
		}
	}
	return &notApplied{reason: "the document changes too fast", changed: true}
}

// maxAttempts is how often an edit is made anew for a document that is typed in.
const maxAttempts = 5

// landing is how long a client may take to tell of an edit that it has applied.
// Some collect changes for half a second.
const landing = 2 * time.Second

// landed reports whether an edit that the client says it has applied is in the
// document. A client that ignores edits of an old version may say so all the
// same. One that does not tell in time is believed. Where the document is what it
// was, the person has undone the edit, and the client has told of both at once.
func (s *Server) landed(ctx context.Context, j *job, e readyEdit) bool {
	if e.version == nil || !s.client.documentChanges {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, landing)
	defer cancel()
	if s.newest.wait(ctx, func(document.Snapshot) bool { return s.outdated(j, e.version) }) != nil {
		return true
	}
	now, ok := s.newest.get().Get(j.doc.URI)
	return !ok || strings.Contains(now.Text, e.text) || now.Text == e.before
}

// propose reads an answer as an edit. One that makes none is not kept for the next
// time it is asked for: whoever asks again wants another try.
func (s *Server) propose(ctx context.Context, j *job, r *chat.Result) (edit.Proposal, error) {
	p, err := j.propose(r)
	if err == nil {
		return p, nil
	}
	if err := s.engine.Feedback(ctx, r.MessageID, false); err != nil {
		s.log.Warn("an answer that is no edit stays kept", zap.Error(err))
	}
	return p, err
}

// propose reads an answer as an edit. Only a model's answer is one: the outline
// describes code and writes none.
func (j *job) propose(r *chat.Result) (edit.Proposal, error) {
	if r.Route.Backend == outlineName {
		return edit.Proposal{}, &notApplied{reason: "no model answered: " + r.Route.Reason}
	}
	p, err := edit.Propose(j.answer.whole(), edit.Target{
		Path: j.path, Language: j.doc.Language, Text: j.doc.Text, Start: j.site.start, End: j.site.end,
		Action: j.task.action, Finish: r.FinishReason,
	})
	if refusal, ok := errors.AsType[*edit.Refusal](err); ok {
		return p, &notApplied{reason: refusal.Reason}
	}
	if err != nil {
		return p, &notApplied{reason: err.Error()}
	}
	return p, nil
}

// outlineName is the backend of a route that no model answers.
const outlineName = "outline"

// readyEdit is an edit of one version of a document.
type readyEdit struct {
	edit    protocol.WorkspaceEdit
	version *int32 // nil for a document that is not open

	before string // the whole document that it is an edit of

	// What the code becomes, for hovers.
	text  string
	start int

	imports string // lines that belong to the document's imports and are not in the edit
}

// editNow makes the edit for the document as it is now. The error is a [notApplied].
func (s *Server) editNow(j *job, p edit.Proposal, confirmImports bool) (readyEdit, error) {
	now, err := s.docNow(j)
	if err != nil {
		return readyEdit{}, &notApplied{reason: err.Error(), changed: true}
	}
	hunks, err := edit.Rebase(j.doc.Text, now.Text, j.site.start, j.site.end, p.Hunks)
	if err != nil {
		return readyEdit{}, &notApplied{reason: err.Error(), changed: true}
	}
	e := readyEdit{before: now.Text}
	if j.open {
		e.version = &now.Version
	}
	imports := rebaseImports(j.doc.Text, now.Text, p.Imports)
	if !confirmImports || overlap(hunks, imports) {
		e.imports, imports = importLines(p.Imports), nil
	}
	e.edit = s.workspaceEdit(now, e.version, j, hunks, imports)
	e.start, e.text = resulting(j, now.Text, hunks, imports)
	return e, nil
}

// docNow is the job's document as it is now.
func (s *Server) docNow(j *job) (*document.Doc, error) {
	if now, ok := s.newest.get().Get(j.doc.URI); ok {
		return now, nil
	}
	if j.open {
		return nil, errors.New("the document was closed in the meantime")
	}
	v := j.view
	v.Snapshot = s.newest.get()
	item, err := v.resolve(ext.ContextItem{Kind: chat.ContextFile, URI: j.doc.URI.String()})
	if err != nil {
		return nil, errors.New("the document can no longer be read")
	}
	return document.NewDoc(j.doc.URI, j.doc.Language, 0, item.Document, v.Encoding()), nil
}

// rebaseImports moves the hunks of imports one by one; one that cannot be moved
// is left out with all others: half the imports are none.
func rebaseImports(was, now string, hunks []edit.Hunk) []edit.Hunk {
	var out []edit.Hunk
	for _, h := range hunks {
		moved, err := edit.Rebase(was, now, h.Start, h.End, []edit.Hunk{h})
		if err != nil {
			return nil
		}
		out = append(out, moved...)
	}
	return out
}

// overlap reports whether two edits of one text touch each other.
func overlap(a, b []edit.Hunk) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Start <= y.End && y.Start <= x.End {
				return true
			}
		}
	}
	return false
}

func importLines(hunks []edit.Hunk) string {
	var lines []string
	for _, h := range hunks {
		lines = append(lines, strings.TrimSpace(h.Text))
	}
	return strings.Join(lines, "\n")
}

// resulting is the job's place after the edit, and where it begins.
func resulting(j *job, now string, hunks, imports []edit.Hunk) (start int, text string) {
	all := slices.SortedFunc(slices.Values(slices.Concat(hunks, imports)), func(a, b edit.Hunk) int { return cmp.Compare(a.Start, b.Start) })
	from, to := j.site.start, j.site.end
	if len(hunks) > 0 { // where rebasing has moved the place to
		moved, err := edit.Rebase(j.doc.Text, now, from, to, []edit.Hunk{{Start: from, End: to}})
		if err == nil {
			from, to = moved[0].Start, moved[0].End
		}
	}
	after := edit.Apply(now, all)
	for _, h := range all {
		grown := len(h.Text) - (h.End - h.Start)
		if h.End <= from && h.Start < from {
			from, to = from+grown, to+grown
		} else if h.Start <= to {
			to += grown
		}
	}
	if from < 0 || to < from || to > len(after) {
		return 0, ""
	}
	return from, after[from:to]
}

// workspaceEdit is an edit in the form that the client takes.
func (s *Server) workspaceEdit(doc *document.Doc, version *int32, j *job, hunks, imports []edit.Hunk) protocol.WorkspaceEdit {
	if !s.client.documentChanges {
		var plain []protocol.TextEdit
		for _, h := range hunks {
			plain = append(plain, textEdit(doc, h))
		}
		return protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{doc.URI: plain}}
	}
	change := &protocol.TextDocumentEdit{TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{
		TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: doc.URI}, Version: version,
	}}
	e := protocol.WorkspaceEdit{DocumentChanges: []protocol.DocumentChange{change}}
	for _, h := range hunks {
		change.Edits = append(change.Edits, s.element(textEdit(doc, h), annotateCode))
	}
	for _, h := range imports {
		change.Edits = append(change.Edits, s.element(textEdit(doc, h), annotateImports))
	}
	if s.client.annotations {
		e.ChangeAnnotations = map[protocol.ChangeAnnotationIdentifier]protocol.ChangeAnnotation{annotateCode: j.annotation()}
		if len(imports) > 0 {
			e.ChangeAnnotations[annotateImports] = confirmed("Imports for the new code", "")
		}
	}
	return e
}

// element is one edit of a document, annotated where the client knows that.
func (s *Server) element(e protocol.TextEdit, id protocol.ChangeAnnotationIdentifier) protocol.TextDocumentEditElement {
	if !s.client.annotations {
		return &e
	}
	return &protocol.AnnotatedTextEdit{TextEdit: e, AnnotationID: id}
}

func textEdit(doc *document.Doc, h edit.Hunk) protocol.TextEdit {
	return protocol.TextEdit{Range: doc.Range(h.Start, h.End), NewText: h.Text}
}

// annotation says where a change comes from.
func (j *job) annotation() protocol.ChangeAnnotation {
	d := j.answer.route()
	return confirmed(j.answer.title+" with rigrun", fmt.Sprintf("%s · %s · %s", d.Tier, d.Backend, d.Model))
}

// confirmed is the annotation of a change that a person has to confirm.
func confirmed(label, description string) protocol.ChangeAnnotation {
	yes := true
	a := protocol.ChangeAnnotation{Label: label, NeedsConfirmation: &yes}
	if description != "" {
		a.Description = &description
	}
	return a
}

// applyEdit asks the client to apply an edit, for as long as a person takes to
// confirm it. refused is why it did not, "" where it did.
func (s *Server) applyEdit(ctx context.Context, label string, e protocol.WorkspaceEdit) (refused string, err error) {
	var result protocol.ApplyWorkspaceEditResult
	params := &protocol.ApplyWorkspaceEditParams{Label: &label, Edit: e}
	if _, err := s.conn.Call(ctx, protocol.MethodWorkspaceApplyEdit, params, &result); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		s.log.Warn("the editor failed to apply an edit", zap.Error(err))
		return "the editor failed to apply it", nil
	}
	if result.Applied {
		return "", nil
	}
	if result.FailureReason != nil && *result.FailureReason != "" {
		return frame.Shorten(oneLine(*result.FailureReason), 200), nil
	}
	return "the editor did not take it", nil
}

// outdated reports whether the document is no longer of the version that an edit
// was made for, or no longer open.
func (s *Server) outdated(j *job, version *int32) bool {
	now, ok := s.newest.get().Get(j.doc.URI)
	return version != nil && (!ok || now.Version != *version)
}

// tellImports says which imports the new code needs and the edit does not bring,
// to a client that cannot ask whether they are wanted.
func (s *Server) tellImports(e readyEdit) {
	if e.imports == "" {
		return
	}
	s.notify(protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{
		Type: protocol.MessageTypeInfo, Message: "rigrun: the new code also needs these imports:\n" + e.imports,
	})
}
