// Package assemble builds an engine from a configuration. It is the only place
// where settings, the door, the shared transport, the model servers' clients,
// the logs and the built-in outline meet; the programs and the editor layer's
// tests use it alike, so that what is tested is what runs.
package assemble

import (
	"cmp"
	"crypto/rand"
	"errors"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/audit"
	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/backend/ollama"
	"github.com/rigrun/rigrun-lsp/engine/backend/openai"
	"github.com/rigrun/rigrun-lsp/engine/backend/outline"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/database"
	"github.com/rigrun/rigrun-lsp/engine/door"
	"github.com/rigrun/rigrun-lsp/engine/embed"
	"github.com/rigrun/rigrun-lsp/engine/ledger"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/engine/store"
	"github.com/rigrun/rigrun-lsp/engine/tools"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
)

// House is what outlives a configuration: the audit log, what was spent, and the
// key of the placeholders. Make it with [Open], and close it when done.
type House struct {
	// Prompts is the folder of the user's own prompts, "" for none. Set it before
	// [House.Engine] is called.
	Prompts string

	log    *audit.Log
	ledger *ledger.Ledger
	key    func() secret.Key
	file   *database.File // of what outlives the process, nil for none
	talks  *store.Conversations
	shelf  shelf
	looks  func(folders []string) tools.Workspace // set by UseWorkspaces; nil before
}

// Open returns a house that keeps its files below stateDir, or in memory alone
// where that is "". It touches no file before something is to be kept.
func Open(stateDir string) *House {
	within := func(name string) string {
		if stateDir == "" {
			return ""
		}
		return filepath.Join(stateDir, name)
	}
	dir := AuditDir(stateDir)
	var file *database.File
	if stateDir != "" {
		file = database.New(within("rigrun.db"), time.Now)
	}
	h := &House{
		log:    audit.Open(dir),
		file:   file,
		ledger: ledger.Open(within("ledger"), time.Now),
		key:    sync.OnceValue(func() secret.Key { return placeholderKey(dir) }),
		shelf:  shelf{file: file, builtin: embed.Open()},
	}
	h.talks = store.Open(store.Options{File: file, Now: time.Now, Hide: h.hide})
	return h
}

// hide replaces the secrets of a text that is to be kept.
func (h *House) hide(text string) string {
	hidden, _ := h.key().Vault(text).Redact(text)
	return hidden
}

// Conversations returns the conversations as a configuration has them kept.
func (h *House) Conversations(c config.Config) *store.Conversations {
	h.talks.Configure(keep(c))
	return h.talks
}

// keep says what of the conversations is kept in the file.
func keep(c config.Config) store.Settings {
	return store.Settings{Enabled: c.Conversations.Enabled, MaxAge: c.Conversations.MaxAge, MaxBytes: c.Conversations.MaxBytes}
}

// AuditDir is the folder of the audit log, "" where there is none.
func AuditDir(stateDir string) string {
	if stateDir == "" {
		return ""
	}
	return filepath.Join(stateDir, "audit")
}

// placeholderKey derives the key of the placeholders from the user's. Where that
// cannot be kept, placeholders hold for this process alone.
func placeholderKey(dir string) secret.Key {
	key, err := audit.Key(dir)
	if err != nil {
		_, _ = rand.Read(key[:]) // never fails, as crypto/rand has it
	}
	return secret.Key(audit.Derive(key, "placeholders"))
}

// Close writes what is still to be written. The error is what could not be kept.
func (h *House) Close() error {
	err := errors.Join(h.talks.Close(), h.shelf.close())
	if h.file != nil {
		err = errors.Join(err, h.file.Close())
	}
	return errors.Join(err, h.log.Close())
}

// Engine returns an engine for a configuration. files is how the outline sees
// the workspace; [outline.Disk] reads the disk alone.
func (h *House) Engine(c config.Config, files outline.Files) *engine.Engine {
	return engine.New(engine.Options{
		Setup:        h.Setup(c),
		Outline:      outline.New(files),
		OutlineModel: outline.Model,
		Prompts:      prompt.NewLibrary(h.Prompts),
		Now:          time.Now,

		Conversations: h.talks,
	})
}

// UseWorkspaces has the models of the setups that follow look into workspaces,
// where the configuration lets them. Without it none does.
func (h *House) UseWorkspaces(pool *workspace.Pool) { h.looks = looks(pool) }

