package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// The file and the function the demonstration explains unless it is told
// otherwise: a part of this program. Where the source is not at hand, the copy
// that was built in stands in.
const (
	demoFile     = "cmd/rigrun-lsp/question.go"
	demoFunction = "projectOf"
)

//go:embed question.go
var demoSource []byte

// demo does the main job on this machine: it starts the server as an editor
// does, opens a file, asks for an explanation and prints it as it streams.
func demo(ctx context.Context, args []string, std stdio, getenv func(string) string) error {
	var file, lines string
	set := flag.NewFlagSet("demo", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&file, "file", "", "")
	set.StringVar(&lines, "lines", "", "")
	if err := set.Parse(args); err != nil {
		return usageError{err.Error()}
	}
	if set.NArg() > 0 {
		return usageError{fmt.Sprintf("unexpected argument %q", set.Arg(0))}
	}
	src, cleanup, err := demoSelection(file, lines)
	if err != nil {
		return err
	}
	defer cleanup()
	if err := printSettingsProblems(src, std, getenv); err != nil {
		return err
	}
	editor, err := startEditor(ctx, std)
	if err != nil {
		return err
	}
	defer editor.stop()
	return editor.explain(ctx, src)
}

// printSettingsProblems says on stderr which settings were not taken: the
// demonstration's editor has no window to show them in.
func printSettingsProblems(src *source, std stdio, getenv func(string) string) error {
	_, err := settings(getenv, src.folder, std.err)
	if err != nil {
		_, err = fmt.Fprintln(std.err, "rigrun-lsp:", err)
	}
	return err
}

// demoSelection finds what to explain. Without lines that is the first function
// of a Go file, or the start of any other.
func demoSelection(file, lines string) (*source, func(), error) {
	cleanup := func() {}
	function := ""
	if file == "" {
		file, function = demoFile, demoFunction
		if _, err := os.Stat(file); err != nil {
			dir, err := os.MkdirTemp("", "rigrun-demo-")
			if err != nil {
				return nil, cleanup, fmt.Errorf("make a folder for the demonstration: %w", err)
			}
			cleanup = func() { _ = os.RemoveAll(dir) }
			file = filepath.Join(dir, filepath.Base(demoFile))
			if err := os.WriteFile(file, demoSource, 0o600); err != nil {
				return nil, cleanup, fmt.Errorf("write the demonstration's file: %w", err)
			}
		}
	}
	src, err := readSource(file, lines)
	if err != nil {
		return nil, cleanup, err
	}
	if lines == "" {
		src.narrow(function)
	}
	return src, cleanup, nil
}

// maxDemoLines is how much of a file without functions is explained.
const maxDemoLines = 60

// narrow selects one function: the one with the given name, else the first one.
func (s *source) narrow(name string) {
	s.last = min(s.last, maxDemoLines)
	fset := token.NewFileSet()
	// A file that does not parse has no functions to find; its start is explained.
	parsed, err := parser.ParseFile(fset, s.path, s.text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return
	}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || name != "" && f.Name.Name != name {
			continue
		}
		start := f.Pos()
		if f.Doc != nil {
			start = f.Doc.Pos()
		}
		s.first, s.last = fset.Position(start).Line, fset.Position(f.End()).Line
		return
	}
}

// editor is a small editor: it talks to a server of its own over stdio.
type editor struct {
	std     stdio
	command *exec.Cmd
	conn    jsonrpc2.Conn
	text    *terminal
	route   chat.RouteDecision
	err     error // the first partial result that could not be read or printed
}

