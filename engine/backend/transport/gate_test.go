package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// names is a name server: it answers for these hosts and knows no others.
type names map[string]string

// dial connects a resolver to it, over a stream as DNS has it for TCP.
func (n names) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	go n.serve(far) // ends when the resolver closes near
	return near, nil
}

func (n names) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }() // the resolver has gone
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		answer := n.answer(query)
		_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	}
}

// answer is the reply to a query with one question (RFC 1035, section 4).
func (n names) answer(query []byte) []byte {
	const header = 12
	var labels []string
	at := header
	for query[at] != 0 {
		size := int(query[at])
		labels = append(labels, string(query[at+1:at+1+size]))
		at += 1 + size
	}
	kind := binary.BigEndian.Uint16(query[at+1:])
	question := query[header : at+5]
	ip, known := n[strings.ToLower(strings.Join(labels, "."))]
	reply := append([]byte{}, query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0)
	if !known {
		reply[3] = 0x83 // there is no such name
	}
	if known && kind == 1 { // an address of version 4
		reply[7] = 1
		a := netip.MustParseAddr(ip).As4()
		reply = append(reply, question...)
		reply = append(reply, 0xc0, header, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4)
		return append(reply, a[:]...)
	}
	return append(reply, question...)
}

// network records which addresses a client would have connected to, and lets it
// connect to loopback alone.
type network struct {
	mu       sync.Mutex
	connects []string
}

var errNoRoute = errors.New("the test's network ends here")

// world makes a client whose names are given and whose connections are recorded.
func world(t *testing.T, d *door.Door, n names, o Options) (*Client, *network) {
	t.Helper()
	c, w := New(d, o), &network{}
	o = o.withDefaults()
	for reach := range c.http.Transport.(*gate).pools {
		dialer := newDialer(d, door.Reach(reach), o)
		if door.Reach(reach) != door.Loopback {
			dialer.net.Resolver = &net.Resolver{PreferGo: true, Dial: n.dial}
		}
		allowed := dialer.net.ControlContext
		dialer.net.ControlContext = func(ctx context.Context, network, address string, raw syscall.RawConn) error {
			if err := allowed(ctx, network, address, raw); err != nil {
				return err
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.connects = append(w.connects, address)
			if !netip.MustParseAddrPort(address).Addr().IsLoopback() {
				return errNoRoute
			}
			return nil
		}
		c.http.Transport.(*gate).pools[reach] = newPool(dialer, o)
	}
	t.Cleanup(c.CloseIdle)
	return c, w
}

// tally is a witness that counts, and remembers the digest of each body.
type tally struct {
	mu      sync.Mutex
	passed  []door.Passage
	refused []string
}

func (w *tally) Passed(p door.Passage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.passed = append(w.passed, p)
}

func (w *tally) Refused(_ door.Passage, v *door.Violation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused = append(w.refused, v.Rule)
}

func (w *tally) Hash(body []byte) string { return string(body) } // a test may keep it

func nothing(string) []string { return nil }

const marked = `{"messages":[{"content":"// SECRET//NOFORN\nfunc main() {}"}]}`

// TestNoByteBeyondItsReach holds that a name that leads further than a request
// may go is not connected to, whatever the name looks like.
func TestNoByteBeyondItsReach(t *testing.T) {
	known := names{
		"gpu.lan": "203.0.113.9", "near.lan": "10.1.2.3", "shared.lan": "100.64.0.7", "meta.lan": "169.254.1.1",
		"loop.lan": "127.0.0.1", "api.cloud.test": "127.0.0.1",
	}
	hosts := []string{"gpu.lan:80", "near.lan:80", "shared.lan:80", "meta.lan:80", "loop.lan:9", "203.0.113.9:80"}
	for _, test := range []struct {
		name, url, body string
		rules           door.Rules
		role            door.Role
		level           chat.Level
		connects        []string
		refusal         string // "" where the connection itself fails
	}{
		{"open, to a public address", "http://gpu.lan/x", "{}", door.Rules{}, door.Local, 0, []string{"203.0.113.9:80"}, ""},
		{"CUI, to a public address", "http://gpu.lan/x", "{}", door.Rules{}, door.Local, chat.CUI, nil, door.RuleAddress},
		{"marked, to a public address", "http://gpu.lan/x", marked, door.Rules{}, door.Local, 0, nil, door.RuleAddress},
		{"marked by the settings", "http://gpu.lan/x", "{}", door.Rules{Level: chat.CUI}, door.Local, 0, nil, door.RuleAddress},
		{"marked, to a public address without a name", "http://203.0.113.9/x", marked, door.Rules{}, door.Local, 0, nil, door.RuleAddress},
		{"paranoid, to a public address", "http://gpu.lan/x", "{}", door.Rules{Paranoid: true}, door.Local, 0, nil, door.RuleAddress},
		{"marked, to a private address", "http://near.lan/x", marked, door.Rules{}, door.Local, 0, []string{"10.1.2.3:80"}, ""},
		{"marked, to a shared address", "http://shared.lan/x", marked, door.Rules{}, door.Local, 0, []string{"100.64.0.7:80"}, ""},
		{"marked, to a link-local address", "http://meta.lan/x", marked, door.Rules{}, door.Local, 0, []string{"169.254.1.1:80"}, ""},
		{"offline, to a private address", "http://near.lan/x", "{}", door.Rules{Offline: true}, door.Local, 0, nil, door.RuleOffline},
		{"offline, a name of loopback that a name server would have to tell", "http://loop.lan:9/x", "{}", door.Rules{Offline: true}, door.Local, 0, nil, door.RuleOffline},
		{"a name under another", "http://near.lan.evil.test/x", "{}", door.Rules{}, door.Local, 0, nil, door.RuleDestination},
		{"the cloud on loopback, marked", "http://api.cloud.test/x", marked, door.Rules{}, door.Cloud, 0, nil, door.RuleClassification},
		{"the cloud on loopback, offline", "http://api.cloud.test/x", "{}", door.Rules{Offline: true}, door.Cloud, 0, nil, door.RuleOffline},
		{"the cloud on loopback, paranoid", "http://api.cloud.test/x", "{}", door.Rules{Paranoid: true}, door.Cloud, 0, nil, door.RuleParanoid},
		{"a private address as the cloud", "http://near.lan/x", "{}", door.Rules{}, door.Cloud, 0, nil, door.RuleDestination},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.rules.LocalHosts, test.rules.CloudHost = hosts, "api.cloud.test:80"
			w := &tally{}
			c, web := world(t, door.New(test.rules, nothing, w), known, Options{Proxy: noProxy(t, slices.Contains(test.connects, "203.0.113.9:80"))})
			call := to(t, test.url)
			call.Role, call.Level = test.role, test.level
			_, err := c.Stream(t.Context(), call, []byte(test.body), stream.NewSSE(), &backendtest.Recorder{})
			slices.Sort(web.connects)
			if got := slices.Compact(web.connects); !slices.Equal(got, test.connects) {
				t.Errorf("it connects to %v, want %v", got, test.connects)
			}
			v, refused := errors.AsType[*door.Violation](err)
			if test.refusal == "" && chat.KindOf(err) != chat.Unreachable {
				t.Error(err)
			}
			if test.refusal != "" && (!refused || v.Rule != test.refusal || chat.KindOf(err) != chat.Policy) {
				t.Errorf("want %s, got %v", test.refusal, err)
			}
			if test.refusal != "" && !slices.Equal(w.refused, []string{test.refusal}) {
				t.Errorf("refused %v: a refusal is final", w.refused)
			}
		})
	}
}

