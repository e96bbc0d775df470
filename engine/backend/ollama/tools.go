package ollama

import (
	"encoding/json"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// message is one message of a request. What a message without tools does not have
// is left out.
type message struct {
	Role      chat.Role  `json:"role"`
	Content   string     `json:"content"`
	Thinking  string     `json:"thinking,omitempty"`
	ToolCalls []toolCall `json:"tool_calls,omitempty"`
	ToolName  string     `json:"tool_name,omitempty"`
}

// roleTool is who returns a tool's result.
const roleTool chat.Role = "tool"

type toolCall struct {
	Function function `json:"function"`
}

// function is a call, whose arguments are an object.
type function struct {
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
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

// messages are a prompt's turns and the rounds after them. Ollama gives a model
// its thinking back within one answer, and no other server is sent it.
func messages(p *chat.Prompt) []message {
	all := make([]message, 0, len(p.Turns)+2*len(p.Rounds))
	for _, t := range p.Turns {
		all = append(all, message{Role: t.Role, Content: t.Content})
	}
	for _, r := range p.Rounds {
		asked := message{Role: chat.RoleAssistant, Content: r.Text, Thinking: r.Thinking}
		for _, c := range r.Calls {
			asked.ToolCalls = append(asked.ToolCalls, toolCall{function{c.Name, json.RawMessage(c.Arguments)}})
		}
		all = append(all, asked)
		for i, result := range r.Results {
			all = append(all, message{Role: roleTool, Content: result, ToolName: r.Calls[i].Name})
		}
	}
	return all
}

// toolsOf are the tools of a request. Ollama knows no way to keep a model from
// calling but to send none.
func toolsOf(p *chat.Prompt) []tool {
	if p.NoCalls {
		return nil
	}
	all := make([]tool, len(p.Tools))
	for i, t := range p.Tools {
		all[i] = tool{"function", definition{t.Name, t.Description, t.Parameters}}
	}
	return all
}
