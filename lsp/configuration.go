package lsp

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"slices"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/config"
)

// patience is how long a question waits for what the editor has to answer before it
// is asked: the first one for workspace/configuration. Asking with the defaults instead could send code to
// a server that the settings forbid.
const patience = 3 * time.Second

// settings are the layers of the configuration that come from the editor and
// from the workspace.
type settings struct {
	ready chan struct{} // closed once the first configuration is in force
	begin sync.Once     // closes ready

	applying sync.Mutex // one configuration is put in force after the other

	mu       sync.Mutex
	initial  config.Layer    // guarded by mu: initializationOptions
	pulled   config.Layer    // guarded by mu: workspace/configuration, or what didChangeConfiguration pushed
	scoped   []config.Layer  // guarded by mu: workspace/configuration for each folder
	folders  folders         // guarded by mu: the workspace's folders
	files    []stamp         // guarded by mu: the workspace's own files, as they were read; nil before
	inForce  config.Config   // guarded by mu
	reported map[string]bool // guarded by mu: problems the person has been told about
}

// stamp tells whether a file has changed. A file that is not there has the zero time.
type stamp struct {
	path    string
	changed time.Time
	size    int64
}

// initialOptions takes the settings of initialize.
func (s *Server) initialOptions(options protocol.LSPAny) {
	s.settings.mu.Lock()
	defer s.settings.mu.Unlock()
	s.settings.initial = layer("initializationOptions", options)
}

// layer reads an editor's settings. Anything but an object or null becomes the
// value of the section's own name, which the merge reports as a problem.
func layer(source string, raw protocol.LSPAny) config.Layer {
	l := config.Layer{Source: source}
	if len(raw) > 0 && json.Unmarshal(raw, &l.Values) != nil {
		l.Values = map[string]any{config.Section: string(raw)}
	}
	return l
}

// firstConfiguration puts the configuration in force once the client can be
// asked, and asks to be told about changes.
func (s *Server) firstConfiguration(ctx context.Context) {
	defer s.settings.begun() // after a panic, too
	s.pullConfiguration(ctx)
	params := &protocol.RegistrationParams{Registrations: s.registrations()}
	if len(params.Registrations) == 0 {
		return
	}
	s.start(func(ctx context.Context) {
		if _, err := s.conn.Call(ctx, protocol.MethodClientRegisterCapability, params, nil); err != nil && ctx.Err() == nil {
			s.log.Warn("the editor does not report changes of its settings, or does not complete in chats", zap.Error(err))
		}
	})
}

// registrations are what the client is asked for after initialize: to tell of
// changed settings, and to complete in chats alone.
func (s *Server) registrations() (list []protocol.Registration) {
	add := func(id, method string, options any) {
		raw, _ := json.Marshal(options) // of strings alone
		list = append(list, protocol.Registration{ID: id, Method: method, RegisterOptions: raw})
	}
	if s.client.watchConfiguration {
		add("rigrun-configuration", protocol.MethodWorkspaceDidChangeConfiguration, map[string]string{"section": config.Section})
	}
	if s.client.completes && s.client.registersCompletion {
		add("rigrun-completion", protocol.MethodTextDocumentCompletion, map[string]any{
			"documentSelector":  []map[string]string{{"pattern": "**/*" + chatDocument}, {"language": chatLanguage}},
			"triggerCharacters": triggers(),
		})
	}
	return list
}

// didChangeConfiguration takes what the notification brings, or asks for it.
func (s *Server) didChangeConfiguration(_ context.Context, p *protocol.DidChangeConfigurationParams) error {
	if s.client.configuration {
		s.start(s.pullConfiguration)
		return nil
	}
	pushed := layer("didChangeConfiguration", p.Settings)
	s.settings.mu.Lock()
	s.settings.pulled = ownSection(pushed)
	s.settings.mu.Unlock()
	// Off the read loop: telling the person about problems may have to wait for
	// an editor that is slow to read.
	s.start(func(context.Context) { s.applyConfiguration() })
	return nil
}

// ownSection picks our section out of settings that hold every server's.
func ownSection(l config.Layer) config.Layer {
	if inner, ok := l.Values[config.Section].(map[string]any); ok {
		l.Values = inner
	}
	return l
}

// pullConfiguration asks the client for our section, where it can be asked, and
// puts the result in force.
func (s *Server) pullConfiguration(ctx context.Context) {
	defer s.applyConfiguration()
	if !s.client.configuration {
		return
	}
	section := config.Section
	params := &protocol.ConfigurationParams{Items: []protocol.ConfigurationItem{{Section: &section}}}
	folders := s.settings.workspace()
	for _, folder := range folders {
		scope := uri.File(folder)
		params.Items = append(params.Items, protocol.ConfigurationItem{Section: &section, ScopeURI: &scope})
	}
	var raw jsonrpc2.RawMessage
	if err := s.ask(ctx, patience, protocol.MethodWorkspaceConfiguration, params, &raw); err != nil {
		s.log.Warn("the editor did not answer workspace/configuration", zap.Error(err))
		return
	}
	var items []protocol.LSPAny
	if err := json.Unmarshal(raw, &items); err != nil || len(items) == 0 {
		return
	}
	s.settings.mu.Lock()
	defer s.settings.mu.Unlock()
	s.settings.pulled = layer("workspace/configuration", items[0])
	s.settings.scoped = nil
	for i, item := range items[1:min(len(items), len(folders)+1)] {
		s.settings.scoped = append(s.settings.scoped, layer("workspace/configuration for "+folders[i], item))
	}
}

