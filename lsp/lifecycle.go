package lsp

import (
	"context"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// The states of a session, in order.
const (
	waiting  int32 = iota // for initialize
	running               // initialize was answered
	stopping              // shutdown was answered
)

// mayHandle holds a message against the state of the session.
func (s *Server) mayHandle(req *jsonrpc2.Request) error {
	name := req.Method()
	switch state := s.state.Load(); {
	case name == protocol.MethodExit:
		return nil
	case state == waiting && name != protocol.MethodInitialize:
		return jsonrpc2.NewError(jsonrpc2.ServerNotInitialized, "initialize must be the first request")
	case state != waiting && name == protocol.MethodInitialize:
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server is initialized already")
	case state == stopping && req.IsCall():
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server was shut down")
	}
	return nil
}

// initialize agrees with the client on what each can do. It touches no network
// and no model.
func (s *Server) initialize(_ context.Context, p *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	s.client = readClient(p)
	s.docs.SetEncoding(s.client.encoding)
	s.folders = readFolders(p)
	s.settings.setWorkspace(s.folders)
	if p.Trace != "" {
		s.trace.Store(p.Trace)
	}
	s.initialOptions(p.InitializationOptions)
	if p.ProcessID != nil {
		pid := int(*p.ProcessID)
		s.start(func(ctx context.Context) { s.watchParent(ctx, pid) })
	}
	if s.client.diagnostics {
		s.markings = newMarkings(func(p *protocol.PublishDiagnosticsParams) {
			s.notify(protocol.MethodTextDocumentPublishDiagnostics, p)
		})
		s.start(s.markings.run)
	}
	if s.client.status {
		s.status = newStatus(func(now ext.Status) { s.notify(ext.MethodStatus, now) }, s.engine.Figures)
	}
	s.state.Store(running)
	s.log.Info("session begins",
		zap.String("client", p.ClientInfo.Name), zap.String("encoding", string(s.client.encoding)), zap.Int("folders", len(s.folders)))
	return &protocol.InitializeResult{
		Capabilities: s.capabilities(),
		ServerInfo:   protocol.ServerInfo{Name: "rigrun-lsp", Version: protocol.NewOptional(s.opts.Version)},
	}, nil
}

// capabilities says what the server can do, for this client.
func (s *Server) capabilities() protocol.ServerCapabilities {
	yes := true
	incremental := protocol.TextDocumentSyncKindIncremental
	c := protocol.ServerCapabilities{
		PositionEncoding:   s.client.encoding,
		TextDocumentSync:   &protocol.TextDocumentSyncOptions{OpenClose: &yes, Change: &incremental},
		HoverProvider:      protocol.Boolean(true),
		CodeActionProvider: protocol.Boolean(true),
		ExecuteCommandProvider: protocol.ExecuteCommandOptions{
			Commands: ext.Commands(),
		},
		Workspace: &protocol.WorkspaceOptions{
			WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{Supported: &yes, ChangeNotifications: protocol.Boolean(true)},
		},
	}
	if s.client.codeActionLiterals {
		c.CodeActionProvider = &protocol.CodeActionOptions{CodeActionKinds: codeActionKinds(), ResolveProvider: &s.client.resolvesEdits}
	}
	if s.client.completes && !s.client.registersCompletion {
		c.CompletionProvider = &protocol.CompletionOptions{TriggerCharacters: triggers()}
	}
	if s.client.inline && !s.client.registersInline {
		c.InlineCompletionProvider = protocol.Boolean(true)
	}
	if s.client.textDocumentContent {
		c.Workspace.TextDocumentContent = &protocol.TextDocumentContentOptions{Schemes: []string{ext.Scheme}}
	}
	return c
}

// initialized is when the server may send requests of its own.
func (s *Server) initialized(context.Context, *protocol.InitializedParams) error {
	s.start(s.firstConfiguration)
	if s.status != nil {
		s.start(s.status.run)
	}
	return nil
}

// shutdown refuses further requests; the process stays for exit.
func (s *Server) shutdown(context.Context, *struct{}) (any, error) {
	s.state.Store(stopping)
	return nil, nil //nolint:nilnil // shutdown's result is null
}

func (s *Server) exit(context.Context, *struct{}) error {
	if s.state.Load() == stopping {
		s.end(errExit)
	} else {
		s.end(ErrNoShutdown)
	}
	return nil
}

func (s *Server) setTrace(_ context.Context, p *protocol.SetTraceParams) error {
	switch p.Value {
	case protocol.TraceValueOff, protocol.TraceValueMessages, protocol.TraceValueVerbose:
		s.trace.Store(p.Value)
		return nil
	}
	return fmt.Errorf("unknown trace value %q", p.Value)
}

func (s *Server) workDoneProgressCancel(_ context.Context, p *protocol.WorkDoneProgressCancelParams) error {
	token, err := protocol.Marshal(p.Token)
	if err != nil {
		return fmt.Errorf("encode the token: %w", err)
	}
	s.tokens.Cancel(token)
	return nil
}
