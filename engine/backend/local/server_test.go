package local

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newServer returns a Server whose well-known addresses are the ones given.
func newServer(t *testing.T, c Config, wellKnown ...string) *Server {
	t.Helper()
	tr := transport.New(door.New(door.Rules{}, nil, nil), transport.Options{})
	t.Cleanup(tr.CloseIdle)
	s := New(c, tr)
	s.wellKnown = wellKnown
	return s
}

// free returns an address where nothing listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}

// serve starts a server that answers everything alike.
func serve(t *testing.T, status int, contentType, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestPickKind(t *testing.T) {
	ollama := backendtest.Ollama(t, backendtest.Script{}).URL
	llama := backendtest.OpenAI(t, backendtest.Script{Models: []backendtest.Model{{Name: "one"}}}).URL
	second := backendtest.OpenAI(t, backendtest.Script{Models: []backendtest.Model{{Name: "two"}}}).URL
	page := serve(t, 200, "text/html", "<html>")
	chatty := serve(t, 200, "application/json", `{"error":"Unexpected endpoint or method."}`)
	for _, test := range []struct {
		name        string
		config      Config
		wellKnown   []string
		kind, model string
	}{
		{"Ollama configured", Config{URL: ollama, URLSet: true}, nil, "ollama", "tiny:latest"},
		{"llama-server configured", Config{URL: llama, URLSet: true}, nil, "openai", "one"},
		{"with /v1", Config{URL: llama + "/v1", URLSet: true}, nil, "openai", "one"},
		{"the default before the others", Config{URL: ollama}, []string{llama}, "ollama", "tiny:latest"},
		{"the first of the others", Config{URL: free(t)}, []string{llama, second}, "openai", "one"},
		{"the second of the others", Config{URL: free(t)}, []string{page, chatty, second}, "openai", "two"},
		{"not a model server first", Config{URL: page}, []string{llama}, "openai", "one"},
		{"believed", Config{Kind: KindOpenAI, URL: second, URLSet: true}, nil, "openai", "two"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := newServer(t, test.config, test.wellKnown...).Pick(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			if got.Backend.Name() != test.kind || got.Model.ID != test.model || got.Model.Backend != test.kind {
				t.Errorf("%s, %+v", got.Backend.Name(), got.Model)
			}
		})
	}
}

func TestPickFailure(t *testing.T) {
	closed := free(t)
	for _, test := range []struct {
		name      string
		config    Config
		wellKnown []string
		want      chat.ErrorKind
		words     string
	}{
		{"nothing anywhere", Config{URL: closed}, []string{free(t)}, chat.NoBackend, "no model server was found at"},
		{"configured, silent", Config{URL: closed, URLSet: true}, nil, chat.Unreachable, "no model server answers at"},
		{"configured, others not asked", Config{URL: closed, URLSet: true}, []string{backendtest.OpenAI(t, backendtest.Script{}).URL}, chat.Unreachable, ""},
		{"a web page", Config{URL: serve(t, 200, "text/html", "<html>"), URLSet: true}, nil, chat.BadResponse, "answers, but not as"},
		{"another JSON", Config{URL: serve(t, 200, "application/json", `{"a":1}`), URLSet: true}, nil, chat.BadResponse, "answers, but not as"},
		{"not found", Config{URL: serve(t, 404, "text/plain", "404 page not found"), URLSet: true}, nil, chat.BadResponse, "answers, but not as"},
		{"a key", Config{URL: backendtest.OpenAI(t, backendtest.Script{Key: "k"}).URL, URLSet: true}, nil, chat.Auth, "refuses the key"},
		{"not a URL", Config{URL: "ftp://u:hunter22@box", URLSet: true}, nil, chat.NoBackend, "not an http or https URL"},
		{"no models", Config{URL: serve(t, 200, "application/json", `{"version":"1","models":[]}`), URLSet: true}, nil, chat.ModelNotFound, "no model that can answer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := newServer(t, test.config, test.wellKnown...).Pick(t.Context(), "")
			e, ok := errors.AsType[*chat.Error](err)
			if !ok || e.Kind != test.want || !strings.Contains(e.Message, test.words) || e.Hint == "" {
				t.Errorf("%#v", err)
			}
			if strings.Contains(err.Error(), "hunter22") {
				t.Error("a password is in the message")
			}
		})
	}
}

