package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// answers makes questions from pairs: "ws" both right, "-s" only the strong one.
func answers(pairs ...string) []question {
	var out []question
	for i, p := range pairs {
		weak, strong := p[0] == 'w', p[1] == 's'
		out = append(out, question{strings.Repeat("x", i+1), &weak, &strong})
	}
	return out
}

func byLength(q question) float64 { return float64(len(q.Prompt)) }

func TestAPGR(t *testing.T) {
	for name, tc := range map[string]struct {
		questions []question
		score     func(question) float64
		want      float64
	}{
		// Recovered after 0, 1, 2, 3, 4 questions: 0, 1, 1, 1, 1.
		"the needed one first": {answers("ws", "ws", "ws", "-s"), byLength, (0.5 + 1 + 1 + 1) / 4},
		"the needed one last":  {answers("-s", "ws", "ws", "ws"), byLength, 0.5 / 4},
		"a score that is constant": {
			answers("-s", "ws", "-s", "ws", "--"), func(question) float64 { return 1 }, 0.5,
		},
		"a harmful call first": {answers("-s", "-s", "w-"), byLength, (-0.5 - 0.5 + 0.5) / 3},
		"two of them tie": {
			answers("ws", "-s", "ws"), func(q question) float64 { return min(2, byLength(q)) }, (0.25 + 0.75 + 1) / 3,
		},
	} {
		got, err := apgr(tc.questions, tc.score)
		if err != nil || math.Abs(got-tc.want) > 1e-12 {
			t.Errorf("%s: %v, %v; want %v", name, got, err, tc.want)
		}
	}
	if _, err := apgr(answers("w-", "ws"), byLength); err == nil {
		t.Error("a strong model that is worse has a gap")
	}
}

func TestRun(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "answers.jsonl")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var out strings.Builder
	good := `{"prompt": "hi", "weak": true, "strong": true}` + "\n" +
		`{"prompt": "Design a consensus protocol and prove that it is safe", "weak": false, "strong": true}` + "\n"
	if err := run(&out, write(good)); err != nil {
		t.Fatal(err)
	}
	want := "2 questions, weak 0.500, strong 1.000 correct\nAPGR: the score 0.7500, length alone 0.7500, chance 0.5000\n"
	if out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
	for _, bad := range []string{"{", `{"prompt": "hi", "weak": true}`, `{"prompt": "hi", "weak": true, "strong": true}`} {
		if err := run(&out, write(bad)); err == nil {
			t.Errorf("%s passed", bad)
		}
	}
	if err := run(&out, "nowhere.jsonl"); err == nil {
		t.Error("a file that does not exist passed")
	}
}
