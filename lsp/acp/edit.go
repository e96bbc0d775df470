package acp

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"

	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/edit"
)

// proposal is an answer as a change of a file, which the person has to allow.
type proposal struct {
	id     string // of its tool call
	target edit.Target
	hunks  []edit.Hunk
}

// The answers to the question for permission.
const (
	optionApply  = "apply"
	optionReject = "reject"
)

// change proposes an answer as an edit, where one was asked for and the editor can
// write files, and has the editor apply what the person allows. Nothing is ever
// written but by the editor.
func (a *Agent) change(ctx context.Context, s *session, req *chat.Request, r *chat.Result) {
	item := editable(req)
	client := a.client.Load()
	if item == nil || r.Text == nil || r.Route.Backend == "outline" || !client.FS.ReadTextFile || !client.FS.WriteTextFile {
		return
	}
	p, err := propose(item, req.Action, r)
	if err != nil {
		a.tell(s.id, update{Kind: updateMessage, Content: text("\n\n*Not applied: " + err.Error() + "*")})
		return
	}
	shown := update{
		Kind: updateToolCall, ToolCallID: p.id, Title: "Edit " + filepath.Base(item.Path), ToolKind: "edit", Status: "pending",
		Content: p.diff(), Locations: []location{{item.Path}},
	}
	a.tell(s.id, shown)
	done := update{Kind: updateToolCallUpdate, ToolCallID: p.id, Status: "completed"}
	if err := a.applyAllowed(ctx, s, p, shown); err != nil {
		a.log.Info("an edit was not applied", zap.Error(err))
		done.Status, done.Content = "failed", []any{plainContent{"content", text("Not applied: " + err.Error())}}
	}
	a.tell(s.id, done)
}

// editable is the code that a question has changed, nil where it asks for no change
// or it cannot be told of what.
func editable(req *chat.Request) (found *chat.ContextItem) {
	if !req.Edits && !slices.Contains([]chat.Action{chat.Fix, chat.Refactor, chat.Document}, req.Action) {
		return nil
	}
	for i := range req.Context {
		item := &req.Context[i]
		if item.Part != "" || item.Document == "" || item.Path == "" {
			continue
		}
		whole := item.Kind == chat.ContextFile && item.Text == item.Document
		at := item.Span
		part := item.Kind == chat.ContextSelection && 0 <= at.Start && at.Start < at.End && at.End <= len(item.Document) && item.Document[at.Start:at.End] == item.Text
		if found != nil || !whole && !part {
			return nil
		}
		found = item
	}
	return found
}

// propose reads an answer as a change. The error says why it is none, for a person.
func propose(item *chat.ContextItem, action chat.Action, r *chat.Result) (*proposal, error) {
	p := &proposal{id: r.MessageID + "-edit", target: edit.Target{
		Path: item.Path, Language: item.Language, Text: item.Document, Start: item.Span.Start, End: item.Span.End,
		Action: action, Finish: r.FinishReason,
	}}
	if item.Kind == chat.ContextFile {
		p.target.Start, p.target.End = 0, len(item.Document)
	}
	found, err := edit.Propose(*r.Text, p.target)
	if err != nil {
		return nil, err
	}
	p.hunks = slices.SortedFunc(slices.Values(slices.Concat(found.Hunks, found.Imports)), func(a, b edit.Hunk) int { return cmp.Compare(a.Start, b.Start) })
	for i := range p.hunks[:max(0, len(p.hunks)-1)] {
		if p.hunks[i].End >= p.hunks[i+1].Start { // imports within what is replaced
			p.hunks = found.Hunks
			break
		}
	}
	return p, nil
}

// diff is the change as the editor shows it.
func (p *proposal) diff() []any {
	return []any{diffContent{"diff", p.target.Path, p.target.Text, edit.Apply(p.target.Text, p.hunks)}}
}

// applyAllowed asks for the permission and has the editor write the file. The
// error says why it was not written.
func (a *Agent) applyAllowed(ctx context.Context, s *session, p *proposal, shown update) error {
	var answer permissionResult
	shown.Kind = "" // a request has the tool call alone
	params := &permissionParams{
		SessionID: s.id, ToolCall: shown,
		Options: []permissionOption{{optionApply, "Apply", "allow_once"}, {optionReject, "Reject", "reject_once"}},
	}
	if _, err := a.conn.Call(ctx, methodRequestPermission, params, &answer); err != nil {
		return errors.New("the editor did not ask")
	}
	if answer.Outcome.Outcome != "selected" || answer.Outcome.OptionID != optionApply {
		return errors.New("it was rejected")
	}
	now, ok := a.readTextFile(ctx, p.target.Path)
	if !ok {
		return errors.New("the editor did not hand out the file")
	}
	var hunks []edit.Hunk
	for _, h := range p.hunks {
		start, end := p.target.Start, p.target.End
		if h.Start < start || h.End > end { // an import
			start, end = h.Start, h.End
		}
		moved, err := edit.Rebase(p.target.Text, now, start, end, []edit.Hunk{h})
		if err != nil {
			return err
		}
		hunks = append(hunks, moved...)
	}
	write := &writeTextFileParams{s.id, p.target.Path, edit.Apply(now, hunks)}
	if _, err := a.conn.Call(ctx, methodWriteTextFile, write, nil); err != nil {
		return errors.New("the editor could not write the file")
	}
	return nil
}
