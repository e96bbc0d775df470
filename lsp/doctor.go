package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/doctor"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// doctorLimit is the time of one check: a model's first word may take seconds,
// everything else is there at once.
const doctorLimit = 10 * time.Second

// doctor looks at what a question needs, this editor included.
func (s *Server) doctor(ctx context.Context, _ *struct{}, v view) (ext.DoctorResult, error) {
	s.configured(ctx)
	found := s.settingsFound()
	probes := []doctor.Probe{doctor.Said("version", "rigrun-lsp "+s.opts.Version, "")}
	probes = append(probes, s.opts.Probes(found)...)
	probes = append(probes, s.client.editorProbe(v.folders))
	return ext.DoctorResult{Checks: doctor.Run(ctx, doctorLimit, probes...)}, nil
}

// SettingsFound is the configuration in force, where it came from, and what of it
// was not taken.
type SettingsFound struct {
	Config          config.Config
	Files, Problems []string
}

// settingsFound reads the settings again: what was mended since is no problem any more.
func (s *Server) settingsFound() SettingsFound {
	outer, problems := s.opts.Layers()
	_, own, more := readWorkspaces(s.settings.workspace())
	problems = append(problems, more...)
	s.settings.mu.Lock()
	layers := slices.Concat(outer, []config.Layer{s.settings.initial, s.settings.pulled})
	found := SettingsFound{Config: s.settings.inForce}
	s.settings.mu.Unlock()
	merged, more := config.Merge(layers...)
	problems = append(problems, more...)
	_, more = config.Tighten(merged, own...)
	for _, p := range append(problems, more...) {
		found.Problems = append(found.Problems, p.String())
	}
	found.Files = config.Sources(append(layers, own...)...)
	return found
}

// editorProbe tells what this editor can do, and so which way answers take.
func (c client) editorProbe(f folders) doctor.Probe {
	ways := []string{"answers " + c.showing()}
	if c.workDoneProgress {
		ways = append(ways, "progress")
	}
	if c.diagnostics {
		ways = append(ways, "markings as hints")
	}
	ways = append(ways, "positions in "+string(c.encoding))
	if len(f) == 0 {
		return doctor.Said("editor", strings.Join(ways, ", ")+", no folder open", "open a folder: files outside one are not read")
	}
	return doctor.Said("editor", fmt.Sprintf("%s, %d folders", strings.Join(ways, ", "), len(f)), "")
}

// showing is the way an answer is shown, in words.
func (c client) showing() string {
	switch {
	case c.textDocumentContent && c.showDocument:
		return "in a document that grows"
	case c.showDocument:
		return "in a Markdown file"
	}
	return "in a message"
}
