package edit

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// opener are the words that "end" closes, by dialect: those that always do, and
// those that do where they begin a line or follow "=".
var openers = map[string][2]string{
	"ruby":   {"class module def begin case do", "if unless while until for"},
	"lua":    {"function if do", ""},
	"elixir": {"do fn", ""},
	"julia":  {"function macro begin let struct module do try quote", "if for while"},
}

// unended counts the blocks of lines that no "end" closes, in a language that
// closes blocks so; 0 in any other. It is a count and no parser: it says
// something only where it is 0 for code that is known to be right.
func (g *grammar) unended(lines []string) int {
	words, ok := openers[g.dialect]
	dialect, known := tokens.Of(g.dialect)
	if !ok || !known {
		return 0
	}
	open, looped := 0, int32(0)
	text := strings.Join(lines, "\n")
	toks := tokens.Scan(dialect, text)
	for i, t := range toks {
		if t.Kind != tokens.Word || i > 0 && (toks[i-1].In(text) == "." || toks[i-1].In(text) == ":") {
			continue
		}
		begins := t.Leads || i > 0 && toks[i-1].In(text) == "="
		switch {
		case t.In(text) == "end":
			open--
		case i+1 < len(toks) && toks[i+1].In(text) == ":" && t.In(text) == "do": // Elixir's "do: value"
		case t.In(text) == "do" && looped == t.Line && g.dialect == "ruby": // "while x do" opens one block
		case tokens.Has(words[0], t.In(text)):
			open++
		case begins && tokens.Has(words[1], t.In(text)):
			open++
			if tokens.Has("while until for", t.In(text)) {
				looped = t.Line
			}
		}
	}
	return open
}
