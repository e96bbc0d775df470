package audit

import (
	"encoding/hex"
	"math"
	"time"
	"unicode/utf8"
)

// The events that are recorded. A reader must accept others: the list grows.
const (
	EventStart          = "start"           // a server started; Reason says which version
	EventRoute          = "route"           // it was decided where a question goes, and why
	EventSend           = "send"            // bytes were about to leave for Destination; recorded before the call
	EventRefuse         = "refuse"          // a rule kept a request from leaving; Rule names it
	EventRedact         = "redact"          // secrets were replaced before a request left
	EventTool           = "tool"            // a model looked into the workspace; Reason names the tool, never what it read
	EventAnswer         = "answer"          // an answer ended, with what it counted and cost
	EventRefusedSetting = "refused_setting" // a setting was not taken because it would have loosened the policy
)

// The log's own events. They carry more than an [Event], see entry.
const (
	eventFile    = "file"    // the first line of a file
	eventRecover = "recover" // closes off what a crash left behind the line before
	eventDamage  = "damage"  // the writer found lines missing or changed
	eventLost    = "lost"    // events were dropped because the disk refused them or was too slow
)

// Event is one line of the log. Fields without a value are left out. No field
// takes a prompt, a key or a file's text: strings are cut after [MaxText] bytes,
// and what is put into Prompt and does not look like what [Log.Hash] returns is
// hashed before it is written.
type Event struct {
	Time  time.Time `json:"time"` // when it happened, UTC; [Log.Record] fills it in
	Event string    `json:"event"`

	Tier        string `json:"tier,omitempty"`        // as in a chat.RouteDecision
	Backend     string `json:"backend,omitempty"`     // "ollama", "openai", "outline", …
	Model       string `json:"model,omitempty"`       // as the server names it
	Level       string `json:"level,omitempty"`       // the highest classification found in what was sent
	Destination string `json:"destination,omitempty"` // host:port
	Rule        string `json:"rule,omitempty"`        // of a refusal
	Reason      string `json:"reason,omitempty"`      // one sentence for a person

	RequestBytes     int     `json:"requestBytes,omitempty"`
	ResponseBytes    int     `json:"responseBytes,omitempty"`
	PromptTokens     int     `json:"promptTokens,omitempty"`
	CompletionTokens int     `json:"completionTokens,omitempty"`
	CostCents        float64 `json:"costCents,omitempty"` // US cents

	Redactions map[string]int `json:"redactions,omitempty"` // kind of secret → how many
	Prompt     string         `json:"prompt,omitempty"`     // [Log.Hash] of the prompt, hexadecimal
}

// The limits of an event, so that no caller can make a line that a reader
// refuses.
const (
	MaxText  = 512 // bytes of a string field
	maxKind  = 64  // bytes of a kind of secret
	maxKinds = 64  // entries of Redactions
)

// prepared is the event as it is written: within the limits, with a time that
// JSON can hold, and sharing no memory with the caller's.
func (e Event) prepared() Event {
	if year := e.Time.Year(); e.Time.IsZero() || year < 0 || year > 9999 {
		e.Time = time.Now()
	}
	e.Time = e.Time.UTC()
	for _, text := range []*string{&e.Event, &e.Tier, &e.Backend, &e.Model, &e.Level, &e.Destination, &e.Rule, &e.Reason} {
		*text = shortened(*text, MaxText)
	}
	if math.IsNaN(e.CostCents) || math.IsInf(e.CostCents, 0) {
		e.CostCents = 0
	}
	if e.Redactions != nil {
		kinds := make(map[string]int, len(e.Redactions))
		for kind, n := range e.Redactions {
			if len(kinds) < maxKinds {
				kinds[shortened(kind, maxKind)] = n
			}
		}
		e.Redactions = kinds
	}
	return e
}

// shortened cuts a text after at most most bytes, between two characters.
func shortened(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := most
	for end > most-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// isHash tells what Log.Hash returned from anything else.
func isHash(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 2*hashSize
}
