package cache_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// programEnv has this binary become the program it names as a user without any
// rights: root may write everywhere, so it cannot show what a read-only folder does.
const programEnv = "CACHE_E2E_PROGRAM"

// nobody is the user that owns nothing.
const nobody = 65534

// actAsAnother becomes the program that the environment names, and returns where
// it names none.
func actAsAnother() {
	program := os.Getenv(programEnv)
	if program == "" {
		return
	}
	for _, give := range []error{syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)} {
		if give != nil {
			fmt.Fprintln(os.Stderr, "become nobody:", give)
			os.Exit(1)
		}
	}
	err := syscall.Exec(program, append([]string{program}, os.Args[1:]...), os.Environ())
	fmt.Fprintln(os.Stderr, "start", program, err)
	os.Exit(1)
}

// unprivileged starts an editor whose process may write only what everyone may.
func (h home) unprivileged(t *testing.T) *editor {
	t.Helper()
	program := rigrun(t)
	if os.Getuid() != 0 {
		return h.editor()
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{self, program, h.dir} {
		for dir := path; len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	return h.editorOf(self, programEnv+"="+program)
}

// closed takes the right to write away from all of a home.
func (h home) closed(t *testing.T) {
	t.Helper()
	err := filepath.Walk(h.dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		if os.Getuid() == 0 { // the home is the user's that the process will be of
			if err := os.Chown(path, nobody, nobody); err != nil {
				return err
			}
		}
		return os.Chmod(path, map[bool]os.FileMode{true: 0o555, false: 0o444}[info.IsDir()])
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // the test's folder is removed afterwards
		_ = filepath.Walk(h.dir, func(path string, info os.FileInfo, err error) error {
			if err == nil && info.IsDir() {
				err = os.Chmod(path, 0o700)
			}
			return err
		})
	})
}

// TestReadOnlyHome has a home in which nothing can be written, empty or with
// answers from before: questions are answered, the process keeps what it can in
// memory, and the editor is told once.
func TestReadOnlyHome(t *testing.T) {
	for _, used := range []bool{false, true} {
		t.Run(fmt.Sprintf("used before %v", used), func(t *testing.T) {
			server := backendtest.Ollama(t, script(backendtest.Tokens("first"), backendtest.Tokens("second"), backendtest.Tokens("third")))
			h := newHome(t, server)
			asked := 0
			if used {
				before := h.editor()
				before.wants("first", chat.HitNone, "What is a channel?")
				before.Close()
				asked++
			} else if err := os.MkdirAll(filepath.Join(h.dir, "state"), 0o700); err != nil {
				t.Fatal(err)
			}
			h.closed(t)
			answers := []string{"first", "second", "third"}[asked:]
			e := h.unprivileged(t)
			e.wants(answers[0], chat.HitNone, question)
			e.wants(answers[0], chat.HitExact, question)
			e.wants(answers[0], chat.HitSemantic, paraphrase)
			e.wants(answers[1], chat.HitNone, "What is a map?")
			e.wants(answers[1], chat.HitExact, "What is a map?")
			if told := e.WindowMessages(); len(told) != 1 {
				t.Errorf("the editor was told %d times: %q", len(told), told)
			}
			e.Close()
			if err := e.WaitEnd(); err != nil {
				t.Errorf("the process ended with %v", err)
			}
			chatted(t, server, asked+2)
		})
	}
}
