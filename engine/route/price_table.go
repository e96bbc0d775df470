package route

import (
	"slices"
	"strings"
)

// modelPrice is the list price of a model.
type modelPrice struct {
	model   string // without its provider, its points as hyphens
	in, out float64
}

// prices are the list prices of well-known models, in US dollars per million
// tokens, for ordinary calls: no cached input, no batches, no promotion, and
// prompts shorter than where a provider's surcharge for long ones begins. A price
// in the configuration goes before this table. Open models are not here: each
// host sets its own price.
//
// The prices of September 2026, by public listings of the providers' pages:
// developers.openai.com/api/docs/pricing, claude.com/pricing and
// ai.google.dev/gemini-api/docs/pricing.
func prices() []modelPrice {
	return []modelPrice{
		// OpenAI
		{"gpt-6-astra", 10, 50},
		{"gpt-6-luna", 0.10, 0.50},
		{"gpt-5-6-sol", 5, 30},
		{"gpt-5-6-terra", 2, 12},
		{"gpt-5-6-luna", 0.20, 1.20},
		{"gpt-5-5", 5, 30},
		{"gpt-5-5-pro", 30, 180},
		{"gpt-5-4", 2.50, 15},
		{"gpt-5-4-mini", 0.75, 4.50},
		{"gpt-5-4-nano", 0.20, 1.25},
		{"gpt-5-2", 1.75, 14},
		{"gpt-5-2-codex", 1.75, 14},
		{"gpt-5-2-pro", 21, 168},
		{"gpt-5-1", 1.25, 10},
		{"gpt-5-1-codex", 1.25, 10},
		{"gpt-5", 1.25, 10},
		{"gpt-5-codex", 1.25, 10},
		{"gpt-5-mini", 0.25, 2},
		{"gpt-5-nano", 0.05, 0.40},
		{"gpt-5-pro", 15, 120},
		{"gpt-4-1", 2, 8},
		{"gpt-4-1-mini", 0.40, 1.60},
		{"gpt-4-1-nano", 0.10, 0.40},
		{"gpt-4o", 2.50, 10},
		{"gpt-4o-mini", 0.15, 0.60},
		{"o3", 2, 8},
		{"o3-mini", 1.10, 4.40},
		{"o4-mini", 1.10, 4.40},
		{"o1", 15, 60},

		// Anthropic
		{"claude-fable-5-1", 10, 50},
		{"claude-fable-5", 10, 50},
		{"claude-opus-5-5", 4, 20},
		{"claude-opus-5", 5, 25},
		{"claude-opus-4-8", 5, 25},
		{"claude-opus-4-7", 5, 25},
		{"claude-opus-4-6", 5, 25},
		{"claude-opus-4-5", 5, 25},
		{"claude-opus-4-1", 15, 75},
		{"claude-opus-4", 15, 75},
		{"claude-sonnet-5-5", 2, 10},
		{"claude-sonnet-5", 2, 10},
		{"claude-sonnet-4-6", 3, 15},
		{"claude-sonnet-4-5", 3, 15},
		{"claude-sonnet-4", 3, 15},
		{"claude-3-7-sonnet", 3, 15},
		{"claude-3-5-sonnet", 3, 15},
		{"claude-haiku-4-5", 1, 5},
		{"claude-3-5-haiku", 0.80, 4},
		{"claude-3-haiku", 0.25, 1.25},

		// Google
		{"gemini-3-5-flash", 1.50, 9},
		{"gemini-3-5-flash-lite", 0.30, 2.50},
		{"gemini-3-1-pro-preview", 2, 12},
		{"gemini-3-1-flash-lite-preview", 0.25, 1.50},
		{"gemini-2-5-pro", 1.25, 10},
		{"gemini-2-5-flash", 0.30, 2.50},
		{"gemini-2-5-flash-lite", 0.10, 0.40},
	}
}

// PriceOf finds the list price of a well-known model by the name that its own
// provider or a router such as OpenRouter gives it: "gpt-5-mini",
// "openai/gpt-5-mini", "gpt-5-mini-2025-08-07", "anthropic/claude-sonnet-4.5".
// The variant ":free" costs nothing.
func PriceOf(model string) (Price, bool) {
	name := strings.ToLower(model[strings.LastIndexByte(model, '/')+1:])
	name, variant, _ := strings.Cut(name, ":")
	switch {
	case name == "":
		return Price{}, false
	case variant == "free":
		return Price{Known: true}, true
	case variant != "" && variant != "thinking": // a faster or a longer one has a price of its own
		return Price{}, false
	}
	name = undated(strings.ReplaceAll(name, ".", "-"))
	i := slices.IndexFunc(prices(), func(m modelPrice) bool { return m.model == name })
	if i < 0 {
		return Price{}, false
	}
	m := prices()[i]
	return Price{In: m.in, Out: m.out, Known: true}, true
}

// undated cuts the end that tells the releases of a model apart: "-latest",
// "-20250929", "@20250929", "-2025-08-07".
func undated(name string) string {
	name = strings.TrimSuffix(strings.ReplaceAll(name, "@", "-"), "-latest")
	for _, digits := range []int{8, 10} {
		if cut := len(name) - digits - 1; cut > 0 && name[cut] == '-' && date(name[cut+1:]) {
			return name[:cut]
		}
	}
	return name
}

// date reports whether s is a date of this century, with hyphens or without.
func date(s string) bool {
	digits := strings.ReplaceAll(s, "-", "")
	return len(digits) == 8 && strings.HasPrefix(s, "20") && strings.Trim(digits, "0123456789") == ""
}