// applyConfiguration puts the layers in force and says once what was not taken.
func (s *Server) applyConfiguration() {
	for _, p := range s.reconfigure() {
		s.log.Warn("a setting was not taken", zap.String("source", p.Source), zap.String("key", p.Key), zap.String("expected", p.Expected))
		s.notify(protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{
			Type: protocol.MessageTypeWarning, Message: "rigrun: " + p.String(),
		})
	}
}

// reconfigure merges all layers and reconfigures the engine where something
// changed. It returns the problems the person was not told about yet.
func (s *Server) reconfigure() []config.Problem {
	s.settings.applying.Lock()
	defer s.settings.applying.Unlock()
	outer, problems := s.opts.Layers()
	files, own, more := readWorkspaces(s.settings.workspace())
	problems = append(problems, more...)

	s.settings.mu.Lock()
	merged, more := config.Merge(slices.Concat(outer, []config.Layer{s.settings.initial, s.settings.pulled})...)
	problems = append(problems, more...)
	merged = config.Scope(merged, s.settings.scoped...)
	merged, more = config.Tighten(merged, own...)
	changed := s.settings.reported == nil || !merged.Equal(s.settings.inForce)
	trace := cmp.Or(s.settings.inForce.Trace, "off")
	s.settings.inForce, s.settings.files = merged, files
	fresh := s.settings.unreportedLocked(append(problems, more...))
	s.settings.mu.Unlock()

	if changed {
		s.engine.Configure(s.opts.Setup(merged))
		s.status.setOffline(merged.Offline)
		s.start(s.offerInline)
		if merged.Trace != trace { // else what the client has asked for by itself holds
			s.trace.Store(protocol.TraceValue(merged.Trace))
		}
	}
	return fresh
}

// readWorkspaces reads the folders' own configuration files.
func readWorkspaces(folders folders) (files []stamp, layers []config.Layer, problems []config.Problem) {
	files = []stamp{}
	for _, path := range workspaceFiles(folders) {
		files = append(files, stampOf(path))
		layer, more := config.ReadWorkspace(path)
		layers = append(layers, layer)
		problems = append(problems, more...)
	}
	return files, layers, problems
}

// workspaceFiles are the places of the folders' own configuration files, each once.
func workspaceFiles(folders folders) []string {
	var paths []string
	for _, folder := range folders {
		for _, path := range config.WorkspaceFiles(folder) {
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{path: path}
	}
	return stamp{path, info.ModTime(), info.Size()}
}

// workspace returns the workspace's folders.
func (s *settings) workspace() folders {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folders
}

// setWorkspace takes the workspace's folders.
func (s *settings) setWorkspace(f folders) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folders = f
}

// outdated reports whether a workspace's own file has changed since it was read.
func (s *settings) outdated() bool {
	s.mu.Lock()
	folders, files := s.folders, s.files
	s.mu.Unlock()
	if files == nil {
		return false
	}
	paths := workspaceFiles(folders)
	if len(paths) != len(files) {
		return true
	}
	for i, path := range paths {
		if now := stampOf(path); now.path != files[i].path || now.size != files[i].size || !now.changed.Equal(files[i].changed) {
			return true
		}
	}
	return false
}

// unreportedLocked returns the problems the person was not told about yet.
func (s *settings) unreportedLocked(problems []config.Problem) []config.Problem {
	if s.reported == nil {
		s.reported = map[string]bool{}
	}
	var fresh []config.Problem
	for _, p := range problems {
		if !s.reported[p.String()] {
			s.reported[p.String()] = true
			fresh = append(fresh, p)
		}
	}
	return fresh
}

// begun notes that the first configuration is in force.
func (s *settings) begun() { s.begin.Do(func() { close(s.ready) }) }

// configured waits until the first configuration is in force, and takes in what
// has changed in the workspace's own files since: a rule holds from the question
// after it was saved. For an editor that does not say what its settings are, or
// never that it is initialized, the settings known by then are put in force:
// nothing is asked with the defaults in their place.
func (s *Server) configured(ctx context.Context) {
	if s.client.configuration {
		s.settings.wait(ctx)
	}
	select {
	case <-s.settings.ready:
		if s.settings.outdated() {
			s.applyConfiguration()
		}
	case <-ctx.Done():
	default:
		s.applyConfiguration()
		s.settings.begun()
	}
}

// wait waits until the first configuration is in force, but not for ever.
func (s *settings) wait(ctx context.Context) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-s.ready:
	case <-ctx.Done():
	case <-timer.C:
	}
}
