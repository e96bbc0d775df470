package lsptest

import (
	"context"
	"net"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/backend/outline"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/doctor"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp"
	"github.com/rigrun/rigrun-lsp/lsp/document"
)

// serve runs a server in this process on the other end of a pipe without a
// buffer: a write waits until the editor reads.
func (e *Editor) serve() {
	mine, theirs := net.Pipe()
	e.wire = mine
	e.house = assemble.Open(e.StateDir)
	overlay := document.NewOverlay(outline.Disk())
	pool := workspace.NewPool(workspace.Options{Files: overlay, Secret: secret.File})
	e.house.UseWorkspaces(pool)
	e.Engine = engine.New(engine.Options{
		Setup:   e.setup(config.Default()),
		Outline: outline.New(overlay), OutlineModel: outline.Model, Now: time.Now,
	})
	server := lsp.New(lsp.Options{
		Engine: e.Engine, Setup: e.setup, Layers: e.layers, Overlay: overlay,
		Workspaces: pool,
		Log:        e.logger(), Version: "0.0.0-test", StateDir: e.StateDir,
		Probes: func(f lsp.SettingsFound) []doctor.Probe {
			return e.house.Probes(f.Config, assemble.Found{Getenv: func(string) string { return "" }, Files: f.Files, Problems: f.Problems, Stored: e.Engine.Stored})
		},
	})
	var ctx context.Context
	ctx, e.stop = context.WithCancel(context.Background())
	go func() { // ends when the session has ended
		defer close(e.ended)
		defer func() { _ = e.house.Close() }() // what it could not write is a test's to look at, by Err
		defer e.Engine.Close()
		e.err = server.Serve(ctx, theirs)
	}()
}

// setup makes the engine's parts for a configuration, and counts when they have
// come into force: the engine then releases the ones before.
func (e *Editor) setup(c config.Config) engine.Setup {
	var s engine.Setup
	switch {
	case e.opts.Setup != nil:
		s = e.opts.Setup(c)
	case e.opts.Backend != nil:
		s = e.house.Setup(c)
		s.Local = &enginetest.Local{Backend: e.opts.Backend}
	default:
		s = e.house.Setup(c)
	}
	release := s.Release
	s.Release = func() {
		release()
		e.change(func() { e.setups++ })
	}
	return s
}

func (e *Editor) layers() ([]config.Layer, []config.Problem) {
	var layers []config.Layer
	var problems []config.Problem
	if e.opts.URL != "" {
		layers = append(layers, config.Layer{Source: "the test", Values: map[string]any{"local.url": e.opts.URL}})
	}
	if e.opts.Layers != nil {
		more, bad := e.opts.Layers()
		layers, problems = append(layers, more...), append(problems, bad...)
	}
	return layers, problems
}

func (e *Editor) logger() *zap.Logger {
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	return zap.New(zapcore.NewCore(encoder, zapcore.AddSync(e.stderr), zapcore.DebugLevel))
}

// Configurations is how many configurations have come into force so far.
func (e *Editor) Configurations() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.setups
}

// Refused returns the URL of a port on loopback where nothing listens.
func Refused(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}
