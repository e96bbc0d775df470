package edit

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// A file of the corpus holds cases of one group. A header of "key: value" lines
// and a section "□ file" at its top hold for every case that does not have its
// own; a case begins with "■ name". In a file's text ⟦ and ⟧ stand where the
// range begins and ends. A case has
//
//	□ answer     what the model said
//	□ want       the range's text afterwards, or
//	□ refused    (a part of the reason after it, if it matters), or both, with
//	□ or refused where either is right
//	□ imports    what the document begins with where imports are proposed
//
// Keys: language, path, action, finish, crlf (file, answer or both), bom (yes),
// final (none: no line end at the file's end). ⟨U+200B⟩ is the character itself.
type example struct {
	name, group string
	head        map[string]string
	sections    map[string]string
	reason      string
}

func corpus(t testing.TB, folder string) []example {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", folder, "*.txt"))
	if err != nil || len(names) == 0 {
		t.Fatal("no corpus in ", folder, err)
	}
	var out []example
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, readExamples(strings.TrimSuffix(filepath.Base(name), ".txt"), characters(strings.ReplaceAll(string(raw), "\r\n", "\n")))...)
	}
	return out
}

// characters puts in what nobody could see in the file.
func characters(text string) string {
	return regexp.MustCompile(`⟨U\+([0-9A-F]{4,5})⟩`).ReplaceAllStringFunc(text, func(mark string) string {
		code, _ := strconv.ParseInt(strings.Trim(mark, "⟨U+⟩"), 16, 32)
		return string(rune(code))
	})
}

func readExamples(group, text string) []example {
	parts := strings.Split("\n"+strings.TrimSuffix(text, "\n"), "\n■ ")
	top := readExample("\n" + strings.TrimPrefix(parts[0], "\n"))
	var out []example
	for _, part := range parts[1:] {
		e := readExample(part)
		e.group = group
		for k, v := range top.head {
			e.head[k] = cmp.Or(e.head[k], v)
		}
		if _, own := e.sections["file"]; !own {
			e.sections["file"] = top.sections["file"]
		}
		// A file that one case brings holds for those after it with the same path.
		for _, before := range slices.Backward(out) {
			if e.sections["file"] == top.sections["file"] && before.head["path"] == e.head["path"] {
				e.sections["file"] = before.sections["file"]
				break
			}
		}
		out = append(out, e)
	}
	return out
}

func readExample(part string) example {
	e := example{head: map[string]string{}, sections: map[string]string{}}
	parts := strings.Split(part, "\n□ ")
	name, head, _ := strings.Cut(parts[0], "\n")
	e.name = name
	for line := range strings.Lines(head) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			e.head[k] = v
		}
	}
	for _, section := range parts[1:] {
		title, body, _ := strings.Cut(section, "\n")
		kind := title
		if k, reason, ok := strings.Cut(title, ": "); ok {
			kind, e.reason = k, reason
		}
		e.sections[kind] = body
	}
	return e
}

// target returns the case's target, its answer and the range's text that is wanted.
func (e example) target(t testing.TB) (target Target, answer, want string) {
	t.Helper()
	text := strings.TrimPrefix(e.sections["file"], "\n")
	answer, want = e.sections["answer"], e.sections["want"]
	if !strings.HasSuffix(text, "\n") && e.head["final"] != "none" {
		text += "\n"
	}
	if e.head["final"] == "none" {
		text = strings.TrimSuffix(text, "\n")
	}
	if crlf := e.head["crlf"]; crlf == "file" || crlf == "both" {
		text, want = strings.ReplaceAll(text, "\n", "\r\n"), strings.ReplaceAll(want, "\n", "\r\n")
	}
	if crlf := e.head["crlf"]; crlf == "answer" || crlf == "both" {
		answer = strings.ReplaceAll(answer, "\n", "\r\n")
	}
	if e.head["bom"] == "yes" {
		text = bom + text
	}
	start := strings.Index(text, "⟦")
	text = strings.Replace(text, "⟦", "", 1)
	end := strings.Index(text, "⟧")
	text = strings.Replace(text, "⟧", "", 1)
	if start < 0 || end < start {
		t.Fatalf("%s: %s: no range in the file", e.group, e.name)
	}
	return Target{
		Path: e.head["path"], Language: e.head["language"], Text: text, Start: start, End: end,
		Action: chat.Action(e.head["action"]), Finish: chat.FinishReason(e.head["finish"]),
	}, answer, want
}

