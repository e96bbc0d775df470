package lsp

import (
	"slices"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// task is one thing a person can ask about code: an action of the wire contract,
// or one of the user's own.
type task struct {
	name    string      // "explain"
	action  chat.Action // "" for the user's own
	title   string      // before "with rigrun", or before what it is about
	about   string      // between title and the name of a function, " " by default
	kind    string      // of the code action
	command string
	makes   product

	instruction string // the user's own prompt, "" for an action's
}

// product is what becomes of an answer.
type product int

const (
	shown    product = iota // it is shown
	edits                   // it replaces the code it is about
	testFile                // it is shown, and becomes a new file where there is none
)

// builtIn lists the actions in the order menus show them. Fix stands first: it
// is offered only where there is something to fix.
func builtIn() []task {
	return []task{
		{name: "fix", action: chat.Fix, title: "Fix", kind: ext.KindFix, command: ext.CommandFix, makes: edits},
		{name: "explain", action: chat.Explain, title: "Explain", kind: ext.KindExplain, command: ext.CommandExplain},
		{name: "refactor", action: chat.Refactor, title: "Refactor", kind: ext.KindRefactor, command: ext.CommandRefactor, makes: edits},
		{name: "document", action: chat.Document, title: "Document", kind: ext.KindDocument, command: ext.CommandDocument, makes: edits},
		{name: "tests", action: chat.Tests, title: "Generate tests", about: " for ", kind: ext.KindTests, command: ext.CommandTests, makes: testFile},
		{name: "review", action: chat.Review, title: "Review", kind: ext.KindReview, command: ext.CommandReview},
	}
}

// custom is an action that the user wrote.
func custom(a config.Action) task {
	t := task{name: a.Name, title: a.Title, kind: a.Kind, command: ext.CommandAction, instruction: a.Prompt}
	if a.Edits {
		t.makes = edits
	}
	return t
}

// tasks lists everything that can be asked about code now.
func (s *Server) tasks() []task {
	list := builtIn()
	for _, a := range s.customActions() {
		list = append(list, custom(a))
	}
	return list
}

// task finds one by its name.
func (s *Server) task(name string) (task, bool) {
	list := s.tasks()
	i := slices.IndexFunc(list, func(t task) bool { return t.name == name })
	if i < 0 {
		return task{}, false
	}
	return list[i], true
}

// label is what a menu shows for a task. symbol names the code it is about, ""
// where the person selected it. The user's own titles are shown as they are.
func (t task) label(symbol string) string {
	if t.action == "" {
		return t.title
	}
	if symbol == "" {
		return t.title + " with rigrun"
	}
	about := t.about
	if about == "" {
		about = " "
	}
	return t.title + about + symbol + " with rigrun"
}

// codeActionKinds are the kinds for the server's capabilities: those of the
// built-in actions, and what the kinds of the user's own begin with.
func codeActionKinds() []protocol.CodeActionKind {
	kinds := []protocol.CodeActionKind{protocol.CodeActionKindQuickFix, protocol.CodeActionKindRefactor, protocol.CodeActionKindSource}
	for _, t := range builtIn() {
		if !slices.Contains(kinds, protocol.CodeActionKind(t.kind)) {
			kinds = append(kinds, protocol.CodeActionKind(t.kind))
		}
	}
	return append(kinds, ext.KindSend)
}
