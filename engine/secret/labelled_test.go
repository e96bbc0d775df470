package secret

import (
	"encoding/base64"
	"os"
	"strings"
	"testing"
)

// line is one text of our own set. A text may have several lines.
type line struct {
	text    string
	secrets []string // what must be found in it, and nothing else; none: a clean text
}

// labelled reads a set of testdata: base64, so that no scanner takes it for leaked
// secrets. Within, records are parted by a line of "%%"; what stands between « and
// » is a secret.
func labelled(tb testing.TB, name string) []line {
	tb.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(raw), "\n", ""))
	if err != nil {
		tb.Fatal(err)
	}
	var all []line
	for record := range strings.SplitSeq(strings.TrimSuffix(string(text), "\n%%\n"), "\n%%\n") {
		all = append(all, parseLine(record))
	}
	return all
}

func parseLine(record string) line {
	var l line
	for {
		before, rest, ok := strings.Cut(record, "«")
		l.text += before
		if !ok {
			return l
		}
		var secret string
		secret, record, _ = strings.Cut(rest, "»")
		l.text += secret
		l.secrets = append(l.secrets, secret)
	}
}

// TestLabelled measures precision and recall on our own sets: texts of any kind,
// command lines and connection strings that the rules were made with, and some
// that were written before the rules and kept apart.
func TestLabelled(t *testing.T) {
	for _, set := range []struct {
		name              string
		least             int
		recall, precision float64
	}{
		{"labelled.b64", 300, 0.99, 0.99},
		{"commands.b64", 60, 0.99, 0.99},
		{"commands-heldout.b64", 60, 0.9, 0.99},
	} {
		t.Run(set.name, func(t *testing.T) {
			all := labelled(t, set.name)
			recall, precision := judge(t, all)
			if len(all) < set.least || recall < set.recall || precision < set.precision {
				t.Errorf("fewer than %d texts, or below %g and %g", set.least, set.recall, set.precision)
			}
		})
	}
}

// judge reports recall and precision on a set. A secret counts as found where all
// of it is covered, a finding as right where it touches one.
func judge(t *testing.T, all []line) (recall, precision float64) {
	var hit, missed, right, wrong int
	for _, l := range all {
		found := Find(l.text)
		at := 0
		var spans []span
		for _, secret := range l.secrets {
			at += strings.Index(l.text[at:], secret)
			spans = append(spans, span{at, at + len(secret)})
			at += len(secret)
		}
		for _, s := range spans {
			if covered(found, s) {
				hit++
			} else {
				missed++
				t.Logf("missed %q in %q", l.text[s.start:s.end], l.text)
			}
		}
		for _, f := range found {
			if touches(f, spans) {
				right++
			} else {
				wrong++
				t.Logf("wrong: %s %q in %q", f.Kind, l.text[f.Start:f.End], l.text)
			}
		}
	}
	recall = float64(hit) / float64(hit+missed)
	precision = float64(right) / float64(right+wrong)
	t.Logf("%d texts: %d secrets, recall %.4f; %d findings, precision %.4f", len(all), hit+missed, recall, right+wrong, precision)
	return recall, precision
}

func covered(found []Finding, s span) bool {
	for _, f := range found {
		if f.Start <= s.start && s.end <= f.End {
			return true
		}
	}
	return false
}

func touches(f Finding, spans []span) bool {
	for _, s := range spans {
		if f.Start < s.end && s.start < f.End {
			return true
		}
	}
	return false
}
