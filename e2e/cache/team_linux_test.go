package cache_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/cache/redis"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// password is the team's user's.
const password = "correct-horse"

// team is a Redis server for the team. It writes every change it is told into a
// log before it answers, so that its folder holds whatever ever reached it.
type team struct {
	t       *testing.T
	program components.Program
	dir     string
	port    string
	ended   chan struct{} // closed when the process has ended
	cmd     *exec.Cmd
	output  bytes.Buffer
}

// newTeam starts a server with the access rule of docs/cache-redis.md, or skips
// the test.
func newTeam(t *testing.T) *team {
	t.Helper()
	rigrun(t) // skips the test where no end-to-end tests are wanted
	program, err := components.RedisServer(t.Context())
	if u, ok := errors.AsType[*components.Unavailable](err); ok {
		t.Skip(u.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &team{t: t, program: program, dir: t.TempDir(), port: freePort(t)}
	write(t, filepath.Join(s.dir, "redis.conf"), strings.Join([]string{
		"bind 127.0.0.1", "port " + s.port, "dir " + s.dir, `save ""`,
		"appendonly yes", "appendfsync always", "aof-use-rdb-preamble no", "auto-aof-rewrite-percentage 0",
		"user default off", rule(t), "",
	}, "\n"))
	s.start()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("redis-server said:\n%s", s.output.String())
		}
	})
	return s
}

// rule is the line of the documentation that makes the team's user.
func rule(t *testing.T) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/cache-redis.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(doc)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "user team ") {
			return strings.Replace(line, ">the-password", ">"+password, 1)
		}
	}
	t.Fatal("docs/cache-redis.md names no access rule")
	return ""
}

// freePort returns a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func (s *team) start() {
	s.t.Helper()
	s.cmd = s.program.Command(context.WithoutCancel(s.t.Context()), filepath.Join(s.dir, "redis.conf"))
	s.cmd.Stdout, s.cmd.Stderr = &s.output, &s.output
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended, cmd := make(chan struct{}), s.cmd
	s.ended = ended
	go func() { // ends with the process
		defer close(ended)
		_ = cmd.Wait() // a killed process ends with an error
	}()
	eventually(s.t, "Redis accepts connections", func() error {
		conn, err := net.Dial("tcp", "127.0.0.1:"+s.port)
		if err == nil {
			err = conn.Close()
		}
		return err
	})
}

// kill ends the server at once, and waits for that.
func (s *team) kill() {
	_ = s.cmd.Process.Kill() // fails where it has ended already
	<-s.ended
}

func (s *team) url() string { return "redis://team:" + password + "@127.0.0.1:" + s.port }

// member is a home of the team's own settings.
func (s *team) member(server *backendtest.Server) home {
	return newHome(s.t, server, "[cache]", fmt.Sprintf("store = %q", s.url()))
}

// entries is how many answers the server has.
func (s *team) entries() int {
	s.t.Helper()
	address, err := redis.ParseURL(s.url())
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := redis.Open(redis.Config{Address: address, Dial: (&net.Dialer{}).DialContext})
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Close()
	var stats cache.BackingStats
	eventually(s.t, "Redis tells how much it holds", func() (err error) { stats, err = r.Stats(s.t.Context()); return err })
	return stats.Entries
}

// holds waits until the server has this many answers.
func (s *team) holds(want int) {
	s.t.Helper()
	eventually(s.t, "the answers are shared", func() error {
		if got := s.entries(); got != want {
			return fmt.Errorf("Redis holds %d answers, not %d", got, want)
		}
		return nil
	})
}

// everything is all that the server was ever told to keep, and all it has.
func (s *team) everything() string {
	s.t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "redis.conf" {
			return err
		}
		content, err := os.ReadFile(path)
		all.Write(content)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all.String()
}

// TestTwoHomesShare has two people's processes share answers through Redis, and
// none of those that are marked.
func TestTwoHomesShare(t *testing.T) {
	s := newTeam(t)
	server := backendtest.Ollama(t, script(
		backendtest.Tokens("shared ", "by all"), backendtest.Tokens("the safe's number"), backendtest.Tokens("yours alone"), backendtest.Tokens("anew"),
	))
	mine, yours := s.member(server), s.member(server)
	me, you := mine.editor(), yours.editor()
	me.wants("shared by all", chat.HitNone, question)
	s.holds(1)
	you.wants("shared by all", chat.HitExact, question)
	third := s.member(server).editor() // has nothing in memory
	third.wants("shared by all", chat.HitSemantic, paraphrase)
	chatted(t, server, 1)

	const marked = "How does the zanzibar protocol work?"
	me.wants("the safe's number", chat.HitNone, marked, "classification", "CUI")
	me.wants("the safe's number", chat.HitExact, marked, "classification", "CUI")
	you.wants("yours alone", chat.HitNone, marked, "classification", "CUI")
	s.holds(1)
	if got := mine.command("cache", "stats"); !strings.HasPrefix(got, "1 answers, ") || !strings.Contains(got, s.port) || strings.Contains(got, password) {
		t.Errorf("cache stats says %q", got)
	}
	me.Close() // what was still to be written is written
	you.Close()
	for text, want := range map[string]bool{
		"shared by all": true, "reverse a slice": true,
		"the safe's number": false, "zanzibar": false, "yours alone": false,
	} {
		if strings.Contains(s.everything(), text) != want {
			t.Errorf("that Redis was told %q is %v, want %v", text, !want, want)
		}
	}
	for _, h := range []home{mine, yours} {
		if _, err := os.Stat(h.file()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a team's member has a file of its own: %v", err)
		}
	}
}

// TestRedisDiesInMidUse kills the server while two people ask. Nobody's question
// fails or waits, what this process knows it still knows, and each is told once.
// When the server is back, answers are shared again.
func TestRedisDiesInMidUse(t *testing.T) {
	s := newTeam(t)
	server := backendtest.Ollama(t, backendtest.Script{})
	me, you := s.member(server).editor(), s.member(server).editor()
	me.wants("Hello", chat.HitNone, question)
	s.holds(1)
	you.wants("Hello", chat.HitExact, question)
	s.kill()
	for i := range 5 {
		asked := fmt.Sprintf("What is number %d?", i)
		for _, e := range []*editor{me, you} {
			began := time.Now()
			e.wants("Hello", chat.HitNone, asked)
			if took := time.Since(began); took > time.Second {
				t.Errorf("a question took %v", took)
			}
			e.wants("Hello", chat.HitExact, asked)
			e.wants("Hello", chat.HitExact, question)
		}
	}
	for _, e := range []*editor{me, you} {
		if told := e.WindowMessages(); len(told) != 1 || strings.Contains(told[0], password) {
			t.Errorf("an editor was told %d times: %q", len(told), told)
		}
	}
	s.start()
	n := 0
	eventually(t, "answers are shared again", func() error {
		n++
		e, other := me, you
		asked := fmt.Sprintf("What is number %d hundred?", n)
		e.wants("Hello", chat.HitNone, asked)
		<-time.After(300 * time.Millisecond)
		if _, r := other.answered(other.sent(asked)); r.Cache.Hit != chat.HitExact {
			return errors.New("not shared")
		}
		return nil
	})
	t.Logf("shared again with question %d", n)
}
