package slash

import (
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
)

func TestTake(t *testing.T) {
	custom := []config.Action{{Name: "shout", Title: "Shout", Prompt: "SHOUT", Edits: true}}
	for message, want := range map[string]chat.Request{
		"/explain":            {Action: chat.Explain},
		" \n/fix the bug":     {Action: chat.Fix, Message: "the bug"},
		"/shout":              {Instruction: "SHOUT", Edits: true},
		"/shout\nat it":       {Instruction: "SHOUT", Edits: true, Message: "at it"},
		"/Explain":            {Message: "/Explain"},
		"/explainer":          {Message: "/explainer"},
		"/":                   {Message: "/"},
		"what is /explain":    {Message: "what is /explain"},
		"/usr/bin is missing": {Message: "/usr/bin is missing"},
		"":                    {},
	} {
		req := chat.Request{Message: message}
		took := Take(&req, custom)
		if req.Message != want.Message || req.Action != want.Action || req.Instruction != want.Instruction || req.Edits != want.Edits {
			t.Errorf("%q: %+v", message, req)
		}
		if took != (want.Action != "" || want.Instruction != "") {
			t.Errorf("%q: took %v", message, took)
		}
	}
	req := chat.Request{Message: "/fix", Action: chat.Explain}
	if Take(&req, custom) || req.Message != "/fix" {
		t.Errorf("a question with an action lost its text: %+v", req)
	}
	if n := len(Commands(custom)); n != len(chat.Actions())+1 {
		t.Errorf("%d commands", n)
	}
}
