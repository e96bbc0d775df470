package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func sharedQuestion() *cache.Question {
	return &cache.Question{Backend: "ollama", Model: "m", Wording: "how do I share an answer?"}
}

// answering is a process that has asked a model and answers on a line of input.
func answering(s *Store) {
	c := cache.New(cache.Options{Backing: s})
	l := c.Lookup(sharedQuestion())
	if _, ok, err := l.Await(context.Background(), nil); ok || err != nil {
		fatal(fmt.Errorf("an answer came from nowhere"))
	}
	fmt.Println("asked")
	bufio.NewScanner(os.Stdin).Scan()
	l.Store(cache.Answer{Text: "from the other process", Reason: chat.FinishStop})
	if err := c.Close(); err != nil {
		fatal(err)
	}
	os.Exit(0)
}

// asker starts a process that holds the question, and returns when it does.
func asker(t *testing.T, path string) (cmd *exec.Cmd, answer func()) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd = exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|answer|0", workerVariable, path))
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Text() != "asked" {
		if !lines.Scan() {
			t.Fatal("the other process did not ask")
		}
	}
	return cmd, func() { _ = in.Close() }
}

// TestProcessesShareAnAnswer has two processes ask the same at once: the second
// gets the first one's answer.
func TestProcessesShareAnAnswer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache.db")
	other, answer := asker(t, path)
	c := cache.New(cache.Options{Backing: New(Options{Path: path, Now: time.Now})})
	defer func() { must(t, c.Close()) }()
	timer := time.AfterFunc(300*time.Millisecond, answer)
	defer timer.Stop()
	l := c.Lookup(sharedQuestion())
	defer l.Done()
	began := time.Now()
	e, ok, err := l.Await(t.Context(), nil)
	if !ok || err != nil || e.Answer.Text != "from the other process" {
		t.Errorf("found %v %q after %v", ok, e.Answer.Text, time.Since(began))
	}
	must(t, other.Wait())
}

// TestProcessKilledWhileAnswering kills the process that others wait for.
func TestProcessKilledWhileAnswering(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache.db")
	other, _ := asker(t, path)
	c := cache.New(cache.Options{Backing: New(Options{Path: path, Now: time.Now})})
	defer func() { must(t, c.Close()) }()
	killed := make(chan time.Time, 1)
	timer := time.AfterFunc(500*time.Millisecond, func() {
		_ = other.Process.Kill()
		killed <- time.Now()
	})
	defer timer.Stop()
	l := c.Lookup(sharedQuestion())
	defer l.Done()
	if _, ok, err := l.Await(t.Context(), nil); ok || err != nil {
		t.Error("a dead process answered")
	}
	if waited := time.Since(<-killed); waited > 2*time.Second {
		t.Errorf("waited %v for a dead process", waited)
	}
	_ = other.Wait() // it was killed
}
