package route

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// sample is a labelled question of testdata/development.jsonl, which the weights
// are fitted on, or testdata/held-out.jsonl, which nothing was fitted on. The first
// 145 of those were parted from the others before the first fit, by a hash of the
// message in each complexity; the last 54 were written later, in one go, to see how
// the weights of that day did on questions of another hand.
type sample struct {
	Message    string          `json:"message"`
	Complexity chat.Complexity `json:"complexity"` // as a senior engineer sees it
	Action     chat.Action     `json:"action"`
	Lines      int             `json:"lines"`  // of code it is about, in all
	Files      int             `json:"files"`  // that the code is in; 0 means 1
	Turns      int             `json:"turns"`  // of the conversation before it
	Window     int             `json:"window"` // of the model, in tokens; 0 is unknown
}

const (
	development = "development.jsonl"
	heldOut     = "held-out.jsonl"
)

func readSamples(t testing.TB, name string) []sample {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	for line := range strings.Lines(string(raw)) {
		var s sample
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			t.Fatalf("%s: %s: %v", name, line, err)
		}
		out = append(out, s)
	}
	return out
}

// question returns the sample as a question, and the local model's window.
func (s sample) question() (*Question, int) {
	req := chat.Request{Message: s.Message, Action: s.Action}
	files := max(1, s.Files)
	for i := range files {
		if n := (s.Lines + i) / files; n > 0 {
			item := chat.ContextItem{Kind: chat.ContextFile, Text: code(n, 1+len(s.Message)%3+min(n/60, 2))}
			req.Context = append(req.Context, item)
		}
	}
	return &Question{Request: req, Turns: s.Turns}, s.Window
}

// wantsStrong is the label's answer to the routing question.
func (s sample) wantsStrong() bool {
	return s.Complexity == chat.Complex || s.Complexity == chat.Expert
}

// code makes n lines that look like a program, indented by up to deepest levels.
func code(n, deepest int) string {
	var b strings.Builder
	for i := range n {
		level := min(deepest, i*7%(deepest+2))
		fmt.Fprintf(&b, "%svalue%d := compute(input, %d)\n", strings.Repeat("\t", level), i, i*3)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// rank is a complexity's place, 0 for trivial to 4 for expert.
func rank(c chat.Complexity) int {
	switch c {
	case chat.Simple:
		return 1
	case chat.Moderate:
		return 2
	case chat.Complex:
		return 3
	case chat.Expert:
		return 4
	}
	return 0
}

// agreement counts how often scores say what labels say.
type agreement struct{ total, route, exact, near int }

func agree(samples []sample) agreement {
	a := agreement{total: len(samples)}
	for _, s := range samples {
		got := Assess(s.question())
		distance := max(rank(got.Complexity)-rank(s.Complexity), rank(s.Complexity)-rank(got.Complexity))
		for _, count := range []struct {
			to   *int
			when bool
		}{
			{&a.route, (got.Score >= StrongFrom) == s.wantsStrong()},
			{&a.exact, distance == 0},
			{&a.near, distance <= 1},
		} {
			if count.when {
				*count.to++
			}
		}
	}
	return a
}

func (a agreement) String() string {
	share := func(n int) float64 { return float64(n) / float64(a.total) }
	return fmt.Sprintf("%d questions: local or strong %.3f, exact complexity %.3f, within one %.3f",
		a.total, share(a.route), share(a.exact), share(a.near))
}

func TestSamples(t *testing.T) {
	dev, held := readSamples(t, development), readSamples(t, heldOut)
	if all := len(dev) + len(held); all < 372 || 4*len(held) < all {
		t.Errorf("%d questions, %d of them held out: at least 372 and a quarter were expected", all, len(held))
	}
	seen := map[string]bool{}
	for _, s := range append(dev, held...) {
		key := fmt.Sprint(strings.ToLower(s.Message), s.Action, s.Lines)
		if seen[key] {
			t.Errorf("%q is there twice", s.Message)
		}
		seen[key] = true
		if rank(s.Complexity) == 0 && s.Complexity != chat.Trivial {
			t.Errorf("%q: no complexity %q", s.Message, s.Complexity)
		}
	}
}

func TestHeldOutQuestionsAgreeWithTheirLabels(t *testing.T) {
	t.Logf("development %v", agree(readSamples(t, development)))
	held := agree(readSamples(t, heldOut))
	t.Logf("held out    %v", held)
	if share := float64(held.route) / float64(held.total); share < 0.90 {
		t.Errorf("local or strong agrees in %.3f of the held-out questions, 0.90 was expected", share)
	}
}
