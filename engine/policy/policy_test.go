package policy

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// example is a labelled text. Its level is "-" where the text has no marking.
type example struct {
	Level string `json:"level"`
	Text  string `json:"text"`
}

func examples(t testing.TB, name string) []example {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		var e example
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v in %s", name, err, lines.Bytes())
		}
		if _, err := chat.ParseLevel(e.Level); err != nil && e.Level != "-" {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, e)
	}
	return all
}

// verdict is what the scan says of a text, in the words of the examples.
func verdict(text string) string {
	if len(Scan(text)) == 0 {
		return "-"
	}
	return Level(text).String()
}

// judged counts the verdicts on a set. A marked text with the wrong level is
// both a false alarm and an oversight.
type judged struct{ right, alarms, misses, marked, plain int }

func judge(t *testing.T, name string) judged {
	t.Helper()
	var j judged
	for _, e := range examples(t, name) {
		got := verdict(e.Text)
		if e.Level == "-" {
			j.plain++
		} else {
			j.marked++
		}
		switch {
		case got == e.Level && got != "-":
			j.right++
		case got == e.Level:
		default:
			t.Logf("%s: %q is %s, labelled %s", name, e.Text, got, e.Level)
			if got != "-" {
				j.alarms++
			}
			if e.Level != "-" {
				j.misses++
			}
		}
	}
	return j
}

func (j judged) precision() float64 { return float64(j.right) / float64(j.right+j.alarms) }
func (j judged) recall() float64    { return float64(j.right) / float64(j.right+j.misses) }

func (j judged) report(t *testing.T, name string) {
	t.Helper()
	t.Logf("%s: %d marked and %d other texts: precision %.4f, recall %.4f", name, j.marked, j.plain, j.precision(), j.recall())
	if j.precision() < 0.99 || j.recall() < 0.99 {
		t.Errorf("%s: precision and recall must be 0.99 at least", name)
	}
}

// TestExamples reports the figures of the texts the rules were made with and of
// those that were written before the rules and kept apart, and of all together.
func TestExamples(t *testing.T) {
	made, kept := judge(t, "markings.jsonl"), judge(t, "heldout.jsonl")
	made.report(t, "development set")
	kept.report(t, "held-out set")
	all := judged{made.right + kept.right, made.alarms + kept.alarms, made.misses + kept.misses, made.marked + kept.marked, made.plain + kept.plain}
	all.report(t, "both")
	if n := all.marked + all.plain; n < 300 || kept.marked+kept.plain < 60 {
		t.Errorf("%d texts, %d of them held out: 300 and 60 are the least", n, kept.marked+kept.plain)
	}
}

// TestPlaces holds a scan's spans and lines to what an editor would show.
func TestPlaces(t *testing.T) {
	text := "// SECRET//NOFORN\r\n\r\nfunc f() {} // (TS//SI) link\r(CUI) Valve\nCLASSIFICATION: CUI\n\n  UNCLASSIFIED"
	want := []Marking{
		{Level: chat.Secret, Line: 1, Text: "SECRET//NOFORN"},
		{Level: chat.TopSecret, Line: 3, Text: "(TS//SI)"},
		{Level: chat.CUI, Line: 4, Text: "(CUI)"},
		{Level: chat.CUI, Line: 5, Text: "CLASSIFICATION: CUI"},
		{Level: chat.Unclassified, Line: 7, Text: "UNCLASSIFIED"},
	}
	got := Scan(text)
	if len(got) != len(want) {
		t.Fatalf("%d markings, want %d: %+v", len(got), len(want), got)
	}
	for i, m := range got {
		if text[m.Start:m.End] != m.Text {
			t.Errorf("bytes %d to %d are %q, the marking's text %q", m.Start, m.End, text[m.Start:m.End], m.Text)
		}
		m.Start, m.End = 0, 0
		if m != want[i] {
			t.Errorf("marking %d is %+v, want %+v", i, m, want[i])
		}
	}
}

// TestAnyPlace moves every example over the edges of the blocks that a text is
// read in: what is in front of it, two empty lines away, changes nothing.
func TestAnyPlace(t *testing.T) {
	const front = "for i := range files { read(files[i]) } // (of the folder)\n"
	for _, name := range []string{"markings.jsonl", "heldout.jsonl"} {
		for _, e := range examples(t, name) {
			want := Scan(e.Text)
			for n := range blockBytes {
				before := front + strings.Repeat("x", n) + "\n\n\n"
				got := Scan(before + e.Text)
				same := slices.EqualFunc(got, want, func(a, b Marking) bool {
					return a.Level == b.Level && a.Text == b.Text && a.Line == b.Line+4 && a.Start == b.Start+len(before)
				})
				if !same {
					t.Fatalf("%d bytes before %q: %+v, want %+v", len(before), e.Text, got, want)
				}
			}
		}
	}
}

