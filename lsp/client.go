package lsp

import (
	"encoding/json"
	"slices"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/lsp/document"
)

// client is what the editor can do, as far as it matters here.
type client struct {
	name                string
	encoding            protocol.PositionEncodingKind
	configuration       bool // answers workspace/configuration
	watchConfiguration  bool // takes a dynamic registration for didChangeConfiguration
	workDoneProgress    bool // takes progress that the server creates
	showDocument        bool
	textDocumentContent bool
	completes           bool // asks for textDocument/completion
	inline              bool // asks for textDocument/inlineCompletion
	registersInline     bool // takes a dynamic registration for it
	registersCompletion bool // takes a dynamic registration for textDocument/completion
	diagnostics         bool // shows what textDocument/publishDiagnostics brings
	status              bool // wants rigrun/status
	conversationID      bool // wants the first partial result of an answer to name its conversation

	// Code actions.
	codeActionLiterals bool // takes CodeAction, not only Command
	disabledActions    bool // shows an action that cannot be taken now, with the reason
	llmTag             bool // takes CodeActionTag.LLMGenerated
	resolvesEdits      bool // keeps an action's data and resolves its edit
	honorsAnnotations  bool // asks for confirmation of a resolved edit's annotated changes

	// Edits.
	applyEdit       bool // takes workspace/applyEdit
	documentChanges bool // takes edits of one version of a document; else of whatever is there
	annotations     bool // asks for confirmation of annotated changes
	createsFiles    bool // takes the creation of a file as a part of an edit
}

// readClient reads the capabilities out of initialize.
func readClient(p *protocol.InitializeParams) client {
	caps := p.Capabilities
	c := client{name: p.ClientInfo.Name, encoding: protocol.PositionEncodingKindUTF16}
	var experimental struct {
		Rigrun struct{ Status, ConversationID bool }
	}
	if json.Unmarshal(caps.Experimental, &experimental) == nil {
		c.status, c.conversationID = experimental.Rigrun.Status, experimental.Rigrun.ConversationID
	}
	if caps.General != nil {
		c.encoding = document.ChooseEncoding(caps.General.PositionEncodings)
	}
	if w := caps.Window; w != nil {
		c.workDoneProgress = is(w.WorkDoneProgress)
		c.showDocument = w.ShowDocument != nil && w.ShowDocument.Support
	}
	if w := caps.Workspace; w != nil {
		c.readWorkspace(w)
	}
	if t := caps.TextDocument; t != nil {
		c.diagnostics = t.PublishDiagnostics != nil
		c.completes = t.Completion != nil
		c.inline = t.InlineCompletion != nil
		c.registersInline = c.inline && is(t.InlineCompletion.DynamicRegistration)
		c.registersCompletion = t.Completion != nil && is(t.Completion.DynamicRegistration)
		if t.CodeAction != nil {
			c.readCodeAction(t.CodeAction)
		}
	}
	return c
}

func (c *client) readWorkspace(w *protocol.WorkspaceClientCapabilities) {
	c.configuration = is(w.Configuration)
	c.watchConfiguration = w.DidChangeConfiguration != nil && is(w.DidChangeConfiguration.DynamicRegistration)
	c.textDocumentContent = w.TextDocumentContent != nil
	c.applyEdit = is(w.ApplyEdit)
	e := w.WorkspaceEdit
	if e == nil {
		return
	}
	// LSP leaves only the plain form to a client that supports neither document
	// changes nor resource operations, so either of them is enough.
	c.documentChanges = is(e.DocumentChanges) || len(e.ResourceOperations) > 0
	c.annotations = c.documentChanges && e.ChangeAnnotationSupport != nil
	c.createsFiles = slices.Contains(e.ResourceOperations, protocol.ResourceOperationKindCreate)
}

func (c *client) readCodeAction(a *protocol.CodeActionClientCapabilities) {
	c.codeActionLiterals = a.CodeActionLiteralSupport.CodeActionKind.ValueSet != nil
	c.disabledActions = is(a.DisabledSupport)
	c.llmTag = slices.Contains(a.TagSupport.ValueSet, protocol.CodeActionTagLLMGenerated)
	c.resolvesEdits = c.codeActionLiterals && is(a.DataSupport) && slices.Contains(a.ResolveSupport.Properties, "edit") &&
		!standsStill(c.name)
	c.honorsAnnotations = is(a.HonorsChangeAnnotations)
}

// standsStill tells the clients that take no key while an action is resolved, and
// that give up soon: Helix (25.07) without a word after 20 seconds, Eglot (Emacs
// 30) and lsp-mode with an error after 10, Vim's yegappan/lsp without a word after the 2 of
// ch_evalexpr(). A model may well take longer, so their edits come by command, as
// for a client that resolves none.
func standsStill(client string) bool {
	return client == "helix" || client == "Eglot" || client == "Vim" || client == "emacs" // lsp-mode's name for itself
}

func is(b *bool) bool { return b != nil && *b }
