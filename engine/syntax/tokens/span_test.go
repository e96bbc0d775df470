package tokens

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestSpans holds the search for marks against reading every token, over texts that
// are put together from lines of code, and asks for them in steps.
func TestSpans(t *testing.T) {
	lines := []string{
		"x = f(1)", "    \"\"\"Doc.", "    more text", "    \"\"\"", "\"\"\"one line\"\"\"", "/* begin", " * it's", " */", "/* a */ y = 2",
		"", "  ", "    '''", "if a { b }", "call(`raw", "`)", "`a` + `b`", "// it", "    \"\"\"a\\\"\"\" b\"\"\"", "#define A \\", "r = 5 * 3 / 2",
	}
	for _, name := range languages() {
		d, _ := Of(name)
		if slices.ContainsFunc(d.quotes, func(q quote) bool { return q.lines && len(q.open) == 1 && q.open != "`" }) {
			continue // plain quotation marks, which are not searched for, may run over lines
		}
		r := rand.New(rand.NewPCG(1, 1))
		for range 400 {
			var b strings.Builder
			for range 12 {
				b.WriteString(lines[r.IntN(len(lines))] + "\n")
			}
			text := b.String()
			want := overLines(d, text)
			f := NewSpans(d, text)
			for limit := 0; limit < len(text); limit += 1 + r.IntN(60) {
				f.Until(limit)
			}
			if got := f.Until(len(text)); !slices.Equal(got, want) {
				t.Fatalf("%s: %v, want %v, in\n%s", name, got, want, text)
			}
		}
	}
}

// overLines are the tokens that run over several lines, by reading all of them.
func overLines(d *Dialect, text string) (out []Span) {
	for _, tok := range Scan(d, text) {
		if tok.LastLine > tok.Line {
			out = append(out, Span{int(tok.Start), int(tok.End)})
		}
	}
	return out
}