// TestOfflinePolicy holds that a far address is refused offline as what it is.
func TestOfflinePolicy(t *testing.T) {
	tr := transport.New(door.New(door.Rules{Offline: true, LocalHosts: []string{"192.0.2.1:11434"}}, nil, nil), transport.Options{})
	t.Cleanup(tr.CloseIdle)
	_, err := New(Config{URL: "http://192.0.2.1:11434", URLSet: true}, tr).Pick(t.Context(), "")
	if chat.KindOf(err) != chat.Policy {
		t.Error(err)
	}
}

// TestBlackHole holds that addresses that never answer cost 1.5 seconds together.
func TestBlackHole(t *testing.T) {
	hole := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0") // accepts in the kernel, never answers
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return "http://" + l.Addr().String()
	}
	s := newServer(t, Config{URL: hole()}, hole(), hole())
	start := time.Now()
	_, err := s.Pick(t.Context(), "")
	took := time.Since(start)
	if chat.KindOf(err) != chat.NoBackend || took < searchLimit || took > searchLimit+time.Second {
		t.Errorf("%v after %s", err, took)
	}
	start = time.Now()
	if _, again := s.Pick(t.Context(), ""); chat.KindOf(again) != chat.NoBackend || time.Since(start) > searchLimit/2 {
		t.Errorf("the failure is not remembered: %v after %s", again, time.Since(start))
	}
}

// TestForget holds that a failure and a find are both remembered until forgotten.
func TestForget(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{})
	l := newServer(t, Config{URL: s.URL})
	for range 5 {
		if _, err := l.Pick(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
	}
	before := len(s.Requests())
	if before > 5 { // version, models, tags, ps, show
		t.Errorf("five picks made %d requests", before)
	}
	l.Forget()
	if _, err := l.Pick(t.Context(), ""); err != nil || len(s.Requests()) == before {
		t.Errorf("%v; %d requests", err, len(s.Requests()))
	}
	s.Close()
	l.Forget()
	if _, err := l.Pick(t.Context(), ""); chat.KindOf(err) != chat.NoBackend {
		t.Error(err)
	}
}

