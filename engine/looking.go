package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/audit"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/policy"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/engine/stream"
	"github.com/rigrun/rigrun-lsp/engine/tools"
)

// looking is one attempt's looks into the workspace. It is used by the flight's
// goroutine alone.
type looking struct {
	p       *plan
	f       *flight
	a       *attempt
	session *tools.Session
	steps   int

	// Of the document judged last: its text, its level and its secrets. A search
	// judges many lines of one document.
	document string
	level    chat.Level
	secrets  []secret.Finding

	// stop ends the attempt: what the model asked for may not go where it is, and
	// another may answer.
	stop error

	// About the text of the rounds: its last byte, and whether a new round begins.
	last  byte
	apart bool
	// known are the secrets that tools have read, nil while there is none, and tail
	// the end of the text, which is searched for them.
	known *secret.Vault
	tail  string
}

// look begins an attempt's looks into the workspace.
func (p *plan) look(f *flight, a *attempt) *looking {
	l := &looking{p: p, f: f, a: a}
	o := tools.Options{Workspace: p.setup.Workspace(p.question.Folders), Admit: l.admit, Room: p.room(a)}
	for _, item := range p.question.Context {
		if item.Kind == chat.ContextDiagnostics {
			o.Diagnostics = append(o.Diagnostics, item)
		}
	}
	l.session = tools.New(o)
	return l
}

// round runs the calls of one round.
func (l *looking) round(ctx context.Context, n int, c *calls) (chat.Round, error) {
	l.f.looked, l.apart = true, true
	l.p.unshare()
	round := chat.Round{Text: l.outgoing(c.text.String())}
	if l.a.hidden == nil { // no cloud server is sent its thinking back
		round.Thinking = c.thinking.String()
	}
	ids := map[string]bool{}
	for i := range c.list {
		call := c.list[i].call(fmt.Sprintf("call_%d_%d", n, i), ids)
		result, err := l.run(ctx, call)
		if err != nil {
			return round, err
		}
		call.Name, call.Arguments = name(call.Name), l.object(call.Arguments)
		round.Calls = append(round.Calls, call)
		round.Results = append(round.Results, l.outgoing(result))
	}
	return round, nil
}

// leaveOut takes back what the last round's tools returned, where the model's
// window turned out to be too small for it.
func (l *looking) leaveOut() {
	rounds := slices.Clone(l.a.prompt.Rounds)
	last := &rounds[len(rounds)-1]
	last.Results = slices.Repeat([]string{"(left out: there is no room for it; answer with what you have)"}, len(last.Results))
	l.a.prompt.Rounds = rounds
}

// run runs one call, shows it as a step and records it. The result is as the
// workspace has it.
func (l *looking) run(ctx context.Context, call chat.ToolCall) (string, error) {
	if l.a.hidden != nil {
		call.Arguments = l.a.hidden.arguments(call.Arguments)
	}
	text, step, err := l.call(ctx, call)
	if err != nil {
		return "", err
	}
	l.p.auditTool(l.a.decision, &step, len(text))
	l.steps++
	err = l.f.Write(stream.Chunk{
		Kind: stream.Step, Data: []byte(step.Detail),
		Tool: stream.ToolCall{Index: l.steps, Name: step.Tool, Failed: !step.OK},
	})
	return text, errors.Join(err, l.stop)
}

// call guards a tool: a panic in it costs this answer, not the process.
func (l *looking) call(ctx context.Context, call chat.ToolCall) (text string, step chat.Step, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(call.Name+" tool", r)
		}
	}()
	return l.session.Call(ctx, call)
}

// outgoing is a text as the attempt's server is sent it.
func (l *looking) outgoing(text string) string {
	if l.a.hidden != nil {
		text, _ = l.a.hidden.vault.Redact(text)
	}
	return text
}

// object is a call's arguments as they are sent back: servers read them, and
// refuse what is no object.
func (l *looking) object(arguments string) string {
	arguments = strings.TrimSpace(l.outgoing(arguments))
	if !strings.HasPrefix(arguments, "{") || !json.Valid([]byte(arguments)) {
		return "{}"
	}
	return arguments
}

