package acp

import (
	"context"

	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/lsp/frame"
)

// initialize agrees with the editor on what each can do. It touches no network
// and no model.
func (a *Agent) initialize(_ context.Context, p *initializeParams) (*initializeResult, error) {
	if p.ProtocolVersion == nil {
		return nil, invalid("protocolVersion", "a number was expected")
	}
	client := p.ClientCapabilities
	a.client.Store(&client)
	name := ""
	if p.ClientInfo != nil {
		name = frame.Shorten(p.ClientInfo.Name, 100)
	}
	a.log.Info("the connection begins", zap.String("client", name), zap.Int("version", *p.ProtocolVersion))
	return &initializeResult{
		ProtocolVersion: protocolVersion,
		AgentCapabilities: agentCapabilities{
			LoadSession:        true,
			PromptCapabilities: promptCapabilities{EmbeddedContext: true},
		},
		AuthMethods: []struct{}{},
		AgentInfo:   implementation{Name: "rigrun-lsp", Title: "rigrun", Version: a.opts.Version},
	}, nil
}

// authenticate refuses: no method of it is offered.
func (a *Agent) authenticate(context.Context, *struct{}) (any, error) {
	return nil, invalid("methodId", "no authentication is needed, and no method of it is offered")
}
