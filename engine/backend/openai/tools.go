package openai

import (
	"encoding/json"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// message is one message of a request. What a message without tools does not have
// is left out.
type message struct {
	Role       chat.Role  `json:"role"`
	Content    string     `json:"content"`
	ToolCalls  []toolCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
}

// roleTool is who returns a tool's result.
const roleTool chat.Role = "tool"

type toolCall struct {
	ID       string   `json:"id"`
	Type     string   `json:"type"`
	Function function `json:"function"`
}

// function is a call, whose arguments are JSON in a string.
type function struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

// tool is what a model may call.
type tool struct {
	Type     string     `json:"type"`
	Function definition `json:"function"`
}

type definition struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Parameters  json.RawMessage `json:"parameters"`
}

// messages are a prompt's turns and the rounds after them. A model that does not
// take tools does not take their rounds either.
func messages(p *chat.Prompt, q quirk) []message {
	all := make([]message, 0, len(p.Turns)+2*len(p.Rounds))
	for _, t := range p.Turns {
		all = append(all, message{Role: t.Role, Content: t.Content})
	}
	if q.noTools {
		return all
	}
	for _, r := range p.Rounds {
		asked := message{Role: chat.RoleAssistant, Content: r.Text}
		for _, c := range r.Calls {
			asked.ToolCalls = append(asked.ToolCalls, toolCall{c.ID, "function", function{c.Name, c.Arguments}})
		}
		all = append(all, asked)
		for i, result := range r.Results {
			all = append(all, message{Role: roleTool, Content: result, ToolCallID: r.Calls[i].ID})
		}
	}
	return all
}

func toolsOf(p *chat.Prompt) []tool {
	all := make([]tool, len(p.Tools))
	for i, t := range p.Tools {
		all[i] = tool{"function", definition{t.Name, t.Description, t.Parameters}}
	}
	return all
}
