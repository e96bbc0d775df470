package lsp

import (
	"fmt"
	"path"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
)

// job is a question that a command or a code action asks, and where its answer
// belongs.
type job struct {
	task    task
	request chat.Request
	answer  *answer

	// What it is about: nil and nothing for a question about no code.
	doc  *document.Doc
	open bool // doc is an editor's buffer, not read from the disk
	path string
	site site
	view view // what the editor showed when it was asked
}

// newJob reads what a task is to be done to. at is where p stands in the
// request's parameters, for errors.
func (v view) newJob(t task, p ext.CommandParams, at string) (job, error) {
	if p.URI == "" {
		return job{}, invalid(at+".uri", "a document's URI was expected")
	}
	if p.Range == nil {
		return job{}, invalid(at+".range", "a range was expected")
	}
	selection := ext.ContextItem{Kind: chat.ContextSelection, URI: p.URI, Range: p.Range}
	item, err := v.resolve(selection)
	if err != nil {
		return job{}, invalid(at, "%v", err)
	}
	j := job{task: t, path: item.Path, view: v}
	if j.doc, j.open = v.Get(uri.URI(item.URI)); !j.open {
		j.doc = document.NewDoc(uri.URI(item.URI), item.Language, 0, item.Document, v.Encoding())
	}
	found := false
	if j.site, found = around(j.doc, *p.Range); !found {
		return job{}, invalid(at+".range", "some code was expected, or a place inside a function")
	}
	r := j.doc.Range(j.site.start, j.site.end)
	selection.Range, item.Text = &r, ""
	locate(&item, selection, j.doc)
	j.ask(item, p)
	return j, nil
}

// ask makes the question and the place for its answer.
func (j *job) ask(item chat.ContextItem, p ext.CommandParams) {
	j.request = chat.Request{
		Action: j.task.action, Instruction: j.task.instruction, Edits: j.task.makes == edits,
		Message: p.Message, Context: []chat.ContextItem{item}, Folders: j.view.folders,
	}
	if problems, ok := problems(item, p.Diagnostics); ok {
		j.request.Context = append(j.request.Context, problems)
	}
	name := path.Base(item.URI)
	if item.Path != "" {
		name = path.Base(strings.ReplaceAll(item.Path, `\`, "/"))
	}
	j.answer = &answer{
		title: fmt.Sprintf("%s %s:%d-%d", j.task.title, name, item.Span.FirstLine, item.Span.LastLine),
		uri:   j.doc.URI,
		texts: []excerpt{{item.Text, item.Span.Start}},
	}
}

// readJob reads a command's arguments.
func (s *Server) readJob(p *protocol.ExecuteCommandParams, v view) (job, error) {
	switch p.Command {
	case ext.CommandAsk:
		return v.askJob(p.Arguments)
	case ext.CommandAction:
		var a ext.ActionParams
		if err := firstArgument(p.Arguments, &a); err != nil {
			return job{}, err
		}
		t, ok := s.task(a.Action)
		if !ok {
			return job{}, invalid("arguments.0.action", "the name of an action in rigrun.actions was expected, not %q", frame.Shorten(a.Action, 40))
		}
		return v.newJob(t, ext.CommandParams{URI: a.URI, Range: a.Range, Message: a.Message, Diagnostics: a.Diagnostics}, "arguments.0")
	}
	for _, t := range builtIn() {
		if t.command == p.Command {
			var c ext.CommandParams
			if err := firstArgument(p.Arguments, &c); err != nil {
				return job{}, err
			}
			return v.newJob(t, c, "arguments.0")
		}
	}
	return job{}, invalid("command", "one of %q was expected", ext.Commands())
}

// askJob reads the arguments of rigrun.ask.
func (v view) askJob(args []protocol.LSPAny) (job, error) {
	var p ext.AskParams
	if err := firstArgument(args, &p); err != nil {
		return job{}, err
	}
	if strings.TrimSpace(p.Message) == "" {
		return job{}, invalid("arguments.0.message", "a question was expected")
	}
	title, _, _ := strings.Cut(strings.TrimSpace(p.Message), "\n")
	return job{view: v, request: chat.Request{Message: p.Message, Folders: v.folders}, answer: &answer{title: frame.Shorten(title, 60)}}, nil
}
