package engine_test

import (
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
)

// item is a piece of a document: its last line.
func item(document, piece string) chat.ContextItem {
	start := len(document) - len(piece)
	return chat.ContextItem{
		Kind: chat.ContextSelection, Path: "/w/a.go", Text: piece, Document: document,
		Span: chat.Span{Start: start, End: len(document), FirstLine: 2, LastLine: 2},
	}
}

// TestMarkingsRaiseTheLevel puts a marking into each part of what is sent.
func TestMarkingsRaiseTheLevel(t *testing.T) {
	clean := chat.ContextItem{Kind: chat.ContextText, Text: "our secretary keeps the secretName"}
	for name, tc := range map[string]struct {
		req      chat.Request
		settings chat.Level
		want     chat.Level
	}{
		"none":                        {chat.Request{Message: "why?", Context: []chat.ContextItem{clean}}, chat.Unclassified, chat.Unclassified},
		"the question":                {chat.Request{Message: "(S//NF) Why is the range 40 km?"}, chat.Unclassified, chat.Secret},
		"a file":                      {chat.Request{Message: "why?", Context: []chat.ContextItem{clean, {Kind: chat.ContextFile, Text: "// CUI//SP-CTI\npackage a\n"}}}, chat.Unclassified, chat.CUI},
		"the last line":               {chat.Request{Message: "why?", Context: []chat.ContextItem{{Kind: chat.ContextFile, Text: "package a\n\n// TOP SECRET//SI\n"}}}, chat.Unclassified, chat.TopSecret},
		"the document of a selection": {chat.Request{Action: chat.Explain, Context: []chat.ContextItem{item("// SECRET\npackage a\nvar b int", "var b int")}}, chat.Unclassified, chat.Secret},
		"behind a list":               {chat.Request{Message: "(A) one\n(B) two", Context: []chat.ContextItem{{Kind: chat.ContextText, Text: "(C) Roads are dry."}}}, chat.Unclassified, chat.Confidential},
		"request above marking":       {chat.Request{Message: "why?", Classification: chat.TopSecret, Context: []chat.ContextItem{{Text: "// CUI"}}}, chat.Unclassified, chat.TopSecret},
		"settings above marking":      {chat.Request{Message: "why?", Context: []chat.ContextItem{{Text: "// CUI"}}}, chat.Confidential, chat.Confidential},
		"marking above both":          {chat.Request{Message: "why?", Classification: chat.CUI, Context: []chat.ContextItem{{Text: "// SECRET"}}}, chat.Confidential, chat.Secret},
		"an unclassified mark":        {chat.Request{Message: "why?", Classification: chat.CUI, Context: []chat.ContextItem{{Text: "// UNCLASSIFIED"}}}, chat.Unclassified, chat.CUI},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, enginetest.Words("so"))
			setup := enginetest.Setup(h.local)
			setup.Rules.Level = tc.settings
			h.Configure(setup)
			foretold, err := h.Route(t.Context(), tc.req)
			if err != nil {
				t.Fatal(err)
			}
			result, err := h.Chat(t.Context(), tc.req, &enginetest.Recorder{T: t})
			if err != nil {
				t.Fatal(err)
			}
			c, err := h.Conversations().Get(result.ConversationID)
			if err != nil {
				t.Fatal(err)
			}
			if result.Route.Classification != tc.want || foretold.Classification != tc.want || c.Classification != tc.want {
				t.Errorf("the answer's route says %v, Route %v, the conversation %v; want %v", result.Route.Classification, foretold.Classification, c.Classification, tc.want)
			}
		})
	}
}

// TestHistoryKeepsItsLevel asks on in a conversation that has been raised: by a
// marking, by the request, by a marking in the answer alone.
func TestHistoryKeepsItsLevel(t *testing.T) {
	for name, tc := range map[string]struct {
		first  chat.Request
		answer string
		want   chat.Level
	}{
		"by a marking":               {chat.Request{Message: "(S) The range is 40 km. Why?"}, "so", chat.Secret},
		"by the request":             {chat.Request{Message: "why?", Classification: chat.Confidential}, "so", chat.Confidential},
		"by a document's banner":     {chat.Request{Message: "why?", Context: []chat.ContextItem{item("# CUI\nimport os\nx = 1", "x = 1")}}, "so", chat.CUI},
		"by a marking in the answer": {chat.Request{Message: "why?"}, "(TS//SI) The link hops.", chat.TopSecret},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, enginetest.Words(tc.answer), enginetest.Words("and so"))
			first, err := h.Chat(t.Context(), tc.first, &enginetest.Recorder{T: t})
			if err != nil {
				t.Fatal(err)
			}
			next := chat.Request{ConversationID: first.ConversationID, Message: "and then?"}
			foretold, err := h.Route(t.Context(), next)
			if err != nil {
				t.Fatal(err)
			}
			second, err := h.Chat(t.Context(), next, &enginetest.Recorder{T: t})
			if err != nil {
				t.Fatal(err)
			}
			if second.Route.Classification != tc.want || foretold.Classification != tc.want {
				t.Errorf("the next answer's route says %v, Route %v; want %v", second.Route.Classification, foretold.Classification, tc.want)
			}
		})
	}
}

// TestFallbackKeepsTheLevel has the outline answer in a server's place.
func TestFallbackKeepsTheLevel(t *testing.T) {
	h := open(t, enginetest.Script{{Fail: &chat.Error{Kind: chat.Unreachable, Message: "gone"}}})
	result, err := h.Chat(t.Context(), chat.Request{Message: "// SECRET\nwhy?"}, &enginetest.Recorder{T: t})
	if err != nil {
		t.Fatal(err)
	}
	if d := result.Route; d.FallbackFrom == "" || d.Classification != chat.Secret {
		t.Errorf("route %+v", d)
	}
}