// Setup returns the parts of an engine that depend on the configuration. It
// opens no connection.
func (h *House) Setup(c config.Config) engine.Setup {
	log := h.log
	if !c.Audit {
		log = audit.Off()
	}
	client := transport.New(newDoor(c, log), transport.Options{})
	cloud, noCloud := cloudOf(c, client)
	server := local.New(localConfig(c), client)
	s := engine.Setup{
		Local:       server,
		Cloud:       cloud,
		Rules:       rules(c, noCloud),
		Redact:      c.RedactSecrets,
		Key:         h.key,
		Keep:        keep(c),
		MaxDayCents: c.MaxDayCents,
		Ledger:      h.ledger,
		Audit:       log,
		Cache:       h.shelf.open(c, server, client.Connect),
		Servers:     servers(c),
		LocalTools:  c.Local.Tools,
		CloudTools:  c.Cloud.Tools,
		Release:     client.CloseIdle,
	}
	if c.Tools {
		s.Workspace = h.looks
	}
	return s
}

// localConfig is the section "local" as the local server's client reads it.
func localConfig(c config.Config) local.Config {
	return local.Config{
		Kind:       c.Local.Kind,
		URL:        c.Local.URL,
		URLSet:     c.Local.URLSet,
		Model:      c.Local.Model,
		EmbedModel: c.Local.EmbedModel,
		KeepAlive:  c.Local.KeepAlive.String(),
	}
}

// newDoor returns the door for a configuration, whose decisions the log records.
func newDoor(c config.Config, log *audit.Log) *door.Door {
	r := door.Rules{
		Offline: c.Offline, Paranoid: c.Paranoid, Level: c.Classification, Secrets: c.RedactSecrets,
		LocalHosts: hosts(c.Local.URL, ollama.DefaultPort), CacheHost: cacheHost(c),
	}
	if list := hosts(c.Cloud.URL, ""); len(list) > 0 {
		r.CloudHost = list[0]
	}
	return door.New(r, secretKinds, witness{log})
}

// hosts is the "host:port" of a URL, none where it is not one.
func hosts(raw, defaultPort string) []string {
	if raw == "" {
		return nil
	}
	u, err := transport.Base(raw, defaultPort)
	if err != nil {
		return nil
	}
	return []string{transport.Address(u)}
}

// secretKinds names the kinds of the secrets in a text.
func secretKinds(text string) []string {
	var kinds []string
	for _, f := range secret.Find(text) {
		kinds = append(kinds, f.Kind)
	}
	return kinds
}

// cloudOf returns the client of the cloud server, or why there is none, as a
// part of a sentence.
func cloudOf(c config.Config, client *transport.Client) (engine.Backend, string) {
	switch {
	case c.Cloud.URL == "":
		return nil, "no cloud server is configured (rigrun.cloud.url)"
	case c.Cloud.Key == "" && c.Cloud.Headers["Authorization"] == "":
		return nil, "no cloud key is set (" + config.CloudKeys()[0] + ")"
	case len(cloudTiers(c)) == 0:
		return nil, "no cloud model is configured (rigrun.cloud.model)"
	}
	b, err := openai.New(c.Cloud.URL, client, openai.Options{Key: c.Cloud.Key, Header: c.Cloud.Headers, Tier: chat.TierCloud})
	if err != nil {
		return nil, "rigrun.cloud.url is " + err.Error()
	}
	return b, ""
}

// rules are the settings' rules for routing.
func rules(c config.Config, noCloud string) route.Rules {
	return route.Rules{
		Level: c.Classification, Paranoid: c.Paranoid, Offline: c.Offline,
		Mode: c.Mode, MaxTier: c.MaxTier, PreferLocal: c.PreferLocal,
		Tiers: cloudTiers(c), NoCloud: noCloud,
		MaxAnswerCents: c.MaxAnswerCents, DayLeftCents: -1,
	}
}

// cloudTiers are the tiers of the configuration, or the one that its model
// stands for. Prices that it does not have are those of the dated table.
func cloudTiers(c config.Config) []route.Tier {
	address := ""
	if u, err := url.Parse(c.Cloud.URL); err == nil {
		address = transport.Address(u)
	}
	named := c.Cloud.Tiers
	if len(named) == 0 {
		named = []config.Tier{{Name: chat.TierCloud, PriceIn: -1, PriceOut: -1}}
	}
	var tiers []route.Tier
	for _, t := range named {
		model := cmp.Or(t.Model, c.Cloud.Model)
		if model == "" {
			continue
		}
		tier := route.Tier{Name: t.Name, Model: model, Address: address, ContextLength: t.ContextLength}
		if tier.Price, _ = route.PriceOf(model); t.PriceIn >= 0 {
			tier.Price = route.Price{In: t.PriceIn, Out: t.PriceOut, Known: true}
		}
		tiers = append(tiers, tier)
	}
	return tiers
}
