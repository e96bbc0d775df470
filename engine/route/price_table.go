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

// prices are the list prices of well-known models for ordinary calls, in US
// dollars per million tokens, uncached. A price in the configuration goes
// before this table. Open models are not here: each host sets its own price.
//
// As published by the providers on platform.openai.com/docs/pricing,
// claude.com/pricing and ai.google.dev/gemini-api/docs/pricing in November 2025.
func prices() []modelPrice {
	return []modelPrice{
		{"gpt-5", 1.25, 10}, {"gpt-5-mini", 0.25, 2}, {"gpt-5-nano", 0.05, 0.40},
	}
}

// PriceOf finds the list price of a well-known model by the name that its own
// provider or a router such as OpenRouter gives it: "gpt-5-mini",
// "openai/gpt-5-mini", "gpt-5-mini-2025-08-07", "anthropic/claude-sonnet-4.5".
// The variant ":free" costs nothing.
func PriceOf(model string) (Price, bool) {
	name := strings.ToLower(model[strings.LastIndexByte(model, '/')+1:])
	name, variant, _ := strings.Cut(name, ":")
	switch variant {
	case "free":
		return Price{Known: true}, name != ""
	case "", "thinking":
	default:
		return Price{}, false // a faster or longer variant has its own price
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
