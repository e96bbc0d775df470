package edit

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// shape is a way a model writes the right answer down.
type shape struct {
	name  string
	write func(code, language string) string
}

func fenced(info, code string) string { return "```" + info + "\n" + code + "\n```\n" }

// dedent takes the least indentation off.
func dedent(code string) string {
	lines := strings.Split(code, "\n")
	return strings.Join(shifted(lines, least(lines), ""), "\n")
}

func shapes() []shape {
	return []shape{
		{"plain", func(c, l string) string { return fenced(l, c) }},
		{"no language", func(c, _ string) string { return fenced("", c) }},
		{"prose", func(c, l string) string { return "Here is the code:\n\n" + fenced(l, c) + "\nIt is better now." }},
		{"thinking", func(c, l string) string {
			return "<think>\nLet me see.\n" + fenced(l, "x") + "</think>\n" + fenced(l, c)
		}},
		{"dedented", func(c, l string) string { return fenced(l, dedent(c)) }},
		{"deeper", func(c, l string) string {
			return fenced(l, strings.Join(shifted(strings.Split(c, "\n"), "", "    "), "\n"))
		}},
		{"CRLF", func(c, l string) string { return strings.ReplaceAll(fenced(l, c), "\n", "\r\n") }},
		{"tildes", func(c, l string) string { return "~~~" + l + "\n" + c + "\n~~~" }},
		{"unclosed", func(c, l string) string { return "```" + l + "\n" + c + "\n" }},
		{"twice", func(c, l string) string { return fenced(l, c) + "Again:\n" + fenced(l, c) }},
		{"gutter", func(c, l string) string {
			var b strings.Builder
			for i, line := range strings.Split(c, "\n") {
				b.WriteString(strings.TrimSpace(strings.Repeat(" ", i%2)) + string(rune('1'+i/9)) + string(rune('1'+i%9)) + " | " + line + "\n")
			}
			return fenced(l, strings.TrimSuffix(b.String(), "\n"))
		}},
		{"end of turn", func(c, l string) string { return fenced(l, c) + "<|im_end|>" }},
	}
}

// TestShapes writes every right answer of the corpus that is one fence of code
// in every other shape: it must be applied to the same text, or refused.
func TestShapes(t *testing.T) {
	applied, refused := 0, 0
	for _, e := range everything(t) {
		target, answer, _ := e.target(t)
		code, _ := blocks(strings.ReplaceAll(answer, "\r\n", "\n"))
		right, err := Propose(answer, target)
		if err != nil || len(code) != 1 || strings.Contains(answer, "<<<<<<<") {
			continue
		}
		want := Apply(target.Text, right.Hunks)
		for _, s := range shapes() {
			if s.name == "unclosed" {
				target.Finish = chat.FinishStop
			}
			p, err := Propose(s.write(strings.Join(code[0].lines, "\n"), target.Language), target)
			check(t, target, p)
			if err != nil {
				refused++
				continue
			}
			applied++
			if got := Apply(target.Text, p.Hunks); got != want {
				t.Errorf("%s: %s, %s: applied wrong:\n%s\nwant:\n%s", e.group, e.name, s.name, got, want)
			}
		}
	}
	t.Logf("%d applied, %d refused", applied, refused)
	if refused > applied/10 {
		t.Errorf("%d answers of %d refused: too many for answers that are right", refused, applied+refused)
	}
}

// TestCutAnywhere cuts right answers off at every fifth byte: what is applied is the
// whole change or nothing.
func TestCutAnywhere(t *testing.T) {
	for _, e := range everything(t) {
		target, answer, _ := e.target(t)
		right, err := Propose(answer, target)
		if err != nil || strings.Count(answer, "```") != 2 {
			continue
		}
		want := Apply(target.Text, right.Hunks)
		at := strings.Index(answer, "```")
		for i := at; i < strings.LastIndex(answer, "\n```"); i += 5 {
			p, err := Propose(answer[:i], target)
			check(t, target, p)
			if err == nil && Apply(target.Text, p.Hunks) != want && strings.TrimSpace(Apply(target.Text, p.Hunks)) != strings.TrimSpace(want) {
				t.Errorf("%s: %s: applied although cut off after:\n%s\nresult:\n%s", e.group, e.name, answer[:i], Apply(target.Text, p.Hunks))
				break
			}
		}
	}
}

// TestRandomLines mixes lines of answers and files: nothing may be applied that
// reaches outside of the range or that no longer fits together.
func TestRandomLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, e := range everything(t) {
		target, answer, _ := e.target(t)
		lines := append(strings.Split(answer, "\n"), strings.Split(target.Text, "\n")...)
		for range 20 {
			var b strings.Builder
			b.WriteString("```\n")
			for range rng.IntN(12) {
				b.WriteString(lines[rng.IntN(len(lines))] + "\n")
			}
			b.WriteString("```\n")
			p, err := Propose(b.String(), target)
			check(t, target, p)
			if got := Apply(target.Text, p.Hunks); err == nil && target.Language == "go" && !parses(got) {
				t.Errorf("%s: %s: applied what does not parse:\n%s", e.group, e.name, got)
			}
		}
	}
}
