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
	"slices"
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
	s := &team{t: t, program: program, dir: t.TempDir(), port: components.FreePort(t)}
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
// Conversations are a person's own and always kept in a file, so they are switched
// off here: whatever file there is was made by the cache.
func (s *team) member(server *backendtest.Server) home {
	return newHome(s.t, server, "[conversations]", "enabled = false", "[cache]", fmt.Sprintf("store = %q", s.url()))
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

// shares has an editor ask until its answer, whose text is known, is the only one
// that the server has.
func (s *team) shares(e *editor, text, message string) {
	s.t.Helper()
	e.wants(text, chat.HitNone, message)
	tries := 0
	eventually(s.t, "the answer is shared", func() error {
		if got := s.entries(); got != 1 {
			if tries++; tries%100 == 0 { // it was not there for a moment, and is not told again
				e.wants(text, chat.HitNone, message, "cache", "refresh")
			}
			return fmt.Errorf("Redis holds %d answers", got)
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

// TestTwoHomesShare has people of one team ask the same, exactly and in other
// words. The model is asked once.
func TestTwoHomesShare(t *testing.T) {
	s := newTeam(t)
	server := backendtest.Ollama(t, script(backendtest.Tokens("shared ", "by all")))
	mine, yours := s.member(server), s.member(server)
	me, you, third := mine.editor(), yours.editor(), s.member(server).editor()
	s.shares(me, "shared by all", question)
	asked := len(server.Chats())
	you.finds("shared by all", chat.HitExact, question)
	third.finds("shared by all", chat.HitSemantic, paraphrase)
	you.wants("shared by all", chat.HitExact, question)
	chatted(t, server, asked)
	if got := yours.command("cache", "stats"); !strings.HasPrefix(got, "1 answers, ") || !strings.Contains(got, s.port) || strings.Contains(got, password) {
		t.Errorf("cache stats says %q", got)
	}
	for _, text := range []string{"shared by all", "reverse a slice"} {
		if !strings.Contains(s.everything(), text) {
			t.Errorf("the server's folder does not hold %q, so it shows nothing of what should not be there", text)
		}
	}
	for _, h := range []home{mine, yours} {
		if _, err := os.Stat(h.file()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a team's member has a file of its own: %v", err)
		}
	}
	if got := yours.command("cache", "clear"); got != "1 removed\n" || s.entries() != 0 {
		t.Errorf("cache clear says %q; the server holds %d answers", got, s.entries())
	}
}

// TestMarkedQuestionsNeverReachRedis asks at CUI. The one who asked gets the
// answer again, nobody else does, and Redis is told nothing of it.
func TestMarkedQuestionsNeverReachRedis(t *testing.T) {
	s := newTeam(t)
	const text, marked = "the safe's number", "How does the zanzibar protocol work?"
	server := backendtest.Ollama(t, script(backendtest.Tokens(text)))
	me, you := s.member(server).editor(), s.member(server).editor()
	s.shares(me, text, question)
	asked := len(server.Chats())
	me.wants(text, chat.HitNone, marked, "classification", "CUI")
	me.wants(text, chat.HitExact, marked, "classification", "CUI")
	you.wants(text, chat.HitNone, marked, "classification", "CUI")
	chatted(t, server, asked+2)
	me.Close() // what was still to be written is written
	you.Close()
	if n := s.entries(); n != 1 {
		t.Errorf("Redis holds %d answers, want the unmarked one", n)
	}
	all := s.everything()
	if strings.Contains(all, "zanzibar") || !strings.Contains(all, text) {
		t.Error("Redis was told of a marked question, or its log is not where it was looked for")
	}
	if n := strings.Count(all, "VADD"); n == 0 || n > asked {
		t.Errorf("Redis was told %d vectors, for %d unmarked questions", n, asked)
	}
}

// TestRedisDiesInMidUse kills the server while two people ask. Nobody's question
// fails or waits, what this process knows it still knows, and each is told once.
// When the server is back, answers are shared again.
func TestRedisDiesInMidUse(t *testing.T) {
	s := newTeam(t)
	server := backendtest.Ollama(t, backendtest.Script{})
	me, you := s.member(server).editor(), s.member(server).editor()
	s.shares(me, "Hello", question)
	you.finds("Hello", chat.HitExact, question)
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
		told := e.WindowMessages() // that the server was slow before may be one of them
		if said := slices.Compact(slices.Sorted(slices.Values(told))); len(told) == 0 || len(said) < len(told) || strings.Contains(strings.Join(told, ""), password) {
			t.Errorf("an editor was told %d times: %q", len(told), told)
		}
	}
	s.start()
	n := 0
	eventually(t, "answers are shared again", func() error {
		n++
		asked := fmt.Sprintf("What is number %d hundred?", n)
		me.wants("Hello", chat.HitNone, asked)
		<-time.After(300 * time.Millisecond) // an answer is written some time after it was given
		if _, failed := you.sent(asked, "maxTier", "cache").Wait(); failed != nil {
			return failed
		}
		return nil
	})
	t.Logf("shared again with question %d", n)
}
