package route

import (
	"math"
	"testing"
)

func TestBillions(t *testing.T) {
	for name, want := range map[string]float64{
		"qwen2.5-coder:7b": 7, "qwen2.5-coder:0.5b": 0.5, "llama3.2:3B-instruct-q4_K_M": 3, "mixtral:8x7b": 56, "gemma3:270m": 0.27,
		"Qwen/Qwen3-30B-A3B": 30, "deepseek-coder-v2:16b": 16, "gpt-oss:20b": 20, "llama-3.3-70b-versatile": 70,
		"smollm2:135M": 0.135, "phi3:3.8b": 3.8, "x": 0, "": 0, "llama3.2": 0, "gpt-4": 0, "7bit": 0, "8x": 0, "b": 0, ".b": 0, "4k": 0, "0b": 0, "1..b": 0,
	} {
		if got := billions(&Local{Model: name}); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %v billions, want %v", name, got, want)
		}
	}
	if got := billions(&Local{Model: "phi3:mini", SizeBytes: 2_200_000_000}); math.Abs(got-3.6) > 0.1 {
		t.Errorf("a file of 2.2 GB: %v billions", got)
	}
	if got := billions(&Local{Model: "phi3:mini", SizeBytes: -1}); got != 0 {
		t.Errorf("a negative size: %v billions", got)
	}
}

// TestStrongerModelsKeepMore wants a larger model, and one that thinks, to answer
// at least what a smaller one answers.
func TestStrongerModelsKeepMore(t *testing.T) {
	last := 0.0
	for _, model := range []string{"m:0.5b", "m:1b", "m:3b", "m:7b", "m:14b", "m:32b", "m:70b"} {
		l := Local{Model: model}
		from := strongFrom(&l)
		if l.Capabilities = []string{"completion", "thinking"}; from < last || strongFrom(&l) <= from || strongFrom(&l) >= 1 {
			t.Errorf("%s: %v after %v, %v with thinking", model, from, last, strongFrom(&l))
		}
		last = from
	}
	for _, model := range []string{"m:7b", "m:8b", "unknown", ""} {
		if got := strongFrom(&Local{Model: model}); got != StrongFrom {
			t.Errorf("%s: %v, want %v", model, got, StrongFrom)
		}
	}
	if small, large := strongFrom(&Local{Model: "m:1b"}), strongFrom(&Local{Model: "m:70b"}); !(small < StrongFrom && StrongFrom < large) {
		t.Errorf("1b from %v, 70b from %v", small, large)
	}
}

// TestTheModelMovesTheDecision asks the same question of three local models.
func TestTheModelMovesTheDecision(t *testing.T) {
	for _, tc := range []struct{ message, model, tier, reason string }{
		{medium, "m:1b", "small", "it looks moderate (0.36) for a small local model: gpt-5-nano in the cloud, about 0.02 ¢"},
		{medium, "m:7b", "local", ollamaHere},
		{hard, "m:70b", "large", "it looks expert (0.98): gpt-5 in the cloud, about 0.62 ¢"},
	} {
		l := localServer()
		l.Model = tc.model
		if d := Decide(ask(tc.message), open(), l); d.Tier != tc.tier || d.Reason != tc.reason {
			t.Errorf("%s: %s, %q", tc.model, d.Tier, d.Reason)
		}
	}
}
