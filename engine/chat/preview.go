package chat

// Preview is a question as it would be sent, and what became of its parts.
type Preview struct {
	Route RouteDecision
	Turns []Turn // as the backend would be given them

	Tokens     int // of Turns, by estimate
	Items      []PreviewItem
	Redactions []Redaction // what was replaced in Turns; empty where nothing was
}

// PreviewItem is one piece of a question.
type PreviewItem struct {
	Kind   ContextKind // [KindConversation] for the earlier turns
	URI    string
	Item   *ContextItem // nil for what was left out before it was read, and for the conversation
	Tokens int          // of what is sent of it, by estimate
	Cut    string       // why not all of it is sent, as a part of a sentence; "" where all is
}

// KindConversation is the kind of a [PreviewItem] that stands for all earlier
// turns of the conversation.
const KindConversation ContextKind = "conversation"