// TestSharedSearch holds that callers at once search once, and that the one who
// gives up does not fail the others.
func TestSharedSearch(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{})
	l := newServer(t, Config{URL: s.URL})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := l.Pick(gone, ""); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	for range 50 {
		wg.Go(func() {
			if got, err := l.Pick(t.Context(), ""); err != nil || got.Model.ID != "tiny:latest" {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	wg.Wait()
	versions := 0
	for _, r := range s.Requests() {
		if r.Path == "/api/version" {
			versions++
		}
	}
	if versions > 2 {
		t.Errorf("%d searches", versions)
	}
}

// TestNamedModel holds that a model that was named is not looked for in a list.
func TestNamedModel(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{Models: []backendtest.Model{{Name: "tiny", Context: 4096, Capabilities: []string{"completion", "tools"}}}})
	for _, l := range []*Server{
		newServer(t, Config{URL: s.URL, Model: "tiny"}),
		newServer(t, Config{URL: s.URL, Model: "another"}),
	} {
		asked := "tiny"
		if l.config.Model == "tiny" {
			asked = "" // the configured one
		}
		got, err := l.Pick(t.Context(), asked)
		if err != nil || got.Model.ID != "tiny" || got.Model.ContextLength != 4096 || len(got.Model.Capabilities) != 2 {
			t.Errorf("%+v, %v", got.Model, err)
		}
	}
	for _, r := range s.Requests() {
		if r.Path == "/api/tags" || r.Path == "/api/ps" {
			t.Errorf("%s was asked", r.Path)
		}
	}
}

func TestModels(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{Models: []backendtest.Model{{Name: "a"}, {Name: "b-coder"}, {Name: "e", Capabilities: []string{"embedding"}}}})
	for config, want := range map[string]string{"": "b-coder:latest", "a": "a:latest", "absent": ""} {
		models, err := newServer(t, Config{URL: s.URL, Model: config}).Models(t.Context())
		if err != nil || len(models) != 3 {
			t.Fatalf("%v, %v", models, err)
		}
		got := ""
		for _, m := range models {
			if m.Default {
				got += m.ID
			}
		}
		if got != want {
			t.Errorf("configured %q: the default is %q, want %q", config, got, want)
		}
	}
}

func TestEmbed(t *testing.T) {
	for _, s := range []*backendtest.Server{backendtest.Ollama(t, backendtest.Script{}), backendtest.OpenAI(t, backendtest.Script{})} {
		got, err := newServer(t, Config{URL: s.URL, EmbedModel: "e"}).Embed(t.Context(), chat.Unclassified, []string{"x"})
		if err != nil || len(got) != 1 || len(got[0]) != 2 {
			t.Errorf("%v, %v", got, err)
		}
		if _, err := newServer(t, Config{URL: s.URL}).Embed(t.Context(), chat.Unclassified, []string{"x"}); chat.KindOf(err) != chat.ModelNotFound {
			t.Error(err)
		}
	}
}

func TestAddress(t *testing.T) {
	for url, want := range map[string]string{"": "the configured address", "0.0.0.0": "127.0.0.1:11434", "https://u:hunter22@box/x": "box:443", "ftp://x": "the configured address"} {
		if got := New(Config{URL: url}, transport.New(door.New(door.Rules{}, nil, nil), transport.Options{})).Address(); got != want {
			t.Errorf("%q: %q", url, got)
		}
	}
	s := backendtest.OpenAI(t, backendtest.Script{})
	l := newServer(t, Config{URL: free(t)}, s.URL)
	if _, err := l.Pick(t.Context(), ""); err != nil || "http://"+l.Address() != s.URL {
		t.Errorf("%s, %v", l.Address(), err)
	}
}

// TestLoading holds that a llama-server that still loads its model is found.
func TestLoading(t *testing.T) {
	url := serve(t, 503, "application/json", `{"error":{"message":"Loading model","type":"unavailable_error","code":503}}`)
	got, err := newServer(t, Config{URL: url, Model: "m"}).Pick(t.Context(), "")
	if err != nil || got.Backend.Name() != "openai" || got.Model.ID != "m" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestRenew has a model that is asked for by its name replaced under it.
func TestRenew(t *testing.T) {
	o := backendtest.Ollama(t, backendtest.Script{Models: []backendtest.Model{{Name: "coder", Digest: "1"}}})
	s := newServer(t, Config{URL: o.URL, Kind: KindOllama, Model: "coder"})
	if got := s.Digest("coder"); got != "" {
		t.Errorf("a digest that nobody told: %q", got)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { // as the first questions of a process, which may be kept ones
			s.Renew(t.Context())
			if got := s.Digest("coder"); got != "1" {
				t.Errorf("digest %q", got)
			}
		})
	}
	wg.Wait()
	s.Renew(t.Context()) // it has just asked
	if m, ok := s.Known(""); !ok || m.ID != "coder" || len(o.Requests()) != 1 {
		t.Errorf("%+v, %v, %d requests", m, ok, len(o.Requests()))
	}
}

// TestRenewWithoutAServer wants an address where no model server listens tried
// once, and not before every kept answer.
func TestRenewWithoutAServer(t *testing.T) {
	var asked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusNotFound)
	}))
	defer other.Close()
	s := newServer(t, Config{URL: other.URL, URLSet: true})
	s.Renew(t.Context())
	before := asked.Load()
	s.mu.Lock()
	s.until = time.Time{} // the failure is not believed any more
	s.mu.Unlock()
	s.Renew(t.Context())
	if n := asked.Load(); before == 0 || n != before || s.Digest("coder") != "" {
		t.Errorf("%d requests after %d, digest %q", n, before, s.Digest("coder"))
	}
}
