package route_test

import (
	"fmt"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/route"
)

func ExampleDecide() {
	price, _ := route.PriceOf("openai/gpt-5-mini")
	rules := &route.Rules{
		Tiers:          []route.Tier{{Name: "cloud", Model: "openai/gpt-5-mini", Price: price}},
		MaxAnswerCents: 1, DayLeftCents: 20,
	}
	local := &route.Local{Backend: "ollama", Model: "qwen2.5-coder:7b", Address: "127.0.0.1:11434", ContextLength: 32768}
	question := &route.Question{Request: chat.Request{
		Message: "Why does this cache lose an update when an invalidation races with a refresh? Prove that your fix keeps it linearizable.",
	}, PromptBytes: 6000}

	fmt.Println(route.Decide(question, rules, local).Reason)
	rules.Level = chat.CUI
	fmt.Println(route.Decide(question, rules, local).Reason)
	// Output:
	// it looks expert (0.84): openai/gpt-5-mini in the cloud, about 0.16 ¢
	// marked CUI: stays on this machine
}
