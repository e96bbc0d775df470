//go:build linux

package redis_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
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

	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/engine/cache/redis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a thing may take that takes no time on an idle machine. On
// a busy one some replies are late, and the pauses after them add up.
const patience = time.Minute

// password is the team's user's, in the server's rules as in the URL.
const password = "correct horse"

// tlsOnly is the line that leaves a server without a port for plain connections.
const tlsOnly = "port 0"

// server is a Redis with a port, a folder and a configuration of its own.
type server struct {
	program components.Program
	conf    string
	port    string
	cmd     *exec.Cmd
	output  bytes.Buffer
	ended   chan struct{}
}

// newServer starts a server with more lines of configuration, or skips the test.
func newServer(t *testing.T, config ...string) *server {
	t.Helper()
	if os.Getenv("RIGRUN_E2E") == "" {
		t.Skip("needs a real Redis 8: set RIGRUN_E2E=1 (make e2e)")
	}
	program, err := components.RedisServer(t.Context())
	if u, ok := errors.AsType[*components.Unavailable](err); ok {
		t.Skip(u.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := &server{program: program, conf: filepath.Join(dir, "redis.conf"), port: components.FreePort(t)}
	lines := append([]string{"bind 127.0.0.1", "dir " + dir, `save ""`, "appendonly no", "user default off"}, config...)
	if slices.Contains(config, tlsOnly) {
		lines = append(lines, "tls-port "+s.port)
	} else {
		lines = append(lines, "port "+s.port)
	}
	if err := os.WriteFile(s.conf, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("redis-server said:\n%s", s.output.String())
		}
	})
	return s
}

// start runs the server and waits until it accepts connections.
func (s *server) start(t *testing.T) {
	t.Helper()
	s.cmd = s.program.Command(context.WithoutCancel(t.Context()), s.conf)
	s.cmd.Stdout, s.cmd.Stderr = &s.output, &s.output
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	s.ended = ended
	cmd := s.cmd
	go func() { // ends with the process
		defer close(ended)
		_ = cmd.Wait() // a killed process ends with an error
	}()
	eventually(t, "the server accepts connections", func() error {
		conn, err := net.Dial("tcp", s.host())
		if err == nil {
			err = conn.Close()
		}
		return err
	})
}

func (s *server) host() string { return "127.0.0.1:" + s.port }

// kill ends the process at once, and waits for it.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // fails where it has ended already
	<-s.ended
}

// signal stops the process in its tracks, or lets it go on.
func (s *server) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// open returns a Backing as another editor of the team has it.
func (s *server) open(t *testing.T, scheme, user string, roots *x509.CertPool) *redis.Redis {
	t.Helper()
	address, err := redis.ParseURL(fmt.Sprintf("%s://%s:%s@%s/0", scheme, user, strings.ReplaceAll(password, " ", "%20"), s.host()))
	if err != nil {
		t.Fatal(err)
	}
	r, err := redis.Open(redis.Config{Address: address, RootCAs: roots, Dial: (&net.Dialer{}).DialContext})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// teamUser is the line of docs/cache-redis.md that makes the team's user, with
// the tests' password, as a line of redis.conf.
func teamUser(t *testing.T) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/cache-redis.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(doc))
	for lines.Scan() {
		if rule, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "user team "); ok {
			return fmt.Sprintf("user team %s", strings.Replace(rule, ">the-password", `">`+password+`"`, 1))
		}
	}
	t.Fatal("docs/cache-redis.md names no access rule")
	return ""
}

// eventually waits until check is content.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	t.Fatalf("%s: not within %v: %v", what, patience, err)
}