// noProxy is a choice of proxies that nobody but an open request may come to.
func noProxy(t *testing.T, allowed bool) func(*http.Request) (*url.URL, error) {
	return func(*http.Request) (*url.URL, error) {
		if !allowed {
			t.Error("a proxy is chosen for a request that must stay")
		}
		return nil, nil
	}
}

// TestPoolsByReach holds that a connection that was opened for an open question
// is not used for a confined one, and that each reach keeps its own.
func TestPoolsByReach(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{})
	port := s.URL[strings.LastIndexByte(s.URL, ':'):]
	d := door.New(door.Rules{LocalHosts: []string{"gpu.lan" + port}}, nothing, nil)
	c, _ := world(t, d, names{"gpu.lan": "127.0.0.1"}, Options{})
	for range 3 {
		for _, level := range []chat.Level{chat.Unclassified, chat.CUI} {
			call := to(t, "http://gpu.lan"+port+"/v1/chat/completions")
			call.Level = level
			if _, err := c.Stream(t.Context(), call, []byte("{}"), stream.NewSSE(), &backendtest.Recorder{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := s.Connections(); n != 2 {
		t.Errorf("%d connections, want one for each reach", n)
	}
}

// TestLocalhost holds that every name of this machine leads there, without a
// name server.
func TestLocalhost(t *testing.T) {
	s := backendtest.OpenAI(t, backendtest.Script{})
	c, web := world(t, testDoor(door.Rules{}), nil, Options{})
	for _, host := range []string{"localhost", "LOCALHOST.", "a.b.localhost", "127.0.0.1", "[::ffff:127.0.0.1]"} {
		base := strings.Replace(s.URL, "127.0.0.1", host, 1)
		if err := c.JSON(t.Context(), to(t, base+"/v1/models"), nil, nil); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, address := range web.connects {
		if !netip.MustParseAddrPort(address).Addr().Unmap().IsLoopback() {
			t.Errorf("it connected to %s", address)
		}
	}
}

// TestLocalhostOnVersion6 holds that a server that listens on ::1 alone is found.
func TestLocalhostOnVersion6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no ::1: ", err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })}
	var served sync.WaitGroup
	served.Go(func() { _ = s.Serve(l) }) // ends with Close
	_, port, _ := net.SplitHostPort(l.Addr().String())
	c := newClient(t, Options{})
	if err := c.JSON(t.Context(), to(t, "http://localhost:"+port+"/x"), nil, nil); err != nil {
		t.Error(err)
	}
	c.CloseIdle()
	_ = s.Close() // nothing is lost
	served.Wait()
}

// TestEveryAttemptPasses holds that each retry is judged, with the bytes that
// the server then gets.
func TestEveryAttemptPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &tally{}
		var got []string
		var mu sync.Mutex
		handler, _ := refusing(2, 503, "")
		r := newRig(t, Options{}, handler)
		defer r.close()
		r.server.Handler = http.HandlerFunc(func(out http.ResponseWriter, req *http.Request) {
			body, err := io.ReadAll(req.Body)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			got = append(got, string(body))
			mu.Unlock()
			handler(out, req)
		})
		r.client.http.Transport.(*gate).door = door.New(door.Rules{LocalHosts: []string{"model.test:11434"}}, nothing, w)
		if _, err := r.ask(t.Context(), &backendtest.Recorder{}); err != nil {
			t.Fatal(err)
		}
		if len(got) != 3 || len(w.passed) != 3 {
			t.Fatalf("%d requests, %d judged", len(got), len(w.passed))
		}
		for i := range got {
			if w.passed[i].Digest != got[i] || got[i] != `{"prompt":"Why?"}` {
				t.Errorf("judged %q, sent %q", w.passed[i].Digest, got[i])
			}
		}
	})
}

