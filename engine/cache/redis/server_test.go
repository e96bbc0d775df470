package redis

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hang is a reply that never comes.
const hang = "hang"

// server is a scripted Redis on the other end of pipes. Its zero value stores
// texts and answers every other command with OK.
type server struct {
	mu     sync.Mutex
	script func(c command) (reply string, scripted bool) // raw bytes; hang for none
	refuse error                                         // of a connection
	conns  []net.Conn
	texts  map[string]string
	asked  []command
	dials  int
	once   sync.Once
	wg     sync.WaitGroup // of the goroutines that serve
}

func (s *server) dial(context.Context, string, string) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials++
	if s.refuse != nil {
		return nil, s.refuse
	}
	ours, theirs := net.Pipe()
	s.conns = append(s.conns, theirs)
	s.wg.Go(func() { s.serve(theirs) }) // ends with the connection
	return ours, nil
}

// hangUp closes every connection, as a server does that ends.
func (s *server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Close()
	}
	s.conns = nil
}

// does sets the script.
func (s *server) does(script func(c command) (string, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = script
}

func (s *server) log() []command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]command(nil), s.asked...)
}

func (s *server) serve(conn net.Conn) {
	defer conn.Close()
	in, out := bufio.NewReader(conn), make(chan string, 1<<10)
	defer close(out)
	s.wg.Go(func() { // apart from reading, so that a whole pipeline is read before its first reply is taken
		for raw := range out {
			if _, err := io.WriteString(conn, raw); err != nil {
				conn.Close()
			}
		}
	})
	for {
		c, err := readCommand(in)
		if err != nil {
			return
		}
		if raw := s.answer(c); raw != hang {
			out <- raw
		}
	}
}

func (s *server) answer(c command) string {
	s.mu.Lock()
	script := s.script
	s.asked = append(s.asked, c)
	s.mu.Unlock()
	if script != nil {
		if raw, ok := script(c); ok {
			return raw
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch c[0] {
	case "GET":
		if text, ok := s.texts[c[1]]; ok {
			return bulk(text)
		}
		return "$-1\r\n"
	case "EXISTS":
		if _, ok := s.texts[c[1]]; ok {
			return ":1\r\n"
		}
		return ":0\r\n"
	case "SET":
		if s.texts == nil {
			s.texts = map[string]string{}
		}
		s.texts[c[1]] = c[2]
	}
	return "+OK\r\n"
}

func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

func list(items ...string) string {
	return fmt.Sprintf("*%d\r\n%s", len(items), strings.Join(items, ""))
}

func readCommand(in *bufio.Reader) (command, error) {
	n, err := readCount(in, '*')
	if err != nil {
		return nil, err
	}
	c := make(command, n)
	for i := range c {
		size, err := readCount(in, '$')
		if err != nil {
			return nil, err
		}
		text := make([]byte, size+2)
		if _, err := io.ReadFull(in, text); err != nil {
			return nil, err
		}
		c[i] = string(text[:size])
	}
	return c, nil
}

func readCount(in *bufio.Reader, kind byte) (int, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return 0, err
	}
	if line[0] != kind {
		return 0, errors.New("not a command")
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}

// open returns a Backing on the server, closed with the test.
func open(t *testing.T, s *server, url string) *Redis {
	t.Helper()
	a, err := ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(Config{Address: a, Dial: s.dial})
	if err != nil {
		t.Fatal(err)
	}
	s.once.Do(func() { t.Cleanup(s.wg.Wait) }) // after all have closed
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

const someURL = "redis://cache.example:6379"

// entryOf returns an entry about the wording, with a vector.
func entryOf(wording string) cache.Entry {
	q := cache.Question{Backend: "ollama", Model: "m", Wording: wording}
	key, group, check := q.Keys()
	created := time.Now().UTC().Truncate(time.Microsecond)
	return cache.Entry{
		ID: cache.NewID(key, created), Key: key, Check: check, Group: group,
		Question: wording, Vector: unit(1, 0, 0, 0), Embedder: "test", Threshold: 0.9,
		Level: chat.Unclassified, Created: created, Used: created,
		Answer: cache.Answer{
			Text: "The answer to " + wording, Reason: chat.FinishStop, Tier: chat.TierLocal,
			Backend: "ollama", Model: "m", CostCents: 0.25,
			Usage: chat.Usage{PromptTokens: 12, CompletionTokens: 34},
		},
	}
}

// unit returns the vector in unit length.
func unit(v ...float32) []float32 {
	length := float32(0)
	for _, x := range v {
		length += x * x
	}
	for i := range v {
		v[i] /= sqrt(length)
	}
	return v
}

// wait is how long f takes.
func wait(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}