// admit judges a piece of a document before the model gets it: pieces of secrets
// nobody gets, and a cloud server nothing that is marked. What it admits raises
// the level of the answer and of its conversation.
func (l *looking) admit(item chat.ContextItem) error {
	if item.Document != l.document {
		l.document, l.level, l.secrets = item.Document, policy.Level(item.Document), secret.Find(item.Document)
	}
	if why := sealedItem(&item, l.secrets); why != "" {
		return errors.New("it is kept back: " + why)
	}
	level := max(l.level, policy.Level(item.Text))
	found := secret.Find(item.Text)
	if l.a.hidden != nil {
		switch {
		case level >= chat.CUI:
			return l.refuse(item.Kind, "is marked "+level.String())
		case len(found) > 0 && !l.p.setup.Redact:
			return l.refuse(item.Kind, "holds a secret")
		}
		l.redacted(&item)
	}
	if len(found) > 0 {
		l.remember(item.Text)
	}
	if level > l.a.prompt.Level {
		l.a.prompt.Level = level
		l.f.raise(level)
	}
	return nil
}

// refuse keeps a piece from the cloud. Where it is a file that the model asked for,
// nothing has been written, and the local model can look for itself, the attempt
// ends and that one answers.
func (l *looking) refuse(kind chat.ContextKind, why string) error {
	err := &chat.Error{
		Kind:    chat.Policy,
		Message: "the model asked for a file that " + why + " and stays on this machine",
		Hint:    `ask with mode "local"`,
	}
	p := l.p
	if kind == chat.ContextFile && l.f.silent() && p.rules.Mode != chat.ModeCloud && p.local.Backend != "" && p.localCalls() {
		l.stop = err
	}
	return errors.New("it " + why + " and stays on this machine")
}

// redacted notes what is replaced in a piece, with its place.
func (l *looking) redacted(item *chat.ContextItem) {
	_, places := l.a.hidden.vault.Redact(item.Text)
	for _, at := range places {
		r := chat.Redaction{Kind: at.Kind, URI: item.URI, Line: at.Line + max(item.Span.FirstLine-1, 0), Placeholder: at.Placeholder}
		if !slices.Contains(l.f.redactions, r) {
			l.f.redactions = append(l.f.redactions, r)
		}
	}
}

// remember keeps the secrets of a piece: an answer that quotes one of them bare
// would carry it into the questions that follow, where nothing shows what it is.
func (l *looking) remember(text string) {
	if l.known == nil {
		l.known = l.p.setup.Key().Vault()
	}
	l.known.Redact(text)
}

// Write passes on text and thinking of a round, and parts its text from that of
// the round before.
func (l *looking) Write(c stream.Chunk) error {
	if c.Kind != stream.Text || len(c.Data) == 0 {
		return l.f.Write(c)
	}
	if l.apart && l.last != 0 {
		gap := "\n\n"
		if l.last == '\n' {
			gap = "\n"
		}
		if err := l.f.Write(stream.Chunk{Data: []byte(gap)}); err != nil {
			return err
		}
	}
	l.apart, l.last = false, c.Data[len(c.Data)-1]
	l.watch(c.Data)
	return l.f.Write(c)
}

// tailBytes is how much of the text before a chunk is searched with it, more than
// any secret's line has.
const tailBytes = 1 << 10

// watch seals the conversation when the text quotes a secret that only its file
// shows to be one.
func (l *looking) watch(data []byte) {
	if l.known == nil {
		return
	}
	l.tail += string(data)
	_, places := l.known.Redact(l.tail)
	obvious := secret.Find(l.tail)
	for _, at := range places {
		if !slices.ContainsFunc(obvious, func(f secret.Finding) bool { return f.Start <= at.Start && at.Start < f.End }) {
			l.f.seal("an answer quotes a secret out of a file")
			l.known = nil
			return
		}
	}
	l.tail = l.tail[max(len(l.tail)-tailBytes, 0):]
}

// auditTool records that a tool was used, never for what.
func (p *plan) auditTool(d chat.RouteDecision, step *chat.Step, bytes int) {
	if !slices.ContainsFunc(tools.Definitions(), func(t chat.Tool) bool { return t.Name == step.Tool }) {
		return // a name of the model's own invention
	}
	e := audit.Event{
		Event: audit.EventTool, Tier: d.Tier, Backend: d.Backend, Model: d.Model,
		Level: d.Classification.String(), Reason: step.Tool, ResponseBytes: bytes,
	}
	if !step.OK {
		e.Reason += " (refused or failed)"
	}
	p.setup.Audit.Record(e)
}
