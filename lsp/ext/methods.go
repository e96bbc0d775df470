package ext

// The requests a client can send.
const (
	MethodChat                = "rigrun/chat"
	MethodRoute               = "rigrun/route"
	MethodContextPreview      = "rigrun/context/preview"
	MethodModels              = "rigrun/models"
	MethodStats               = "rigrun/stats"
	MethodFeedback            = "rigrun/feedback"
	MethodDoctor              = "rigrun/doctor"
	MethodCacheEntry          = "rigrun/cache/entry"
	MethodCacheClear          = "rigrun/cache/clear"
	MethodContextComplete     = "rigrun/context/complete"
	MethodEditPropose         = "rigrun/edit/propose"
	MethodConversationsList   = "rigrun/conversations/list"
	MethodConversationsGet    = "rigrun/conversations/get"
	MethodConversationsSearch = "rigrun/conversations/search"
	MethodConversationsExport = "rigrun/conversations/export"
	MethodConversationsBranch = "rigrun/conversations/branch"
	MethodConversationsRename = "rigrun/conversations/rename"
	MethodConversationsDelete = "rigrun/conversations/delete"
)

// MethodStatus is the notification that a client gets whose
// capabilities.experimental.rigrun.status is true.
const MethodStatus = "rigrun/status"

// The states of a [Status].
const (
	StateIdle      = "idle"
	StateRouting   = "routing"   // it is decided where a question goes, or its answer has not begun
	StateStreaming = "streaming" // an answer comes
	StateOffline   = "offline"   // idle, and nothing but this machine may be asked
)

// The commands of workspace/executeCommand.
const (
	CommandExplain  = "rigrun.explain"
	CommandFix      = "rigrun.fix"
	CommandRefactor = "rigrun.refactor"
	CommandDocument = "rigrun.document"
	CommandTests    = "rigrun.tests"
	CommandReview   = "rigrun.review"
	CommandAsk      = "rigrun.ask"
	CommandAction   = "rigrun.action" // one that the user wrote, by its name
	CommandSend     = "rigrun.send"   // of a chat document
)

// Commands lists every command, for the server's capabilities.
func Commands() []string {
	return []string{
		CommandExplain, CommandFix, CommandRefactor, CommandDocument, CommandTests, CommandReview,
		CommandAsk, CommandAction, CommandSend,
	}
}

// The code action kinds. What a user wrote has a kind of its own, below
// "quickfix", "refactor" or "source".
const (
	KindExplain  = "rigrun.explain"
	KindFix      = "quickfix"
	KindRefactor = "refactor.rewrite.rigrun.refactor"
	KindDocument = "refactor.rewrite.rigrun.document"
	KindTests    = "source.rigrun.tests"
	KindReview   = "source.rigrun.review"
	KindSend     = "rigrun.send"
)

// Scheme is the URI scheme of the documents the server provides by
// workspace/textDocumentContent.
const Scheme = "rigrun"
