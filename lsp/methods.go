package lsp

import (
	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// methods is the table of everything the server answers, and where each runs.
func (s *Server) methods() map[string]method {
	return map[string]method{
		// The lifecycle and the documents: in order, on the read loop.
		protocol.MethodInitialize:                         callInOrder(s.initialize),
		protocol.MethodInitialized:                        notify(s.initialized),
		protocol.MethodShutdown:                           callInOrder(s.shutdown),
		protocol.MethodExit:                               notify(s.exit),
		protocol.MethodSetTrace:                           notify(s.setTrace),
		protocol.MethodWindowWorkDoneProgressCancel:       notify(s.workDoneProgressCancel),
		protocol.MethodTextDocumentDidOpen:                notify(s.didOpen),
		protocol.MethodTextDocumentDidChange:              notify(s.didChange),
		protocol.MethodTextDocumentDidClose:               notify(s.didClose),
		protocol.MethodWorkspaceDidChangeConfiguration:    notify(s.didChangeConfiguration),
		protocol.MethodWorkspaceDidChangeWorkspaceFolders: notify(s.didChangeWorkspaceFolders),

		// Standard requests: snapshot in order, then concurrent. All but one answer from memory.
		protocol.MethodTextDocumentCodeAction:       call(s, s.codeAction),
		protocol.MethodTextDocumentInlineCompletion: call(s, s.inlineCompletion),
		protocol.MethodTextDocumentCompletion:       call(s, s.completion),
		protocol.MethodCodeActionResolve:            call(s, s.codeActionResolve), // the one that asks a model
		protocol.MethodTextDocumentHover:            call(s, s.hover),
		protocol.MethodWorkspaceExecuteCommand:      call(s, s.executeCommand),
		protocol.MethodWorkspaceTextDocumentContent: call(s, s.textDocumentContent),

		// Our own requests.
		ext.MethodChat:                call(s, s.chat),
		ext.MethodRoute:               call(s, s.route),
		ext.MethodContextPreview:      call(s, s.contextPreview),
		ext.MethodModels:              call(s, s.models),
		ext.MethodStats:               call(s, s.stats),
		ext.MethodFeedback:            call(s, s.feedback),
		ext.MethodDoctor:              call(s, s.doctor),
		ext.MethodCacheEntry:          call(s, s.cacheEntry),
		ext.MethodCacheClear:          call(s, s.cacheClear),
		ext.MethodContextComplete:     call(s, s.contextComplete),
		ext.MethodEditPropose:         call(s, s.editPropose),
		ext.MethodConversationsList:   call(s, s.conversationsList),
		ext.MethodConversationsGet:    call(s, s.conversationsGet),
		ext.MethodConversationsSearch: call(s, s.conversationsSearch),
		ext.MethodConversationsExport: call(s, s.conversationsExport),
		ext.MethodConversationsBranch: call(s, s.conversationsBranch),
		ext.MethodConversationsRename: call(s, s.conversationsRename),
		ext.MethodConversationsDelete: call(s, s.conversationsDelete),
	}
}
