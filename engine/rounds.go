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

// offer gives an attempt tools where its model can call them, the question is a
// free one in a workspace, and the model's window has room for what they return.
func (p *plan) offer(a *attempt) {
	q := &p.question
	free := q.Action == "" && q.Instruction == ""
	if p.setup.Workspace != nil && len(q.Folders) > 0 && free && p.calls(a) && p.room(a) >= tools.MinResults {
		a.prompt.Tools = tools.Definitions()
	}
}

// calls reports whether an attempt's model can call tools.
func (p *plan) calls(a *attempt) bool {
	if p.isCloud(a.decision.Tier) {
		return p.setup.CloudTools
	}
	return a.backend == p.target.Backend && p.localCalls()
}

// localCalls reports whether the local model can call tools: its server says so,
// or the settings do.
func (p *plan) localCalls() bool {
	return p.setup.LocalTools || slices.Contains(p.target.Model.Capabilities, "tools")
}

// answerTokens is what is left of a model's window for its answer.
const answerTokens = 2048

// room is how many bytes all results may have: what the model's window leaves,
// counted with three bytes to the token, which is more than code has.
func (p *plan) room(a *attempt) int {
	window := p.target.Model.ContextLength
	if t := p.tier(a.decision.Tier); t != nil {
		window = t.ContextLength
	}
	if window == 0 {
		return tools.MaxResults // nobody knows
	}
	return min((window-answerTokens)*3-sentBytes(&a.prompt)-tools.DefinitionBytes, tools.MaxResults)
}

// sentBytes is the length of what a prompt sends, but for the tools' definitions.
func sentBytes(p *chat.Prompt) int {
	n := promptBytes(p.Turns)
	for _, r := range p.Rounds {
		n += len(r.Text) + len(r.Thinking)
		for i, c := range r.Calls {
			n += len(c.Name) + len(c.Arguments) + len(r.Results[i])
		}
	}
	return n
}

// rounds runs an attempt whose model may look into the workspace: as long as it
// asks for tools they are run and it is asked again, at most [tools.MaxRounds]
// times, and then once without. Text of all rounds is one answer.
func (p *plan) rounds(ctx context.Context, f *flight, a *attempt) (stream.End, error) {
	l := p.look(f, a)
	var total chat.Usage
	for n := 1; ; n++ {
		if err := p.affordable(f, a, n); err != nil {
			return stream.End{Usage: total}, err
		}
		a.prompt.NoCalls = n > tools.MaxRounds || l.session.Full() || n > 1 && p.cost(f, a, 2) > 0
		c := &calls{}
		end, err := p.call(ctx, f, a, l, c)
		if chat.KindOf(err) == chat.ContextTooLong && len(a.prompt.Rounds) > 0 {
			l.leaveOut()
			a.prompt.NoCalls, c = true, &calls{}
			end, err = p.call(ctx, f, a, l, c)
		}
		total = sum(total, end.Usage)
		end.Usage = total
		if err != nil || a.prompt.NoCalls || len(c.list) == 0 || end.Reason == chat.FinishLength {
			if end.Reason == chat.FinishTool { // it asked once more than it may
				end.Reason = chat.FinishStop
			}
			return end, err
		}
		round, err := l.round(ctx, n, c)
		if err != nil {
			return stream.End{Usage: total}, err
		}
		a.prompt.Rounds = append(a.prompt.Rounds, round)
	}
}

func sum(a, b chat.Usage) chat.Usage {
	return chat.Usage{
		PromptTokens:     a.PromptTokens + b.PromptTokens,
		CompletionTokens: a.CompletionTokens + b.CompletionTokens,
		Estimated:        a.Estimated || b.Estimated,
	}
}

// cost is by how many cents an answer would pass its limit with so many more
// calls, 0 or less where it would not.
func (p *plan) cost(f *flight, a *attempt, calls float64) float64 {
	if p.rules.MaxAnswerCents < 0 {
		return 0
	}
	return f.spent + calls*p.estimate(a) - p.rules.MaxAnswerCents
}

// affordable refuses another round where the answer would cost more than it may.
// The first was weighed when the question was routed.
func (p *plan) affordable(f *flight, a *attempt, n int) error {
	if n == 1 || p.cost(f, a, 1) <= 0 {
		return nil
	}
	return &chat.Error{
		Kind:    chat.Policy,
		Message: fmt.Sprintf("the limit of %g ¢ for one answer does not leave enough for another round with what the tools returned", p.rules.MaxAnswerCents),
		Hint:    `raise rigrun.routing.maxAnswerCents, or ask with mode "local"`,
	}
}

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

// maxCalls is how many calls of one round are answered.
const maxCalls = 16

// calls takes the tool calls out of a round and keeps what the model wrote beside
// them, before secrets are put back.
type calls struct {
	next           stream.Writer
	text, thinking strings.Builder
	list           []wanted
}

// wanted is a call as it arrives, in pieces.
type wanted struct {
	tool      stream.ToolCall
	arguments []byte
}

// before puts the calls in front of a writer. Nil calls are none.
func (c *calls) before(w stream.Writer) stream.Writer {
	if c == nil {
		return w
	}
	c.next = w
	return c
}

func (c *calls) Write(chunk stream.Chunk) error {
	switch chunk.Kind {
	case stream.Tool:
		c.add(chunk)
		return nil
	case stream.Text:
		c.text.Write(chunk.Data)
	case stream.Thinking:
		c.thinking.Write(chunk.Data)
	case stream.Step: // never a backend's
	}
	return c.next.Write(chunk)
}

// add takes a piece of a call. Arguments that are too long are kept just long
// enough to be refused.
func (c *calls) add(chunk stream.Chunk) {
	i := slices.IndexFunc(c.list, func(w wanted) bool { return w.tool.Index == chunk.Tool.Index })
	if i < 0 {
		if len(c.list) == maxCalls {
			return
		}
		i = len(c.list)
		c.list = append(c.list, wanted{tool: stream.ToolCall{Index: chunk.Tool.Index}})
	}
	w := &c.list[i]
	if w.tool.ID == "" {
		w.tool.ID = chunk.Tool.ID
	}
	if w.tool.Name == "" {
		w.tool.Name = chunk.Tool.Name
	}
	w.arguments = append(w.arguments, chunk.Data[:min(len(chunk.Data), tools.MaxArguments+1-len(w.arguments))]...)
}

// call is the whole call, under an ID that no other of the round has.
func (w *wanted) call(otherwise string, ids map[string]bool) chat.ToolCall {
	id := w.tool.ID
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	if id == "" || len(id) > 256 || ids[id] || strings.ContainsFunc(id, odd) {
		id = otherwise
	}
	ids[id] = true
	return chat.ToolCall{ID: id, Name: w.tool.Name, Arguments: string(w.arguments)}
}

// name is a call's name as it is sent back: servers refuse any other than this.
func name(called string) string {
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	}
	if called == "" || len(called) > 64 || strings.ContainsFunc(called, odd) {
		return "unknown"
	}
	return called
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
