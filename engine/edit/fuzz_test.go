package edit

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// FuzzPropose: whatever the answer and the document are, nothing panics, hunks
// are sorted and within the range, and the rest of the text stays as it is.
func FuzzPropose(f *testing.F) {
	for _, e := range everything(f) {
		target, answer, _ := e.target(f)
		f.Add(answer, target.Text, target.Start, target.End, target.Language, target.Path, string(target.Action))
	}
	f.Fuzz(func(t *testing.T, answer, text string, start, end int, language, path, action string) {
		target := Target{Path: path, Language: language, Text: text, Start: start, End: end, Action: chat.Action(action)}
		p, err := Propose(answer, target)
		if err != nil {
			return
		}
		check(t, target, p)
		if len(p.Hunks)+len(p.Imports) == 0 {
			t.Error("neither an edit nor a refusal")
		}
		if got := Apply(text, p.Hunks); strings.Count(got, "\r\n") < strings.Count(got, "\n") && !strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") && strings.Contains(text, "\r\n") && len(p.Hunks) > 0 {
			t.Errorf("a line end of another kind came in: %q", got)
		}
	})
}

// FuzzRebase: nothing panics, and the rebased range holds what it held.
func FuzzRebase(f *testing.F) {
	f.Add("a\nb\nc\n", "x\na\nb\nc\n", 2, 4)
	f.Add("a\na\na\n", "a\na\n", 2, 4)
	f.Fuzz(func(t *testing.T, was, now string, start, end int) {
		hunks, err := Rebase(was, now, start, end, []Hunk{{start, end, "z"}})
		if err != nil {
			return
		}
		if h := hunks[0]; h.Start < 0 || h.End > len(now) || now[h.Start:h.End] != was[start:end] {
			t.Errorf("[%d,%d) of %q is not [%d,%d) of %q", h.Start, h.End, now, start, end, was)
		}
	})
}
