package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/rigrun/rigrun-lsp/engine/chat"
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
