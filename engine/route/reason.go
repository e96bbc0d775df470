package route

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentence makes one line of valid UTF-8 of a reason, which may hold names that
// come from a configuration or a server.
func sentence(s string) string {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7F || s[i] >= utf8.RuneSelf {
			return strings.Map(printable, s)
		}
	}
	return s
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}

// server names a local server as a person would: by its product, or by what it
// speaks, and its address.
func server(backend, address string) string {
	switch backend {
	case "ollama":
		return "Ollama at " + address
	case "openai":
		return "the OpenAI-compatible server at " + address
	}
	return backend + " at " + address
}

// here says that a question stays with the local server, or that there is none.
func here(l *Local) string {
	if l.Backend == "" {
		return missing(l)
	}
	return server(l.Backend, l.Address) + " is the local model server"
}

func missing(l *Local) string {
	if l.Missing == "" {
		return "no local model server was found"
	}
	return l.Missing
}

// crowded is the end of a sentence about a question that stays here though the
// local model's window does not hold it, and "" where it does.
func crowded(q *Question, l *Local) string {
	if !overflows(q, l.ContextLength) {
		return ""
	}
	return "; its " + tokens(promptTokens(q)) + " are more than the model's window of " + strconv.Itoa(l.ContextLength)
}

func tokens(n int) string { return "about " + strconv.Itoa(n) + " tokens" }

// words says which tier answers, and what that may cost.
func (p pick) words(q *Question) string {
	s := p.tier.Model + " in the cloud, " + price(q, p.tier)
	if p.lowered {
		s += ", the strongest that the limits allow"
	}
	if overflows(q, p.tier.ContextLength) {
		s += ", though its " + tokens(promptTokens(q)) + " are more than any allowed model's window"
	}
	return s
}

// price says what a tier's answer may cost.
func price(q *Question, t *Tier) string {
	c := estimate(q, t)
	switch {
	case !t.Price.known():
		return "at an unknown price"
	case c > 0 && c < 0.01:
		return "less than 0.01 ¢"
	}
	return "about " + amount(c)
}

// amount writes an amount of money with about two digits.
func amount(cents float64) string {
	if cents < 1 {
		return strconv.FormatFloat(cents, 'g', 2, 64) + " ¢"
	}
	return strings.TrimSuffix(strconv.FormatFloat(cents, 'f', 1, 64), ".0") + " ¢"
}

// obstacle says why no tier was picked.
func (p pick) obstacle(q *Question, r *Rules) string {
	switch {
	case p.above:
		return "the highest tier allowed is " + r.MaxTier
	case !p.refused.Price.known():
		return "the cost is limited and the price of " + p.refused.Model + " is unknown"
	case !within(q, p.refused, r.MaxAnswerCents):
		return p.refused.Model + " would cost " + price(q, p.refused) + " and an answer may cost " + amount(r.MaxAnswerCents)
	}
	return p.refused.Model + " would cost " + price(q, p.refused) + " and only " + amount(r.DayLeftCents) + " are left for today"
}
