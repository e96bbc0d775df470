package doctor

import (
	"context"
	"encoding/pem"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// TestRunKeepsOrderAndTime runs a probe that never ends and one that crashes
// between others.
func TestRunKeepsOrderAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := Probe{"hangs", func(ctx context.Context) Finding {
			<-ctx.Done()
			time.Sleep(time.Minute) // as a system call does that knows no context
			return Finding{Detail: "late"}
		}}
		start := time.Now()
		checks := Run(t.Context(), time.Second, Said("first", "fine", ""), hangs,
			Probe{"crashes", func(context.Context) Finding { panic("boom") }}, Said("last", "bad", "mend it"))
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %s", took)
		}
		if got := strings.Join(Failed(checks), " "); got != "hangs crashes last" {
			t.Errorf("failed: %s", got)
		}
		if checks[0] != (Check{Name: "first", OK: true, Detail: "fine"}) || checks[3].Fix != "mend it" {
			t.Errorf("%+v", checks)
		}
		if !strings.Contains(checks[1].Detail, "did not end within 1s") || !strings.Contains(checks[2].Detail, "boom") {
			t.Errorf("%+v", checks)
		}
		time.Sleep(time.Hour) // until the late one has ended, too
	})
}

// server is a model server of a test.
type server struct {
	models []chat.Model
	err    error
	took   time.Duration
}

func (s server) Address() string                              { return "127.0.0.1:1" }
func (s server) Models(context.Context) ([]chat.Model, error) { return s.models, s.err }
func (s server) Chosen(context.Context) (chat.Model, error) {
	if s.err != nil {
		return chat.Model{}, s.err
	}
	return s.models[0], nil
}

func (s server) FirstToken(context.Context, chat.Model) (time.Duration, error) { return s.took, s.err }

