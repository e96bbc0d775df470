package enginetest

import (
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/audit"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/ledger"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/secret"
)

// NoCache returns a cache that keeps nothing.
func NoCache() *cache.Cache {
	c := cache.New(cache.Options{})
	_ = c.Close() // there is no backing whose closing could fail
	return c
}

// Setup returns an engine's parts with a local server and no cloud, which keep
// nothing on the disk and have no limits.
func Setup(l engine.Local) engine.Setup {
	return engine.Setup{
		Local: l,
		Rules: route.Rules{NoCloud: "no cloud server is configured", MaxAnswerCents: -1, DayLeftCents: -1},
		Key:   func() secret.Key { return secret.Key{1} }, Redact: true,
		MaxDayCents: -1, Ledger: ledger.Open("", time.Now),
		Audit:   audit.Off(),
		Cache:   NoCache(),
		Release: func() {},
	}
}
