package chat

// Action is what a code action or command asks for. The empty Action is a free question.
type Action string

// The actions of the wire contract.
const (
	Explain  Action = "explain"
	Fix      Action = "fix"
	Refactor Action = "refactor"
	Document Action = "document"
	Tests    Action = "tests"
	Review   Action = "review"
)

// Actions lists every action, in the order menus show them.
func Actions() []Action {
	return []Action{Explain, Fix, Refactor, Document, Tests, Review}
}

// Mode is the caller's wish about where a question may be answered.
type Mode string

// The modes. The zero value means [ModeAuto].
const (
	ModeAuto  Mode = "auto"
	ModeLocal Mode = "local"
	ModeCloud Mode = "cloud"
)

// CacheUse is the caller's wish about stored and shared answers.
type CacheUse string

// The cache modes. The zero value means [CacheOn].
const (
	CacheOn      CacheUse = "use"
	CacheRefresh CacheUse = "refresh" // do not read, replace what is stored
	CacheOff     CacheUse = "off"     // neither read nor write, nor share a running answer
)

// MaxQuestionBytes is the longest question accepted, 100 KB as the wire
// contract's validity check has it. Context items are not counted: they are cut
// by the model's context length instead.
const MaxQuestionBytes = 100 << 10

// Request is one question as an editor asks it.
type Request struct {
	ConversationID string // "" starts a new conversation
	Message        string
	Action         Action

	// Begins says that ConversationID may be of no conversation yet, and that this
	// question then begins the one with this identifier.
	Begins bool

	// Instruction stands in place of the action's own: the prompt of a custom
	// action, which may hold the variables of package prompt. Edits says that the
	// answer is to replace the selection; the actions that edit imply it.
	Instruction string
	Edits       bool

	Context        []ContextItem
	Left           []Left // what could not become a part of Context
	Model          string // "" lets the engine choose
	Mode           Mode
	MaxTier        string
	Classification Level // can only raise what settings and markings say
	Cache          CacheUse

	// Folders are the absolute paths of the workspace's folders, which a model
	// may look into with tools. None means that it may not.
	Folders []string
}

// ContextKind names what a [ContextItem] is.
type ContextKind string

// The kinds of context of the wire contract.
const (
	ContextSelection   ContextKind = "selection"
	ContextFile        ContextKind = "file"
	ContextDiagnostics ContextKind = "diagnostics"
	ContextSymbol      ContextKind = "symbol"
	ContextGit         ContextKind = "git"
	ContextSearch      ContextKind = "search"
	ContextText        ContextKind = "text"
)

// Part says why the server itself added a [ContextItem] to a question. It is ""
// for what the person chose.
type Part string

// The parts of a question's surroundings, most useful first.
const (
	PartEnclosing  Part = "enclosing"  // the declaration that the selection lies in
	PartDefinition Part = "definition" // a declaration that the selection uses
	PartImports    Part = "imports"    // the imports of the selection's file
	PartOutline    Part = "outline"    // the declarations of the selection's file, one a line; no piece of its text
)

// ContextItem is one piece of code or text a question is about, already
// resolved by the editor layer: Text is what the model sees.
type ContextItem struct {
	Kind  ContextKind
	Query string
	Part  Part

	// Text is the selected text, the whole file's text, or free text.
	Text string

	// URI and Path name the document; Path is "" where the URI is not a file's.
	// Language is the editor's language identifier ("go", "python", "typescriptreact").
	// Folder is the workspace folder that holds Path, "" where none does: files
	// outside it are never read.
	URI, Path, Language, Folder string

	// RealPath is Path with its symbolic links resolved, "" where it has none:
	// a link's name may hide what the file is.
	RealPath string

	// Document is the document's whole text (the editor's buffer where it is
	// open, else the disk's), and Span where Text lies in it. Both are zero for
	// free text. Document[Span.Start:Span.End] == Text for a selection.
	Document string
	Span     Span
}

// Span is a half-open range of bytes in a document, with the lines it touches.
type Span struct {
	Start, End          int // byte offsets, End exclusive
	FirstLine, LastLine int // 1-based, inclusive, as an editor's margin shows them
}

// Left is a piece of context that was asked for, or would have helped, and is
// not sent, or not all of it. Its kind is [KindConversation] for earlier turns.
type Left struct {
	Kind   ContextKind `json:"kind"`
	URI    string      `json:"uri,omitzero"`  // "" where it is no document
	Name   string      `json:"name,omitzero"` // as a person knows it: a mention ("@file:.env"), a path relative to its folder
	Reason string      `json:"reason"`        // as a part of a sentence: "is a file of secrets"
}

// Role says who wrote a message.
type Role string

// The roles. RoleSystem never appears in a stored conversation.
const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
)

// Turn is one message of a prompt.
type Turn struct {
	Role    Role   `json:"role"`
	Content string `json:"content"`
}

// Options are the knobs of a model call. Nil pointers and zeros leave the server's own default in force.
type Options struct {
	Temperature   *float64 // 0 is a real value: greedy decoding
	Seed          *int
	MaxTokens     int // at most this many answer tokens
	ContextLength int // overrides the size computed from the prompt (Ollama's num_ctx)
}

// Prompt is what a backend is given: the rendered turns for a model, and the
// question in parts for a backend that reads code itself.
type Prompt struct {
	Model   string // as the backend names it, never ""
	Turns   []Turn
	Options Options
	Tokens  int   // of Turns, by estimate; 0 where nobody counted
	Level   Level // the classification of what is sent

	// Tools are what the model may ask for, and Rounds what it has asked for so
	// far and got, which come after Turns. NoCalls says that it has asked enough:
	// it is to answer now.
	Tools   []Tool
	Rounds  []Round
	NoCalls bool

	Action   Action
	Question string
	Context  []ContextItem

	// Reason says in one clause why this backend was chosen ("no model server was found at 127.0.0.1:11434").
	Reason string
}

// Model describes one model a backend can run.
type Model struct {
	ID            string   `json:"id"`
	Backend       string   `json:"backend"`
	Tier          string   `json:"tier"`
	ContextLength int      `json:"contextLength"` // tokens, 0 where the server does not tell
	Capabilities  []string `json:"capabilities"`  // Ollama's words: "completion", "embedding", "tools", "vision", "thinking", "insert"
	SizeBytes     int64    `json:"sizeBytes,omitzero"`
	Loaded        *bool    `json:"loaded,omitzero"`
	Default       bool     `json:"default"`

	// Digest is the server's digest of the weights, "" where it gives none: a
	// model can be replaced under its name.
	Digest string `json:"-"`
}

// Gap is a place in a document that a model is asked to fill in.
type Gap struct {
	Model          string // as the backend names it, never "" when a backend gets it
	Level          Level  // the classification of what is sent
	Prefix, Suffix string // what stands before and after it
	MaxTokens      int    // at most this many
}