func TestModelProbes(t *testing.T) {
	no := false
	coder := chat.Model{ID: "coder", Backend: "ollama", ContextLength: 8192, Capabilities: []string{"completion", "insert"}}
	chatty := chat.Model{ID: "chatty", Backend: "ollama", Capabilities: []string{"completion"}}
	none := &chat.Error{Kind: chat.NoBackend, Message: "no model server was found", Hint: "run `ollama serve`"}
	for name, c := range map[string]struct {
		probe       Probe
		detail, fix string
	}{
		"server":             {ModelServer(server{models: []chat.Model{coder}}), "ollama at 127.0.0.1:1, 1 model", ""},
		"no server":          {ModelServer(server{err: none}), "no model server was found", "run `ollama serve`"},
		"another failure":    {ModelServer(server{err: errors.New("odd")}), "odd", "start Ollama (ollama serve) or another server, or set rigrun.local.url"},
		"empty server":       {ModelServer(server{}), "127.0.0.1:1 answers and has no model", "ollama pull qwen2.5-coder:7b"},
		"model":              {Model(server{models: []chat.Model{coder}}), "coder, context of 8192 tokens, can do completion, insert", ""},
		"short context":      {Model(server{models: []chat.Model{{ID: "m", ContextLength: 1024}}}), "m, context of 1024 tokens", "choose a model with a longer context (rigrun.local.model), or start llama-server with -c 8192"},
		"model, no server":   {Model(server{err: none}), "not known: no model server answers", ""},
		"model missing":      {Model(server{err: &chat.Error{Kind: chat.ModelNotFound, Message: "no model x", Hint: "ollama pull x"}}), "no model x", "ollama pull x"},
		"first token":        {FirstToken(server{models: []chat.Model{coder}, took: 20 * time.Millisecond}), "20 ms", ""},
		"slow first token":   {FirstToken(server{models: []chat.Model{coder}, took: 7 * time.Second}), "7.0 s", "choose a smaller model (rigrun.local.model), or one that fits the graphics card"},
		"model not loaded":   {FirstToken(server{models: []chat.Model{{ID: "m", Loaded: &no}}}), "not measured: the model is not in memory, the first question loads it", ""},
		"token, no server":   {FirstToken(server{err: none}), "not measured: no model answers", ""},
		"completion off":     {Completion(server{}, false), "off (rigrun.inlineCompletion.enabled)", ""},
		"completion on":      {Completion(server{models: []chat.Model{coder}}, true), "on, by coder", ""},
		"completion unable":  {Completion(server{models: []chat.Model{chatty}}, true), "on, but chatty cannot fill in the middle", "choose a model that can (ollama pull qwen2.5-coder:1.5b-base), or set rigrun.inlineCompletion.enabled to false"},
		"completion, server": {Completion(server{err: none}, true), "on; no model answers", ""},
	} {
		if got := c.probe.Look(t.Context()); got != (Finding{c.detail, c.fix}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestProxyNamesTheHostAlone(t *testing.T) {
	through := func(u *url.URL) (*url.URL, error) {
		if u.Hostname() == "127.0.0.1" {
			return nil, nil //nolint:nilnil // no proxy
		}
		return url.Parse("http://user:hunter2@proxy.example:3128")
	}
	got := Proxy(through, "http://127.0.0.1:11434", "https://cloud.example/v1", "").Look(t.Context())
	if got != (Finding{Detail: "cloud.example through proxy.example:3128"}) {
		t.Errorf("%+v", got)
	}
	broken := func(*url.URL) (*url.URL, error) { return nil, errors.New("user:hunter2") }
	if got := Proxy(broken, "https://cloud.example").Look(t.Context()); got.Fix == "" || strings.Contains(got.Detail, "hunter2") {
		t.Errorf("%+v", got)
	}
}

func TestCertificates(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	env := func(string) string { return file }
	if got := Certificates(env).Look(t.Context()); got.Fix == "" {
		t.Errorf("a missing file: %+v", got)
	}
	junk := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("none")})
	if err := os.WriteFile(file, junk, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Certificates(env).Look(t.Context()); got.Fix == "" {
		t.Errorf("no certificate: %+v", got)
	}
}

func TestStore(t *testing.T) {
	fine := func(context.Context) (string, error) { return "3 conversations", nil }
	full := func(context.Context) (string, error) { return "", errors.New("the disk is full") }
	dir := t.TempDir()
	path := filepath.Join(dir, "deep", "rigrun.db")
	if got := Store(path, fine).Look(t.Context()); got.Fix != "" || !strings.Contains(got.Detail, filepath.Dir(path)) {
		t.Errorf("before the first: %+v", got)
	}
	if _, err := os.Stat(filepath.Dir(path)); err == nil {
		t.Error("looking made a folder")
	}
	if got := Store("", nil).Look(t.Context()); got.Fix == "" {
		t.Errorf("no folder: %+v", got)
	}
	path = filepath.Join(dir, "rigrun.db")
	if err := os.WriteFile(path, make([]byte, 1e5), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Store(path, fine).Look(t.Context()); got != (Finding{Detail: path + ", 0.1 MB, 3 conversations"}) {
		t.Errorf("%+v", got)
	}
	if got := Store(path, full).Look(t.Context()); got.Detail != "the disk is full" || got.Fix == "" {
		t.Errorf("%+v", got)
	}
	if runtime.GOOS == "windows" {
		return // modes say nothing there
	}
	if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // what the probe is to find
		t.Fatal(err)
	}
	if got := Store(path, fine).Look(t.Context()); got.Fix != "chmod 600 "+path {
		t.Errorf("%+v", got)
	}
}

func TestConfiguration(t *testing.T) {
	if got := Configuration(nil, nil).Look(t.Context()); got != (Finding{Detail: "defaults"}) {
		t.Errorf("%+v", got)
	}
	if got := Configuration([]string{"a", "b"}, nil).Look(t.Context()); got.Detail != "a, b" || got.Fix != "" {
		t.Errorf("%+v", got)
	}
	if got := Configuration(nil, []string{"a: x was expected"}).Look(t.Context()); got.Fix == "" || got.Detail != "a: x was expected" {
		t.Errorf("%+v", got)
	}
}
