package cache_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// TestDamagedFile finds the file damaged in several ways: the question is
// answered by the server, one message says what was done, and answers are kept
// again, for the next process, too.
func TestDamagedFile(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"garbage all over": func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("no database ", 4000)), 0o600)
		},
		"garbage behind the header": func(path string) error { return overwrite(path, 4096) },
		"garbage in the header":     func(path string) error { return overwrite(path, 0) },
		"cut":                       func(path string) error { return os.Truncate(path, 5000) },
	} {
		t.Run(name, func(t *testing.T) {
			server := backendtest.Ollama(t, script(backendtest.Tokens("first"), backendtest.Tokens("second"), backendtest.Tokens("third")))
			h := newHome(t, server)
			before := h.editor()
			before.wants("first", chat.HitNone, question)
			before.Close()
			if err := damage(h.file()); err != nil {
				t.Fatal(err)
			}
			after := h.editor()
			after.wants("second", chat.HitNone, question)
			after.wants("second", chat.HitExact, question)
			after.wants("third", chat.HitNone, "What is a map?")
			if told := after.WindowMessages(); len(told) != 1 || !strings.Contains(told[0], "rigrun.db") {
				t.Errorf("the editor was told %d times: %q", len(told), told)
			}
			after.Close()
			if aside, err := filepath.Glob(h.file() + ".damaged-*"); err != nil || len(aside) == 0 {
				t.Errorf("nothing was set aside: %v", err)
			}
			next := h.editor()
			next.wants("second", chat.HitExact, question)
			if told := next.WindowMessages(); len(told) > 0 {
				t.Errorf("the next process says again: %q", told)
			}
			chatted(t, server, 3)
		})
	}
}

// TestFolderInTheFilesPlace finds something that is no file of anyone's: it is left
// alone, answers are kept in memory, and the editor is told once.
func TestFolderInTheFilesPlace(t *testing.T) {
	server := backendtest.Ollama(t, script(backendtest.Tokens("first"), backendtest.Tokens("second")))
	h := newHome(t, server)
	if err := os.MkdirAll(filepath.Join(h.file(), "something"), 0o700); err != nil {
		t.Fatal(err)
	}
	e := h.editor()
	e.wants("first", chat.HitNone, question)
	e.wants("first", chat.HitExact, question)
	e.wants("first", chat.HitSemantic, paraphrase)
	e.wants("second", chat.HitNone, "What is a map?")
	if told := e.WindowMessages(); len(told) != 1 || !strings.Contains(told[0], "rigrun.db") {
		t.Errorf("the editor was told %d times: %q", len(told), told)
	}
	if _, err := os.Stat(filepath.Join(h.file(), "something")); err != nil {
		t.Error(err)
	}
	chatted(t, server, 2)
}

// overwrite writes garbage into a file from an offset on.
func overwrite(path string, from int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if _, err := f.WriteAt([]byte(strings.Repeat("\xAAgarbage", int(max(info.Size()-from, 800))/8)), from); err != nil {
		return err
	}
	return f.Close()
}
