package chat

import (
	"cmp"
	"time"
)

// The tiers that are always there. A cloud tier may have a name of its own.
const (
	TierCache = "cache"
	TierLocal = "local"
	TierCloud = "cloud"
)

// Complexity is how hard a question looks.
type Complexity string

// The complexities, easiest first.
const (
	Trivial  Complexity = "trivial"
	Simple   Complexity = "simple"
	Moderate Complexity = "moderate"
	Complex  Complexity = "complex"
	Expert   Complexity = "expert"
)

// RouteDecision says which backend answers a question, and why.
type RouteDecision struct {
	Tier               string     `json:"tier"`
	Backend            string     `json:"backend"`
	Model              string     `json:"model"`
	Score              float64    `json:"score"` // 0…1, how much the question wants a strong model
	Complexity         Complexity `json:"complexity"`
	QueryType          string     `json:"queryType"`
	Classification     Level      `json:"classification"`
	ForcedBy           string     `json:"forcedBy,omitzero"`
	Reason             string     `json:"reason"` // one plain sentence
	EstimatedCostCents float64    `json:"estimatedCostCents"`
	FallbackFrom       string     `json:"fallbackFrom,omitzero"` // the tier that could not answer

	// Cause is Reason without what was left out of the prompt, for who shows a
	// [Result]'s Left beside it; "" where that is the same. It stays in the process.
	Cause string `json:"-"`
}

// Because is the reason without what was left out of the prompt.
func (d *RouteDecision) Because() string { return cmp.Or(d.Cause, d.Reason) }

// CacheHit says how an answer relates to the cache.
type CacheHit string

// The kinds of cache hit.
const (
	HitNone     CacheHit = "none"
	HitExact    CacheHit = "exact"
	HitSemantic CacheHit = "semantic"
)

// CacheInfo says whether an answer came from the cache, and how well it matched.
type CacheInfo struct {
	Hit        CacheHit `json:"hit"`
	Similarity float64  `json:"similarity,omitzero"`
	AgeSeconds float64  `json:"ageSeconds,omitzero"`
	EntryID    string   `json:"entryId,omitzero"`
}

// FinishReason says why an answer that did not fail ended.
type FinishReason string

// The finish reasons of the wire contract.
const (
	FinishStop   FinishReason = "stop"   // the model was done
	FinishLength FinishReason = "length" // a token limit cut it
	FinishTool   FinishReason = "tool"   // the model asks for a tool
)

// Usage counts tokens. Estimated is true where the server did not count.
type Usage struct {
	PromptTokens     int  `json:"promptTokens"`
	CompletionTokens int  `json:"completionTokens"`
	Estimated        bool `json:"estimated"`
}

// Metrics are the times of one answer, in milliseconds from the moment the
// engine got the question.
type Metrics struct {
	FirstTokenMs    float64 `json:"firstTokenMs"` // 0 where no token came
	TotalMs         float64 `json:"totalMs"`
	TokensPerSecond float64 `json:"tokensPerSecond"` // answer tokens over the time since the first one
}

// Redaction is one secret that was replaced before anything was sent.
type Redaction struct {
	Kind        string `json:"kind"`
	URI         string `json:"uri,omitzero"`
	Line        int    `json:"line,omitzero"`
	Placeholder string `json:"placeholder"`
}

// Result is what is known about an answer once it has ended cleanly. Text is
// the whole answer, which may be empty; nil, and left out of the wire, where it
// was streamed.
type Result struct {
	ConversationID string        `json:"conversationId"`
	MessageID      string        `json:"messageId"`
	Text           *string       `json:"text,omitzero"`
	FinishReason   FinishReason  `json:"finishReason"`
	Route          RouteDecision `json:"route"`
	Cache          CacheInfo     `json:"cache"`
	Usage          Usage         `json:"usage"`
	CostCents      float64       `json:"costCents"`
	SavedCents     float64       `json:"savedCents"`
	Metrics        Metrics       `json:"metrics"`
	Redactions     []Redaction   `json:"redactions"`
	Steps          []Step        `json:"steps,omitzero"` // the tools that were used, in order; left out where none was
	Left           []Left        `json:"left,omitzero"`  // what the model was not sent, or not all of; nil where that is nothing
}

// ContextUse says what of a document, or of anything else, a question was asked
// with. Lines are 1-based and inclusive, 0 where there are none; Tokens is about
// how many a model was sent.
type ContextUse struct {
	Kind      ContextKind `json:"kind"`
	URI       string      `json:"uri,omitzero"`
	Query     string      `json:"query,omitzero"`
	FirstLine int         `json:"firstLine,omitzero"`
	LastLine  int         `json:"lastLine,omitzero"`
	Tokens    int         `json:"tokens"`
}

// Message is one turn of a stored conversation. A question has its Context.
type Message struct {
	MessageID   string         `json:"messageId"`
	Role        Role           `json:"role"`
	Text        string         `json:"text"`
	Thinking    string         `json:"thinking,omitzero"`
	Steps       []Step         `json:"steps,omitzero"`
	Interrupted bool           `json:"interrupted,omitzero"`
	Route       *RouteDecision `json:"route,omitzero"`
	Cache       *CacheInfo     `json:"cache,omitzero"`
	Usage       *Usage         `json:"usage,omitzero"`
	Context     []ContextUse   `json:"context,omitzero"`
	CreatedAt   time.Time      `json:"createdAt"`
}

// Summary is what a list shows of a conversation.
type Summary struct {
	ConversationID string    `json:"conversationId"`
	Title          string    `json:"title"`
	CreatedAt      time.Time `json:"createdAt"`
	UpdatedAt      time.Time `json:"updatedAt"`
	MessageCount   int       `json:"messageCount"`
	Model          string    `json:"model"`
	CostCents      float64   `json:"costCents"`
	Classification Level     `json:"classification"`
}

// Conversation is a summary with its messages, oldest first.
type Conversation struct {
	Summary
	Messages []Message `json:"messages"`
}

// Found is a conversation that a search has found, with up to three passages of
// its messages around what was searched for. Its title alone may have matched:
// then there are none.
type Found struct {
	Summary  Summary  `json:"summary"`
	Snippets []string `json:"snippets"`
}

// Percentiles are the median and the 95th percentile of recent values.
type Percentiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
}

// CacheStats counts what the cache did since the process started.
type CacheStats struct {
	ExactHits    int     `json:"exactHits"`
	SemanticHits int     `json:"semanticHits"`
	Misses       int     `json:"misses"`
	Entries      int     `json:"entries"`
	HitRate      float64 `json:"hitRate"` // hits over lookups, 0…1
}

// Stats is what a process did since it started. Times are in milliseconds.
type Stats struct {
	Requests        int         `json:"requests"`
	TokensPerSecond float64     `json:"tokensPerSecond"` // median of recent answers
	FirstTokenMs    Percentiles `json:"firstTokenMs"`    // of recent answers
	Cache           CacheStats  `json:"cache"`
	CostTodayCents  float64     `json:"costTodayCents"`
	SavedTodayCents float64     `json:"savedTodayCents"`
	Goroutines      int         `json:"goroutines"`
	HeapBytes       uint64      `json:"heapBytes"`
	UptimeSeconds   float64     `json:"uptimeSeconds"`
}
