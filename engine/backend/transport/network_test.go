package transport

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	c := New(testDoor(door.Rules{}), o)
	t.Cleanup(c.CloseIdle)
	return c
}

// to is a call of an address.
func to(t *testing.T, address string) Call {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return Call{URL: u, Server: "Ollama", Model: "tiny", Prefix: "data: "}
}

// ask streams an answer of an OpenAI-style server.
func ask(ctx context.Context, t *testing.T, c *Client, s *backendtest.Server, w stream.Writer) (stream.End, error) {
	t.Helper()
	return c.Stream(ctx, to(t, s.URL+"/v1/chat/completions"), []byte("{}"), stream.NewSSE(), w)
}

// TestReuse holds that answers leave their connection behind, errors too.
func TestReuse(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{
		{backendtest.Refuse(400, "no")}, backendtest.Tokens("a"), {backendtest.Fail("boom")}, {backendtest.NoEnd()}, backendtest.Tokens("a", "b"),
	}})
	c := newClient(t, Options{})
	for i := range 50 {
		var w backendtest.Recorder
		if _, err := ask(t.Context(), t, c, s, &w); i > 3 && (err != nil || w.Text() != "ab") {
			t.Fatalf("%q, %v", w.Text(), err)
		}
	}
	// The error in mid-stream is not read past, so its connection may be lost.
	if n := s.Connections(); n > 2 {
		t.Errorf("50 answers took %d connections", n)
	}
}

// TestCancelLatency holds that the server sees a cancel at once: 99 of 100 within
// the limit. A machine that stops for a while spoils one set of tries; to spoil
// all three takes a reason of ours.
func TestCancelLatency(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{{backendtest.Text("x"), backendtest.Stall()}}})
	c := newClient(t, Options{})
	const sets, limit = 3, 100 * time.Millisecond
	for range sets {
		if cancelSet(t, c, s) <= limit {
			return
		}
	}
	t.Errorf("p99 is over %s in each of %d sets", limit, sets)
}

// cancelSet cancels 100 answers and returns the 99th percentile of how long the
// server kept its client.
func cancelSet(t *testing.T, c *Client, s *backendtest.Server) time.Duration {
	t.Helper()
	times := make([]time.Duration, 100)
	for i := range times {
		ctx, cancel := context.WithCancel(t.Context())
		var at time.Time
		w := &backendtest.Recorder{After: func(int) error { at = time.Now(); cancel(); return nil }}
		if _, err := ask(ctx, t, c, s, w); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		times[i] = (<-s.Closed()).Sub(at)
	}
	slices.Sort(times)
	t.Logf("p50 %s, p99 %s, max %s", times[50], times[98], times[99])
	return times[98]
}

// TestCancelStopsWriting holds that nothing is written after a cancel, even what
// has been read already.
func TestCancelStopsWriting(t *testing.T) {
	body := strings.Repeat(piece, 1000) + last
	s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{{backendtest.Raw(body), backendtest.NoEnd()}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w := &backendtest.Recorder{After: func(n int) error {
		if n == 3 {
			cancel()
		}
		return nil
	}}
	if _, err := ask(ctx, t, newClient(t, Options{}), s, w); !errors.Is(err, context.Canceled) || w.Chunks != 3 {
		t.Errorf("%v after %d chunks", err, w.Chunks)
	}
}

// TestManyAtOnce holds that 200 answers that all wait for each other end right.
func TestManyAtOnce(t *testing.T) {
	const chats = 200
	release := make(chan struct{})
	tokens := backendtest.OddTokens(50)
	answer := append(backendtest.Answer{backendtest.Text("["), backendtest.Hold(release)}, backendtest.Tokens(tokens...)...)
	s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{answer}})
	c := newClient(t, Options{})
	var wg sync.WaitGroup
	for range chats {
		wg.Go(func() {
			var w backendtest.Recorder
			if _, err := ask(t.Context(), t, c, s, &w); err != nil || w.Text() != "["+strings.Join(tokens, "") {
				t.Errorf("%v, %d bytes", err, len(w.Text()))
			}
		})
	}
	for range chats {
		<-s.Started()
	}
	close(release)
	wg.Wait()
	before := s.Connections()
	for range 20 {
		if _, err := ask(t.Context(), t, c, s, &backendtest.Recorder{}); err != nil {
			t.Error(err)
		}
	}
	if n := s.Connections(); n != before || n > chats {
		t.Errorf("%d connections, and %d after 20 more answers", before, n)
	}
}

