package route

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// phrase is a reason that is being written. Its methods append to it.
type phrase []byte

// longReason is the size of the buffer that most reasons fit in.
const longReason = 256

func (p phrase) add(s string) phrase { return append(p, s...) }

func (p phrase) int(n int) phrase { return strconv.AppendInt(p, int64(n), 10) }

// name appends what comes from a configuration, a server or an error: on one
// line, and as valid UTF-8.
func (p phrase) name(s string) phrase {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7F {
			return append(p, strings.Map(printable, s)...)
		}
	}
	return append(p, s...)
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}

// server names a local server as a person would: by its product, or by what it
// speaks, and its address.
func (p phrase) server(backend, address string) phrase {
	switch backend {
	case "ollama":
		return p.add("Ollama at ").name(address)
	case "openai":
		return p.add("the OpenAI-compatible server at ").name(address)
	}
	return p.name(backend).add(" at ").name(address)
}

// here says that a question stays with the local server, or that there is none.
func (p phrase) here(l *Local) phrase {
	if l.Backend == "" {
		return p.missing(l)
	}
	return p.server(l.Backend, l.Address).add(" is the local model server")
}

func (p phrase) missing(l *Local) phrase {
	if l.Missing == "" {
		return p.add("no local model server was found")
	}
	return p.name(l.Missing)
}

// crowded ends a sentence about a question that stays here though the local
// model's window does not hold it.
func (p phrase) crowded(q *Question, l *Local) phrase {
	if !overflows(q, l.ContextLength) {
		return p
	}
	return p.add("; ").tokens(q).add(" are more than the model's window of ").int(l.ContextLength)
}

func (p phrase) tokens(q *Question) phrase {
	return p.add("its about ").int(promptTokens(q)).add(" tokens")
}

// wish says why a question would go to the cloud.
func (p phrase) wish(w wish, d *chat.RouteDecision, q *Question, l *Local) phrase {
	switch w {
	case wishMode:
		return p.add("the cloud was asked for")
	case wishModel:
		return p.add("a cloud model was asked for by its name")
	case wishWindow:
		return p.tokens(q).add(" are more than the local model's window of ").int(l.ContextLength)
	case wishCapability:
		return p.add("the local model ").name(l.Model).add(" cannot answer questions")
	case wishServer:
		return p.missing(l)
	case wishScore, wishNone:
	}
	p = p.add("it looks ").add(string(d.Complexity)).add(" (")
	p = p.hundredths(d.Score).add(")")
	if d.Score < StrongFrom {
		p = p.add(" for a small local model")
	}
	return p
}

// refused says that a question stays here, and why it would go to the cloud; the
// obstacle is to follow.
func (p phrase) refused(w wish, d *chat.RouteDecision, q *Question, l *Local) phrase {
	p = p.here(l)
	if w != wishServer { // which is what here says
		p = p.add("; ").wish(w, d, q, l)
	}
	return p.add(", but ")
}

// cloud says which tier answers, and what that may cost.
func (p phrase) cloud(c pick, q *Question) phrase {
	p = p.name(c.tier.Model).add(" in the cloud, ").price(q, c.tier)
	if c.lowered {
		p = p.add(", the strongest that the limits allow")
	}
	if overflows(q, c.tier.ContextLength) {
		p = p.add(", though ").tokens(q).add(" are more than any allowed model's window")
	}
	return p
}

// price says what a tier's answer may cost.
func (p phrase) price(q *Question, t *Tier) phrase {
	c := estimate(q, t)
	switch {
	case !t.Price.known():
		return p.add("at an unknown price")
	case c == 0:
		return p.add("free of charge")
	case c < 0.01:
		return p.add("less than 0.01 ¢")
	}
	return p.add("about ").amount(c)
}

// amount writes an amount of money.
func (p phrase) amount(cents float64) phrase { return p.hundredths(cents).add(" ¢") }

// hundredths writes a number with two digits behind the point, or with none where it is nothing or more than ten.
func (p phrase) hundredths(x float64) phrase {
	n := int(math.Round(100 * min(x, 1e12)))
	switch {
	case n == 0:
		return p.add("0")
	case n >= 1000:
		return p.int((n + 50) / 100)
	}
	return append(p.int(n/100), '.', '0'+byte(n/10%10), '0'+byte(n%10))
}

// obstacle says why no tier was picked.
func (p phrase) obstacle(c pick, q *Question, r *Rules) phrase {
	switch {
	case c.above:
		return p.add("the highest tier allowed is ").name(r.MaxTier)
	case !c.refused.Price.known():
		return p.add("the cost is limited and the price of ").name(c.refused.Model).add(" is unknown")
	}
	p = p.name(c.refused.Model).add(" would cost ").price(q, c.refused)
	if !within(q, c.refused, r.MaxAnswerCents) {
		return p.add(" and an answer may cost ").amount(r.MaxAnswerCents)
	}
	return p.add(" and only ").amount(r.DayLeftCents).add(" are left for today")
}
