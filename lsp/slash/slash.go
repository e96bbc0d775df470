// Package slash knows the commands that stand at the beginning of a message:
// "/explain", and the actions that the configuration adds.
//
// What flows in is a request whose message a person wrote; what flows out is the
// same request with the command taken off and put where the engine looks for it.
// Every front end reads messages by it, so that a command means the same in each.
// It keeps nothing and starts nothing.
package slash

import (
	"slices"
	"strings"
	"unicode"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
)

// Command is a word that may stand after the slash, without it.
type Command struct {
	Name  string
	About string // what it does, in a few words
}

// Commands lists the actions, and the configuration's own.
func Commands(custom []config.Action) (list []Command) {
	about := map[chat.Action]string{
		chat.Explain: "explain the code", chat.Fix: "fix what is reported", chat.Refactor: "improve it without changing what it does",
		chat.Document: "write its documentation", chat.Tests: "write tests for it", chat.Review: "say what is wrong or risky",
	}
	for _, a := range chat.Actions() {
		list = append(list, Command{string(a), about[a]})
	}
	for _, a := range custom {
		list = append(list, Command{a.Name, a.Title})
	}
	return list
}

// Take takes "/explain" or the name of a custom action off the beginning of a
// message without an action and makes it the question's action. Any other word
// after a slash is text.
func Take(req *chat.Request, custom []config.Action) bool {
	message := strings.TrimLeftFunc(req.Message, unicode.IsSpace)
	if req.Action != "" || req.Instruction != "" || !strings.HasPrefix(message, "/") {
		return false
	}
	end := strings.IndexFunc(message, unicode.IsSpace)
	if end < 0 {
		end = len(message)
	}
	name, rest := message[1:end], strings.TrimLeftFunc(message[end:], unicode.IsSpace)
	if slices.Contains(chat.Actions(), chat.Action(name)) {
		req.Action, req.Message = chat.Action(name), rest
		return true
	}
	for _, a := range custom {
		if a.Name == name {
			req.Instruction, req.Edits, req.Message = a.Prompt, a.Edits, rest
			return true
		}
	}
	return false
}
