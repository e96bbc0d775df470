package ext

import (
	"time"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/doctor"
)

// ChatParams are the parameters of rigrun/chat, rigrun/route and
// rigrun/context/preview. A pointer or an empty value means that the member was absent.
type ChatParams struct {
	ConversationID string          `json:"conversationId,omitzero"`
	Message        *string         `json:"message"` // required
	Action         chat.Action     `json:"action,omitzero"`
	Context        []ContextItem   `json:"context,omitzero"`
	Model          string          `json:"model,omitzero"`
	Mode           chat.Mode       `json:"mode,omitzero"`
	MaxTier        string          `json:"maxTier,omitzero"`
	Classification string          `json:"classification,omitzero"`
	Cache          chat.CacheUse   `json:"cache,omitzero"`
	WorkDoneToken  protocol.LSPAny `json:"workDoneToken,omitzero"`
	PartialToken   protocol.LSPAny `json:"partialResultToken,omitzero"`
}

// ContextItem is one piece of context as a client sends it. The server fills in
// the text of a document from the editor's buffer, else from the disk.
type ContextItem struct {
	Kind  chat.ContextKind `json:"kind"`
	URI   string           `json:"uri,omitzero"`
	Range *protocol.Range  `json:"range,omitzero"`
	Text  string           `json:"text,omitzero"`
	Query string           `json:"query,omitzero"`
}

// ErrorData is what the error of a request that failed (-32803) or was cancelled
// (-32800) brings along: why it failed, nothing where it was cancelled; and, of
// rigrun/chat, the conversation that keeps the question and what had arrived.
type ErrorData struct {
	*chat.Error
	ConversationID string `json:"conversationId,omitzero"`
}

// PreviewResult is the result of rigrun/context/preview.
type PreviewResult struct {
	Text       string           `json:"text"` // every turn below a line with its role
	Tokens     int              `json:"tokens"`
	Items      []PreviewItem    `json:"items"`
	Redactions []chat.Redaction `json:"redactions"`
}

// PreviewItem is what would become of one piece of context, or, with the kind
// "conversation", of the turns before.
type PreviewItem struct {
	Kind   chat.ContextKind `json:"kind"`
	URI    string           `json:"uri,omitzero"`
	Range  *protocol.Range  `json:"range,omitzero"`
	Tokens int              `json:"tokens"`
	Cut    string           `json:"cut,omitzero"` // why not all of it is sent
}

// CompleteParams ask what can stand in a message that is being typed. Offset is
// where the cursor is, counted from the message's beginning in units of the
// position encoding that was agreed on.
type CompleteParams struct {
	Text   *string `json:"text"`   // required
	Offset *uint32 `json:"offset"` // required
}

// CompleteResult is the result of rigrun/context/complete, best first.
type CompleteResult struct {
	Items []CompleteItem `json:"items"`
}

// CompleteItem is one completion. InsertText takes the place of everything from
// the "@" or "/" before the cursor up to the cursor.
type CompleteItem struct {
	Label      string `json:"label"`
	InsertText string `json:"insertText"`
	Detail     string `json:"detail,omitzero"`
}

// ModelsResult is the result of rigrun/models.
type ModelsResult struct {
	Models []chat.Model `json:"models"`
}

// FeedbackParams say what a person thought of an answer.
type FeedbackParams struct {
	MessageID string `json:"messageId"`
	Rating    string `json:"rating"` // "good" or "bad"
}

// DoctorResult is the result of rigrun/doctor.
type DoctorResult struct {
	Checks []doctor.Check `json:"checks"`
}

// CacheEntryParams name a kept answer, as [chat.CacheInfo] does.
type CacheEntryParams struct {
	EntryID string `json:"entryId"`
}

// CacheEntryResult says what a kept answer was made for, and by whom. Question is
// the wording, secrets replaced; none where the answer is given to this very question only.
type CacheEntryResult struct {
	Question  string    `json:"question,omitzero"`
	Tier      string    `json:"tier"`
	Model     string    `json:"model"`
	CreatedAt time.Time `json:"createdAt"`
}

