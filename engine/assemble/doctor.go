package assemble

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/audit"
	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/database"
	"github.com/rigrun/rigrun-lsp/engine/doctor"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Found is what the caller of [House.Probes] knows of the configuration already.
type Found struct {
	Getenv          func(string) string
	Files, Problems []string // which files were read, and what was not taken of them
	Stored          func(ctx context.Context) (cache.BackingStats, error)
}

// Probes look at what questions need under a configuration. They ask no cloud
// server.
func (h *House) Probes(c config.Config, f Found) []doctor.Probe {
	client := transport.New(newDoor(c, audit.Off()), transport.Options{})
	server := examined{Server: local.New(localConfig(c), client), level: c.Classification, release: client.CloseIdle}
	server.pick = sync.OnceValues(func() (local.Target, error) {
		ctx, cancel := context.WithTimeout(context.Background(), pickLimit)
		defer cancel()
		return server.Pick(ctx, "")
	})
	_, noCloud := cloudOf(c, client)
	return []doctor.Probe{
		doctor.Configuration(f.Files, f.Problems),
		doctor.ModelServer(server), doctor.Model(server), doctor.FirstToken(server), doctor.Completion(server, c.Complete),
		doctor.Proxy(client.ProxyFor, c.Local.URL, c.Cloud.URL), doctor.Certificates(f.Getenv),
		h.storeProbe(), h.cacheProbe(c, f.Stored), h.auditProbe(c), cloudProbe(c, noCloud),
		doctor.Git(),
	}
}

// pickLimit bounds the search for a model server that several probes share.
const pickLimit = 5 * time.Second

// examined is the local server as the doctor asks it.
type examined struct {
	*local.Server
	pick    func() (local.Target, error)
	level   chat.Level
	release func()
}

func (s examined) Chosen(context.Context) (chat.Model, error) {
	t, err := s.pick()
	return t.Model, err
}

// FirstToken asks for one token, which every server gives in its own time.
func (s examined) FirstToken(ctx context.Context, m chat.Model) (time.Duration, error) {
	t, err := s.pick()
	if err != nil {
		return 0, err
	}
	defer s.release()
	start := time.Now()
	_, err = t.Backend.Chat(ctx, &chat.Prompt{
		Model: m.ID, Level: s.level, Options: chat.Options{MaxTokens: 1},
		Turns: []chat.Turn{{Role: chat.RoleUser, Content: "Say ok."}},
	}, stream.Nop())
	return time.Since(start), err
}

// storeProbe looks at the file of what is kept.
func (h *House) storeProbe() doctor.Probe {
	if h.file == nil {
		return doctor.Store("", nil)
	}
	return doctor.Store(h.file.Path(), func(ctx context.Context) (string, error) {
		var n int
		err := h.file.Use(ctx, func(d *database.DB) error {
			_, err := d.Row("SELECT count(*) FROM conversations", nil, &n)
			return err
		})
		return fmt.Sprintf("%d conversations", n), err
	})
}

// cacheProbe counts the kept answers. A file that is not there is not made for that.
func (h *House) cacheProbe(c config.Config, stored func(context.Context) (cache.BackingStats, error)) doctor.Probe {
	return doctor.Probe{Name: "cache", Look: func(ctx context.Context) doctor.Finding {
		if !c.Cache.Enabled {
			return doctor.Finding{Detail: "off (rigrun.cache.enabled)"}
		}
		if c.Cache.Store == "" && h.file != nil {
			if _, err := os.Stat(h.file.Path()); errors.Is(err, fs.ErrNotExist) {
				return doctor.Finding{Detail: "on, nothing kept yet"}
			}
		}
		s, err := stored(ctx)
		if err != nil {
			return doctor.Finding{Detail: err.Error(), Fix: `check the server that rigrun.cache.store names, or set it to "" for the file on this machine`}
		}
		if s.Name == "" {
			return doctor.Finding{Detail: "on, in memory alone"}
		}
		return doctor.Finding{Detail: fmt.Sprintf("on, %d answers in %s", s.Entries, s.Where)}
	}}
}

// auditProbe looks at the folder of the log, which verifying reads as a whole:
// that is "audit verify".
func (h *House) auditProbe(c config.Config) doctor.Probe {
	return doctor.Probe{Name: "audit log", Look: func(context.Context) doctor.Finding {
		if !c.Audit {
			return doctor.Finding{Detail: "off (rigrun.security.audit)"}
		}
		if err := h.log.Err(); err != nil {
			return doctor.Finding{Detail: err.Error(), Fix: "free space, or make the folder writable for you"}
		}
		return doctor.Finding{Detail: "on; rigrun-lsp audit verify checks its chain"}
	}}
}

// cloudProbe tells whether the cloud may be asked. That it is not set up is how
// most people want it, and no fault.
func cloudProbe(c config.Config, noCloud string) doctor.Probe {
	switch {
	case c.Offline:
		return doctor.Said("cloud", "never asked: offline (rigrun.routing.offline)", "")
	case c.Paranoid:
		return doctor.Said("cloud", "never asked: paranoid (rigrun.routing.paranoid)", "")
	case c.Cloud.URL == "":
		return doctor.Said("cloud", "never asked: "+noCloud, "")
	case noCloud != "":
		return doctor.Said("cloud", noCloud, "set what is missing, or rigrun.cloud.url to \"\"")
	}
	u, err := url.Parse(c.Cloud.URL)
	if err != nil {
		return doctor.Said("cloud", "rigrun.cloud.url is no URL", "mend rigrun.cloud.url")
	}
	return doctor.Said("cloud", fmt.Sprintf("may be asked: %s, with a key, mode %s", u.Host, c.Mode), "")
}
