package store

import (
	"errors"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

func TestBranchGoesOnFromAnAnswer(t *testing.T) {
	s := New(clock())
	t.Cleanup(func() { _ = s.Close() })
	first := ask(t, s, chat.Request{Message: "What is a channel?"}, "A queue.", stream.End{})
	second := ask(t, s, chat.Request{ConversationID: first.ConversationID, Message: "And a map?"}, "A table.", stream.End{})

	branch, err := s.Branch(first.ConversationID, first.MessageID)
	if err != nil {
		t.Fatal(err)
	}
	if branch.ConversationID == first.ConversationID || branch.MessageCount != 2 {
		t.Errorf("the branch is %+v", branch)
	}
	copied, err := s.Get(branch.ConversationID)
	if err != nil {
		t.Fatal(err)
	}
	if copied.Messages[1].Text != "A queue." || copied.Messages[1].MessageID == first.MessageID {
		t.Errorf("the branch's answer is %+v", copied.Messages[1])
	}
	ask(t, s, chat.Request{ConversationID: branch.ConversationID, Message: "And a slice?"}, "A window.", stream.End{})
	whole, err := s.Get(first.ConversationID)
	if err != nil {
		t.Fatal(err)
	}
	if len(whole.Messages) != 4 || whole.Messages[3].MessageID != second.MessageID {
		t.Errorf("the branched conversation has changed: %+v", whole.Messages)
	}
}

// TestBranchStaysHere branches before the message that marked and sealed the conversation:
// which one it was is not known.
func TestBranchStaysHere(t *testing.T) {
	s := New(clock())
	t.Cleanup(func() { _ = s.Close() })
	first := ask(t, s, chat.Request{Message: "What is a channel?"}, "A queue.", stream.End{})
	next, err := s.Begin(chat.Request{ConversationID: first.ConversationID, Message: "what is in it", Classification: chat.Secret}, "q", "it holds .env")
	if err != nil {
		t.Fatal(err)
	}
	next.SetRoute(chat.RouteDecision{Classification: chat.Secret})
	_ = next.Close(stream.End{})
	branch, err := s.Branch(first.ConversationID, first.MessageID)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Upcoming(branch.ConversationID); got.Sealed != "it holds .env" || got.Classification != chat.Secret {
		t.Errorf("the branch goes on with %+v", got)
	}
}

func TestBranchWantsAnAnswer(t *testing.T) {
	s := New(clock())
	t.Cleanup(func() { _ = s.Close() })
	turn := ask(t, s, chat.Request{Message: "What is a channel?"}, "A queue.", stream.End{})
	c, err := s.Get(turn.ConversationID)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "nothing", c.Messages[0].MessageID} {
		if _, err := s.Branch(turn.ConversationID, id); !errors.Is(err, ErrNoMessage) {
			t.Errorf("Branch from %q: %v", id, err)
		}
	}
	if _, err := s.Branch("nowhere", turn.MessageID); !errors.Is(err, ErrNotFound) {
		t.Errorf("Branch of no conversation: %v", err)
	}
}