// CacheClearResult is the result of rigrun/cache/clear.
type CacheClearResult struct {
	Removed int `json:"removed"`
}

// Status is what the server is doing. Tier and Model are those of the latest
// answer under way.
type Status struct {
	State           string  `json:"state"`
	Tier            string  `json:"tier,omitzero"`
	Model           string  `json:"model,omitzero"`
	TokensPerSecond float64 `json:"tokensPerSecond,omitzero"`
	CostTodayCents  float64 `json:"costTodayCents"`
	CacheHitRate    float64 `json:"cacheHitRate"`
}

// ConversationsListParams are the parameters of rigrun/conversations/list.
type ConversationsListParams struct {
	Limit  int    `json:"limit,omitzero"`  // 0 is 100; never more than 1000
	Cursor string `json:"cursor,omitzero"` // a previous result's nextCursor
}

// ConversationsListResult is one page of conversations, the last used first.
type ConversationsListResult struct {
	Items      []chat.Summary `json:"items"`
	NextCursor string         `json:"nextCursor,omitzero"`
}

// ConversationParams name a conversation.
type ConversationParams struct {
	ConversationID string `json:"conversationId"`
}

// ConversationsSearchParams are the parameters of rigrun/conversations/search.
type ConversationsSearchParams struct {
	Query *string `json:"query"`          // required; "" finds nothing
	Limit int     `json:"limit,omitzero"` // 0 is 20; never more than 100
}

// ConversationsSearchResult has what a search has found, the last used first.
type ConversationsSearchResult struct {
	Items []chat.Found `json:"items"`
}

// ConversationsExportParams are the parameters of rigrun/conversations/export.
type ConversationsExportParams struct {
	ConversationID string `json:"conversationId"`
	Format         string `json:"format"` // "markdown", "json" or "html"
}

// ConversationsExportResult is a conversation as a document.
type ConversationsExportResult struct {
	Content string `json:"content"`
}

// ConversationsBranchParams name an answer to go on from in a conversation of its own.
type ConversationsBranchParams struct {
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId"`
}

// ConversationsRenameParams are the parameters of rigrun/conversations/rename.
type ConversationsRenameParams struct {
	ConversationID string `json:"conversationId"`
	Title          string `json:"title"`
}

// ProposeParams ask how a text, an answer or a part of one, changes a document's range.
type ProposeParams struct {
	URI    string          `json:"uri"`
	Range  *protocol.Range `json:"range"` // required
	Text   string          `json:"text"`
	Action chat.Action     `json:"action,omitzero"` // what the text answers
}

// ProposeResult is the result of rigrun/edit/propose. Edits lie within the range
// that was asked for, Imports outside of it, at the document's imports. Where the
// text cannot be read as one change, both are empty and Refused says why.
type ProposeResult struct {
	Refused string              `json:"refused,omitzero"` // one clause without a full stop
	Edits   []protocol.TextEdit `json:"edits"`
	Imports []protocol.TextEdit `json:"imports"`
}

// CommandParams is the one argument of an action's command. An empty range
// stands for the function around it.
type CommandParams struct {
	URI         string                `json:"uri"`
	Range       *protocol.Range       `json:"range"` // required
	Message     string                `json:"message,omitzero"`
	Diagnostics []protocol.Diagnostic `json:"diagnostics,omitzero"`
}

// ActionParams is the one argument of rigrun.action. Action is the name of an
// action in the user's settings, or of a built-in one.
type ActionParams struct {
	Action      string                `json:"action"`
	URI         string                `json:"uri"`
	Range       *protocol.Range       `json:"range"` // required
	Message     string                `json:"message,omitzero"`
	Diagnostics []protocol.Diagnostic `json:"diagnostics,omitzero"`
}

// SendParams is the one argument of rigrun.send.
type SendParams struct {
	URI string `json:"uri"`
}

// AskParams is the one argument of rigrun.ask.
type AskParams struct {
	Message string `json:"message"`
}
