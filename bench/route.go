package main

import (
	"errors"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/route"
)

// decisions is how many are made in one run.
const decisions = 100

// routeTable decides where questions go: freely, with a cloud that may be used
// and limits on its cost, and by a rule that forces it.
func routeTable() (*table, error) {
	t := &table{title: "Deciding where a question is answered (engine/route)", unit: "decision", ops: decisions}
	local := &route.Local{Backend: "ollama", Model: "qwen2.5-coder:7b", Address: "127.0.0.1:11434", ContextLength: 32768}
	price, known := route.PriceOf("gpt-5-mini")
	if !known {
		return t, errors.New("gpt-5-mini has no price")
	}
	free := route.Rules{
		Tiers:          []route.Tier{{Name: "cloud", Model: "gpt-5-mini", Price: price, ContextLength: 400_000}},
		MaxAnswerCents: 5, DayLeftCents: 100,
	}
	marked := free
	marked.Level = chat.CUI
	long := prose(2048)
	t.addDecision("a question of 2 KB", long, "cloud", free, local)
	t.addDecision("a short question", "what is a slice", "local", free, local)
	t.addDecision("a question of 2 KB, marked CUI", long, "local", marked, local)
	t.add("only the rule that forces it", func() error {
		for range decisions {
			if by, _ := route.Forced(&marked); by != route.ForcedByClassification {
				return errors.New("the marking does not force")
			}
		}
		return nil
	})
	return t, nil
}

// addDecision adds a row that decides about a message, which must go to want.
func (t *table) addDecision(name, message, want string, r route.Rules, l *route.Local) {
	q := &route.Question{Request: chat.Request{Message: message}, PromptBytes: len(message)}
	t.add(name, func() error {
		for range decisions {
			if d := route.Decide(q, &r, l); d.Tier != want {
				return errors.New("the question goes to " + d.Tier + ": " + d.Reason)
			}
		}
		return nil
	})
}

// prose makes so many bytes of a question as people type it.
func prose(size int) string {
	const text = "Our service loses about one update in ten thousand when the cache is refreshed while an invalidation arrives; " +
		"the log shows error code 37 at store.go:214 and then nothing for 250 ms. "
	return strings.Repeat(text, 1+size/len(text))[:size]
}
