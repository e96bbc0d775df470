package acp

import (
	"strconv"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// reply is the editor's listener. What is behind its coalescer writes to the
// wire: an editor that does not read blocks that, never the model server.
type reply struct {
	*stream.Coalescer
	session *session
}

func newReply(a *Agent, s *session) reply {
	return reply{stream.Coalesce(&updates{agent: a, session: s.id, turn: a.engine.Conversations().NewID()}), s}
}

// Begun notes that the session's conversation is there.
func (r reply) Begun(string) { r.session.begins("") }

// Route is not shown: the prompt's result has it.
func (reply) Route(chat.RouteDecision, *chat.CacheInfo) error { return nil }

// updates writes an answer as updates of its session.
type updates struct {
	agent   *Agent
	session string
	turn    string // tells its tool calls from those of every other turn
}

func (u *updates) Write(c stream.Chunk) error {
	switch c.Kind {
	case stream.Text:
		return u.agent.send(u.session, update{Kind: updateMessage, Content: text(string(c.Data))})
	case stream.Thinking:
		return u.agent.send(u.session, update{Kind: updateThought, Content: text(string(c.Data))})
	case stream.Step:
		return u.agent.send(u.session, toolCall(u.turn+"-"+strconv.Itoa(c.Tool.Index), stream.StepOf(c)))
	case stream.Tool: // its Step says what came of it
	}
	return nil
}

func (u *updates) Close(stream.End) error { return nil }
