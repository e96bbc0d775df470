package store

import (
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// TestTokenIsNoDearerInALongConversation writes tokens into a conversation of one
// question and into one of ten thousand, in turn. What is compared is the least
// time of several, and it is given much room: looking at every message for each
// token makes it a hundred times.
func TestTokenIsNoDearerInALongConversation(t *testing.T) {
	p := at(t, somewhere(t))
	turns := [2]*Turn{}
	for i, questions := range []int{1, 10_000} {
		turns[i] = p.begin(chat.Request{Message: "q"})
		c := turns[i].conv
		own := c.messages // of this turn: the last ones
		c.messages = nil
		for range questions - 1 {
			for _, r := range []chat.Role{chat.RoleUser, chat.RoleAssistant} {
				c.messages = append(c.messages, &message{unkept: true, judged: true, Message: chat.Message{MessageID: newID(), Role: r, Text: "said"}})
			}
		}
		c.messages = append(c.messages, own...)
	}
	least := [2]time.Duration{time.Hour, time.Hour}
	for range 20 {
		for i, turn := range turns {
			began := time.Now()
			for range 200 {
				_ = turn.Write(stream.Chunk{Data: []byte("word ")})
			}
			least[i] = min(least[i], time.Since(began))
		}
	}
	if least[1] > 20*least[0] {
		t.Errorf("200 tokens take %v in a short conversation and %v in a long one", least[0], least[1])
	}
}
