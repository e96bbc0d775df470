package acp

import (
	"strconv"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// replay sends a conversation's messages, oldest first.
func (a *Agent) replay(session string, messages []chat.Message) error {
	for i := range messages {
		for _, u := range replayed(&messages[i]) {
			if err := a.send(session, u); err != nil {
				return err
			}
		}
	}
	return nil
}

// replayed are the updates that stand for a message that was kept.
func replayed(m *chat.Message) (list []update) {
	chunk := func(kind, s string) {
		if s != "" {
			list = append(list, update{Kind: kind, Content: text(s), MessageID: m.MessageID})
		}
	}
	if m.Role == chat.RoleUser {
		chunk(updateUserMessage, m.Text)
		return list
	}
	chunk(updateThought, m.Thinking)
	for i, s := range m.Steps {
		list = append(list, toolCall(m.MessageID+"-"+strconv.Itoa(i), s))
	}
	chunk(updateMessage, m.Text)
	return list
}

// toolCall is a tool that was used, as it is shown once that is over.
func toolCall(id string, s chat.Step) update {
	u := update{Kind: updateToolCall, ToolCallID: id, Name: s.Tool, Title: s.Tool, ToolKind: "other", Status: "completed"}
	if s.Detail != "" {
		u.Title = s.Tool + ": " + s.Detail
	}
	if !s.OK {
		u.Status = "failed"
	}
	switch s.Tool {
	case "read_file", "list_files", "git_log", "git_diff":
		u.ToolKind = "read"
	case "search", "symbols":
		u.ToolKind = "search"
	}
	return u
}