func TestSeveralInOneLine(t *testing.T) {
	got := Scan("(U) Overview. (S) Range. (TS//SI) Link.\n")
	var levels []chat.Level
	for _, m := range got {
		levels = append(levels, m.Level)
	}
	if len(levels) != 3 || levels[0] != chat.Unclassified || levels[1] != chat.Secret || levels[2] != chat.TopSecret {
		t.Errorf("levels %v", levels)
	}
}

// TestAnyLineEnd gives the examples other line ends.
func TestAnyLineEnd(t *testing.T) {
	for _, e := range append(examples(t, "markings.jsonl"), examples(t, "heldout.jsonl")...) {
		for _, end := range []string{"\r\n", "\r"} {
			if got, want := verdict(strings.ReplaceAll(strings.ReplaceAll(e.Text, "\r\n", "\n"), "\n", end)), verdict(e.Text); got != want {
				t.Errorf("%q is %s with line ends %q, else %s", e.Text, got, end, want)
			}
		}
	}
}

func TestLevelDoesNotAllocate(t *testing.T) {
	for _, text := range []string{source(t), "// TOP SECRET//SI//NOFORN\n(C) Roads are dry.\n(S) is it\n# Classification: public\n"} {
		if n := testing.AllocsPerRun(10, func() { Level(text) }); n != 0 {
			t.Errorf("%v allocations in %.40q", n, text)
		}
	}
	clean := source(t)
	if n := testing.AllocsPerRun(10, func() { Scan(clean) }); n != 0 {
		t.Errorf("%v allocations for a text without markings", n)
	}
}

// TestHostileTexts holds the scan to linear time on what could make it look
// around again and again.
func TestHostileTexts(t *testing.T) {
	const size = 1 << 17
	for _, piece := range []string{
		"SECRET\n", "SECRET\r", "// SECRET\n", "(C) x\n", "(B) x\n(C) x\n", "(S//NF) ", "SECRET//", "SECRET//NOFORN ", "/", "(", "((S",
		"REL TO USA, ", "CUI//AB", "TOP ", " ", "\n", "\r", "<", "ism:classification=\"", "# ", "é", "Page 1 ", "(S) a. ", "x // ",
	} {
		text := strings.Repeat(piece, size/len(piece))
		start := time.Now()
		Level(text + "\n" + text)
		Scan("SECRET//REL TO USA" + text)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%d bytes of %q took %v", 3*size, piece, took)
		}
	}
}

// source is clean source code: this repository's own, without this package.
func source(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range []string{"../*.go", "../config/*.go", "../store/*.go", "../stream/*.go", "../prompt/*.go", "../backend/*/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue // tests ask about markings
			}
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(raw)
		}
	}
	if b.Len() < 100<<10 || len(Scan(b.String())) > 0 {
		t.Fatalf("%d bytes of source found, with the markings %+v", b.Len(), Scan(b.String()))
	}
	return b.String()
}

func BenchmarkLevelCleanSource(b *testing.B) {
	text := source(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Level(text)
	}
}

func BenchmarkScanMinified(b *testing.B) {
	text := strings.ReplaceAll(source(b), "\n", " ")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Scan(text)
	}
}

func BenchmarkScanMarked(b *testing.B) {
	text := strings.Repeat("(S//NF) Text of a paragraph that goes on for a while.\n", 2000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Scan(text)
	}
}

// FuzzScan holds for every text: no panic, spans that fit, Scan and Level agree,
// and two texts with two empty lines between them have the higher level of both.
func FuzzScan(f *testing.F) {
	for _, e := range append(examples(f, "markings.jsonl"), examples(f, "heldout.jsonl")...) {
		f.Add(e.Text, "(C) Roads are dry.\nSECRET")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		highest, last := chat.Unclassified, Marking{}
		for _, m := range Scan(a) {
			if m.Start < 0 || m.Start >= m.End || m.End > len(a) || a[m.Start:m.End] != m.Text || m.Line < last.Line {
				t.Fatalf("marking %+v in a text of %d bytes", m, len(a))
			}
			highest, last = max(highest, m.Level), m
		}
		if got := Level(a); got != highest {
			t.Fatalf("Level is %v, the highest marking %v", got, highest)
		}
		if got, want := Level(a+"\n\n\n"+b), max(Level(a), Level(b)); got != want {
			t.Fatalf("%q and %q are %v together, %v apart", a, b, got, want)
		}
	})
}
