package acp

import (
	"sync"

	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/config"
)

// settings are the configuration in force. The zero value is ready.
type settings struct {
	applying sync.Mutex // one configuration is put in force after the other

	mu       sync.Mutex
	inForce  *config.Config  // guarded by mu; nil before the first
	reported map[string]bool // guarded by mu: problems that were logged
}

// actions are the configuration's own.
func (s *settings) actions() []config.Action {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inForce == nil {
		return nil
	}
	return s.inForce.Actions
}

// configure puts in force what the person's settings and the folders' own files
// say now. It is called before each question, so that a rule holds from the
// question after it was saved; what one folder tightens holds for all sessions,
// because one engine answers them.
func (a *Agent) configure() {
	a.settings.applying.Lock()
	defer a.settings.applying.Unlock()
	outer, problems := a.opts.Layers()
	merged, more := config.Merge(outer...)
	problems = append(problems, more...)
	var own []config.Layer
	read := map[string]bool{}
	for _, folder := range a.sessions.folders() {
		for _, path := range config.WorkspaceFiles(folder) {
			if read[path] {
				continue
			}
			read[path] = true
			layer, more := config.ReadWorkspace(path)
			own, problems = append(own, layer), append(problems, more...)
		}
	}
	merged, more = config.Tighten(merged, own...)
	changed := a.settings.put(merged)
	a.report(append(problems, more...))
	if changed {
		a.engine.Configure(a.opts.Setup(merged))
	}
}

// put notes what is in force and reports whether that is something new.
func (s *settings) put(c config.Config) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := s.inForce == nil || !c.Equal(*s.inForce)
	s.inForce = &c
	return changed
}

// report logs once what was not taken of the settings.
func (a *Agent) report(problems []config.Problem) {
	a.settings.mu.Lock()
	defer a.settings.mu.Unlock()
	if a.settings.reported == nil {
		a.settings.reported = map[string]bool{}
	}
	for _, p := range problems {
		if !a.settings.reported[p.String()] {
			a.settings.reported[p.String()] = true
			a.log.Warn("a setting was not taken", zap.String("source", p.Source), zap.String("key", p.Key), zap.String("expected", p.Expected))
		}
	}
}