// startEditor starts this program as a server and shakes hands with it.
func startEditor(ctx context.Context, std stdio) (*editor, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	e := &editor{std: std, command: exec.CommandContext(ctx, self, "--stdio"), text: &terminal{out: std.out}}
	e.command.Stderr = std.err
	in, err := e.command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("connect to the server: %w", err)
	}
	out, err := e.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("connect to the server: %w", err)
	}
	start := time.Now()
	if err := e.command.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	e.conn = jsonrpc2.NewConn(jsonrpc2.NewStream(pipes{out, in}))
	e.conn.Go(ctx, e.handle)
	params := map[string]any{
		"processId": os.Getpid(), "rootUri": nil, "capabilities": map[string]any{},
		// A demonstration is no conversation of the person's.
		"initializationOptions": map[string]any{"conversations": map[string]any{"enabled": false}},
	}
	var result struct {
		ServerInfo struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"serverInfo"`
	}
	if _, err := e.conn.Call(ctx, protocol.MethodInitialize, params, &result); err != nil {
		e.stop()
		return nil, fmt.Errorf("initialize the server: %w", err)
	}
	e.say("%s %s answered initialize after %.1f ms\n", result.ServerInfo.Name, result.ServerInfo.Version, float64(time.Since(start).Microseconds())/1000)
	return e, e.conn.Notify(ctx, protocol.MethodInitialized, map[string]any{})
}

// pipes are a child's stdout and stdin as one connection.
type pipes struct {
	io.ReadCloser
	io.WriteCloser
}

func (p pipes) Close() error {
	return errors.Join(p.WriteCloser.Close(), p.ReadCloser.Close())
}

// say prints to the person; a terminal that is gone is noticed with the text.
func (e *editor) say(format string, args ...any) { _, _ = fmt.Fprintf(e.std.out, format, args...) }

// demoToken is the token the answer streams under.
const demoToken = "demo"

// partial is one partial result of rigrun/chat.
type partial struct {
	Token string `json:"token"`
	Value struct {
		Route *chat.RouteDecision `json:"route"`
		Text  string              `json:"text"`
	} `json:"value"`
}

// handle takes what the server sends. It runs on the connection's read loop.
func (e *editor) handle(_ context.Context, req *jsonrpc2.Request) (any, error) {
	if req.Method() != protocol.MethodProgress {
		return nil, nil //nolint:nilnil // a small editor has nothing to say to the rest
	}
	var p partial
	if err := json.Unmarshal(req.Params(), &p); err != nil {
		e.err = errors.Join(e.err, err)
		return nil, nil //nolint:nilnil // kept in e.err
	}
	if p.Token != demoToken {
		return nil, nil //nolint:nilnil // a notification has no result
	}
	if p.Value.Route != nil {
		e.route = *p.Value.Route
		e.say("%s answers: %s\n\n", e.route.Backend, e.route.Reason)
	}
	if p.Value.Text != "" {
		e.err = errors.Join(e.err, e.text.print(p.Value.Text))
	}
	return nil, nil //nolint:nilnil // a notification has no result
}

// explain opens the file, asks, and prints what streams back and how it went.
func (e *editor) explain(ctx context.Context, src *source) error {
	document := uri.File(src.path)
	folder := map[string]any{"event": map[string]any{
		"added": []any{map[string]any{"uri": uri.File(src.folder), "name": filepath.Base(src.folder)}}, "removed": []any{},
	}}
	open := map[string]any{"textDocument": map[string]any{"uri": document, "languageId": src.language(), "version": 1, "text": src.text}}
	if err := errors.Join(
		e.conn.Notify(ctx, protocol.MethodWorkspaceDidChangeWorkspaceFolders, folder),
		e.conn.Notify(ctx, protocol.MethodTextDocumentDidOpen, open),
	); err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	e.say("explaining %s, lines %d to %d\n", shortPath(src.path), src.first, src.last)
	params := map[string]any{
		"message": "", "action": chat.Explain, "partialResultToken": demoToken,
		"context": []any{map[string]any{"kind": chat.ContextSelection, "uri": document, "range": src.utf16Selection()}},
	}
	var result chat.Result
	if _, err := e.conn.Call(ctx, ext.MethodChat, params, &result); err != nil {
		e.text.finish()
		return failure(err)
	}
	e.text.finish()
	e.say("\n%s\n", report(result))
	return e.err
}

// shortPath is a path as a person in this folder would write it.
func shortPath(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// report is how the answer came to be, a line for each thing a person asks first.
func report(r chat.Result) string {
	return fmt.Sprintf("tier            %s\nbackend         %s\nmodel           %s\nfirst token     %.1f ms\ntokens a second %.0f\ntokens          %d\nwhy             %s",
		r.Route.Tier, r.Route.Backend, printable(r.Route.Model), r.Metrics.FirstTokenMs, r.Metrics.TokensPerSecond, r.Usage.CompletionTokens, r.Route.Reason)
}

// failure is an error response as this process would have returned it.
func failure(err error) error {
	wire, ok := errors.AsType[*jsonrpc2.Error](err)
	data := &chat.Error{}
	if !ok || json.Unmarshal(wire.Data, data) != nil || data.Kind == "" {
		return err
	}
	return data
}

// stop ends the session the way an editor does, then the process.
func (e *editor) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	// A server that does not answer any more is ended by the end of its input.
	_, _ = e.conn.Call(ctx, protocol.MethodShutdown, nil, nil)
	_ = e.conn.Notify(ctx, protocol.MethodExit, nil)
	_ = e.conn.Close()
	_ = e.command.Wait()
}