// TestRedirectPassesTheDoor holds that the door alone stops a redirect, where
// the client would follow it: to another host, to a cloud, and within one host.
func TestRedirectPassesTheDoor(t *testing.T) {
	var asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer other.Close()
	otherHost := strings.Replace(strings.TrimPrefix(other.URL, "http://"), "127.0.0.1", "api.cloud.test", 1)
	for _, test := range []struct {
		name, target, refusal string
		judged                int
	}{
		{"to another host", "http://evil.test/x", door.RuleDestination, 1},
		{"to the cloud", "http://" + otherHost + "/x", door.RuleDestination, 1},
		{"within the host", "/new", "", 2},
	} {
		for _, status := range []int{307, 308} {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/new" {
					say(w, piece, last)
					return
				}
				http.Redirect(w, r, test.target, status)
			}))
			w := &tally{}
			d := door.New(door.Rules{CloudHost: otherHost}, nothing, w)
			c, web := world(t, d, names{"evil.test": "127.0.0.1", "api.cloud.test": "127.0.0.1"}, Options{})
			c.http.CheckRedirect = nil // what the door does without it
			_, err := c.Stream(t.Context(), to(t, s.URL), []byte("{}"), stream.NewSSE(), &backendtest.Recorder{})
			v, refused := errors.AsType[*door.Violation](err)
			if refused != (test.refusal != "") || refused && v.Rule != test.refusal || !refused && err != nil {
				t.Errorf("%s, %d: %v", test.name, status, err)
			}
			if len(w.passed) != test.judged || len(web.connects) != 1 {
				t.Errorf("%s, %d: %d passed, connected to %v", test.name, status, len(w.passed), web.connects)
			}
			c.CloseIdle()
			s.Close()
		}
	}
	if asked.Load() != 0 {
		t.Error("the other server was asked")
	}
}

// TestGateKnowsItsCalls holds that a request that no call of this package made
// is not sent, and that a call's own body is what goes out.
func TestGateKnowsItsCalls(t *testing.T) {
	var got atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got.Store(string(body))
	}))
	defer s.Close()
	c := newClient(t, Options{})
	call := to(t, s.URL)
	call.Method, call.body = http.MethodPost, []byte("judged")
	for _, known := range []bool{false, true} {
		ctx := t.Context()
		if known {
			ctx = withCall(ctx, &call)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader("something else"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.http.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if known != (err == nil) || !known && !errors.Is(err, errUnjudged) {
			t.Errorf("known %v: %v", known, err)
		}
	}
	if got.Load() != "judged" {
		t.Errorf("%q was sent", got.Load())
	}
}
