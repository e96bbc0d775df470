package acp

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.lsp.dev/jsonrpc2"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
	"github.com/rigrun/rigrun-lsp/lsp/slash"
)

// session is a conversation that the editor has open.
type session struct {
	id      string
	folders []string // absolute, the working directory first
	files   *workspace.Workspace
	models  []chat.Model // that could answer when it was opened

	mu    sync.Mutex
	begun bool      // guarded by mu: there is a conversation with its identifier
	mode  chat.Mode // guarded by mu
	model string    // guarded by mu: "" lets the engine choose
	title string    // guarded by mu: as the editor was told, "" before
	cents float64   // guarded by mu: what the conversation has cost
	turn  *turn     // guarded by mu: the prompt that is being answered, nil between prompts
}

// sessions are those that are open. The zero value is ready.
type sessions struct {
	mu   sync.Mutex
	open map[string]*session // guarded by mu
}

// get finds a session. The error is for the editor.
func (s *sessions) get(id string) (*session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.open[id]; ok {
		return found, nil
	}
	return nil, jsonrpc2.Errorf(codeResourceNotFound, "sessionId: no session %q is open", frame.Shorten(id, 60))
}

// add opens a session. One that was open under its identifier ends.
func (s *sessions) add(n *session) {
	s.remove(n.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[string]*session{}
	}
	s.open[n.id] = n
}

// remove closes a session and cancels its prompt.
func (s *sessions) remove(id string) {
	s.mu.Lock()
	was := s.open[id]
	delete(s.open, id)
	s.mu.Unlock()
	if was != nil {
		was.cancel()
	}
}

// folders are those of all open sessions, each once, in an order of their own.
func (s *sessions) folders() (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.open {
		list = append(list, o.folders...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// answering returns the session with a prompt under way whose folder holds path,
// the innermost one; nil where none does.
func (s *sessions) answering(path string) (best *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	length := -1
	for _, o := range s.open {
		if folder := holding(o.folders, path); folder != "" && len(folder) > length && o.busy() {
			best, length = o, len(folder)
		}
	}
	return best
}

// holding returns the innermost of folders that holds path by its name, "" where
// none does.
func holding(folders []string, path string) (best string) {
	for _, f := range folders {
		rel, err := filepath.Rel(f, path)
		if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) && len(f) > len(best) {
			best = f
		}
	}
	return best
}

// newSession begins a conversation. It is kept from its first question on.
func (a *Agent) newSession(ctx context.Context, p *sessionParams) (*sessionResult, error) {
	s, err := a.open(ctx, a.engine.Conversations().NewID(), p)
	if err != nil {
		return nil, err
	}
	r := s.result()
	r.SessionID = s.id
	return r, nil
}

// loadSession opens a conversation that was kept and replays it.
func (a *Agent) loadSession(ctx context.Context, p *sessionParams) (*sessionResult, error) {
	c, err := a.engine.Conversations().Get(p.SessionID)
	if err != nil {
		return nil, wireError(err)
	}
	s, err := a.open(ctx, p.SessionID, p)
	if err != nil {
		return nil, err
	}
	s.goesOn(&c)
	if err := a.replay(s.id, c.Messages); err != nil {
		return nil, err
	}
	return s.result(), nil
}

// resumeSession opens a conversation that was kept, or one that this process has
// begun, without a word of it.
func (a *Agent) resumeSession(ctx context.Context, p *sessionParams) (*sessionResult, error) {
	c, err := a.engine.Conversations().Get(p.SessionID)
	if err != nil {
		return nil, wireError(err)
	}
	s, err := a.open(ctx, p.SessionID, p)
	if err != nil {
		return nil, err
	}
	s.goesOn(&c)
	return s.result(), nil
}

// begins notes that there is a conversation, and what the editor knows of its title.
func (s *session) begins(title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun = true
	if title != "" {
		s.title = title
	}
}

// goesOn notes that the session is of a conversation that there was before.
func (s *session) goesOn(c *chat.Conversation) {
	s.begins(c.Title)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cents = c.CostCents
}

// open makes a session over its folders, and has its commands told once the
// editor knows of it.
func (a *Agent) open(ctx context.Context, id string, p *sessionParams) (*session, error) {
	folders, err := readFolders(p)
	if err != nil {
		return nil, err
	}
	if servers := string(p.MCPServers); strings.ContainsAny(strings.Trim(servers, "[]{}"), "{") {
		a.log.Warn("MCP servers are not used: rigrun has tools of its own for the session's folders")
	}
	s := &session{id: id, folders: folders, files: a.opts.Workspaces.Of(folders), mode: chat.ModeAuto}
	a.sessions.add(s)
	a.configure()
	s.models = a.models(ctx)
	afterwards(ctx, func() { a.tell(s.id, update{Kind: updateCommands, AvailableCommands: a.commands()}) })
	return s, nil
}

// readFolders reads the working directory and the further ones.
func readFolders(p *sessionParams) ([]string, error) {
	if p.CWD == nil {
		return nil, invalid("cwd", "a folder's absolute path was expected")
	}
	var folders []string
	for i, f := range slices.Insert(slices.Clone(p.AdditionalDirectories), 0, *p.CWD) {
		field := "cwd"
		if i > 0 {
			field = "additionalDirectories"
		}
		if !filepath.IsAbs(f) {
			return nil, invalid(field, "a folder's absolute path was expected, not %q", frame.Shorten(f, 200))
		}
		f = filepath.Clean(f)
		if info, err := os.Stat(f); err != nil || !info.IsDir() {
			return nil, invalid(field, "%q is no folder", frame.Shorten(f, 200))
		}
		if !slices.Contains(folders, f) {
			folders = append(folders, f)
		}
	}
	return folders, nil
}

// commands are what a message may begin with.
func (a *Agent) commands() []availableCommand {
	list := []availableCommand{}
	for _, c := range slash.Commands(a.settings.actions()) {
		list = append(list, availableCommand{Name: c.Name, Description: c.About, Input: &commandInput{"what to look at, or what else to say"}})
	}
	return list
}

// closeSession cancels what a session is doing and forgets that it is open.
func (a *Agent) closeSession(_ context.Context, p *sessionOnly) (struct{}, error) {
	if _, err := a.sessions.get(p.SessionID); err != nil {
		return struct{}{}, err
	}
	a.sessions.remove(p.SessionID)
	return struct{}{}, nil
}

// deleteSession closes a session and deletes its conversation, for every client.
func (a *Agent) deleteSession(_ context.Context, p *sessionOnly) (struct{}, error) {
	_, unopened := a.sessions.get(p.SessionID)
	a.sessions.remove(p.SessionID)
	err := a.engine.Conversations().Delete(p.SessionID)
	if errors.Is(err, engine.ErrNoConversation) && unopened == nil {
		return struct{}{}, nil // it was never asked anything
	}
	return struct{}{}, err
}