// tally counts how cases came out.
type tally struct{ applied, refused, wrong int }

// try runs one case. It reports whether the outcome is the one that is wanted,
// and counts as wrong only what was applied and should not have been so.
func (n *tally) try(t *testing.T, e example) {
	t.Helper()
	target, answer, want := e.target(t)
	p, err := Propose(answer, target)
	check(t, target, p)
	_, wanted := e.sections["want"]
	_, refuse := e.sections["refused"]
	_, either := e.sections["or refused"]
	if err != nil {
		n.refused++
		refusal, ok := errors.AsType[*Refusal](err)
		if !ok {
			t.Errorf("%s: %s: the error is no refusal: %v", e.group, e.name, err)
		} else if !refuse && !either {
			t.Errorf("%s: %s: refused: %v", e.group, e.name, err)
		} else if e.reason != "" && !strings.Contains(refusal.Reason, e.reason) {
			t.Errorf("%s: %s: refused because %q, want a reason with %q", e.group, e.name, refusal.Reason, e.reason)
		}
		return
	}
	n.applied++
	got := Apply(target.Text, p.Hunks)
	part := got[target.Start : len(got)-(len(target.Text)-target.End)]
	if !wanted || part != want {
		n.wrong++
		t.Errorf("%s: %s: applied wrong:\n%s\nwant:\n%s", e.group, e.name, part, want)
		return
	}
	e.imports(t, target, p)
}

func (e example) imports(t *testing.T, target Target, p Proposal) {
	t.Helper()
	want, wanted := e.sections["imports"]
	got := Apply(target.Text, p.Imports)
	switch {
	case !wanted && len(p.Imports) > 0:
		t.Errorf("%s: %s: imports nobody wants: %v", e.group, e.name, p.Imports)
	case wanted && !strings.HasPrefix(strings.ReplaceAll(got, "\r\n", "\n"), want):
		t.Errorf("%s: %s: imports:\n%.300s\nwant:\n%s", e.group, e.name, got, want)
	}
}

// check holds a proposal to what holds for every one.
func check(t testing.TB, target Target, p Proposal) {
	t.Helper()
	at := target.Start
	for i, h := range p.Hunks {
		if h.Start < at || h.End < h.Start || h.End > target.End || i > 0 && h.Start == at {
			t.Errorf("hunk %d: [%d,%d) is not within [%d,%d) or out of order", i, h.Start, h.End, at, target.End)
			return
		}
		at = h.End
	}
	for _, h := range p.Imports {
		if h.End > target.Start && h.Start < target.End || h.Start < 0 || h.End > len(target.Text) {
			t.Errorf("import [%d,%d) touches the range [%d,%d)", h.Start, h.End, target.Start, target.End)
			return
		}
	}
	got := Apply(target.Text, p.Hunks)
	if !strings.HasPrefix(got, target.Text[:target.Start]) || !strings.HasSuffix(got, target.Text[target.End:]) {
		t.Error("text outside of the range changed")
	}
}

// everything is the answers written before the code that reads them (heldout),
// those written along with it (corpus), and those written after it, to see what
// it does with what it was not made for (second).
func everything(t testing.TB) []example {
	t.Helper()
	return slices.Concat(corpus(t, "heldout"), corpus(t, "corpus"), corpus(t, "second"))
}

// TestCorpus holds every answer to its outcome: applied right or refused, and
// never wrong.
func TestCorpus(t *testing.T) {
	var n tally
	all := everything(t)
	for _, e := range all {
		n.try(t, e)
	}
	t.Logf("%d answers: %d applied, %d refused, %d wrong", len(all), n.applied, n.refused, n.wrong)
	if len(all) < 200 {
		t.Errorf("the corpus has %d answers, want at least 200", len(all))
	}
}