// TestStaleConnection holds that a kept connection that the server has closed in
// the meantime costs nothing, not even a retry.
func TestStaleConnection(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		say(w, piece, last)
	}))
	defer s.Close()
	c := newClient(t, Options{Retries: -1})
	for range 20 {
		var w backendtest.Recorder
		if _, err := c.Stream(t.Context(), to(t, s.URL), []byte("{}"), stream.NewSSE(), &w); err != nil || w.Text() != "x" {
			t.Fatalf("%q, %v", w.Text(), err)
		}
		s.CloseClientConnections()
	}
}

// TestBroken holds the kinds of answers that break off or are none.
func TestBroken(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer backendtest.Answer
		want   chat.ErrorKind
	}{
		{"cut", append(backendtest.Tokens("a"), backendtest.Cut()), chat.StreamInterrupted},
		{"no end mark", append(backendtest.Tokens("a"), backendtest.NoEnd()), chat.StreamInterrupted},
		{"nothing at all", backendtest.Answer{backendtest.NoEnd()}, chat.StreamInterrupted},
		{"an error line", append(backendtest.Tokens("a"), backendtest.Fail("cuda error")), chat.StreamInterrupted},
		{"an error line at once", backendtest.Answer{backendtest.Fail("cuda error")}, chat.BadResponse},
		{"garbage", backendtest.Answer{backendtest.Raw("data: {]\n\n"), backendtest.NoEnd()}, chat.BadResponse},
		{"a web page", backendtest.Answer{backendtest.Status(200, "<html>", "Content-Type", "text/html")}, chat.BadResponse},
		{"a web page in disguise", backendtest.Answer{backendtest.Raw("<!doctype html>"), backendtest.NoEnd()}, chat.BadResponse},
		{"a document with an error", backendtest.Answer{backendtest.Status(200, `{"error":{"message":"x"}}`)}, chat.BadResponse},
		{"a broken document", backendtest.Answer{backendtest.Status(200, `{"choices":[}`)}, chat.BadResponse},
		{"half a document", backendtest.Answer{backendtest.Status(200, `{"choices":[`)}, chat.StreamInterrupted},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{test.answer, backendtest.Tokens("next")}})
			c := newClient(t, Options{})
			end, err := ask(t.Context(), t, c, s, &backendtest.Recorder{})
			if chat.KindOf(err) != test.want || !errors.Is(end.Err, err) {
				t.Errorf("want %s, got %v; end %v", test.want, err, end.Err)
			}
			var w backendtest.Recorder
			if _, err := ask(t.Context(), t, c, s, &w); err != nil || w.Text() != "next" {
				t.Errorf("the next answer: %q, %v", w.Text(), err)
			}
		})
	}
}

// TestDocuments holds that JSON labelled as such is read however it is laid out.
func TestDocuments(t *testing.T) {
	for _, test := range []struct{ name, body, contentType string }{
		{"over lines", "\r\n{\"choices\": [\n {\"finish_reason\": \"stop\",\n \"message\": {\"content\": \"hi\"}}]}\n", "application/json"},
		{"events in disguise", piece[:len(piece)-2] + "\n\n" + last, "application/json; charset=utf-8"},
		{"no type", piece + last, "application/octet-stream"},
	} {
		s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{{backendtest.Status(200, test.body, "Content-Type", test.contentType)}}})
		var w backendtest.Recorder
		end, err := ask(t.Context(), t, newClient(t, Options{}), s, &w)
		if err != nil || (w.Text() != "hi" && w.Text() != "x") || end.Reason != chat.FinishStop {
			t.Errorf("%s: %q, %+v, %v", test.name, w.Text(), end, err)
		}
	}
}

func TestLongToken(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 3<<16)
	s := backendtest.OpenAI(t, backendtest.Script{Answers: []backendtest.Answer{backendtest.Tokens("a", long, "b")}})
	var w backendtest.Recorder
	if _, err := ask(t.Context(), t, newClient(t, Options{}), s, &w); err != nil || w.Text() != "a"+long+"b" {
		t.Errorf("%d bytes, %v", len(w.Text()), err)
	}
}

// free returns an address where nothing listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func TestUnreachable(t *testing.T) {
	c := newClient(t, Options{})
	address := free(t)
	call := to(t, "http://user:hunter22@"+address+"/x?token=hunter22")
	_, err := c.Stream(t.Context(), call, []byte("{}"), stream.NewSSE(), &backendtest.Recorder{})
	if chat.KindOf(err) != chat.Unreachable || !strings.Contains(err.Error(), address) {
		t.Error(err)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(e.Error(), "hunter22") {
			t.Errorf("a secret of the URL is in %q", e)
		}
	}
}

