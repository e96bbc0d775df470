package store

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// clock is a time that a test moves by reading it.
func clock() func() time.Time {
	var mu sync.Mutex
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
}

func ask(t *testing.T, s *Conversations, req chat.Request, answer string, end stream.End) *Turn {
	t.Helper()
	turn, err := s.Begin(req, "rendered "+req.Message, "")
	if err != nil {
		t.Fatal(err)
	}
	turn.SetRoute(chat.RouteDecision{Model: "m", Classification: req.Classification})
	for _, word := range strings.SplitAfter(answer, " ") {
		_ = turn.Write(stream.Chunk{Data: []byte(word)})
	}
	_ = turn.Close(end)
	return turn
}

func TestConversationRecordsWhatStreamed(t *testing.T) {
	s := New(clock())
	turn := ask(t, s, chat.Request{Message: "first?"}, "one two", stream.End{Usage: chat.Usage{CompletionTokens: 2}})
	broken := ask(t, s, chat.Request{ConversationID: turn.ConversationID, Message: "second?", Classification: chat.CUI}, "half an", stream.End{Err: errors.New("cut")})
	if len(broken.History) != 2 || broken.History[0].Content != "rendered first?" || broken.History[1].Content != "one two" {
		t.Errorf("history is %+v", broken.History)
	}
	c, err := s.Get(turn.ConversationID)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Messages) != 4 || c.MessageCount != 4 || c.Title != "first?" || c.Model != "m" || c.Classification != chat.CUI {
		t.Fatalf("conversation is %+v", c)
	}
	whole, half := c.Messages[1], c.Messages[3]
	if whole.Text != "one two" || whole.Interrupted || whole.Usage.CompletionTokens != 2 || whole.MessageID != turn.MessageID {
		t.Errorf("the whole answer is %+v", whole)
	}
	if half.Text != "half an" || !half.Interrupted {
		t.Errorf("the interrupted answer is %+v", half)
	}
}

func TestAnswerIsReadableWhileItStreams(t *testing.T) {
	s := New(clock())
	turn, err := s.Begin(chat.Request{Message: "q"}, "q", "")
	if err != nil {
		t.Fatal(err)
	}
	_ = turn.Write(stream.Chunk{Kind: stream.Thinking, Data: []byte("hm")})
	_ = turn.Write(stream.Chunk{Data: []byte("so ")})
	c, _ := s.Get(turn.ConversationID)
	if m := c.Messages[1]; m.Text != "so " || m.Thinking != "hm" || !m.Interrupted {
		t.Errorf("in mid-stream the answer is %+v", m)
	}
	if turn.Text() != "so " {
		t.Errorf("Text is %q", turn.Text())
	}
}

func TestUnansweredQuestionIsNotSentAgain(t *testing.T) {
	s := New(clock())
	turn := ask(t, s, chat.Request{Message: "lost"}, "", stream.End{Err: errors.New("down")})
	next := ask(t, s, chat.Request{ConversationID: turn.ConversationID, Message: "again"}, "x", stream.End{})
	if len(next.History) != 0 {
		t.Errorf("history is %+v, want none", next.History)
	}
}

