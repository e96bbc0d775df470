package edit

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestApply(t *testing.T) {
	const text = "0123456789"
	for _, c := range []struct {
		hunks []Hunk
		want  string
	}{
		{nil, text},
		{[]Hunk{{0, 0, "a"}, {3, 5, ""}, {10, 10, "z"}}, "a01256789z"},
		{[]Hunk{{2, 4, "x"}, {4, 6, "y"}}, "01xy6789"},
		{[]Hunk{{5, 6, "x"}, {1, 2, "out of order"}}, "01234x6789"},
		{[]Hunk{{8, 99, "outside"}}, text},
	} {
		if got := Apply(text, c.hunks); got != c.want {
			t.Errorf("Apply(%v) = %q, want %q", c.hunks, got, c.want)
		}
	}
}

func TestRebase(t *testing.T) {
	const was = "head\n\nfunc a() {\n\told\n}\n\ntail\n"
	start := strings.Index(was, "func")
	end := strings.Index(was, "\ntail")
	hunks := []Hunk{{strings.Index(was, "old"), strings.Index(was, "old") + 3, "new"}}
	for _, c := range []struct {
		name, now, want string // want "" for ErrChanged
	}{
		{"nothing changed", was, "head\n\nfunc a() {\n\tnew\n}\n\ntail\n"},
		{"a line before", "more\n" + was, "more\nhead\n\nfunc a() {\n\tnew\n}\n\ntail\n"},
		{"a line after", was + "more\n", "head\n\nfunc a() {\n\tnew\n}\n\ntail\nmore\n"},
		{"both", "x\n" + strings.Replace(was, "tail", "end", 1), "x\nhead\n\nfunc a() {\n\tnew\n}\n\nend\n"},
		{"all before deleted", was[start:], "func a() {\n\tnew\n}\n\ntail\n"},
		{"touched", strings.Replace(was, "old", "odd", 1), ""},
		{"a space inside", strings.Replace(was, "\told", "\t old", 1), ""},
		{"deleted", "head\n\ntail\n", ""},
		{"emptied", "", ""},
		{"copied: what is around tells which", "x\n" + was[start:end] + was + "y\n", "x\n" + was[start:end] + "head\n\nfunc a() {\n\tnew\n}\n\ntail\ny\n"},
		{"copied right behind itself", was[:end] + was[start:], ""},
		{"copied with all around it", "x\n" + was + was + "y\n", ""},
		{"line ends changed", strings.ReplaceAll(was, "\n", "\r\n"), ""},
	} {
		got, err := Rebase(was, c.now, start, end, hunks)
		switch {
		case c.want == "":
			if !errors.Is(err, ErrChanged) {
				t.Errorf("%s: %v %v, want ErrChanged", c.name, got, err)
			}
		case err != nil:
			t.Errorf("%s: %v", c.name, err)
		case Apply(c.now, got) != c.want:
			t.Errorf("%s: %q, want %q", c.name, Apply(c.now, got), c.want)
		}
	}
	if _, err := Rebase(was, was, 5, 900, nil); err == nil {
		t.Error("a range outside of the text was rebased")
	}
}

// TestRebaseTakesNoCopy: of two equal pieces the one that was asked about is gone, and the
// text around both has changed. What is left is the other one.
func TestRebaseTakesNoCopy(t *testing.T) {
	const was, now = "a\n\tlog(err)\nb\n\tlog(err)\nc\n", "A\nb\n\tlog(err)\nC\n"
	start := strings.Index(was, "\tlog")
	end := start + len("\tlog(err)\n")
	if got, err := Rebase(was, now, start, end, []Hunk{{start, end, ""}}); !errors.Is(err, ErrChanged) {
		t.Errorf("%v %v, want ErrChanged", got, err)
	}
}

// TestRebaseProperty: editing outside of the range and then applying the
// rebased hunks is the same as applying them and then editing.
func TestRebaseProperty(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	done, changed := 0, 0
	for _, e := range everything(t) {
		target, answer, _ := e.target(t)
		p, err := Propose(answer, target)
		if err != nil || target.Start == target.End {
			continue
		}
		applied := Apply(target.Text, p.Hunks)
		inside := applied[target.Start : len(applied)-(len(target.Text)-target.End)]
		for range 20 {
			head, tail := scribble(rng, target.Text[:target.Start]), scribble(rng, target.Text[target.End:])
			now := head + target.Text[target.Start:target.End] + tail
			hunks, err := Rebase(target.Text, now, target.Start, target.End, p.Hunks)
			if err != nil {
				changed++
				continue
			}
			done++
			if got, want := Apply(now, hunks), head+inside+tail; got != want {
				t.Fatalf("%s: %s: rebased to\n%s\nwant\n%s", e.group, e.name, got, want)
			}
		}
	}
	t.Logf("%d rebased, %d refused", done, changed)
	if changed*20 > done {
		t.Errorf("%d of %d rebases refused although the range was not touched", changed, changed+done)
	}
}

// scribble changes a text in up to three places.
func scribble(rng *rand.Rand, text string) string {
	for range rng.IntN(4) {
		lines := strings.SplitAfter(text, "\n")
		i := rng.IntN(len(lines))
		switch rng.IntN(3) {
		case 0:
			lines = slices.Insert(lines, i, "// "+strings.Repeat("x", rng.IntN(9))+"\n")
		case 1:
			lines = slices.Delete(lines, i, i+1)
		case 2:
			lines[i] = "y" + lines[i]
		}
		text = strings.Join(lines, "")
	}
	return text
}