// TestOffline holds that offline no address but loopback is dialled, by a name,
// a proxy or a redirect neither.
func TestOffline(t *testing.T) {
	asked := false
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer proxy.Close()
	proxyURL, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := New(testDoor(door.Rules{Offline: true}), Options{Proxy: http.ProxyURL(proxyURL)})
	t.Cleanup(c.CloseIdle)
	for _, address := range []string{"http://192.0.2.1/x", "http://model.test:8080/x", "https://[2001:db8::1]/x", "http://localhost.model.test/x"} {
		start := time.Now()
		err := c.JSON(t.Context(), to(t, address), nil, nil)
		if chat.KindOf(err) != chat.Policy {
			t.Errorf("%s: %v", address, err)
		}
		if time.Since(start) > time.Second {
			t.Errorf("%s: it took %s", address, time.Since(start))
		}
	}
	if asked {
		t.Error("the proxy was asked")
	}
	s := backendtest.OpenAI(t, backendtest.Script{})
	for _, base := range []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)} {
		if err := c.JSON(t.Context(), to(t, base+"/v1/models"), nil, nil); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
}

// TestRedirect holds that a redirect to another host is not followed, and the
// key not carried along.
func TestRedirect(t *testing.T) {
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/login?secret=hunter22", status)
		}))
		call := to(t, s.URL+"/v1/models")
		call.Header = http.Header{"Authorization": {"Bearer sk-abcdef"}}
		c := newClient(t, Options{})
		err := c.JSON(t.Context(), call, map[string]string{}, nil)
		if chat.KindOf(err) != chat.BadResponse || !strings.Contains(err.Error(), other.URL) || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%d: %v", status, err)
		}
		c.CloseIdle()
		s.Close()
	}
	if asked {
		t.Error("the other host was asked")
	}
}

// TestRedirectSameHost holds that a server may move a path, but not turn a POST into a GET.
func TestRedirectSameHost(t *testing.T) {
	for status, want := range map[int]chat.ErrorKind{307: "", 308: "", 301: chat.BadResponse, 302: chat.BadResponse} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/old" {
				http.Redirect(w, r, "/new", status)
				return
			}
			body, _ := io.ReadAll(r.Body)
			if r.Method != http.MethodPost || string(body) != `{"a":1}` {
				t.Errorf("%d: %s %s", status, r.Method, body)
			}
			_, _ = io.WriteString(w, "{}")
		}))
		c := newClient(t, Options{})
		err := c.JSON(t.Context(), to(t, s.URL+"/old"), map[string]int{"a": 1}, nil)
		if chat.KindOf(err) != want || (want == "" && err != nil) {
			t.Errorf("%d: %v", status, err)
		}
		c.CloseIdle()
		s.Close()
	}
}

// TestEnvironment runs itself as a process with an environment of its own, since
// the proxies and authorities of a process are read once.
func TestEnvironment(t *testing.T) {
	if target := os.Getenv("TRANSPORT_TEST_TARGET"); target != "" {
		c := newClient(t, Options{})
		if err := c.JSON(t.Context(), to(t, target), nil, nil); err != nil {
			t.Fatalf("kind=%s %v", chat.KindOf(err), err)
		}
		return
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host != "model.test" {
			t.Errorf("the proxy was asked for %q", r.URL.Host)
		}
		_, _ = io.WriteString(w, "{}")
	}))
	defer proxy.Close()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	defer plain.Close()
	secure := httptest.NewUnstartedServer(plain.Config.Handler)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // a refused certificate is what is tested
	secure.StartTLS()
	defer secure.Close()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	if err := os.WriteFile(authority, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, target, env, want string }{
		{"a proxy for a far host", "http://model.test/x", "HTTP_PROXY=" + proxy.URL, ""},
		{"loopback is direct", plain.URL, "HTTP_PROXY=" + proxy.URL, ""},
		{"a proxy that is down", "http://model.test/x", "HTTP_PROXY=http://me:hunter22@" + free(t), "kind=unreachable Ollama at model.test:80 does not answer (the proxy cannot be reached)"},
		{"an authority of one's own", secure.URL, "SSL_CERT_FILE=" + authority, ""},
		{"an unknown authority", secure.URL, "SSL_CERT_FILE=/dev/null", "kind=unreachable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestEnvironment$")
			cmd.Env = append(os.Environ(), "TRANSPORT_TEST_TARGET="+test.target, "NO_PROXY=", "no_proxy=", "http_proxy=", "SSL_CERT_DIR=/nonexistent", test.env)
			out, err := cmd.CombinedOutput()
			if (err != nil) != (test.want != "") || !bytes.Contains(out, []byte(test.want)) || bytes.Contains(out, []byte("hunter22")) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