func TestListRenameDelete(t *testing.T) {
	s := New(clock())
	var ids []string
	for i := range 3 {
		ids = append(ids, ask(t, s, chat.Request{Message: "q" + strconv.Itoa(i)}, "a", stream.End{}).ConversationID)
	}
	items, next, err := s.List("", 2)
	if err != nil || len(items) != 2 || next == "" || items[0].ConversationID != ids[2] || items[1].ConversationID != ids[1] {
		t.Errorf("first page %+v, next %q, %v", items, next, err)
	}
	if items, next, err = s.List(next, 2); err != nil || len(items) != 1 || next != "" {
		t.Errorf("second page %+v, next %q, %v", items, next, err)
	}
	for _, cursor := range []string{"99", "AAAA", "…", strings.Repeat("x", 5000)} {
		if _, _, err := s.List(cursor, 0); !errors.Is(err, ErrCursor) {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
	if sum, err := s.Rename(ids[0], "new"); err != nil || sum.Title != "new" {
		t.Errorf("Rename: %+v, %v", sum, err)
	}
	if err := s.Delete(ids[0]); err != nil {
		t.Error(err)
	}
	for _, err := range []error{
		s.Delete(ids[0]),
		second(s.Get(ids[0])),
		second(s.Rename(ids[0], "x")),
		second(s.Begin(chat.Request{ConversationID: "../x"}, "", "")),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("error %v, want ErrNotFound", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestOldestConversationGoesFirst(t *testing.T) {
	s := New(clock())
	busy, err := s.Begin(chat.Request{Message: "still streaming"}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	oldest := ask(t, s, chat.Request{Message: "oldest"}, "a", stream.End{})
	for range MaxConversations {
		ask(t, s, chat.Request{Message: "q"}, "a", stream.End{})
	}
	if items, _, _ := s.List("", MaxPage); len(items) != MaxConversations+1 {
		t.Errorf("%d conversations are kept, want %d and one that is being written", len(items), MaxConversations)
	}
	if _, err := s.Get(oldest.ConversationID); !errors.Is(err, ErrNotFound) {
		t.Error("the conversation used longest ago is still there")
	}
	if _, err := s.Get(busy.ConversationID); err != nil {
		t.Error("a conversation that is being written was dropped")
	}
}

func TestTitle(t *testing.T) {
	for _, tc := range []struct {
		req  chat.Request
		want string
	}{
		{chat.Request{Message: "  short\nrest"}, "short"},
		{chat.Request{Message: "## Notes on it\n\nWhy?"}, "Notes on it"},
		{chat.Request{Message: "#include <stdio.h>"}, "#include <stdio.h>"},
		{chat.Request{Message: strings.Repeat("word ", 40)}, strings.TrimSuffix(strings.Repeat("word ", 12), " ") + "…"},
		{chat.Request{Message: strings.Repeat("世", 100)}, strings.Repeat("世", 59) + "…"},
		{chat.Request{Action: chat.Explain, Context: []chat.ContextItem{{Path: "/w/pkg/add.go"}}}, "explain add.go"},
	} {
		if got := title(tc.req); got != tc.want {
			t.Errorf("title %q, want %q", got, tc.want)
		}
	}
}

func TestAConversationStaysSealed(t *testing.T) {
	s := New(time.Now)
	turn, err := s.Begin(chat.Request{Message: "what is in it"}, "q", "it holds .env")
	if err != nil {
		t.Fatal(err)
	}
	if turn.Sealed != "it holds .env" {
		t.Errorf("%q", turn.Sealed)
	}
	_ = turn.Close(stream.End{})
	turn.Spent(0.5)
	next, err := s.Begin(chat.Request{ConversationID: turn.ConversationID, Message: "and now"}, "q", "")
	if err != nil || next.Sealed != "it holds .env" || s.Upcoming(turn.ConversationID).Sealed != next.Sealed {
		t.Errorf("%q, %v", next.Sealed, err)
	}
	if got, _ := s.Get(turn.ConversationID); got.CostCents != 0.5 {
		t.Errorf("cost %v", got.CostCents)
	}
	if other := s.Upcoming("another"); other.Sealed != "" {
		t.Errorf("another conversation: %+v", other)
	}
}

func TestSummaryStandsForTheOldestMessages(t *testing.T) {
	s := New(clock())
	first := ask(t, s, chat.Request{Message: "one"}, "a", stream.End{})
	id := first.ConversationID
	ask(t, s, chat.Request{ConversationID: id, Message: "lost"}, "", stream.End{Err: errors.New("down")})
	ask(t, s, chat.Request{ConversationID: id, Message: "two"}, "b", stream.End{})
	if got := s.Upcoming(id); len(got.History) != 4 || !slices.Equal(got.Numbers, []int{0, 1, 4, 5}) || got.Summary != "" {
		t.Errorf("before the summary: %+v", got)
	}
	if err := s.Summarise(id, 2, "of one"); err != nil {
		t.Fatal(err)
	}
	if got := s.Upcoming(id); got.Summary != "of one" || len(got.History) != 2 || got.History[0].Content != "rendered two" {
		t.Errorf("after it: %+v", got)
	}
	if c, _ := s.Get(id); len(c.Messages) != 6 {
		t.Errorf("%d messages are left, want all 6", len(c.Messages))
	}
	for _, upTo := range []int{0, 3, 8} {
		if s.Summarise(id, upTo, "x") == nil {
			t.Errorf("a summary of %d messages was taken", upTo)
		}
	}
	if err := s.Summarise("other", 2, "x"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestPromptIsWhatWasSent(t *testing.T) {
	s := New(clock())
	turn, err := s.Begin(chat.Request{Message: "q"}, "all of it", "")
	if err != nil {
		t.Fatal(err)
	}
	turn.SetPrompt("what fitted")
	_ = turn.Write(stream.Chunk{Data: []byte("a")})
	_ = turn.Close(stream.End{})
	if got := s.Upcoming(turn.ConversationID).History; got[0].Content != "what fitted" {
		t.Errorf("history is %+v", got)
	}
}

// TestBegins begins a conversation under an identifier that was made before it.
func TestBegins(t *testing.T) {
	s := New(time.Now)
	id := s.NewID()
	if _, err := s.Begin(chat.Request{ConversationID: id, Message: "first"}, "first", ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("began without being told to: %v", err)
	}
	for _, begins := range []bool{true, true, false} {
		turn, err := s.Begin(chat.Request{ConversationID: id, Begins: begins, Message: "more"}, "more", "")
		if err != nil || turn.ConversationID != id {
			t.Fatalf("Begin: %v", err)
		}
		_ = turn.Close(stream.End{})
	}
	if c, err := s.Get(id); err != nil || len(c.Messages) != 6 {
		t.Errorf("%d messages, %v", len(c.Messages), err)
	}
	if s.NewID() == id {
		t.Error("an identifier came twice")
	}
}
