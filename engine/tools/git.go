package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// maxCommits is how many commits a log has.
const maxCommits = 20

// errOption is a text that git could take for one of its options.
var errOption = errors.New("it must not begin with a dash")

// gitLog gives the latest commits.
func (s *Session) gitLog(ctx context.Context, args arguments) (outcome, error) {
	path, err := args.text("path")
	if err != nil {
		return outcome{}, err
	}
	out := outcome{about: named(path, "the repository")}
	limit, err := args.number("limit")
	if err != nil {
		return out, err
	}
	if strings.HasPrefix(path, "-") {
		return out, errOption
	}
	out.text, err = s.workspace.Log(ctx, path, min(cmp.Or(limit, maxCommits), maxCommits))
	if err != nil {
		return out, err
	}
	item := chat.ContextItem{Kind: chat.ContextGit, Query: path, Text: out.text}
	if d, err := s.workspace.Document(ctx, path); path != "" && err == nil {
		item.Document, item.Path = d.Text, d.Path // a log may quote what its file holds
	}
	if err := s.admit(item); err != nil {
		return out, err
	}
	out.text = named(strings.TrimRight(out.text, "\n"), "(there are no commits)")
	return out, nil
}

// gitDiff gives changes, each file's judged with the whole file.
func (s *Session) gitDiff(ctx context.Context, args arguments) (outcome, error) {
	revisions, err := args.text("revisions")
	if err != nil {
		return outcome{}, err
	}
	out := outcome{about: named(revisions, "what is not committed yet")}
	if strings.HasPrefix(revisions, "-") {
		return out, errOption
	}
	changes, left, err := s.workspace.Changes(ctx, revisions)
	if err != nil {
		return out, err
	}
	var b strings.Builder
	for _, c := range changes {
		item := chat.ContextItem{
			Kind: chat.ContextGit, Query: revisions, Text: c.Diff,
			Document: c.Text, Path: c.Path, Folder: c.Folder, Language: c.Language,
		}
		if err := s.admit(item); err != nil {
			left = append(left, c.Name+": "+err.Error())
			continue
		}
		b.WriteString(c.Diff)
	}
	for _, l := range left {
		b.WriteString("(left out: " + l + ")\n")
	}
	out.text = named(strings.TrimRight(b.String(), "\n"), "(there are no changes)")
	out.about += fmt.Sprintf(" (%d)", len(changes))
	return out, nil
}

// showDiagnostics gives what the editor reported.
func (s *Session) showDiagnostics(context.Context, arguments) (outcome, error) {
	out := outcome{about: "what the editor reported"}
	var b strings.Builder
	for _, item := range s.diagnostics {
		if err := s.admit(item); err != nil {
			return out, err
		}
		b.WriteString(strings.TrimRight(item.Text, "\n") + "\n")
	}
	out.text = named(strings.TrimRight(b.String(), "\n"), "(the editor gave none with this question)")
	return out, nil
}
