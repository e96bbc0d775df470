package lsp

import (
	"cmp"
	"context"
	"encoding/json"
	"path"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
)

// maxFixes is how many diagnostics get a fix of their own in one menu.
const maxFixes = 20

// codeAction offers what can be asked about a selection, or about the function
// around the cursor. It answers from memory.
func (s *Server) codeAction(_ context.Context, p *protocol.CodeActionParams, v view) ([]protocol.CommandOrCodeAction, error) {
	m := menu{client: s.client, only: p.Context.Only, items: []protocol.CommandOrCodeAction{}}
	doc, ok := v.Get(p.TextDocument.URI)
	if !ok || doc.URI.Scheme() == ext.Scheme { // an answer is no code
		return m.items, nil
	}
	m.doc = doc
	m.send()
	m.disabled = v.noAction(doc)
	m.fixes(p)
	// A menu that opens by itself at every move of the cursor says only what is
	// wrong there; what can be asked about a function waits to be asked for.
	if p.Context.TriggerKind != protocol.CodeActionTriggerKindAutomatic || p.Range.Start != p.Range.End {
		m.questions(s.tasks(), p.Range)
	}
	return m.items, nil
}

// noAction says why nothing is done about a document, "" where there is no reason.
func (v view) noAction(doc *document.Doc) string {
	file := filePath(doc.URI)
	name := cmp.Or(file, doc.URI.Path())
	if file != "" && v.files != nil {
		if reason := v.files.Withheld(file); reason != "" {
			return path.Base(strings.ReplaceAll(name, `\`, "/")) + ": " + reason
		}
	}
	switch {
	case secret.File(name):
		return path.Base(strings.ReplaceAll(name, `\`, "/")) + " is a file of secrets; ask about it in a chat, which stays on this machine"
	case strings.TrimSpace(doc.Text) == "":
		return "the document is empty"
	}
	return ""
}

// menu is what is offered at one place of a document.
type menu struct {
	client   client
	doc      *document.Doc
	only     []protocol.CodeActionKind
	disabled string // why nothing but sending can be done, "" where it can
	items    []protocol.CommandOrCodeAction
}

// offer is one line of a menu.
type offer struct {
	task       task
	title      string
	site       site
	diagnostic *protocol.Diagnostic // what is to be fixed, nil for nothing
	disabled   string               // why it cannot be done now, "" where it can
}

// send offers to send a chat document's question.
func (m *menu) send() {
	if !isChatDocument(m.doc) || !wanted(ext.KindSend, m.only) {
		return
	}
	argument := argument(ext.SendParams{URI: m.doc.URI.String()})
	m.append("Send to rigrun", ext.KindSend, protocol.Command{Command: ext.CommandSend, Arguments: []protocol.LSPAny{argument}}, offer{})
}

// fixes offers to fix each diagnostic on the lines of the range.
func (m *menu) fixes(p *protocol.CodeActionParams) {
	fix := builtIn()[0]
	if !wanted(fix.kind, m.only) {
		return
	}
	offered := 0
	for i := range p.Context.Diagnostics {
		d := &p.Context.Diagnostics[i]
		if d.Range.Start.Line > p.Range.End.Line || d.Range.End.Line < p.Range.Start.Line || ours(d) || offered == maxFixes {
			continue
		}
		offered++
		m.add(offer{
			task: fix, title: fix.label("") + ": " + frame.Shorten(oneLine(problemText(d)), 60),
			site: toFix(m.doc, p.Range, d.Range), diagnostic: d, disabled: m.disabled,
		})
	}
}

// ours tells the diagnostics that the server itself publishes: a marking is no
// mistake.
func ours(d *protocol.Diagnostic) bool {
	source, _ := d.Source.Get()
	return source == diagnosticSource
}

// questions offers everything else that can be asked about a place.
func (m *menu) questions(tasks []task, r protocol.Range) {
	var here site
	var found, looked bool
	for _, t := range tasks {
		if t.action == chat.Fix || !wanted(t.kind, m.only) {
			continue
		}
		if !looked { // where none is wanted, nothing is looked for
			here, found = around(m.doc, r)
			looked = true
		}
		o := offer{task: t, title: t.label(here.symbol), site: here, disabled: m.disabled}
		if !found && o.disabled == "" {
			o.disabled = "select some code; there is no function around the cursor"
		}
		m.add(o)
	}
}

// add offers one thing, where the kinds and the client's abilities allow it.
func (m *menu) add(o offer) {
	if o.disabled != "" && !m.client.disabledActions {
		return
	}
	r := m.doc.Range(o.site.start, o.site.end)
	params := ext.ActionParams{Action: o.task.name, URI: m.doc.URI.String(), Range: &r}
	if o.diagnostic != nil {
		params.Diagnostics = []protocol.Diagnostic{*o.diagnostic}
	}
	m.append(o.title, o.task.kind, o.task.call(params), o)
}

// call is the command for a task.
func (t task) call(p ext.ActionParams) protocol.Command {
	c := protocol.Command{Command: t.command}
	if t.command == ext.CommandAction {
		c.Arguments = []protocol.LSPAny{argument(p)}
		return c
	}
	c.Arguments = []protocol.LSPAny{argument(ext.CommandParams{URI: p.URI, Range: p.Range, Message: p.Message, Diagnostics: p.Diagnostics})}
	return c
}

// append adds an item in the form that the client takes.
func (m *menu) append(title, kind string, command protocol.Command, o offer) {
	command.Title = title
	if !m.client.codeActionLiterals {
		m.items = append(m.items, &command)
		return
	}
	k := protocol.CodeActionKind(kind)
	action := &protocol.CodeAction{Title: title, Kind: &k}
	if o.diagnostic != nil {
		action.Diagnostics = []protocol.Diagnostic{*o.diagnostic}
	}
	switch {
	case o.disabled != "":
		action.Disabled = protocol.CodeActionDisabled{Reason: o.disabled}
	case o.task.makes == edits && m.client.resolvesEdits:
		action.Data = m.data(o)
	default:
		action.Command = command
	}
	if m.client.llmTag {
		action.Tags = []protocol.CodeActionTag{protocol.CodeActionTagLLMGenerated}
	}
	m.items = append(m.items, action)
}

// data is what an action keeps until it is resolved.
func (m *menu) data(o offer) protocol.LSPAny {
	r := m.doc.Range(o.site.start, o.site.end)
	d := actionData{Version: m.doc.Version}
	d.Action, d.URI, d.Range = o.task.name, m.doc.URI.String(), &r
	if o.diagnostic != nil {
		d.Diagnostics = []protocol.Diagnostic{*o.diagnostic}
	}
	return argument(d)
}

// wanted reports whether a client that asked for certain kinds wants this one.
// A kind stands for every kind below it: "a" for "a.b", and "" for all.
func wanted(kind string, only []protocol.CodeActionKind) bool {
	if len(only) == 0 {
		return true
	}
	for _, o := range only {
		if o == "" || kind == string(o) || strings.HasPrefix(kind, string(o)+".") {
			return true
		}
	}
	return false
}

// argument encodes a command's argument. The types given to it always encode.
func argument(v any) protocol.LSPAny {
	raw, err := protocol.Marshal(v)
	if err != nil {
		return protocol.LSPAny("null")
	}
	return protocol.LSPAny(raw)
}

// firstArgument decodes a command's one argument.
func firstArgument(args []protocol.LSPAny, into any) error {
	if len(args) != 1 {
		return invalid("arguments", "one object was expected")
	}
	if !json.Valid(args[0]) || len(args[0]) == 0 || args[0][0] != '{' {
		return invalid("arguments.0", "an object was expected")
	}
	return decode(jsonrpc2.RawMessage(args[0]), into)
}
