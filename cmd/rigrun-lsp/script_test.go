package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"rigrun-lsp": main}) }

// TestScripts runs the program as a person or an editor does. Each script in
// testdata/script has folders of its own for configuration, state and home, and
// a config.toml that points at a port where nothing listens. Besides
// testscript's own commands there are these:
//
//	model ollama|openai TOKEN…     starts a scripted model server and configures it;
//	                               "cut" and "refuse" as the last token end the answer so
//	status N COMMAND…              runs a command that must end with a status
//	frame IN OUT                   frames the lines of IN as LSP messages
//	unframe IN OUT                 writes the messages in IN one a line; anything else in IN fails
//	editor unix|tcp IN OUT         listens as an editor does, at $ADDRESS; sends IN when the
//	                               server connects, and writes what comes back to OUT
//	id                             sets $ID to the conversationId that the last command printed
//	hangup                         waits until the server has closed that connection
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               func(env *testscript.Env) error { return prepare(t, env) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"model":   func(ts *testscript.TestScript, _ bool, args []string) { startModel(t, ts, args) },
			"status":  wantStatus,
			"frame":   func(ts *testscript.TestScript, _ bool, args []string) { frameFile(ts, args) },
			"unframe": unframeFile,
			"editor":  func(ts *testscript.TestScript, _ bool, args []string) { listen(ts, args) },
			"id": func(ts *testscript.TestScript, _ bool, _ []string) {
				m := regexp.MustCompile(`"conversationId":"([^"]+)"`).FindStringSubmatch(ts.ReadFile("stdout"))
				if m == nil {
					ts.Fatalf("no conversationId was printed")
				}
				ts.Setenv("ID", m[1])
			},
			"hangup": func(ts *testscript.TestScript, _ bool, _ []string) {
				ts.Check(<-ts.Value(hangupKey{}).(chan error))
			},
		},
	})
}

// hangupKey is where a script keeps how its editor's connection ended.
type hangupKey struct{}

// prepare gives a script its folders and its configuration.
func prepare(t *testing.T, env *testscript.Env) error {
	for name, folder := range map[string]string{"HOME": "home", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state"} {
		env.Setenv(name, filepath.Join(env.WorkDir, folder))
	}
	env.Setenv("OLLAMA_HOST", "")
	env.Values[hangupKey{}] = make(chan error, 1)
	refused := lsptest.Refused(t)
	env.Setenv("REFUSED", refused)
	return configure(env.WorkDir, refused)
}

// configure writes config.toml, unless the script brought one of its own.
func configure(work, url string) error {
	dir := filepath.Join(work, "config", "rigrun")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(dir, "config.toml")
	if old, err := os.ReadFile(path); err == nil && !strings.HasPrefix(string(old), "# the test's") {
		return nil
	}
	return os.WriteFile(path, fmt.Appendf(nil, "# the test's\nlocal.url = %q\n", url), 0o600)
}

func startModel(t *testing.T, ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: model ollama|openai TOKEN…")
	}
	start := map[string]func(testing.TB, backendtest.Script) *backendtest.Server{"ollama": backendtest.Ollama, "openai": backendtest.OpenAI}[args[0]]
	if start == nil {
		ts.Fatalf("model: no kind of server %q", args[0])
	}
	var answer backendtest.Answer
	for _, token := range args[1:] {
		switch token {
		case "cut":
			answer = append(answer, backendtest.Cut())
		case "refuse":
			answer = append(answer, backendtest.Refuse(500, "out of memory"))
		default:
			answer = append(answer, backendtest.Text(token))
		}
	}
	server := start(t, backendtest.Script{Answers: []backendtest.Answer{answer}})
	ts.Setenv("MODEL", server.URL)
	ts.Check(configure(ts.Getenv("WORK"), server.URL))
}

// wantStatus runs a command and wants its exit status to be a certain one.
func wantStatus(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("the exit status is %d, not %s", got, args[0])
	}
}

// frameFile frames each line of a file.
func frameFile(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: frame IN OUT")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), framed(ts, args[0]), 0o600))
}

func framed(ts *testscript.TestScript, name string) []byte {
	var out []byte
	for line := range strings.Lines(ts.ReadFile(name)) {
		line = strings.ReplaceAll(strings.TrimSpace(line), "$WORK", ts.Getenv("WORK"))
		out = fmt.Appendf(out, "Content-Length: %d\r\n\r\n%s", len(line), line)
	}
	return out
}

// unframeFile writes the messages of a file, one a line.
func unframeFile(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: unframe IN OUT")
	}
	lines, err := unframe([]byte(ts.ReadFile(args[0])))
	if neg != (err != nil) {
		ts.Fatalf("unframe %s: %v", args[0], err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), lines, 0o600))
}

// unframe reads frames until the end of raw; whatever is no frame is an error.
func unframe(raw []byte) ([]byte, error) {
	in := bufio.NewReader(bytes.NewReader(raw))
	var out []byte
	for {
		if _, err := in.Peek(1); err == io.EOF {
			return out, nil
		}
		header, err := textproto.NewReader(in).ReadMIMEHeader()
		if err != nil {
			return out, err
		}
		length, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			return out, err
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(in, body); err != nil {
			return out, err
		}
		out = append(append(out, body...), '\n')
	}
}

// listen is an editor's end of --pipe and --socket.
func listen(ts *testscript.TestScript, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: editor unix|tcp IN OUT")
	}
	address := "127.0.0.1:0"
	if args[0] == "unix" {
		address = ts.MkAbs(args[2] + ".sock")
	}
	listener, err := net.Listen(args[0], address)
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() }) // accept closes it, too
	ts.Setenv("ADDRESS", address)
	if tcp, ok := listener.Addr().(*net.TCPAddr); ok {
		ts.Setenv("ADDRESS", strconv.Itoa(tcp.Port))
	}
	input, output, ended := framed(ts, args[1]), ts.MkAbs(args[2]), ts.Value(hangupKey{}).(chan error)
	go func() { ended <- accept(listener, input, output) }() // ends with the connection, or when the script closes the listener
}

func accept(listener net.Listener, input []byte, output string) error {
	conn, err := listener.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write(input); err != nil {
		return err
	}
	raw, err := io.ReadAll(conn)
	if err != nil {
		return err
	}
	return os.WriteFile(output, raw, 0o600)
}
