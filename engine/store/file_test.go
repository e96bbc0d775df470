package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/database"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// TestAfterARestart has a conversation go on in a later process.
func TestAfterARestart(t *testing.T) {
	path := somewhere(t)
	first := at(t, path)
	turn := first.begin(chat.Request{Message: "what is it?", Context: []chat.ContextItem{{
		Kind: chat.ContextSelection, URI: "file:///w/a.go", Text: strings.Repeat("x", 400), Span: chat.Span{FirstLine: 3, LastLine: 9},
	}}})
	_ = turn.Write(stream.Chunk{Kind: stream.Thinking, Data: []byte("hm")})
	say(turn, "a sum")
	must(t, turn.Close(stream.End{Usage: chat.Usage{CompletionTokens: 3}}))
	turn.SetCache(chat.CacheInfo{Hit: chat.HitNone}, "an entry")
	turn.Spent(0.25)
	want, err := first.Get(turn.ConversationID)
	must(t, err)
	first.end()

	second := at(t, path)
	got, err := second.Get(turn.ConversationID)
	must(t, err)
	micro := cmp.Transformer("µs", func(t time.Time) int64 { return t.UnixMicro() })
	if diff := cmp.Diff(want, got, micro); diff != "" {
		t.Errorf("after the restart (-was +is):\n%s", diff)
	}
	if use := got.Messages[0].Context; len(use) != 1 || use[0].Tokens != 100 || use[0].LastLine != 9 {
		t.Errorf("the context is %+v", use)
	}
	if entry, err := second.Entry(turn.MessageID); err != nil || entry != "an entry" {
		t.Errorf("Entry: %q, %v", entry, err)
	}
	next := second.ask(turn.ConversationID, "and then?", "that")
	if h := next.History; len(h) != 2 || h[0].Content != "rendered what is it?" || h[1].Content != "a sum" {
		t.Errorf("the history is %+v", h)
	}
	second.end()
	third := at(t, path)
	if got := third.texts(turn.ConversationID); !slices.Equal(got, []string{"what is it?", "a sum", "and then?", "that"}) {
		t.Errorf("it says %q", got)
	}
	if c, _ := third.Get(turn.ConversationID); c.CostCents != 0.75 {
		t.Errorf("it cost %v", c.CostCents)
	}
}

func TestNothingIsTouchedBeforeUse(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	turn, err := p.Begin(chat.Request{Message: "q"}, "q", "")
	must(t, err)
	say(turn, "a")
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Errorf("before anything has to be written: %v", err)
	}
	must(t, turn.Close(stream.End{}))
}

// TestStreaming looks at what another process sees of an answer that streams: all
// but the last half second.
func TestStreaming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := somewhere(t)
		p, other := at(t, path), at(t, path)
		turn := p.begin(chat.Request{Message: "q"})
		for i := range 50 {
			say(turn, fmt.Sprint(i, " "))
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		c, err := other.Get(turn.ConversationID)
		must(t, err)
		if m := c.Messages[1]; !m.Interrupted || !strings.HasSuffix(m.Text, " 44 ") && !strings.Contains(m.Text, " 44 45 ") {
			t.Errorf("after five seconds the other process sees %q", m.Text)
		}
		if items, _, _ := other.List("", 0); len(items) != 1 || items[0].MessageCount != 2 {
			t.Errorf("and lists %+v", items)
		}
		must(t, turn.Close(stream.End{}))
		time.Sleep(50 * time.Millisecond)
		synctest.Wait()
		if c, _ := other.Get(turn.ConversationID); c.Messages[1].Interrupted || !strings.HasSuffix(c.Messages[1].Text, " 49 ") {
			t.Errorf("at its end it sees %+v", c.Messages[1])
		}
		p.end()
		other.end()
	})
}

// TestWriterEnds looks that no goroutine is left once everything is written.
func TestWriterEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := at(t, somewhere(t))
		p.ask("", "q", "a")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if p.writer.awake {
			t.Error("the writer is awake with nothing to do")
		}
		p.end()
	})
}

