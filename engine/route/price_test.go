package route

import (
	"math"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestPriceOf(t *testing.T) {
	for name, want := range map[string]Price{
		"gpt-5-mini":                           {0.25, 2, true},
		"openai/gpt-5-mini":                    {0.25, 2, true},
		"GPT-5-mini-2025-08-07":                {0.25, 2, true},
		"gpt-4.1-nano":                         {0.10, 0.40, true},
		"claude-sonnet-4-20250514":             {3, 15, true},
		"anthropic/claude-sonnet-4.5":          {3, 15, true},
		"claude-sonnet-4-5@20250929":           {3, 15, true},
		"claude-3-5-haiku-latest":              {0.80, 4, true},
		"anthropic/claude-3.7-sonnet:thinking": {3, 15, true},
		"google/gemini-2.5-flash-lite":         {0.10, 0.40, true},
		"models/gemini-2.5-pro":                {1.25, 10, true},
		"qwen/qwen3-coder:free":                {0, 0, true},
	} {
		if got, ok := PriceOf(name); !ok || got != want {
			t.Errorf("%s: %+v, %v", name, got, ok)
		}
	}
	for _, name := range []string{
		"", "/", ":free", "gpt", "gpt-5-", "gpt-5-minimal", "gpt-5-mini:nitro", "gpt-oss:20b", "llama3.2", "2025-08-07", "-20250929", "gpt-5-99999999",
	} {
		if got, ok := PriceOf(name); ok || got != (Price{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestEveryPriceIsFound wants each row to be reached by its own name, and no two to share one.
func TestEveryPriceIsFound(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range prices() {
		if got, ok := PriceOf(m.model); !ok || got != (Price{m.in, m.out, true}) || seen[m.model] {
			t.Errorf("%s: %+v, %v", m.model, got, ok)
		}
		if seen[m.model] = true; !(m.in > 0 && m.out > m.in && m.out < 1000) {
			t.Errorf("%s: %v in and %v out are no likely prices", m.model, m.in, m.out)
		}
	}
}

func TestCost(t *testing.T) {
	usage := chat.Usage{PromptTokens: 1_000_000, CompletionTokens: 200_000}
	for name, tc := range map[string]struct {
		price Price
		want  float64
	}{
		"known":     {Price{1.25, 10, true}, 325},
		"free":      {Price{0, 0, true}, 0},
		"unknown":   {Price{1.25, 10, false}, 0},
		"negative":  {Price{-1, 10, true}, 0},
		"no number": {Price{math.NaN(), 10, true}, 0},
		"infinite":  {Price{1, math.Inf(1), true}, 0},
	} {
		if got := Cost(tc.price, usage); got != tc.want {
			t.Errorf("%s: %v cents, want %v", name, got, tc.want)
		}
	}
	if got := Cost(Price{1, 1, true}, chat.Usage{PromptTokens: -5, CompletionTokens: -5}); got != 0 {
		t.Errorf("%v cents for less than no tokens", got)
	}
}

func TestSaved(t *testing.T) {
	usage := chat.Usage{PromptTokens: 10_000, CompletionTokens: 1000}
	local := chat.RouteDecision{Tier: chat.TierLocal, Backend: "ollama", Score: 0.2}
	for _, tc := range []struct {
		name   string
		change func(d *chat.RouteDecision, r *Rules)
		want   float64
	}{
		{"an easy question", func(*chat.RouteDecision, *Rules) {}, 0.09},
		{"a hard one", func(d *chat.RouteDecision, _ *Rules) { d.Score = 0.9 }, 2.25},
		{"from the cache", func(d *chat.RouteDecision, _ *Rules) { d.Tier, d.Score = chat.TierCache, 0.7 }, 0.45},
		{"from the cloud", func(d *chat.RouteDecision, _ *Rules) { d.Tier = "large" }, 0},
		{"in place of another", func(d *chat.RouteDecision, _ *Rules) { d.FallbackFrom = "large" }, 0},
		{"marked", func(_ *chat.RouteDecision, r *Rules) { r.Level = chat.CUI }, 0},
		{"without a key", func(_ *chat.RouteDecision, r *Rules) { r.NoCloud = "no key" }, 0},
		{"without tiers", func(_ *chat.RouteDecision, r *Rules) { r.Tiers = nil }, 0},
		{"without a price", func(_ *chat.RouteDecision, r *Rules) { r.Tiers[0].Price.Known = false }, 0},
		{"never more than MaxTier", func(d *chat.RouteDecision, r *Rules) { d.Score, r.MaxTier = 0.9, "medium" }, 0.45},
	} {
		d, r := local, open()
		tc.change(&d, r)
		if got := Saved(usage, r, d); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%s: %v cents, want %v", tc.name, got, tc.want)
		}
	}
}

func TestEstimateGrowsWithTheAction(t *testing.T) {
	tier := threeTiers()[2]
	q := ask("x")
	q.PromptBytes = 4000
	free := estimate(q, &tier)
	if q.Action = chat.Tests; estimate(q, &tier) <= free {
		t.Error("writing tests costs no more than answering a question")
	}
	if q.Action = chat.Document; estimate(q, &tier) >= free {
		t.Error("a comment costs no less than answering a question")
	}
	if want := (1000*1.25 + 300*10) / 10_000; estimate(q, &tier) != want {
		t.Errorf("%v cents, want %v", estimate(q, &tier), want)
	}
}
