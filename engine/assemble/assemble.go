// Package assemble builds an engine from a configuration. It is the only place
// where settings, the shared transport, the model servers' clients and the
// built-in outline meet; the programs and the editor layer's tests use it alike,
// so that what is tested is what runs.
package assemble

import (
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/backend/outline"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/route"
)

// Engine returns an engine for a configuration. files is how the outline sees
// the workspace; [outline.Disk] reads the disk alone.
func Engine(c config.Config, files outline.Files) *engine.Engine {
	return engine.New(engine.Options{
		Setup:        Setup(c),
		Outline:      outline.New(files),
		OutlineModel: outline.Model,
		Now:          time.Now,
	})
}

// Setup returns the parts of an engine that depend on the configuration. It
// opens no connection.
func Setup(c config.Config) engine.Setup {
	client := transport.New(transport.Options{Offline: c.Offline})
	return engine.Setup{
		Local: local.New(local.Config{
			Kind:       c.Local.Kind,
			URL:        c.Local.URL,
			URLSet:     c.Local.URLSet,
			Model:      c.Local.Model,
			EmbedModel: c.Local.EmbedModel,
			KeepAlive:  c.Local.KeepAlive.String(),
		}, client),
		Settings: route.Settings{Mode: c.Mode, Classification: c.Classification},
		Release:  client.CloseIdle,
	}
}