// TestSecretsAreHidden looks into the file.
func TestSecretsAreHidden(t *testing.T) {
	path := somewhere(t)
	hide := func(o *Options) {
		o.Hide = func(text string) string { return strings.ReplaceAll(text, "hunter2", "<SECRET>") }
	}
	p := at(t, path, hide)
	turn, err := p.Begin(chat.Request{Message: "why?"}, "password = hunter2\nwhy?", "")
	must(t, err)
	turn.SetRoute(chat.RouteDecision{})
	say(turn, "so")
	must(t, turn.Close(stream.End{}))
	must(t, p.Summarise(turn.ConversationID, 2, "it was about hunter2"))
	p.save()
	if p.Upcoming(turn.ConversationID).Summary != "it was about hunter2" {
		t.Error("memory has lost the secret")
	}
	p.end()
	if strings.Contains(contents(t, path), "hunter2") {
		t.Error("the file has the secret")
	}
	if got := at(t, path).Upcoming(turn.ConversationID); got.Summary != "it was about <SECRET>" || len(got.History) != 0 {
		t.Errorf("after the restart: %+v", got)
	}
}

// TestSealed looks that the context of a question about a file of secrets is not kept.
func TestSealed(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	turn, err := p.Begin(chat.Request{Message: "what is in it"}, "TOKEN=unheard-of\nwhat is in it", "the context holds .env")
	must(t, err)
	turn.SetPrompt("TOKEN=unheard-of, cut\nwhat is in it")
	turn.SetRoute(chat.RouteDecision{})
	say(turn, "a token")
	must(t, turn.Close(stream.End{}))
	must(t, p.Summarise(turn.ConversationID, 2, "TOKEN is unheard-of"))
	p.save()
	next, err := p.Begin(chat.Request{ConversationID: turn.ConversationID, Message: "which?"}, "which?", "")
	must(t, err)
	if next.Summary != "TOKEN is unheard-of" {
		t.Errorf("in the same process it goes on with %+v", next.Before)
	}
	must(t, next.Close(stream.End{Err: errors.New("cut")}))
	p.end()
	if strings.Contains(contents(t, path), "unheard-of") {
		t.Error("the file has what was in the file of secrets")
	}
	after := at(t, path).Upcoming(turn.ConversationID)
	if after.Sealed != "the context holds .env" || len(after.History) != 2 || after.History[0].Content != "what is in it"+sealedNote {
		t.Errorf("after the restart: %+v", after)
	}
}

// TestMarkedStaysHere has conversations that are marked from the start, from their
// route on, and from a later question on.
func TestMarkedStaysHere(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	plain := p.ask("", "an open question", "an open answer")
	asked := p.begin(chat.Request{Message: "first marked", Classification: chat.CUI})
	say(asked, "marked answer one")
	must(t, asked.Close(stream.End{}))
	routed, err := p.Begin(chat.Request{Message: "second marked"}, "second marked", "")
	must(t, err)
	p.save()
	routed.SetRoute(chat.RouteDecision{Classification: chat.Secret})
	say(routed, "marked answer two")
	must(t, routed.Close(stream.End{}))
	routed.Spent(1)
	p.save()
	later := p.begin(chat.Request{ConversationID: plain.ConversationID, Message: "third marked", Classification: chat.CUI})
	say(later, "marked answer three")
	must(t, later.Close(stream.End{}))
	p.save()
	if got := p.texts(plain.ConversationID); len(got) != 4 {
		t.Errorf("here it says %q", got)
	}
	if items, _, _ := p.List("", 0); len(items) != 3 || items[0].Classification != chat.CUI || items[0].MessageCount != 4 {
		t.Errorf("here are %+v", items)
	}
	for query, n := range map[string]int{"marked": 3, "open": 1} {
		if found, err := p.Search(t.Context(), query, 0); err != nil || len(found) != n {
			t.Errorf("%q finds %+v, %v", query, found, err)
		}
	}
	p.end()
	if strings.Contains(contents(t, path), "marked") {
		t.Error("the file has what is marked")
	}
	other := at(t, path)
	if items, _, _ := other.List("", 0); len(items) != 1 || items[0].MessageCount != 2 {
		t.Errorf("another process sees %+v", items)
	}
}

// TestUnknownLevelIsNotWritten has a question whose level nobody has said.
func TestUnknownLevelIsNotWritten(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	turn, err := p.Begin(chat.Request{Message: "mystery"}, "mystery", "")
	must(t, err)
	must(t, turn.Close(stream.End{Err: errors.New("refused")}))
	p.save()
	if strings.Contains(contents(t, path), "mystery") {
		t.Error("it was written")
	}
	turn.SetLevel(chat.Unclassified)
	refused, err := p.Begin(chat.Request{ConversationID: turn.ConversationID, Message: "marked"}, "marked", "")
	must(t, err)
	must(t, refused.Close(stream.End{Err: errors.New("refused")}))
	refused.SetLevel(chat.CUI)
	p.save()
	if c, _ := p.Get(turn.ConversationID); len(c.Messages) != 4 || c.Classification != chat.Unclassified {
		t.Errorf("here it is %+v", c)
	}
	if got := at(t, path).texts(turn.ConversationID); !slices.Equal(got, []string{"mystery", ""}) {
		t.Errorf("once the level was said: %q", got)
	}
}

