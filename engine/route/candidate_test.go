package route

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

var (
	ollama  = Candidate{Backend: "ollama", Model: "qwen2.5-coder:7b", Address: "127.0.0.1:11434"}
	outline = Candidate{Backend: "outline", Model: "built-in"}
)

func TestDecideLocal(t *testing.T) {
	for name, tc := range map[string]struct {
		req      chat.Request
		settings Settings
		forcedBy string
		level    chat.Level
		query    string
	}{
		"a free question":        {chat.Request{Message: "hi"}, Settings{}, "", chat.Unclassified, "chat"},
		"about code":             {chat.Request{Message: "hi", Context: []chat.ContextItem{{Text: "x"}}}, Settings{}, "", chat.Unclassified, "question"},
		"an action":              {chat.Request{Action: chat.Review}, Settings{}, "", chat.Unclassified, "review"},
		"local by the caller":    {chat.Request{Mode: chat.ModeLocal}, Settings{Mode: chat.ModeAuto}, "mode", chat.Unclassified, "chat"},
		"local by the settings":  {chat.Request{}, Settings{Mode: chat.ModeLocal}, "mode", chat.Unclassified, "chat"},
		"cloud without a cloud":  {chat.Request{Mode: chat.ModeCloud}, Settings{}, "noCloudKey", chat.Unclassified, "chat"},
		"level by the caller":    {chat.Request{Classification: chat.Secret}, Settings{}, "", chat.Secret, "chat"},
		"caller cannot lower it": {chat.Request{Classification: chat.CUI}, Settings{Classification: chat.TopSecret}, "", chat.TopSecret, "chat"},
	} {
		d := DecideLocal(tc.req, tc.settings, ollama)
		if d.Tier != "local" || d.Backend != "ollama" || d.Model != ollama.Model || !strings.Contains(d.Reason, ollama.Address) {
			t.Errorf("%s: %+v does not name the server", name, d)
		}
		if d.ForcedBy != tc.forcedBy || d.Classification != tc.level || d.QueryType != tc.query {
			t.Errorf("%s: forcedBy %q, level %v, query type %q", name, d.ForcedBy, d.Classification, d.QueryType)
		}
	}
}

func TestFallbackNamesWhereItCameFrom(t *testing.T) {
	d := Fallback(DecideLocal(chat.Request{}, Settings{}, ollama), outline, "no model server was found at 127.0.0.1:11434")
	if d.Backend != "outline" || d.Model != "built-in" || d.FallbackFrom != "local" {
		t.Errorf("%+v", d)
	}
	if want := "no model server was found at 127.0.0.1:11434: built-in outline; start Ollama for full answers"; d.Reason != want {
		t.Errorf("reason %q, want %q", d.Reason, want)
	}
}
