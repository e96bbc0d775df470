package route

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// question2K is a question of 2 KB in prose, the longest that people type.
func question2K() string {
	const prose = "Our service loses about one update in ten thousand when the cache is refreshed while an invalidation arrives; " +
		"the log shows error code 37 at store.go:214 and then nothing for 250 ms. "
	return strings.Repeat(prose, 1+2048/len(prose))[:2048]
}

func localServer() *Local {
	return &Local{
		Backend: "ollama", Model: "qwen2.5-coder:7b", Address: "127.0.0.1:11434",
		ContextLength: 32768, SizeBytes: 4_683_087_332, Capabilities: []string{"completion", "tools"},
	}
}

// threeTiers are cloud tiers, cheapest first.
func threeTiers() []Tier {
	return []Tier{
		{Name: "small", Model: "gpt-5-nano", Price: Price{0.05, 0.40, true}, ContextLength: 400_000},
		{Name: "medium", Model: "gpt-5-mini", Price: Price{0.25, 2, true}, ContextLength: 400_000},
		{Name: "large", Model: "gpt-5", Price: Price{1.25, 10, true}, ContextLength: 400_000},
	}
}

// open are rules that forbid nothing.
func open() *Rules { return &Rules{Tiers: threeTiers(), MaxAnswerCents: -1, DayLeftCents: -1} }

func ask(message string) *Question {
	return &Question{Request: chat.Request{Message: message}, PromptBytes: len(message) + 500}
}

// BenchmarkDecide decides about questions of several sizes, with a cloud that
// may be used and limits on its cost.
func BenchmarkDecide(b *testing.B) {
	code := ask(question2K())
	code.Context = []chat.ContextItem{{Text: code300()}}
	code.PromptBytes += len(code.Context[0].Text)
	limited := open()
	limited.MaxAnswerCents, limited.DayLeftCents = 0.3, 100
	for _, bc := range []struct {
		name string
		q    *Question
	}{
		{"2KB", ask(question2K())},
		{"2KB+300lines", code},
		{"short", ask("what is a slice")},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			l := localServer()
			for b.Loop() {
				Decide(bc.q, limited, l)
			}
		})
	}
}

func code300() string { return code(300, 4) }

func BenchmarkForced(b *testing.B) {
	for _, bc := range []struct {
		name string
		r    Rules
	}{
		{"classification", Rules{Level: chat.Secret}},
		{"maxTier", Rules{Tiers: threeTiers(), MaxTier: chat.TierLocal}},
		{"nothing", Rules{Tiers: threeTiers(), MaxTier: "large"}},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Forced(&bc.r)
			}
		})
	}
}
