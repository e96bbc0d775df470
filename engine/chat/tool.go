package chat

import "encoding/json"

// Tool is something a model may ask for while it answers: a name, what it is
// for, and the JSON Schema of its arguments, which are an object.
type Tool struct {
	Name        string
	Description string
	Parameters  json.RawMessage
}

// ToolCall is a model's request for a tool.
type ToolCall struct {
	ID        string // tells calls of one round apart, never ""
	Name      string
	Arguments string // a JSON object
}

// Round is one turn of a model that asked for tools, and what it got: Results[i]
// answers Calls[i]. A result is data for the model to read, whatever it says.
type Round struct {
	Text, Thinking string // what the model wrote before it asked
	Calls          []ToolCall
	Results        []string
}

// Step is one use of a tool as a person sees it beside the answer.
type Step struct {
	Tool   string `json:"tool"`
	Detail string `json:"detail"` // what was looked at, or why it was not: "config.go, lines 1 to 40"
	OK     bool   `json:"ok"`     // the model got what it asked for
}
