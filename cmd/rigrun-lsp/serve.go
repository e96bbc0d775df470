package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/backend/outline"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/doctor"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp"
	"github.com/rigrun/rigrun-lsp/lsp/acp"
	"github.com/rigrun/rigrun-lsp/lsp/document"
)

// serveFlags are the flags of serving.
type serveFlags struct {
	stdio             bool
	acp               bool
	pipe              string
	socket            int
	logFile, logLevel string
	clientProcessID   int
}

func parseServeFlags(args []string) (serveFlags, error) {
	var f serveFlags
	set := flag.NewFlagSet("serve", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.BoolVar(&f.stdio, "stdio", false, "")
	set.BoolVar(&f.acp, "acp", false, "")
	set.StringVar(&f.pipe, "pipe", "", "")
	set.IntVar(&f.socket, "socket", 0, "")
	set.StringVar(&f.logFile, "log-file", "", "")
	set.StringVar(&f.logLevel, "log-level", "warn", "")
	// vscode-languageclient adds this to every command line; initialize says it again.
	set.IntVar(&f.clientProcessID, "clientProcessId", 0, "")
	if err := set.Parse(args); err != nil {
		return f, usageError{err.Error()}
	}
	if set.NArg() > 0 {
		return f, usageError{fmt.Sprintf("unexpected argument %q", set.Arg(0))}
	}
	if f.socket < 0 || f.socket > 65535 {
		return f, usageError{fmt.Sprintf("--socket: a port from 1 to 65535 was expected, not %d", f.socket)}
	}
	if f.pipe != "" && f.socket != 0 || f.stdio && (f.pipe != "" || f.socket != 0) {
		return f, usageError{"only one of --stdio, --pipe and --socket can be given"}
	}
	return f, nil
}

// serve runs one session with an editor.
func serve(ctx context.Context, args []string, std stdio, getenv func(string) string) error {
	f, err := parseServeFlags(args)
	if err != nil {
		return err
	}
	log, closeLog, err := newLogger(f, std.err)
	if err != nil {
		return err
	}
	defer closeLog()
	// An editor that ends leaves both pipes at once. The next write to it must fail, and
	// not end the process before what is still to be written is.
	signal.Ignore(syscall.SIGPIPE)
	conn, err := connect(ctx, f, std)
	if err != nil {
		return err
	}
	if f.acp {
		return serveAgent(ctx, conn, log, getenv)
	}
	overlay := document.NewOverlay(outline.Disk())
	house := assemble.Open(stateDir(getenv))
	pool := workspace.NewPool(workspace.Options{Files: overlay, Secret: secret.File})
	house.UseWorkspaces(pool)
	house.Prompts = prompt.UserDir(config.UserFile(getenv))
	defer closeHouse(house, log)
	e := house.Engine(config.Default(), overlay)
	defer e.Close()
	server := lsp.New(lsp.Options{
		Engine: e, Setup: house.Setup, Overlay: overlay, Log: log, Version: version(),
		Workspaces: pool,
		Layers:     func() ([]config.Layer, []config.Problem) { return layers(getenv) },
		StateDir:   stateDir(getenv),
		Probes: func(f lsp.SettingsFound) []doctor.Probe {
			return house.Probes(f.Config, assemble.Found{Getenv: getenv, Files: f.Files, Problems: f.Problems, Stored: e.Stored})
		},
	})
	return server.Serve(ctx, conn)
}

// serveAgent runs one connection with an editor that speaks the Agent Client
// Protocol.
func serveAgent(ctx context.Context, conn io.ReadWriteCloser, log *zap.Logger, getenv func(string) string) error {
	buffers := acp.NewBuffers(outline.Disk())
	house := assemble.Open(stateDir(getenv))
	pool := workspace.NewPool(workspace.Options{Files: buffers, Secret: secret.File})
	house.UseWorkspaces(pool)
	house.Prompts = prompt.UserDir(config.UserFile(getenv))
	defer closeHouse(house, log)
	e := house.Engine(config.Default(), buffers)
	defer e.Close()
	agent := acp.New(acp.Options{
		Engine: e, Setup: house.Setup, Buffers: buffers, Workspaces: pool, Log: log, Version: version(),
		Layers: func() ([]config.Layer, []config.Problem) { return layers(getenv) },
	})
	return agent.Serve(ctx, conn)
}

// closeHouse writes what is still to be written, and says what could not be.
func closeHouse(h *assemble.House, log *zap.Logger) {
	if err := h.Close(); err != nil {
		log.Error("not everything could be kept", zap.Error(err))
	}
}

// layers reads the settings that do not come from an editor.
func layers(getenv func(string) string) ([]config.Layer, []config.Problem) {
	file, problems := config.ReadFile(config.UserFile(getenv))
	return []config.Layer{config.FromEnvironment(getenv), file}, problems
}

// settings merges the layers for a command without an editor, about something in
// a folder. A value of the person's own that was not taken is an error here:
// nobody could be told of it later. What a folder's own file may not say is
// told on warn and passed over.
func settings(getenv func(string) string, folder string, warn io.Writer) (config.Config, error) {
	outer, problems := layers(getenv)
	c, more := config.Merge(outer...)
	if err := problemLines(append(problems, more...)); err != nil {
		return c, err
	}
	for _, path := range config.WorkspaceFiles(folder) {
		layer, unread := config.ReadWorkspace(path)
		var refused []config.Problem
		c, refused = config.Tighten(c, layer)
		for _, p := range append(unread, refused...) {
			_, _ = fmt.Fprintln(warn, "rigrun-lsp: "+p.String())
		}
	}
	return c, nil
}

// connect opens the connection to the editor. With --pipe and --socket the
// editor listens and the server connects, as the LSP specification has it.
func connect(ctx context.Context, f serveFlags, std stdio) (io.ReadWriteCloser, error) {
	switch {
	case f.pipe != "":
		conn, err := dialPipe(ctx, f.pipe)
		if err != nil {
			return nil, fmt.Errorf("connect to the pipe: %w; the editor must open it first", err)
		}
		return conn, nil
	case f.socket != 0:
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", f.socket))
		if err != nil {
			return nil, fmt.Errorf("connect to the editor: %w; the editor must listen on this port first", err)
		}
		return conn, nil
	}
	return streams{std.in, std.out}, nil
}

// streams are stdin and stdout as one connection.
type streams struct {
	io.ReadCloser
	io.Writer
}

// newLogger returns the structured log. It never writes to stdout, which is the wire.
func newLogger(f serveFlags, stderr io.Writer) (*zap.Logger, func(), error) {
	level, err := zapcore.ParseLevel(f.logLevel)
	if err != nil {
		return nil, nil, usageError{fmt.Sprintf("--log-level: debug, info, warn or error was expected, not %q", f.logLevel)}
	}
	out := stderr
	closeFile := func() error { return nil }
	if f.logFile != "" {
		file, err := os.OpenFile(f.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, nil, fmt.Errorf("open the log: %w; give another --log-file", err)
		}
		out, closeFile = file, file.Close
	}
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.Lock(zapcore.AddSync(out)), level)
	log := zap.New(core)
	return log, func() { _, _ = log.Sync(), closeFile() }, nil
}

// stateDir returns the folder for what a person may lose without harm:
// $XDG_STATE_HOME/rigrun, ~/.local/state/rigrun, %LocalAppData%\rigrun. It is ""
// where there is no home.
func stateDir(getenv func(string) string) string {
	if dir := getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "rigrun")
	}
	if dir := getenv("LocalAppData"); dir != "" && runtime.GOOS == "windows" {
		return filepath.Join(dir, "rigrun")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "state", "rigrun")
	}
	return ""
}

// problemLines joins what was wrong with the settings for a terminal.
func problemLines(problems []config.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = p.String()
	}
	return errors.New(strings.Join(lines, "\n"))
}
