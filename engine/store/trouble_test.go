package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/database"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// TestDamaged damages the file while a process uses it: what the process has said
// goes into the new file, and it is said once.
func TestDamaged(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	for i := range 200 { // more than SQLite has in memory
		p.ask("", fmt.Sprint("q", i), strings.Repeat("a word ", 2000))
	}
	turn := p.ask("", "before", "an answer")
	p.save()
	must(t, p.file.Sync(t.Context()))
	raw, err := os.ReadFile(path)
	must(t, err)
	clear(raw[database.PageBytes:])
	must(t, os.WriteFile(path, raw, 0o600))
	if _, _, err := p.List("", 0); err != nil {
		t.Errorf("List: %v", err)
	}
	if err := p.Err(); err == nil || !strings.Contains(err.Error(), "set aside") && !strings.Contains(err.Error(), "kept as") {
		t.Errorf("what is told: %v", err)
	}
	p.ask(turn.ConversationID, "meanwhile", "another")
	for range 10 {
		if p.flush() == nil {
			break
		}
	}
	if aside, _ := filepath.Glob(path + ".damaged-*Z"); len(aside) != 1 {
		t.Errorf("set aside: %q", aside)
	}
	p.ask("", "after", "a third")
	p.save()
	p.end()
	q := at(t, path)
	if got := q.texts(turn.ConversationID); !slices.Equal(got, []string{"before", "an answer", "meanwhile", "another"}) {
		t.Errorf("in the new file it says %q", got)
	}
	if items, _, _ := q.List("", MaxPage); len(items) < 2+maxIdle {
		t.Errorf("there are %d", len(items))
	}
}

// TestRemoved removes the file while a process uses it.
func TestRemoved(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	turn := p.ask("", "before", "an answer")
	p.save()
	for _, end := range []string{"", "-wal", "-shm"} {
		must(t, os.Remove(path+end))
	}
	p.ask(turn.ConversationID, "after", "another")
	p.end()
	if got := at(t, path).texts(turn.ConversationID); len(got) != 4 {
		t.Errorf("in the new file it says %q", got)
	}
}

// TestForeign has a file of a newer program: it is left alone, everything works
// in memory, and it is said once.
func TestForeign(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rigrun.db")
	db, err := sql.Open("sqlite", path)
	must(t, err)
	_, err = db.Exec(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d; CREATE TABLE x (y)", database.ApplicationID, database.Version()+1))
	must(t, errors.Join(err, db.Close()))
	before, err := os.ReadFile(path)
	must(t, err)
	file := database.New(path, time.Now)
	p := &process{Open(Options{File: file, Now: time.Now, Settings: Settings{Enabled: true}}), file, t}
	checkInMemory(t, p, database.ErrForeign)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed: %v", err)
	}
}

// TestNoFolder has no place for the file at first, and then one.
func TestNoFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	must(t, os.WriteFile(dir, nil, 0o600)) // a file where the folder should be
	var late atomic.Int64                  // nanoseconds; the writer's goroutine reads it, too
	clock := func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	path := filepath.Join(dir, "rigrun.db")
	file := database.New(path, clock)
	p := &process{Open(Options{File: file, Now: clock, Settings: Settings{Enabled: true}}), file, t}
	turn := p.ask("", "while there is no folder", "an answer")
	if p.flush() == nil {
		t.Fatal("it was written")
	}
	if got := p.texts(turn.ConversationID); len(got) != 2 {
		t.Errorf("memory says %q", got)
	}
	must(t, os.Remove(dir))
	late.Store(int64(database.LastPause))
	p.save()
	p.end()
	if got := at(t, path).texts(turn.ConversationID); len(got) != 2 {
		t.Errorf("the file says %q", got)
	}
}

// checkInMemory does everything with conversations that cannot be written.
func checkInMemory(t *testing.T, p *process, want error) {
	t.Helper()
	began := time.Now()
	turn := p.ask("", "q", "an answer")
	p.ask(turn.ConversationID, "more", "another")
	for range 3 {
		if err := p.flush(); want != nil && !errors.Is(err, want) || err == nil {
			t.Errorf("flush: %v", err)
		}
	}
	if got := p.texts(turn.ConversationID); !slices.Equal(got, []string{"q", "an answer", "more", "another"}) {
		t.Errorf("it says %q", got)
	}
	if items, _, err := p.List("", 0); err != nil || len(items) != 1 {
		t.Errorf("List: %+v, %v", items, err)
	}
	if found, err := p.Search(t.Context(), "answer", 0); err != nil || len(found) != 1 {
		t.Errorf("Search: %+v, %v", found, err)
	}
	if s, err := p.Rename(turn.ConversationID, "a name"); err != nil || s.Title != "a name" {
		t.Errorf("Rename: %+v, %v", s, err)
	}
	if p.Err() == nil || p.Err() != nil {
		t.Error("the trouble is not told, or told twice")
	}
	if err := p.Close(); err == nil {
		t.Error("Close does not say what could not be kept")
	}
	_ = p.file.Close()
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
}

// TestMessagesOfANewerProgram keeps members of a message that this version does
// not know.
func TestMessagesOfANewerProgram(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	turn := p.ask("", "q", "a")
	p.save()
	must(t, p.file.Change(t.Context(), func(_ *database.DB, tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE messages SET body = json_set(body, '$.future', 'kept') WHERE id = ?`, turn.MessageID)
		return err
	}))
	p.end()
	p = at(t, path)
	p.ask(turn.ConversationID, "next", "b")
	p.end()
	if !strings.Contains(contents(t, path), `"future":"kept"`) {
		t.Error("it is lost")
	}
}

// TestAnyBytes has texts that are no UTF-8, or hold what ends a text elsewhere.
func TestAnyBytes(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	texts := []string{"\x00a\x00b", "\xff\xfe", "half \xe4\xb8", "\u2028", strings.Repeat("x", 1<<20)}
	turn := p.ask("", texts[0], texts[1])
	p.ask(turn.ConversationID, texts[2], texts[3])
	p.ask(turn.ConversationID, texts[4], texts[0])
	p.end()
	if got := at(t, path).texts(turn.ConversationID); !slices.Equal(got, []string{texts[0], texts[1], texts[2], texts[3], texts[4], texts[0]}) {
		t.Errorf("it says %.100q", got)
	}
}

// TestUnclosedTurn has a turn that nobody closes.
func TestUnclosedTurn(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	turn := p.begin(chat.Request{Message: "q"})
	say(turn, "half")
	p.save()
	_ = turn.Write(stream.Chunk{Kind: stream.Thinking, Data: []byte("hm")})
	p.end()
	c, err := at(t, path).Get(turn.ConversationID)
	must(t, err)
	if m := c.Messages[1]; m.Text != "half" || m.Thinking != "hm" || !m.Interrupted {
		t.Errorf("%+v", m)
	}
}
