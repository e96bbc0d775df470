package engine_test

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
)

// TestRouteForesees wants Route to say of the next question what Chat then says,
// also where the conversation before it counts.
func TestRouteForesees(t *testing.T) {
	h := open(t, enginetest.Words("one"), enginetest.Words("two"))
	req := chat.Request{Message: "why?"}
	first, err := h.Chat(t.Context(), req, &enginetest.Recorder{T: t})
	if err != nil {
		t.Fatal(err)
	}
	req.ConversationID = first.ConversationID
	foreseen, err := h.Route(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.Chat(t.Context(), req, &enginetest.Recorder{T: t})
	if err != nil {
		t.Fatal(err)
	}
	if foreseen != second.Route || foreseen.Score <= first.Route.Score {
		t.Errorf("foreseen %+v, then %+v, after a first of %v", foreseen, second.Route, first.Route.Score)
	}
}

func TestRouteRefusesWhatChatRefuses(t *testing.T) {
	h := open(t)
	_, err := h.Route(t.Context(), chat.Request{Message: strings.Repeat("x", chat.MaxQuestionBytes+1)})
	if chat.KindOf(err) != chat.QueryTooLong {
		t.Errorf("%v", err)
	}
}