// TestSwitchedOff looks that nothing is read or written, and that what was said
// meanwhile is not written later.
func TestSwitchedOff(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	kept := p.ask("", "kept", "a")
	p.save()
	p.Configure(Settings{})
	if items, _, _ := p.List("", 0); len(items) != 1 { // what this process has said
		t.Errorf("%+v", items)
	}
	off := p.ask("", "unkept", "b")
	more := p.ask(kept.ConversationID, "more unkept", "c")
	if len(more.History) != 2 {
		t.Errorf("history %+v", more.History)
	}
	p.Configure(Settings{Enabled: true})
	p.ask("", "kept again", "d")
	p.end()
	if text := contents(t, path); strings.Contains(text, "unkept") || !strings.Contains(text, "kept again") {
		t.Error("the file has what was said while nothing was kept, or has not what was said after")
	}
	if _, err := at(t, path).Get(off.ConversationID); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	nowhere := somewhere(t)
	q := at(t, nowhere, func(o *Options) { o.Settings.Enabled = false })
	q.ask("", "q", "a")
	q.end()
	if _, err := os.Stat(nowhere); !os.IsNotExist(err) {
		t.Error("a file was made")
	}
}

// TestTwoProcesses has two processes ask in one conversation at once: no turn is
// lost, and each question is followed by its answer.
func TestTwoProcesses(t *testing.T) {
	path := somewhere(t)
	a, b := at(t, path), at(t, path)
	id := a.ask("", "begin", "begun").ConversationID
	a.save()
	const turns = 20
	var wg sync.WaitGroup
	for _, p := range []*process{a, b} {
		for i := range turns {
			wg.Go(func() {
				q := fmt.Sprintf("%p %d", p, i)
				turn, err := p.Begin(chat.Request{ConversationID: id, Message: q}, q, "")
				if err != nil {
					t.Error(err)
					return
				}
				turn.SetRoute(chat.RouteDecision{Model: "m"})
				say(turn, "re "+q)
				_ = turn.Close(stream.End{})
				turn.Spent(1)
				if err := p.flush(); err != nil && !errors.Is(err, database.ErrBusy) {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	a.end()
	b.end()
	c := at(t, path)
	texts := c.texts(id)
	for i := 2; i < len(texts); i += 2 {
		if texts[i+1] != "re "+texts[i] {
			t.Errorf("%q is answered %q", texts[i], texts[i+1])
		}
	}
	if got, _ := c.Get(id); len(texts) != 2+4*turns || got.CostCents != 0.5+2*turns || got.MessageCount != len(texts) {
		t.Errorf("%d messages, %d counted, cost %v", len(texts), got.MessageCount, got.CostCents)
	}
}

// TestRenamedAndDeletedElsewhere has one process change what another works on.
func TestRenamedAndDeletedElsewhere(t *testing.T) {
	path := somewhere(t)
	a, b := at(t, path), at(t, path)
	one := a.begin(chat.Request{Message: "one"})
	say(one, "begun")
	a.save()
	if s, err := b.Rename(one.ConversationID, "  new\n title "); err != nil || s.Title != "new title" || s.MessageCount != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	say(one, " and ended")
	must(t, one.Close(stream.End{}))
	a.save()
	if c, _ := a.Get(one.ConversationID); c.Title != "new title" || c.Messages[1].Text != "begun and ended" {
		t.Errorf("%+v", c)
	}
	two := a.begin(chat.Request{ConversationID: one.ConversationID, Message: "two"})
	must(t, b.Delete(one.ConversationID))
	say(two, "lost")
	must(t, two.Close(stream.End{}))
	a.save()
	a.save()
	for _, p := range []*process{a, b} {
		if _, err := p.Get(one.ConversationID); !errors.Is(err, ErrNotFound) {
			t.Errorf("Get: %v", err)
		}
		if _, err := p.Begin(chat.Request{ConversationID: one.ConversationID, Message: "x"}, "", ""); !errors.Is(err, ErrNotFound) {
			t.Errorf("Begin: %v", err)
		}
		if items, _, _ := p.List("", 0); len(items) != 0 {
			t.Errorf("List: %+v", items)
		}
	}
}

// TestDeleteLeavesNothing looks for words of a deleted conversation in the bytes
// of every file, beside others that stay.
func TestDeleteLeavesNothing(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	for i := range 30 {
		p.ask("", fmt.Sprintf("question %d about zylophones", i), "zylo answer with words")
		p.save()
	}
	secret := p.ask("", "quetzalcoatl in the title", "tlahuizcalpantecuhtli answers")
	p.ask(secret.ConversationID, "popocatepetl", strings.Repeat("iztaccihuatl ", 3000))
	p.save()
	if !strings.Contains(contents(t, path), "quetzalcoatl") {
		t.Fatal("the file never had it")
	}
	must(t, p.Delete(secret.ConversationID))
	must(t, p.tidyOnce())
	for p.untidy() {
		must(t, p.tidyOnce())
	}
	text := contents(t, path)
	for _, word := range []string{"quetzalcoatl", "tlahuizcal", "popocatepetl", "iztaccihuatl", "huizcalpantecuhtli"} {
		if strings.Contains(text, word) {
			t.Errorf("%q is still in the file", word)
		}
	}
	if found, err := p.Search(t.Context(), "zylo", 100); err != nil || len(found) != 30 {
		t.Errorf("%d of the others are found, %v", len(found), err)
	}
	checkFile(t, p)
}

// checkFile has SQLite check its file and the index of words.
func checkFile(t testing.TB, p *process) {
	t.Helper()
	must(t, p.file.Change(context.Background(), func(_ *database.DB, tx *sql.Tx) error {
		var verdict string
		if err := tx.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("integrity: %s, %v", verdict, err)
		}
		var stray, miscounted int
		err := tx.QueryRow(`SELECT (SELECT count(*) FROM messages WHERE conversation NOT IN (SELECT n FROM conversations) AND conversation NOT IN (SELECT conversation FROM removed)),
			(SELECT count(*) FROM conversations c WHERE messages <> (SELECT count(*) FROM messages m WHERE m.conversation = c.n)
				OR bytes <> (SELECT coalesce(sum(size), 0) FROM messages m WHERE m.conversation = c.n))`).Scan(&stray, &miscounted)
		if stray > 0 || miscounted > 0 {
			t.Errorf("%d messages of no conversation, %d conversations miscounted", stray, miscounted)
		}
		return err
	}))
}

// TestPages walks through the list while it changes.
func TestPages(t *testing.T) {
	path := somewhere(t)
	now := clock()
	p := at(t, path, func(o *Options) { o.Now = now })
	var ids []string
	for i := range 25 {
		ids = append(ids, p.ask("", fmt.Sprint("q", i), "a").ConversationID)
		if i%5 == 0 {
			p.save() // some pages are of the file and of memory
		}
	}
	slices.Reverse(ids)
	var seen []string
	cursor := ""
	for page := 0; ; page++ {
		items, next, err := p.List(cursor, 4)
		must(t, err)
		for _, c := range items {
			seen = append(seen, c.ConversationID)
		}
		switch page {
		case 1:
			p.ask(ids[0], "used again", "a")
			p.ask("", "a new one", "a")
		case 2:
			must(t, p.Delete(seen[len(seen)-1]))
			p.save()
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if !slices.Equal(seen, ids) {
		t.Errorf("saw %d, want %d:\n%q\n%q", len(seen), len(ids), seen, ids)
	}
}

func TestLimits(t *testing.T) {
	path := somewhere(t)
	day := 24 * time.Hour
	var now atomic.Pointer[time.Time] // the writer's goroutine reads it, too
	later := func(d time.Duration) { now.Store(new(now.Load().Add(d))) }
	now.Store(new(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)))
	p := at(t, path, func(o *Options) { o.Now = func() time.Time { return *now.Load() } })
	var ids []string
	for range 120 {
		later(day)
		ids = append(ids, p.ask("", "q", strings.Repeat("x", 1000)).ConversationID)
	}
	p.save()
	count := func() int {
		for more := true; more; {
			must(t, p.tidyOnce())
			more = p.untidy()
		}
		items, _, err := p.List("", MaxPage)
		must(t, err)
		return len(items)
	}
	p.Configure(Settings{Enabled: true, MaxAge: 99*day + day/2})
	if n := count(); n != 100 {
		t.Errorf("%d are left of a hundred days", n)
	}
	p.Configure(Settings{Enabled: true, MaxBytes: 12_000})
	if n := count(); n < 5 || n > 11 {
		t.Errorf("%d are left of 12 KB", n)
	}
	if _, err := p.Get(ids[119]); err != nil {
		t.Error("the newest is gone")
	}
	if _, err := p.Get(ids[0]); !errors.Is(err, ErrNotFound) {
		t.Error("the oldest is there")
	}
	checkFile(t, p)
}
